"""A list of records in a form: aligned lines with a cursor, and a dialog for the record under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct
from rich.cells import cell_len
from textual import events
from textual.actions import SkipAction
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.domain.text import one_line
from tui.widgets.field_rows import FieldFocused, Take
from tui.widgets.field_specs import Table
from tui.widgets.inputs import HERE, Refused
from tui.widgets.present import LOOKS, State, Tone, fit, line

GAP = "  "
LEAST = 4

_NUMBER = re.compile(r"[\d.,]+ ?%?")


class TableRow(Widget, can_focus=True):
    """The records, and a last line that adds one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "TableRow { height: auto; padding: 0 1 0 0; margin-bottom: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "edit", "Edit", id="table.edit", tooltip="Edit this row, or add one"),
        Binding("a", "add", "Add", id="table.add", tooltip="Add a row"),
        Binding("d,delete", "delete", "Remove", id="table.delete", tooltip="Remove this row"),
        Binding("up", "move(-1)", "Up", show=False, id="table.up", tooltip="The row above, or the field before"),
        Binding("down", "move(1)", "Down", show=False, id="table.down", tooltip="The row below, or the next field"),
    ]

    cursor: reactive[int] = reactive(0)

    @dataclass
    class EditWanted(Message):
        """The record at `place` is to be edited; one that is not there yet when `place` is behind the last."""

        table: TableRow
        place: int

    def __init__(self, spec: Table, rows: Sequence[Struct], take: Take, *, locked: bool = False) -> None:
        super().__init__()
        self.spec = spec
        self.rows = tuple(rows)
        self._take = take
        self.locked = locked
        self.level: State | None = None

    def update(self, spec: Table, rows: Sequence[Struct]) -> None:
        """Other records."""
        changed = tuple(rows) != self.rows
        self.spec, self.rows = spec, tuple(rows)
        self.cursor = min(self.cursor, len(self.rows))
        self.refresh(layout=changed)

    def mark(self, level: State | None) -> None:
        """Put a state's glyph before the label, or none."""
        if level != self.level:
            self.level = level
            self.refresh()

    def replace(self, place: int, record: Struct) -> None:
        """Take the edited record in, and report the list."""
        self._report((*self.rows[:place], record, *self.rows[place + 1 :]))

    def _report(self, rows: tuple[Struct, ...]) -> None:
        self.update(self.spec, rows)
        self._take(self.spec.path, rows)

    def action_edit(self) -> None:
        """Edit the row under the cursor, or add one on the last line."""
        self._edit(self.cursor)

    def action_add(self) -> None:
        """Add a row."""
        self._edit(len(self.rows))

    def _edit(self, place: int) -> None:
        self.cursor = place
        self.post_message(Refused() if self.locked else self.EditWanted(self, place))

    def action_delete(self) -> None:
        """Remove the row under the cursor."""
        if self.locked:
            self.post_message(Refused())
        elif self.cursor < len(self.rows):
            self._report((*self.rows[: self.cursor], *self.rows[self.cursor + 1 :]))

    def action_move(self, by: int) -> None:
        """To another row; at the ends the form goes on."""
        if not 0 <= self.cursor + by <= len(self.rows):
            raise SkipAction
        self.cursor += by

    def watch_cursor(self) -> None:
        """Keep the row under the cursor in view."""
        if self.is_mounted and self.has_focus and isinstance(self.parent, Widget):
            region = Region(0, self.virtual_region.y + self.cursor, 1, 3)
            self.parent.scroll_to_region(region, animate=False)

    def on_focus(self, _event: events.Focus) -> None:
        """Say which table is at work."""
        self.post_message(FieldFocused(self.spec))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one edits."""
        place = event.y - self._head
        if 0 <= place <= len(self.rows):
            self.cursor = place
            if event.chain > 1:
                self.action_edit()

    @property
    def _head(self) -> int:
        return 2 if self.rows else 1

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Label, head, rows and the line that adds."""
        return self._head + len(self.rows) + 1

    def render(self) -> RenderResult:
        """The table."""
        width = max(1, self.content_size.width - len(HERE))
        cells = [tuple(one_line(cell) for cell in self.spec.show(row)) for row in self.rows]
        widths = _widths(self.spec.head, cells, width)
        right = [_numeric([row[column] for row in cells]) for column in range(len(self.spec.head))]
        lines = [self._label()]
        if cells:
            lines.append(line(("  " + _aligned(self.spec.head, widths, right), "muted")))
        lines.extend(self._line(_aligned(row, widths, right), place, width) for place, row in enumerate(cells))
        lines.append(self._line(f"+ Add {self.spec.noun}", len(cells), width, muted=True))
        return Content("\n").join([one.truncate(width + len(HERE), ellipsis=True) for one in lines])

    def _label(self) -> Content:
        look = LOOKS[self.level] if self.level else None
        mark: tuple[str, Tone] = (f"{look.glyph} ", look.tone) if look else ("  ", "")
        empty = "" if self.rows else f"  {self.spec.empty}"
        return line(mark, (one_line(self.spec.label), "accent" if self.has_focus else "muted"), (empty, "muted"))

    def _line(self, text: str, place: int, width: int, *, muted: bool = False) -> Content:
        if self.has_focus and place == self.cursor:
            return Content.assemble((HERE, "$accent on $cursor"), (fit(text, width), "bold on $cursor"))
        return line("  ", (text, "muted" if muted else ""))


def _widths(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], width: int) -> list[int]:
    """The width of each column, for its cells first and for its title if there is room; the widest give way."""
    cells = [max((cell_len(row[column]) for row in rows), default=0) for column in range(len(head))]
    widths = [max(size, min(cell_len(title), LEAST)) for size, title in zip(cells, head, strict=True)]
    room = width - len(GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > LEAST:
        widths[widths.index(max(widths))] -= 1
    for column, title in enumerate(head):
        widths[column] += max(0, min(cell_len(title) - widths[column], room - sum(widths)))
    return widths


def _aligned(row: tuple[str, ...], widths: list[int], right: Sequence[bool]) -> str:
    cells = [fit(cell, size, right=to_right) for cell, size, to_right in zip(row, widths, right, strict=True)]
    return GAP.join(cells).rstrip()


def _numeric(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers only, which stand at the right."""
    return bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)
