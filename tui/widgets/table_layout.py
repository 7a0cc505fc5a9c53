"""Which columns of a table fit, and how wide each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 2


@dataclass(frozen=True)
class Column:
    """A column: `width` cells at least, `grow` its share of what is left, `drop` the higher the sooner it is left out.

    A column with `drop` 0 stays.
    """

    key: str
    title: str
    width: int
    grow: int = 0
    drop: int = 0
    right: bool = False


@dataclass(frozen=True)
class Placed:
    """A column with the cells it got."""

    place: int
    column: Column
    width: int


def layout(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """The columns that fit into `width` cells, each with its width; what is left over goes to those that grow."""
    kept = list(enumerate(columns))
    while _least(kept) > width and any(column.drop for _, column in kept):
        kept.remove(max(kept, key=lambda pair: (pair[1].drop, pair[0])))
    spare = max(0, width - _least(kept))
    shares = sum(column.grow for _, column in kept)
    placed = []
    for place, column in kept:
        extra = spare * column.grow // shares if shares else 0
        spare, shares = spare - extra, shares - column.grow
        placed.append(Placed(place, column, column.width + extra))
    return tuple(placed)


def _least(kept: Sequence[tuple[int, Column]]) -> int:
    return sum(column.width for _, column in kept) + GAP * max(0, len(kept) - 1)
