"""One line of what the doctor found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from tui.domain.errors import RolloutError
from tui.domain.text import listing, one_line

RowState = Literal["ok", "warning", "failed", "skipped"]

NEXT = "next"
"""The name of the last row, which says what to do."""


@dataclass(frozen=True)
class Row:
    """One check: what was looked at, what was found, and what to do if it is not right."""

    name: str
    state: RowState
    text: str
    hint: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain data for `doctor --json`."""
        return {"name": self.name, "state": self.state, "text": self.text, "hint": self.hint}


def failed(name: str, error: RolloutError, state: RowState = "failed") -> Row:
    """A check that an error ended."""
    return Row(name, state, one_line(str(error)), error.hint)


def folded(rows: Iterable[Row]) -> list[Row]:
    """The rows for people: those in a row that were skipped for one reason are one."""
    found: list[Row] = []
    for (state, text), group in groupby(rows, lambda row: (row.state, row.text)):
        same = list(group)
        if state == "skipped" and len(same) > 1:
            same = [Row("…", "skipped", f"{listing([row.name for row in same])}: {text}")]
        found.extend(same)
    return found
