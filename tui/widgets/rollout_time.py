"""What a rollout comes to, as rows: what is waited for, how far the flag was open when, and the load on the quota."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tui.domain import duration
from tui.domain.exposure import chart, points
from tui.domain.forecast import forecast
from tui.domain.history import Entry
from tui.domain.planning import Situation
from tui.domain.progress import Progress
from tui.domain.waits import Wait, What, waits
from tui.widgets.outline import Row, heading
from tui.widgets.present import Tone, line, soon

_TEXTS: dict[What, str] = {
    "spread": "Until every process has the change",
    "least": "Least time before the next step",
    "suggested": "Suggested time before the next step",
    "stable": "A day with everybody in, to finish",
    "on-hand": "Somebody who can act must be reachable",
}
_UP = timedelta(seconds=59)
"""A wait is told in whole minutes, the last one to its end."""


def wait_rows(progress: Progress, now: datetime) -> list[Row]:
    """What is waited for, the first to end first; none when nothing is."""
    rows = [_row(one, now) for one in waits(progress, now)]
    return [heading("Time"), *rows] if rows else []


def _row(one: Wait, now: datetime) -> Row:
    tone: Tone = "warning" if one.what == "on-hand" else "muted"
    left = duration.words(one.until - now + _UP)
    sign = "! " if one.what == "on-hand" else "○ "
    until = f" more, until {soon(one.until, now)}"
    return Row(line("  ", (sign, tone), f"{_TEXTS[one.what]}: ", (left, "strong"), (until, "muted")), hang=4)


def exposure_rows(entries: Sequence[Entry], flag: str, now: datetime, width: int) -> list[Row]:
    """How far the flag was open, when it was opened and closed and judged; none before the first step."""
    lines = chart(points(entries, flag), now, width)
    return [heading("Exposure"), *(Row(line(f"  {one}")) for one in lines)] if lines else []


def load_rows(situation: Situation) -> list[Row]:
    """The load of each region with the next step, or now when none is; none before all users' share matters."""
    gates = situation.shown(situation.draft.flag.name)
    rows = []
    for one in forecast(situation.draft.capacity, gates, situation.progress.next):
        sign: tuple[str, Tone] = ("! ", "error") if one.short else ("○ ", "muted")
        short: tuple[str, Tone] = (", more than is safe" if one.short else "", "error")
        if one.then:
            rows.append(Row(line("  ", sign, one.text, short), hang=4))
    return [heading("Load"), *rows] if rows else []
