"""Where a table's rows come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tui.widgets.present import Cell

Row = Sequence[Cell]


class Rows(Protocol):
    """Where rows come from. A row that is not there yet is None; `LineTable.forget` is called when it is."""

    def __len__(self) -> int: ...

    def row(self, index: int) -> Row | None: ...


class ListRows:
    """Rows from a list."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> Row | None:
        """The row at `index`."""
        return self._rows[index]
