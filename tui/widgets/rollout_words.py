"""Where a rollout is, in words: what is live, what is next, and what somebody has said of it since."""

from __future__ import annotations

from datetime import datetime

from tui.domain import duration
from tui.domain.as_left import Broken
from tui.domain.history import Entry
from tui.domain.lifecycle import State, state_of
from tui.domain.progress import Progress
from tui.domain.steps import ISSUES, OFF_PHASE, find, named
from tui.domain.waits import waits
from tui.widgets.outline import Row, heading, keyed
from tui.widgets.present import Tone, due, line, moment, soon

Words = tuple[str, Tone]

TAKE_UP = "take-up"
"""The key of the rows that plan what is left of an apply that is not done."""

RESUME = "resume"
"""The key of the rows that resume the rollout."""

_SIGNS: dict[State, Words] = {
    "planned": ("○ ", "muted"),
    "ready": ("○ ", "muted"),
    "live": ("● ", "accent"),
    "held": ("‖ ", "warning"),
    "full": ("✓ ", "success"),
    "off": ("! ", "warning"),
    "finished": ("✓ ", "success"),
    "abandoned": ("– ", "warning"),
}

_WORDS: dict[State, str] = {
    "held": "On hold",
    "off": "Off for everybody",
    "finished": "Finished",
    "abandoned": "Abandoned",
}


def live_words(progress: Progress, now: datetime, broken: Broken | None = None) -> tuple[Words, ...]:
    """What is live, since when and for how long; on hold, finished and abandoned first of all.

    With an apply that is not done the history does not say who is in.
    """
    if broken is not None:
        begun = f"  begun {moment(broken.at)} UTC"
        return ("! ", "warning"), (f"An apply to {_where(progress, broken)} is not done", "strong"), (begun, "muted")
    state, at = state_of(progress), progress.position
    where = at.title if at else "nobody has it"
    text = {
        "planned": "Nobody has it yet",
        "ready": "Nobody has it yet: the plan issues are there",
        "live": f"Live: {where}",
        "held": f"On hold: {where}",
        "full": "Complete: everybody is in",
        "off": "Off for everybody",
        "finished": f"Finished: {where}",
        "abandoned": "Abandoned: off for everybody",
    }[state]
    said = _said(progress)
    since = said.at if said else progress.since
    by = f" by {said.operator}" if said else ""
    long = duration.words(now - since) if since else ""
    when = f"  since {moment(since)} UTC{'' if long == 'now' else f' ({long})'}{by}" if since else ""
    return _SIGNS[state], (text, "strong"), (when, "muted")


def next_words(progress: Progress, now: datetime, broken: Broken | None = None) -> tuple[Words, ...]:
    """What is next and when."""
    if broken is not None:
        return ("Next: ", "muted"), ("n plans what is left of it", ""), (", b takes access away", "muted")
    step, state = progress.next, state_of(progress)
    if state == "held":
        then = f", then {step.title}" if step else ""
        return ("Next: ", "muted"), (f"resume it{then}", "")
    if state in {"finished", "abandoned"}:
        return (("Nothing is left to do", "muted"),)
    if state == "full":
        stable = next((one.until for one in waits(progress, now) if one.what == "stable"), None)
        return (
            ("Next: ", "muted"),
            ("finish it", ""),
            (f", from {soon(stable, now)}" if stable else ", with F", "muted"),
        )
    if step is None:
        return (("Nothing is left to do: the other steps are skipped", "muted"),)
    at = progress.due_at()
    if at is None:
        return ("Next: ", "muted"), (step.title, "")
    if not progress.remaining(now):
        return ("Next: ", "muted"), (step.title, ""), (", due now", "muted")
    return ("Next: ", "muted"), (step.title, ""), (f", {due(at, now)} (at {soon(at, now)})", "muted")


def read_only_row(reason: str) -> Row:
    """That the draft is not changed, and why."""
    return Row(line(("! ", "warning"), "Read-only: ", (reason, "muted")), hang=2)


def broken_rows(progress: Progress, broken: Broken | None) -> list[Row]:
    """The way on from an apply that is not done; none when all are."""
    if broken is None:
        return []
    rows = [heading(f"An apply to {_where(progress, broken)} is not done", "warning")]
    rows.append(Row(line("  GitLab is looked at for what was made of it; nothing is sent twice."), hang=2))
    rows.append(Row(line(("  enter plans what is left of it", "muted")), hang=2))
    return keyed(TAKE_UP, rows)


def _where(progress: Progress, broken: Broken) -> str:
    step = find(progress.steps, broken.phase, broken.step)
    names = {ISSUES: "the plan issues", OFF_PHASE: "off for everybody"}
    return step.title if step else names.get(broken.phase, named(broken.phase, broken.step))


def said_rows(progress: Progress) -> list[Row]:
    """Who put it on hold, turned it off, finished it or gave it up, when and why; none while it just runs."""
    said = _said(progress)
    if said is None:
        return []
    word = _WORDS[state_of(progress)]
    tone: Tone = "success" if said.action == "finish" else "warning"
    title = f"{word} since {moment(said.at)} UTC by {said.operator}"
    if said.reason:
        title += ":"
    rows = [heading(title, tone)]
    if said.reason:
        rows.append(Row(line("  ", (said.reason, "strong")), hang=2))
    if said is progress.withdrawn and progress.abandoned is None:
        return rows
    return keyed(RESUME, [*rows, Row(line(("  enter takes it up again where it was", "muted")), hang=2)])


def _said(progress: Progress) -> Entry | None:
    return progress.abandoned or progress.finished or progress.held or progress.withdrawn
