"""Two texts as rows: what goes, what comes, and a little of what stays around it."""

from __future__ import annotations

import difflib

from tui.domain.text import clean
from tui.widgets.outline import Row
from tui.widgets.present import Tone, line

CONTEXT = 2
"""Unchanged lines that are shown on either side of a change."""

LONGEST = 500
"""Characters of a line in one row: a row can be no taller than the view, or its end could not be reached."""

_TONES: dict[str, Tone] = {"+": "success", "-": "error", "@": "muted", " ": "muted"}


def text_rows(text: str, key: str = "", indent: int = 4, tone: Tone = "") -> list[Row]:
    """A text line by line, as it will be stored; empty lines stay reachable as rows of their own."""
    rows: list[Row] = []
    for one in clean(text).split("\n"):
        for start in range(0, max(1, len(one)), LONGEST):
            piece = (one[start : start + LONGEST], tone)
            rows.append(Row(line(" " * indent, ("│ ", "muted"), piece), key, indent + 2))
    return rows


def diff_rows(before: str, after: str, key: str = "", indent: int = 4) -> list[Row]:
    """A line diff with `+` and `-` in front, so that it needs no colour; one row saying so when nothing differs."""
    rows: list[Row] = []
    lines = difflib.unified_diff(clean(before).split("\n"), clean(after).split("\n"), n=CONTEXT, lineterm="")
    for one in list(lines)[2:]:
        sign, rest = one[:1], one[1:]
        words = "⋯" if sign == "@" else f"{sign} {rest}"
        rows.append(Row(line(" " * indent, (words[:LONGEST], _TONES.get(sign, ""))), key, indent + 2))
    return rows or [Row(line(" " * indent, ("No line differs.", "muted")), key)]
