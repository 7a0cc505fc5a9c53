"""A list of wrapped rows with a cursor: what the review, the apply and the rollout screens are made of.

Lines are drawn one by one, so that a long issue body costs only what is in view. Rows hold `Content`, never markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.widgets.present import Tone, line

CURSOR = "›"
"""In front of the row under the cursor, since a colour alone may not be seen."""

LEAST_WIDTH = 8
"""Cells that are left for text however far a row is indented; below that the terminal is useless anyway."""


@dataclass(frozen=True)
class Row:
    """One row. Enter on it reports its `key`; continuation lines are indented by `hang` cells."""

    content: Content
    key: str = ""
    hang: int = 0

    @property
    def blank(self) -> bool:
        """Whether the cursor passes over it."""
        return not self.content.plain.strip()


BLANK = Row(Content(""))
"""A row between two sections."""


@dataclass(frozen=True)
class _Line:
    row: int
    content: Content


def heading(text: str, tone: Tone = "strong") -> Row:
    """A section's title."""
    return Row(line((text, tone)))


def joined(*sections: Sequence[Row]) -> list[Row]:
    """The sections that have rows, with a blank row between two."""
    rows: list[Row] = []
    for section in sections:
        if section:
            rows.extend([BLANK, *section] if rows else section)
    return rows


def keyed(key: str, rows: Iterable[Row]) -> list[Row]:
    """The rows as one thing: Enter on any of them is the same."""
    return [replace(row, key=key) for row in rows]


def same_rows(one: Sequence[Row], other: Sequence[Row]) -> bool:
    """Whether both would be drawn alike and lead to the same."""
    return len(one) == len(other) and all(
        a.key == b.key and a.hang == b.hang and a.content.is_same(b.content) for a, b in zip(one, other, strict=True)
    )


def wrap(row: Row, width: int) -> list[Content]:
    """The row's lines in at most `width` cells; an empty row is one empty line."""
    content = row.content.expand_tabs(4)
    if content.cell_length <= width and "\n" not in content.plain:
        return [content]
    hang = min(row.hang, max(0, width - LEAST_WIDTH))
    first, *others = content.wrap(width) or [Content("")]
    if not others or not hang:
        return [first, *others]
    tail = content[len(first.plain) :]
    blanks = len(tail.plain) - len(tail.plain.lstrip(" \n"))
    return [first, *(rest.pad_left(hang) for rest in tail[blanks:].wrap(width - hang))]


class Outline(ScrollView, can_focus=True):
    """Rows with a cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"outline--cursor"}
    DEFAULT_CSS = """
    Outline { height: 1fr; padding: 0 1 0 0; overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    Outline > .outline--cursor { background: $cursor; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="outline.up", tooltip="One row up"),
        Binding("down,j", "move(1)", "Down", show=False, id="outline.down", tooltip="One row down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="outline.page-up", tooltip="One page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="outline.page-down", tooltip="One page down"),
        Binding("home,g", "end(-1)", "First row", show=False, id="outline.first", tooltip="To the first row"),
        Binding("end,G", "end(1)", "Last row", show=False, id="outline.last", tooltip="To the last row"),
        Binding("enter,space", "choose", "Open", show=False, id="outline.choose", tooltip="Open or act on the row"),
    ]

    @dataclass
    class Chosen(Message):
        """Enter on a row that has a key."""

        outline: Outline
        key: str

        @property
        def control(self) -> Outline:
            """The outline, for `on` selectors."""
            return self.outline

    @dataclass
    class Moved(Message):
        """The cursor is on another row; `key` is that row's."""

        outline: Outline
        key: str

        @property
        def control(self) -> Outline:
            """The outline, for `on` selectors."""
            return self.outline

    def __init__(self, rows: Sequence[Row] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._rows = tuple(rows)
        self._lines: list[_Line] = []
        self._starts: list[int] = []
        self._cursor = self._stop(0, 1)
        self._width = 0
        self._below = False

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as they were given."""
        return self._rows

    @property
    def text(self) -> str:
        """All rows as plain text, for tests and for copying."""
        return "\n".join(row.content.plain for row in self._rows)

    @property
    def key(self) -> str:
        """The key of the row under the cursor."""
        return self._rows[self._cursor].key if self._rows else ""

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Other rows; the cursor stays on its key, or else where it is."""
        key, offset = self.key, 0
        if key:
            offset = self._cursor - next(place for place, row in enumerate(self._rows) if row.key == key)
        self._rows = tuple(rows)
        same = [place for place, row in enumerate(self._rows) if key and row.key == key]
        wanted = same[min(offset, len(same) - 1)] if same else self._cursor
        self._cursor = self._stop(min(wanted, len(self._rows) - 1), 1)
        self._fold()

    def go(self, key: str) -> None:
        """Put the cursor on the first row with that key, if there is one."""
        place = next((place for place, row in enumerate(self._rows) if row.key == key), None)
        if place is not None:
            self._go(place)

    def show_below(self) -> None:
        """Scroll so that what follows the row under the cursor is in view, as after it was opened.

        So it stays until the cursor moves: a change of size or of rows may come before the scrolling does.
        """
        self._below = True
        self._show_cursor()

    def on_resize(self) -> None:
        """Wrap anew when the width changed; in a smaller height the cursor stays in view."""
        if self._room != self._width:
            self._fold()
        else:
            self._show_cursor()

    @property
    def _room(self) -> int:
        """Cells for text: all but the cursor's."""
        return max(0, self.scrollable_content_region.width - len(CURSOR))

    def _fold(self) -> None:
        self._width = self._room
        if not self._width:
            return
        self._lines, self._starts = [], []
        for place, row in enumerate(self._rows):
            self._starts.append(len(self._lines))
            self._lines.extend(_Line(place, content) for content in wrap(row, self._width))
        self.virtual_size = Size(self._width, len(self._lines))
        self.refresh()
        self._show_cursor()

    def render_line(self, y: int) -> Strip:
        """One line of the view."""
        width, place = self.scrollable_content_region.width, self.scroll_offset.y + y
        style = self.visual_style
        if place >= len(self._lines):
            return Strip.blank(width, style.rich_style)
        drawn = self._lines[place]
        pointed = self.has_focus and drawn.row == self._cursor
        if pointed:
            style = self.get_visual_style("outline--cursor")
        mark = CURSOR if pointed and self._starts[drawn.row] == place else " " * len(CURSOR)
        content = Content.assemble((mark, "bold $accent"), drawn.content)
        strips = Visual.to_strips(self, content, width, 1, style, apply_selection=False)
        strip = strips[0] if strips else Strip.blank(width, style.rich_style)
        return strip.extend_cell_length(width, style.rich_style)

    def action_move(self, by: int) -> None:
        """Up or down, over blank rows; at the ends the view goes on to its edge."""
        place = self._stop(self._cursor + by, by)
        if place == self._cursor:
            self._below = False
            self.scroll_to(y=0 if by < 0 else self.max_scroll_y, animate=False)
        self._go(place)

    def action_page(self, by: int) -> None:
        """One page up or down."""
        if not self._starts:
            return
        wanted = self._starts[self._cursor] + by * max(1, self.scrollable_content_region.height - 1)
        wanted = min(max(wanted, 0), len(self._lines) - 1)
        self._go(self._stop(self._lines[wanted].row, by))

    def action_end(self, by: int) -> None:
        """To the first or the last row."""
        self._below = False
        self._go(self._stop(0 if by < 0 else len(self._rows) - 1, -by))
        self.scroll_to(y=0 if by < 0 else self.max_scroll_y, animate=False)

    def action_choose(self) -> None:
        """Report the row's key."""
        if self.key:
            self.post_message(self.Chosen(self, self.key))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one on the same row chooses it."""
        clicked = self.scroll_offset.y + event.y
        if 0 <= clicked < len(self._lines):
            self._go(self._stop(self._lines[clicked].row, 1))
            if event.chain > 1:
                self.action_choose()

    def watch_has_focus(self, _focused: bool) -> None:
        """The cursor is drawn only where the keys go."""
        self.refresh()

    def _go(self, place: int) -> None:
        if self._rows and place != self._cursor:
            self._cursor, self._below = place, False
            self.refresh()
            self.post_message(self.Moved(self, self.key))
        self._show_cursor()

    def _stop(self, place: int, by: int) -> int:
        """The row with text that is nearest to `place`, looking in the direction `by` first."""
        places = [one for one, row in enumerate(self._rows) if not row.blank]
        if not places:
            return 0
        ahead = [one for one in places if (one >= place if by > 0 else one <= place)]
        if by > 0:
            return ahead[0] if ahead else places[-1]
        return ahead[-1] if ahead else places[0]

    def _show_cursor(self) -> None:
        """Scroll so that the row under the cursor is in view, its first line above all, or what is below it.

        By force: rows that have just become more than fit have no scroll bar yet, and without one nothing scrolls.
        """
        if not self._starts or not self._lines:
            return
        top = self._starts[self._cursor]
        if self._below:
            self.scroll_to(y=max(0, top - 1), animate=False, force=True)
            return
        bottom = self._starts[self._cursor + 1] if self._cursor + 1 < len(self._starts) else len(self._lines)
        height = max(1, self.scrollable_content_region.height)
        region = Region(0, top, 1, min(bottom - top, height))
        self.scroll_to_region(region, animate=False, x_axis=False, force=True)
