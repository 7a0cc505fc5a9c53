"""Rows of a long list, of which only the pages in view are loaded, on threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from tui.widgets.line_table import Row

E = TypeVar("E")

PAGE = 128
KEPT = 64
"""How many pages are kept."""

NEAR = 40
"""From so many rows before the end of a page the next one is loaded."""


class Pages(Generic[E]):
    """Rows of `total` items; `want` is called with the number of a page that is missing, once."""

    def __init__(self, total: int, draw: Callable[[E], Row], want: Callable[[int], object]) -> None:
        self.total = total
        self._draw = draw
        self._want = want
        self._pages: OrderedDict[int, Sequence[E]] = OrderedDict()
        self._asked: set[int] = set()

    def __len__(self) -> int:
        return self.total

    def item(self, index: int) -> E | None:
        """The item at `index`, None while its page is not there."""
        page = self._pages.get(index // PAGE)
        place = index % PAGE
        return page[place] if page is not None and place < len(page) else None

    def row(self, index: int) -> Row | None:
        """The row at `index`; its page, and the next when it is near, are asked for."""
        self._ask(index)
        if index % PAGE >= PAGE - NEAR:
            self._ask(index + NEAR)
        elif index % PAGE < NEAR:
            self._ask(index - NEAR)
        item = self.item(index)
        return None if item is None else self._draw(item)

    def _ask(self, index: int) -> None:
        number = index // PAGE
        if 0 <= index < self.total and number not in self._pages and number not in self._asked:
            self._asked.add(number)
            self._want(number)

    def put(self, number: int, items: Sequence[E]) -> None:
        """Keep a page; the one that was put longest ago goes when there are too many."""
        self._asked.discard(number)
        self._pages[number] = items
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
