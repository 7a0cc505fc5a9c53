"""A form made from specs and kept in step with a draft.

It knows no draft: values are read and changes are taken over through two functions, by path. Given other specs it
keeps every part that is still there, so that focus, cursor and undo outlive a change of shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar

from msgspec import Struct
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.domain.edit import within
from tui.widgets.field_rows import FieldRow, HeadingRow, Take
from tui.widgets.field_specs import Field, Heading, Note, Spec
from tui.widgets.inputs import Picker
from tui.widgets.present import State
from tui.widgets.table_row import TableRow

Part = FieldRow | HeadingRow | TableRow | Static


class Form(VerticalScroll, can_focus=False):
    """The parts of a form, one below the other. `locked` ones can only be read."""

    DEFAULT_CSS = "Form { padding: 0 1 1 0; scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "Field before", show=False, id="form.up", tooltip="The field before"),
        Binding("down", "app.focus_next", "Next field", show=False, id="form.down", tooltip="The next field"),
        Binding("enter", "go_on", "Next field", show=False, priority=True, id="form.enter", tooltip="The next field"),
        Binding(
            "tab", "app.focus_next", "Next field", show=False, priority=True, id="form.tab", tooltip="The next field"
        ),
        Binding(
            "shift+tab",
            "app.focus_previous",
            "Field before",
            show=False,
            priority=True,
            id="form.backtab",
            tooltip="The field before",
        ),
    ]
    """Keys that leave a field while one types have priority: what comes behind them is sent to the field that has the
    focus when it arrives, however quick the hands."""

    def __init__(self, take: Take, *, locked: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._take = take
        self.locked = locked
        self._parts: dict[str, Part] = {}

    @property
    def rows(self) -> list[FieldRow | TableRow]:
        """The fields and tables, in order."""
        return [part for part in self._parts.values() if isinstance(part, FieldRow | TableRow)]

    @property
    def wrong(self) -> dict[str, str]:
        """What is typed in fields and means no value, by path; it is not in the draft."""
        return {row.spec.path: row.trouble for row in self.rows if isinstance(row, FieldRow) and row.trouble}

    def sync(self, specs: Sequence[Spec], read: Callable[[str], object]) -> None:
        """Show these parts with these values: new ones are made, old ones kept, the rest removed."""
        wanted = {spec.key: spec for spec in specs}
        parts: dict[str, Part] = {}
        before: Part | None = None
        for key, spec in wanted.items():
            part = self._parts.get(key)
            if part is None:
                part = self._made(spec, read)
                self._mount_after(part, before)
            else:
                _update(part, spec, read)
            before = parts[key] = part
        gone = [part for key, part in self._parts.items() if key not in wanted]
        self._parts = parts
        self._leave(gone)
        for part in gone:
            part.display = False  # it is removed later, and must not take the focus until then
            part.remove()

    def _mount_after(self, part: Part, before: Part | None) -> None:
        if before is not None:
            self.mount(part, after=before)
        elif self.children:
            self.mount(part, before=0)
        else:
            self.mount(part)

    def _leave(self, gone: Sequence[Part]) -> None:
        """Take the focus out of parts that go: to the nearest field that stays."""
        focused = self.screen.focused
        if focused is not None and any(part in focused.ancestors_with_self for part in gone):
            stays = next((one for one in self.children if isinstance(one, FieldRow) and one not in gone), None)
            if stays is not None:
                stays.control.focus()

    def _made(self, spec: Spec, read: Callable[[str], object]) -> Part:
        if isinstance(spec, Field):
            return FieldRow(spec, read(spec.path), self._take, locked=self.locked)
        if isinstance(spec, Heading):
            return HeadingRow(spec)
        if isinstance(spec, Note):
            return Static(spec.content, classes="note", markup=False)
        return TableRow(spec, _records(read(spec.path)), self._take, locked=self.locked)

    def mark(self, levels: Mapping[str, State]) -> None:
        """Put glyphs before the fields: the states by the fields' paths."""
        for row in self.rows:
            wrong = isinstance(row, FieldRow) and row.trouble
            row.mark("failed" if wrong else levels.get(row.spec.path))

    def find(self, path: str) -> FieldRow | TableRow | None:
        """The field that a canonical path is, or is inside of; else the first one inside what it names."""
        inside = (row for row in self.rows if within(row.spec.path, path))
        return next((row for row in self.rows if within(path, row.spec.path)), next(inside, None))

    def action_go_on(self) -> None:
        """Enter in a field: to the next one. The last one, and one that Enter does more in, get the key themselves."""
        for row, following in pairwise(self.rows):
            if isinstance(row, FieldRow) and row.control is self.screen.focused and row.goes_on:
                if isinstance(row.control, Picker):
                    row.control.choose_pointed()
                self.screen.set_focus(following.control if isinstance(following, FieldRow) else following)
                return
        raise SkipAction

    def catch_up(self) -> None:
        """Take over what is in the fields and was not told yet: a key that leaves the form may be that quick."""
        for row in self.rows:
            if isinstance(row, FieldRow):
                row.catch_up()

    def jump(self, path: str) -> bool:
        """Focus the field that `find` finds; False when there is none."""
        row = self.find(path)
        if row is None:
            return False
        target = row.control if isinstance(row, FieldRow) else row
        if target.is_attached:
            target.focus()
        else:
            row.call_after_refresh(target.focus)
        self.call_after_refresh(target.scroll_visible, animate=False)  # it may have no place yet
        return True

    def focus_first(self) -> None:
        """Focus the first field."""
        for row in self.rows[:1]:
            (row.control if isinstance(row, FieldRow) else row).focus()


def _update(part: Part, spec: Spec, read: Callable[[str], object]) -> None:
    if isinstance(part, FieldRow) and isinstance(spec, Field):
        part.update(spec, read(spec.path))
    elif isinstance(part, TableRow) and not isinstance(spec, Field | Heading | Note):
        part.update(spec, _records(read(spec.path)))
    elif isinstance(part, HeadingRow) and isinstance(spec, Heading):
        part.show(spec)
    elif isinstance(part, Static) and isinstance(spec, Note) and part.content != spec.content:
        part.update(spec.content)


def _records(value: object) -> tuple[Struct, ...]:
    return tuple(one for one in value if isinstance(one, Struct)) if isinstance(value, tuple) else ()
