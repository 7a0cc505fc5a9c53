"""The timeline table of a plan issue, the markers of the report around it, and the note of one step: all for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.domain import duration, markdown
from tui.domain.gates import OFF, Gates, tidy
from tui.domain.heard import as_list
from tui.domain.history import ACTION_WORDS, TOLD, Entry, entry_comment
from tui.domain.plan import reference
from tui.domain.progress import Progress, progress
from tui.domain.steps import ISSUES, OFF_PHASE, Step
from tui.domain.text import counted, listing
from tui.domain.verdict import Verdict

START = "<!-- rollout-tui: timeline -->"
END = "<!-- rollout-tui: timeline end -->"

_BLOCK = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)


MINUTE = "minute"
"""The reference that stands for the minute of the step that is being made: it is known when the step is sent."""

Stamp = Callable[[datetime | None], str]


def minute(at: datetime) -> str:
    """A time as people read it in a report, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def stamps(entries: Sequence[Entry]) -> Stamp:
    """How the times of these entries are written. The last one may be of a step that is only planned: it has no id."""
    planned = entries[-1].at if entries and not entries[-1].id else None

    def stamp(at: datetime | None) -> str:
        if at is None:
            return "-"
        return reference(MINUTE) if at == planned else minute(at)

    return stamp


def table(steps: Sequence[Step], entries: Iterable[Entry]) -> str:
    """The Markdown table Date | Audience | Status of all steps; `entries` oldest first, dates in UTC."""
    everything = tuple(entries)
    stamp, now = stamps(everything), progress(steps, everything)
    history = tuple(entry for entry in everything if entry.action not in TOLD)
    last = {(entry.phase, entry.step): entry.at for entry in history}
    ended = {key: at for key, at in _ends(steps, history).items() if key in last}
    rows = []
    for place, step in enumerate(steps):
        at = last.get(step.key)
        if place == now.index:
            status = _live(now, stamp)
        elif place < now.index:
            status = "skipped" if step.key in now.skipped else "done" if at else "passed over"
        else:
            status = f"rolled back {stamp(ended.get(step.key, at))}" if at else _ahead(now, step)
        rows.append((stamp(at), audience(step), status))
    if now.rolled_back:
        rows.append((stamp(history[-1].at if history else None), "Nobody", "**off for everybody**"))
    return markdown.table(("Date (UTC)", "Audience", "Status"), rows)


def _live(now: Progress, stamp: Stamp) -> str:
    if now.held is not None:
        return f"**live**, on hold since {stamp(now.held.at)}"
    if now.finished is not None:
        return f"**live**, finished {stamp(now.finished.at)}"
    return "**live**, and complete" if now.done else "**live**"


def _ahead(now: Progress, step: Step) -> str:
    if now.abandoned is not None:
        return "abandoned"
    return "skipped" if step.key in now.skipped else "planned"


def _ends(steps: Sequence[Step], history: Sequence[Entry]) -> dict[tuple[str, str], datetime]:
    """When each step that is no longer contained in the live one was left: the first move back since it was live."""
    order = {step.key: place for place, step in enumerate(steps)}
    ends: dict[tuple[str, str], datetime] = {}
    for entry in history:
        if entry.phase == OFF_PHASE:
            place = -1
        elif (entry.phase, entry.step) in order:
            place = order[entry.phase, entry.step]
        else:
            continue
        for key, other in order.items():
            if other > place:
                ends.setdefault(key, entry.at)
            else:
                ends.pop(key, None)
    return ends


def audience(step: Step) -> str:
    """Whom a step reaches, for a table cell."""
    names = [*step.users, *(f"group {group}" for group in step.groups), *step.feature_groups]
    title = step.title[:1].upper() + step.title[1:]
    return markdown.cell(f"{title}: {', '.join(names)}" if names else title)


def between(text: str) -> str:
    """`text` between the markers."""
    return f"{START}\n{text}\n{END}"


def replace_block(description: str, text: str) -> str | None:
    """The description with `text` between the markers; None when somebody removed them."""
    if not _BLOCK.search(description):
        return None
    return _BLOCK.sub(lambda _: between(text), description, count=1)


def carried(description: str, wanted: str) -> str | None:
    """The description with the block of `wanted` in it, and all else as it is; None when either has none."""
    found = _BLOCK.search(wanted)
    if found is None or not _BLOCK.search(description):
        return None
    return _BLOCK.sub(lambda _: found[0], description, count=1)


def step_note(entry: Entry, data: Mapping[str, Any], marker: str) -> str:
    """The note of one applied step: readable first, then the entry for machines, then the marker as the last line.

    `data` is the entry as `as_dict` gives it; values of `id` and `at` may be references that are resolved later.
    """
    at = data["at"] if "⟪" in str(data["at"]) else minute(entry.at)
    parts = [headline(entry)]
    moves = entry.phase != ISSUES and entry.action not in TOLD
    if moves:
        parts.append(_gates(entry.gates_before, entry.gates_after))
    if entry.attested and moves:
        parts.append("These gates are attested, not observed: an operator ran the chat commands and says so.")
    if entry.effect and moves:
        parts.append(markdown.inline(entry.effect))
    if entry.verdict is not None:
        parts.append(_verdict(entry.verdict))
    if entry.feedback:
        parts.append(f"What was found in the phases since the note before:\n\n{as_list(entry.feedback)}")
    if entry.waivers:
        waived = [f"- {_quoted(name)}: {markdown.inline(reason)}" for name, reason in sorted(entry.waivers.items())]
        parts.append("\n".join(["Requirements waived:", "", *waived]))
    reason = _own_reason(entry)
    if reason:
        parts.append(f"Reason: {markdown.inline(reason)}")
    operator, instance = markdown.inline(entry.operator), markdown.inline(entry.instance)
    where = f"{_place(entry)} {ACTION_WORDS[entry.action]} by {operator} on {instance}, {at}"
    live = entry.live_seconds
    long = duration.words(timedelta(seconds=live)) if live else ""
    before = f"; the step before was live for {'less than a minute' if long == 'now' else long}" if long else ""
    parts.append(f"{where}{before}.")
    return "\n\n".join([*parts, f"{_comment(data)}\n{marker}"])


def _own_reason(entry: Entry) -> str:
    """The reason of the step itself: the plan adds those of the waivers, which the note lists one by one."""
    waived = "; ".join(f"waived {name}: {reason}" for name, reason in entry.waivers.items())
    return entry.reason.removesuffix(waived).removesuffix("; ") if waived else entry.reason


def headline(entry: Entry) -> str:
    """The first line, as GitLab's own log of flag changes words it."""
    flag, before, after = _quoted(entry.flag), entry.gates_before, entry.gates_after
    if entry.action in TOLD:
        return f"{_TOLD[entry.action]} Feature flag {flag} stays as it is."
    if entry.phase == ISSUES:
        return "The plan issues of this rollout have been created."
    if after == OFF or after.everybody:
        return f"Feature flag {flag} has been set to `{'true' if after.everybody else 'false'}`"
    narrowed = before.everybody or not before.within(after)
    if after.percentage_of_actors and (narrowed or after.percentage_of_actors != before.percentage_of_actors):
        return f"Feature flag {flag} has been set to `{tidy(after.percentage_of_actors)}%` of actors"
    kept = OFF if narrowed else before
    actors, groups = after.actors - kept.actors, sorted(after.groups - kept.groups)
    whom = ([counted(len(actors), "actor")] if actors else []) + [f"feature group {_quoted(name)}" for name in groups]
    return f"Feature flag {flag} has been set to `true` for {listing(whom) or 'those who had it already'}"


_TOLD: Mapping[str, str] = {
    "skip": "A step of this rollout is skipped.",
    "hold": "This rollout is on hold.",
    "resume": "This rollout goes on.",
    "finish": "This rollout is finished.",
}


def _verdict(verdict: Verdict) -> str:
    """The verdict and its evidence, for people who read the issue."""
    overruled = "" if verdict.decision == verdict.proposed else f" (the numbers propose to {verdict.proposed})"
    lines = [f"Verdict on the step before: **{verdict.decision}**{overruled}."]
    if verdict.incident:
        lines.append("The provider has an incident, so this is no failure of the model.")
    rows = [(markdown.cell(name), str(tidy(value))) for name, value in sorted(verdict.readings.items())]
    if rows:
        lines.append(markdown.table(("Metric", "Seen"), rows))
    if verdict.fired:
        lines.append("\n".join(f"- {markdown.inline(text)}" for text in verdict.fired))
    return "\n\n".join(lines)


def _place(entry: Entry) -> str:
    if entry.phase == OFF_PHASE:
        return "Off for everybody:"
    return "Before the first phase:" if entry.phase == ISSUES else f"Phase {entry.phase}, step {entry.step}:"


def _gates(before: Gates, after: Gates) -> str:
    rows = [
        ("boolean", str(before.boolean).lower(), str(after.boolean).lower()),
        ("actors", _names(before.actors), _names(after.actors)),
        ("groups", _names(before.groups), _names(after.groups)),
        ("percentage of actors", f"{tidy(before.percentage_of_actors)} %", f"{tidy(after.percentage_of_actors)} %"),
    ]
    if before.percentage_of_time or after.percentage_of_time:
        times = f"{tidy(before.percentage_of_time)} %", f"{tidy(after.percentage_of_time)} %"
        rows.append(("percentage of time", *times))
    return markdown.table(("Gate", "Before", "After"), rows)


def _names(names: frozenset[str]) -> str:
    return ", ".join(markdown.cell(name) for name in sorted(names)) or "-"


def _quoted(name: str) -> str:
    return f"`{markdown.code(name)}`"


def _comment(data: Mapping[str, Any]) -> str:
    """The entry's comment. It is pure ASCII, so references in it are put back to be found and resolved."""
    text = entry_comment(data)
    for key in ("id", "at"):
        value = str(data.get(key, ""))
        if value.startswith("⟪"):
            escaped = value.replace("⟪", "\\u27ea").replace("⟫", "\\u27eb")
            text = text.replace(f'"{key}":"{escaped}"', f'"{key}":"{value}"', 1)
    return text
