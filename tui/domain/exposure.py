"""How far the flag was open, over time: a chart of plain text with steps, holds, ways back and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from tui.domain.gates import FULL, OFF, Gates
from tui.domain.history import BACK, Action, Entry

HEIGHT = 4
"""Lines of the chart, without marks and times."""

LABEL = 6
"""Cells before the chart for what a line stands for."""

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_MARKS: Mapping[Action, str] = {"hold": "‖", "resume": "›", "skip": "–", "finish": "■"}
_BACK, _VERDICT = "↓", "•"
_WORDS: Mapping[str, str] = {
    "‖": "hold",
    "›": "resumed",
    "–": "skipped",
    "■": "finished",
    _BACK: "back",
    _VERDICT: "verdict",
}
_ORDER = "•–›■‖↓"
"""What is shown where several marks share a cell: the last of them."""


@dataclass(frozen=True)
class Point:
    """From `at` on, `share` percent of all users were in, or only people who were named; `mark` is what happened."""

    at: datetime
    share: float
    named: bool
    mark: str = ""


def points(entries: Iterable[Entry], flag: str) -> tuple[Point, ...]:
    """The exposure of a flag after each of its entries, oldest first."""
    return tuple(_point(entry) for entry in entries if entry.flag == flag and entry.action != "create-issues")


def _point(entry: Entry) -> Point:
    gates = entry.gates_after
    mark = _BACK if entry.action in BACK else _MARKS.get(entry.action, "")
    return Point(entry.at, _share(gates), gates != OFF, mark or (_VERDICT if entry.verdict else ""))


def _share(gates: Gates) -> float:
    return FULL if gates.everybody else max(gates.percentage_of_actors, gates.percentage_of_time)


def chart(found: Sequence[Point], now: datetime, width: int) -> tuple[str, ...]:
    """The chart in lines of at most `width` cells, from the first point to `now`; none without points.

    A line for each quarter, then the marks, the times at both ends (UTC), and what the marks mean.
    """
    if not found:
        return ()
    found = sorted(found, key=lambda point: point.at)  # an entry that is only planned may be told before the last one
    cells = max(8, width - LABEL)
    end = max(now, found[-1].at)
    levels = [_level(_reached(found, cell, cells, end)) for cell in range(cells)]
    lines = []
    for row in reversed(range(HEIGHT)):
        label = {HEIGHT - 1: "100 %", 0: "0 %"}.get(row, "")
        bars = "".join(_EIGHTHS[min(8, max(0, level - 8 * row))] for level in levels)
        lines.append(f"{label.rjust(LABEL - 1)} {bars}".rstrip())
    marks = _marked(found, cells, end)
    if marks.strip():
        lines.append(f"{' ' * LABEL}{marks}".rstrip())
    lines.append(_times(found[0].at, end, cells))
    used = [f"{mark} {_WORDS[mark]}" for mark in _ORDER if mark in marks]
    return (*lines, f"{' ' * LABEL}{'  '.join(used)}") if used else tuple(lines)


def _reached(found: Sequence[Point], cell: int, cells: int, end: datetime) -> Point:
    """The exposure at the end of a cell."""
    until = found[0].at + (end - found[0].at) * ((cell + 1) / cells)
    return next(point for point in reversed(found) if point.at <= until)


def _level(point: Point) -> int:
    """Eighths of a line; people who are named are seen, however few."""
    level = round(point.share / FULL * 8 * HEIGHT)
    return max(1, level) if point.share or point.named else 0


def _marked(found: Sequence[Point], cells: int, end: datetime) -> str:
    line = [" "] * cells
    span = end - found[0].at
    for point in found:
        if point.mark:
            cell = max(0, ceil((point.at - found[0].at) / span * cells) - 1) if span else 0
            line[cell] = max(line[cell], point.mark, key=_ORDER.find)
    return "".join(line)


def _times(start: datetime, end: datetime, cells: int) -> str:
    first, last = (at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") for at in (start, end))
    return f"{' ' * LABEL}{first}{last.rjust(cells - len(first))}" if cells >= len(first + last) else ""
