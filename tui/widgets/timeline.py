"""The phases and steps of a rollout as rows, with *you are here*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tui.domain import duration
from tui.domain.draft import Draft
from tui.domain.guide import Guide
from tui.domain.history import TOLD, Entry
from tui.domain.progress import Progress
from tui.domain.steps import Step, default_phase
from tui.widgets.outline import Row
from tui.widgets.present import LOOKS, Look, Tone, due, line, moment

PREFIX = "step:"
_WORD = 8
_WHEN = 18
"""Cells for the state's word and for a time, each with a gap."""


@dataclass(frozen=True)
class Times:
    """What the timeline needs of the clock and the history."""

    now: datetime
    last: Mapping[tuple[str, str], datetime]
    skipped: Mapping[tuple[str, str], datetime]

    @classmethod
    def of(cls, entries: Iterable[Entry], now: datetime) -> Times:
        """The last time each step was applied, and skipped; entries oldest first."""
        told = [(entry.action, (entry.phase, entry.step), entry.at) for entry in entries]
        last = {key: at for action, key, at in told if action not in TOLD}
        return cls(now, last, {key: at for action, key, at in told if action == "skip"})


def step_key(step: Step) -> str:
    """The key of the step's row."""
    return f"{PREFIX}{step.phase}/{step.id}"


def step_of(key: str, steps: Iterable[Step]) -> Step | None:
    """The step of a row's key."""
    return next((one for one in steps if step_key(one) == key), None)


def timeline_rows(draft: Draft, guide: Guide, progress: Progress, times: Times) -> list[Row]:
    """One row for each phase and step, in the guide's order; phases that are left out say so."""
    rows: list[Row] = []
    for number, phase in enumerate(guide.phases, start=1):
        chosen = draft.phase(phase.id) or default_phase(phase)
        steps = [step for step in progress.steps if step.phase == phase.id]
        reason = f": {chosen.reason}" if chosen.reason else ""
        left_out = "" if chosen.selected else f"  – left out{reason}"
        rows.append(
            Row(
                line("  ", (f"{number} ", "muted"), (phase.title, "" if steps else "muted"), (left_out, "muted")),
                hang=4,
            )
        )
        rows.extend(_step(step, progress, times) for step in steps)
    return rows


def _step(step: Step, progress: Progress, times: Times) -> Row:
    look, when, tone = _look(step, progress, times)
    content = line(
        "    ",
        (f"{look.glyph} {look.word.ljust(_WORD)}", look.tone),
        (when.ljust(_WHEN), "muted"),
        (step.title[:1].upper() + step.title[1:], tone),
    )
    return Row(content, step_key(step), 6 + _WORD + _WHEN)


def _look(step: Step, progress: Progress, times: Times) -> tuple[Look, str, Tone]:
    """How the step looks, since or from when, and the tone of its title."""
    place, at = progress.steps.index(step), times.last.get(step.key)
    if place == progress.index:
        return LOOKS["here"], moment(progress.since), "strong"
    if step.key in progress.skipped:
        return Look("–", "skipped", "muted"), moment(times.skipped.get(step.key)), "muted"
    if place < progress.index:
        return (LOOKS["done"], moment(at), "") if at else (Look("–", "passed", "muted"), "", "muted")
    if progress.abandoned is not None:
        return Look("–", "dropped", "muted"), "", "muted"
    if step == progress.next:
        if progress.held is not None:
            return Look("○", "next", "muted"), "once resumed", ""
        at_due = progress.due_at()
        return Look("○", "next", "accent"), due(at_due, times.now) if at_due else "", ""
    before = duration.parse(progress.steps[place - 1].wait) if place else None
    return LOOKS["open"], f"{duration.words(before)} later" if before else "", "muted"
