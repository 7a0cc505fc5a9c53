"""The history as CSV, JSON and Markdown, piece by piece, so that a long one needs no memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tui.domain.exposure import chart, points
from tui.domain.gates import Gates
from tui.domain.heard import as_list, latest
from tui.domain.history import Entry
from tui.domain.text import clean, one_line

COLUMNS = (
    "at", "operator", "instance", "rollout", "flag", "phase", "step", "action",
    "gates_before", "gates_after", "live_seconds", "reason", "waivers", "changes", "note_url", "doubt", "doubt_reason",
)  # fmt: skip
"""The columns of CSV and Markdown; JSON has every key of an entry."""

CHARTED = 1000
"""Entries of one rollout that are kept in memory for its chart."""

WIDTH = 72
"""Cells of the chart."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """CSV with a heading. A cell that a spreadsheet would run as a formula begins with an apostrophe."""
    yield _csv_line(COLUMNS)
    for entry in entries:
        yield _csv_line([_inert(value) for value in _cells(entry)])


def as_json(entries: Iterable[Entry]) -> Iterator[str]:
    """A JSON array with one entry on a line."""
    lead = "[\n"
    for entry in entries:
        yield f"{lead}  {json.dumps(entry.as_dict())}"
        lead = ",\n"
    yield "[]\n" if lead == "[\n" else "\n]\n"


def as_markdown(entries: Iterable[Entry]) -> Iterator[str]:
    """A Markdown table; no value can break out of its cell, start a tag or become a link.

    Below it are a chart of the exposure and what was found in the phases, where all entries are of one rollout and
    they are some, but not too many.
    """
    yield f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}\n"
    kept: list[Entry] = []
    rollouts: set[tuple[str, str]] = set()
    for entry in entries:
        yield f"| {' | '.join(_inline(value) for value in _cells(entry))} |\n"
        rollouts.add((entry.rollout, entry.instance))
        if len(rollouts) == 1 and len(kept) <= CHARTED:
            kept.append(entry)
    if len(rollouts) == 1 and 1 < len(kept) <= CHARTED:
        kept.sort(key=lambda entry: entry.at)
        yield from _exposure(kept)
        yield from _found(kept)


def _exposure(kept: Sequence[Entry]) -> Iterator[str]:
    """A chart for each flag of a rollout, oldest entry first."""
    for flag in dict.fromkeys(entry.flag for entry in kept):
        lines = chart(points(kept, flag), kept[-1].at, WIDTH)
        if lines:
            yield f"\nExposure of {_inline(flag)}:\n\n```text\n"
            yield from (f"{line}\n" for line in lines)
            yield "```\n"


def _found(kept: Sequence[Entry]) -> Iterator[str]:
    """What was found in the phases, each finding as it was told last."""
    found = as_list(latest(one for entry in kept for one in entry.feedback), _inline)
    if found:
        yield f"\nWhat was found:\n\n{found}\n"


FORMATS: Mapping[str, Callable[[Iterable[Entry]], Iterator[str]]] = {
    "csv": as_csv,
    "json": as_json,
    "markdown": as_markdown,
}
"""How to write each format, by its name on the command line."""


def gates_text(gates: Gates) -> str:
    """Gates in one cell: `off`, `on`, `User:2, gitlab_team_members, 25 % of actors`."""
    data = gates.as_dict()
    if gates.state != "conditional":
        return gates.state
    parts = [*data["actors"], *data["groups"]]
    parts += [f"{data['percentage_of_actors']} % of actors"] if data["percentage_of_actors"] else []
    parts += [f"{data['percentage_of_time']} % of time"] if data["percentage_of_time"] else []
    return ", ".join(parts)


def _cells(entry: Entry) -> list[str]:
    data = {
        **entry.as_dict(),
        "gates_before": gates_text(entry.gates_before),
        "gates_after": gates_text(entry.gates_after),
        "waivers": "; ".join(f"{requirement}: {reason}" for requirement, reason in entry.waivers.items()),
        "changes": "; ".join(entry.changes),
        "live_seconds": "" if entry.live_seconds is None else entry.live_seconds,
    }
    return [clean(str(data[column])) for column in COLUMNS]


def _csv_line(values: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _inline(value: str) -> str:
    text = one_line(value)
    for letter in "\\`*_[]<>|~#":
        text = text.replace(letter, f"\\{letter}")  # type: ignore[assignment]
    return text
