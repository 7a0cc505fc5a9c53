"""The preview of the phases: who is in after each step, in words, and the announcement as it will be posted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from tui.domain.audience import Labels, gains, who
from tui.domain.draft import Draft
from tui.domain.gates import OFF, ActorName, Gates
from tui.domain.guide import Guide
from tui.domain.render import announcement_text
from tui.domain.steps import ActorKey, Step, ladder, wanted
from tui.domain.text import counted
from tui.widgets.outline import BLANK, Row, heading
from tui.widgets.present import line
from tui.widgets.preview import Shown, plain_rows


def phase_preview(draft: Draft, guide: Guide) -> Shown:
    """Each step of the selected phases with who is in, who is new, and the wait after it."""
    steps = ladder(draft, guide)
    title = line(("Preview: ", "strong"), (counted(len(steps), "step"), "strong"))
    return Shown(title, (*_steps(draft, guide, steps), *_announcement(draft)))


def _steps(draft: Draft, guide: Guide, steps: tuple[Step, ...]) -> Iterator[Row]:
    """Names stand for actors, since GitLab's references are not known before it was asked."""
    names = {key: ActorName(key[0], key[1], f"{key[0]} {key[1]}") for step in steps for key in step.actor_keys}
    labels = Labels({one.ref: _word(key) for key, one in names.items()}, unit=f"{draft.flag.actor}s")
    before: dict[str, Gates] = {}
    phase = ""
    for number, step in enumerate(steps, start=1):
        if step.phase != phase:
            phase = step.phase
            rule = guide.phase(phase)
            if number > 1:
                yield BLANK
            yield heading(rule.title if rule else phase)
        gates = wanted(steps, step, names)
        new = gains(before.get(step.flag, OFF), gates, labels)
        before[step.flag] = gates
        yield from _step(number, step, draft, who(gates, labels), new)


def _word(key: ActorKey) -> str:
    return key[1] if key[0] == "user" else f"{key[0]} {key[1]}"


def _step(number: int, step: Step, draft: Draft, inside: str, new: str) -> Iterator[Row]:
    flag = "" if step.flag == draft.flag.name else f"   flag {step.flag}"
    yield Row(line((f"{number:>2}  ", "muted"), (step.id, "strong"), (flag, "muted")))
    yield Row(line(("    in    ", "muted"), inside), hang=10)
    yield Row(line(("    new   ", "muted"), new or "nobody"), hang=10)
    if step.wait:
        yield Row(line(("    wait  ", "muted"), f"at least {step.wait}"), hang=10)


def _announcement(draft: Draft) -> Sequence[Row]:
    text = announcement_text(draft)
    if not text:
        return ()
    channels = ", ".join(draft.announcement.channels) or "no channel yet"
    head = Content.assemble(line(("Announcement", "accent")), line((f"   {channels}", "muted")))
    return (BLANK, Row(head, hang=2), *plain_rows(text.splitlines()))
