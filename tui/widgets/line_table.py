"""A table of any length, drawn line by line: only the rows in view are ever asked for.

Textual's DataTable measures every cell; this one asks its rows for what is in view, keeps the made lines, and
repaints two lines when the cursor moves. It has no border and no padding, so that its lines need no style cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.row_painter import Painter
from tui.widgets.rows import ListRows, Row, Rows
from tui.widgets.table_layout import GAP, Column, layout

__all__ = ["Column", "LineTable", "ListRows", "Row", "Rows"]


KEPT = 512
"""How many made lines are kept."""

WHEEL = 3
"""Rows a turn of the wheel."""


class LineTable(Widget, can_focus=True):
    """The table. `cursor` is the place of the chosen row, -1 when there is none.

    Screens bind Enter themselves, so that the key bar says what it does there.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LineTable { height: 1fr; background: $background; }
    LineTable > .line-table--head { color: $muted; text-style: bold; }
    LineTable > .line-table--cursor { background: $cursor; }
    LineTable > .line-table--muted { color: $muted; }
    LineTable > .line-table--strong { text-style: bold; }
    LineTable > .line-table--accent { color: $accent; }
    LineTable > .line-table--success { color: $success; }
    LineTable > .line-table--warning { color: $warning; }
    LineTable > .line-table--error { color: $error; }
    LineTable > .line-table--bar { color: $rule; }
    """
    TONES: ClassVar = ("muted", "strong", "accent", "success", "warning", "error")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line-table--{name}" for name in ("head", "cursor", "bar", *TONES)}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", id="lines.up", tooltip="One row up", show=False),
        Binding("down", "move(1)", "Down", id="lines.down", tooltip="One row down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="lines.page-up", tooltip="One page up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="lines.page-down", tooltip="One page down", show=False),
        Binding("home", "first", "First", id="lines.first", tooltip="To the first row", show=False),
        Binding("end", "last", "Last", id="lines.last", tooltip="To the last row", show=False),
    ]

    @dataclass
    class Opened(Message):
        """A row was clicked twice."""

        cursor: int

    @dataclass
    class HeadClicked(Message):
        """The title of a column was clicked."""

        key: str

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Rows | None = None,
        *,
        moved: Callable[[], object] = lambda: None,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """`moved` is called when the cursor is on another row; a message would come a frame too late."""
        super().__init__(id=id)
        self._moved = moved
        self.columns = tuple(columns)
        self.sorted_by: tuple[str, bool] | None = None
        self._rows: Rows = rows if rows is not None else ListRows()
        self._top = 0
        self._cursor = 0
        self._lines: dict[tuple[int, bool], Strip] = {}
        self._view: list[Strip] = []
        self._paint: Painter | None = None

    @property
    def cursor(self) -> int:
        """The place of the chosen row, -1 when there are none."""
        return self._cursor if self._cursor < len(self._rows) else len(self._rows) - 1

    @property
    def top(self) -> int:
        """The place of the first row in view."""
        return self._top

    @property
    def page_size(self) -> int:
        """How many rows are in view."""
        return max(1, self.size.height - 1)

    def set_rows(self, rows: Rows, *, cursor: int | None = None) -> None:
        """Show other rows; the cursor stays at its place, or goes where it is told."""
        self._rows = rows
        self._go(self._cursor if cursor is None else cursor, moved=False)
        self.forget()

    def set_columns(self, columns: Sequence[Column], sorted_by: tuple[str, bool] | None = None) -> None:
        """Show other columns or another order; `sorted_by` is a column's key and whether it is descending."""
        self.columns, self.sorted_by = tuple(columns), sorted_by
        self._forget_layout()

    def forget(self) -> None:
        """Rows have changed or arrived: make the lines anew."""
        self._lines.clear()
        self._view.clear()
        self.refresh()

    def _forget_layout(self) -> None:
        self._paint = None
        self.forget()

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        self._forget_layout()

    def on_focus(self) -> None:
        """The mark of the cursor appears."""
        self.forget()

    def on_blur(self) -> None:
        """The mark of the cursor goes."""
        self.forget()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._forget_layout()
        self._go(self._cursor, moved=False)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by pages."""
        self._go(self.cursor + by * self.page_size)

    def action_first(self) -> None:
        """To the first row."""
        self._go(0)

    def action_last(self) -> None:
        """To the last row."""
        self._go(len(self._rows) - 1)

    def go(self, cursor: int) -> None:
        """Put the cursor on a row and the row in view."""
        self._go(cursor)

    def _go(self, cursor: int, *, moved: bool = True) -> None:
        before, top = self._cursor, self._top
        self._cursor = max(0, min(cursor, len(self._rows) - 1))
        lowest = max(0, min(self._cursor, len(self._rows) - self.page_size))
        self._top = max(min(self._top, lowest), self._cursor - self.page_size + 1, 0)
        if self._top != top:
            self._view.clear()
            self.refresh()
        elif self._cursor != before:
            self._refresh_rows(before, self._cursor)
        if moved and self._cursor != before:
            self._moved()

    def _refresh_rows(self, *places: int) -> None:
        lines = [place - self._top + 1 for place in places if 0 < place - self._top + 1 < self.size.height]
        for y in lines:
            if self._view:
                self._view[y] = self._line(y)
        self.refresh(*[Region(0, y, self.size.width, 1) for y in lines])

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by moving the cursor: it is always in view."""
        event.stop()
        self._go(self._cursor + WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by moving the cursor: it is always in view."""
        event.stop()
        self._go(self._cursor - WHEEL)

    def on_click(self, event: events.Click) -> None:
        """Choose a row, open it with the second click, or sort by a title."""
        if event.y == 0:
            self._click_head(event.x)
            return
        place = self._top + event.y - 1
        if place >= len(self._rows):
            return
        self._go(place)
        if event.chain > 1:
            self.post_message(self.Opened(place))

    def _click_head(self, x: int) -> None:
        left = 1
        for placed in self._painter().placed:
            if left <= x < left + placed.width:
                self.post_message(self.HeadClicked(placed.column.key))
            left += placed.width + GAP

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines in `crop`; straight from the made ones unless a filter such as NO_COLOR's has to see them.

        Textual asks for all lines of the widget even when two have changed, so what is in view is kept as a whole.
        """
        if self.app.no_color:
            return super().render_lines(crop)
        if len(self._view) != self.size.height:
            self._view = [self._line(y) for y in range(self.size.height)]
        lines = self._view[crop.y : crop.bottom]
        if crop.x == 0 and crop.right >= self.size.width:
            return lines
        return [line.crop(crop.x, crop.right) for line in lines]

    def render_line(self, y: int) -> Strip:
        """One line, for Textual's own way of drawing."""
        return self._line(y)

    def _line(self, y: int) -> Strip:
        """The titles, a row, or nothing."""
        painter = self._painter()
        if y == 0:
            return painter.head(self.sorted_by)
        place = self._top + y - 1
        if place >= len(self._rows):
            return painter.blank()
        selected = place == self._cursor
        line = self._lines.get((place, selected))
        if line is None:
            row = self._rows.row(place)
            line = painter.row(row, selected=selected, focused=self.has_focus)
            if row is not None:
                if len(self._lines) >= KEPT:
                    self._lines.clear()
                self._lines[place, selected] = line
        return self._with_bar(line, y)

    def _painter(self) -> Painter:
        if self._paint is None:
            width = self.size.width
            self._paint = Painter(layout(self.columns, width - 2), width, self._style)
        return self._paint

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"line-table--{name}") if name else self.rich_style

    def _with_bar(self, line: Strip, y: int) -> Strip:
        """A thin mark at the right edge shows which part is in view."""
        total, page = len(self._rows), self.page_size
        if total <= page:
            return line
        size = max(1, page * page // total)
        start = (page - size) * self._top // max(1, total - page)
        if not start <= y - 1 < start + size:
            return line
        width = self.size.width
        return Strip.join([line.crop(0, width - 1), Strip([Segment("▐", self._painter().style("bar"))], 1)])
