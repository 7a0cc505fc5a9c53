"""What a person types into and chooses from: one line, many lines, one of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Edit, EditResult

from tui.domain.text import clean, one_line
from tui.widgets.field_specs import Option
from tui.widgets.field_values import pasted
from tui.widgets.outline import Row, wrap
from tui.widgets.present import Tone, line

HERE = "› "
"""What points at the field, line or row at work."""


@dataclass
class Refused(Message):
    """Somebody tried to change a field of a form that can only be read."""


@dataclass
class Dropped(Message):
    """A paste was made fit; `what` says what is gone."""

    what: str


class OneLine(Input):
    """An input of one line. What is pasted is made fit, and said."""

    def __init__(self, value: str, placeholder: str) -> None:
        super().__init__(value=value, placeholder=placeholder, select_on_focus=False)
        self.cursor_blink = False
        self.locked = False

    def replace(self, text: str, start: int, end: int) -> None:
        """The one way in for keys, pastes and cuts."""
        if self.locked:
            self.post_message(Refused())
        else:
            super().replace(clean(text), start, end)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text, dropped = pasted(event.text, lines=False)
        self.replace(text, *self.selection)
        if dropped and not self.locked:
            self.post_message(Dropped(dropped))


class ManyLines(TextArea):
    """An input of several lines that grows with its text. Tab leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+e", "edit_outside", "Editor", id="form.editor", tooltip="Edit this text in your own editor"),
        Binding("f6", "screen.jump('review')", "Review", show=False, id="form.f6", tooltip="To the review"),
    ]

    @dataclass
    class EditOutside(Message):
        """The text is wanted in the operator's own editor."""

        area: ManyLines

    def __init__(self, value: str, placeholder: str) -> None:
        super().__init__(value, soft_wrap=True, show_line_numbers=False, placeholder=Content(clean(placeholder)))
        self.cursor_blink = False

    @property
    def locked(self) -> bool:
        """Whether it can only be read."""
        return self.read_only

    @locked.setter
    def locked(self, locked: bool) -> None:
        self.read_only = locked

    def edit(self, edit: Edit) -> EditResult:
        """The one way in; whatever comes is made fit for a terminal."""
        edit.text = clean(edit.text)
        return super().edit(edit)

    def action_cursor_up(self, select: bool = False) -> None:
        """Up; from the very beginning to the field before."""
        if not select and self.get_cursor_up_location() == self.cursor_location:
            raise SkipAction
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Down; from the very end to the next field."""
        if not select and self.get_cursor_down_location() == self.cursor_location:
            raise SkipAction
        super().action_cursor_down(select)

    async def _on_key(self, event: events.Key) -> None:
        if self.read_only and (event.is_printable or event.key in {"enter", "backspace", "delete"}):
            event.stop()
            event.prevent_default()
            self.post_message(Refused())
            return
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if self.read_only:
            self.post_message(Refused())
            return
        text, dropped = pasted(event.text, lines=True)
        if result := self._replace_via_keyboard(text, *self.selection):
            self.move_cursor(result.end_location)
        if dropped:
            self.post_message(Dropped(dropped))

    def action_edit_outside(self) -> None:
        """Ask for the operator's editor."""
        self.post_message(Refused() if self.read_only else self.EditOutside(self))


class Picker(Widget, can_focus=True):
    """One of several values: side by side when they fit, one below the other when `tall`, the chosen one with its note.

    In a `tall` one up and down move to a line, which space or Enter chooses; a `walk` one shows all notes, and they
    choose at once.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "Picker { height: auto; padding: 0 1; } Picker:focus { background: $cursor; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn(1)", "Change", id="picker.next", tooltip="The next choice"),
        Binding("right", "turn(1)", "Next choice", show=False, id="picker.right", tooltip="The next choice"),
        Binding("left", "turn(-1)", "Choice before", show=False, id="picker.left", tooltip="The choice before"),
        Binding("down", "walk(1)", "Down", show=False, id="picker.down", tooltip="The next choice, or the next field"),
        Binding("up", "walk(-1)", "Up", show=False, id="picker.up", tooltip="The choice before, or the field before"),
        Binding("enter", "enter", "Go on", show=False, id="picker.enter", tooltip="To the next field"),
    ]

    chosen: reactive[int] = reactive(0, layout=True)
    at: reactive[int] = reactive(0, layout=True)
    """The line that is pointed at, in a tall one that has the focus."""

    @dataclass
    class Changed(Message):
        """Another value was chosen."""

        picker: Picker
        value: object

    @dataclass
    class Entered(Message):
        """Enter was pressed."""

        picker: Picker

    def __init__(self, options: Sequence[Option], value: object, *, tall: bool = False, walk: bool = False) -> None:
        super().__init__()
        self.options = tuple(options)
        self.tall = tall
        self.walk = walk
        self.locked = False
        self.set_reactive(Picker.chosen, self._place(value))
        self.set_reactive(Picker.at, max(0, self.chosen))

    def _place(self, value: object) -> int:
        """The value's place; -1 for one that is no option, as a file may have it."""
        return next((place for place, one in enumerate(self.options) if one.value == value), -1)

    def set(self, options: Sequence[Option], value: object) -> None:
        """Other options or another value, without a message."""
        if tuple(options) != self.options:
            self.options = tuple(options)
            self.refresh(layout=True)
        self.chosen = self._place(value)

    def on_focus(self) -> None:
        """Begin at the line that is chosen."""
        self.at = max(0, self.chosen)

    @property
    def _pointed(self) -> bool:
        """Whether another line than the chosen one is pointed at."""
        return self.tall and not self.walk and self.has_focus and self.at != self.chosen

    def action_turn(self, by: int) -> None:
        """The line that is pointed at, else the next choice, round and round."""
        if self._pointed and by > 0:
            self._choose(self.at)
            return
        self._choose((max(self.chosen, 0 if by < 0 else -1) + by) % len(self.options))

    def action_walk(self, by: int) -> None:
        """Up or down in a list; at its ends, and in choices side by side, the form goes on."""
        here = self.chosen if self.walk else self.at
        if not self.tall or not 0 <= here + by < len(self.options):
            raise SkipAction
        if self.walk:
            self._choose(here + by)
        else:
            self.at = here + by

    def action_enter(self) -> None:
        """Choose the line that is pointed at, and report it: the form goes on."""
        self.choose_pointed()
        self.post_message(self.Entered(self))

    def choose_pointed(self) -> None:
        """Choose the line that is pointed at, before the form goes on."""
        if self._pointed:
            self._choose(self.at)

    def _choose(self, place: int) -> None:
        if self.locked and not self.walk:
            self.post_message(Refused())
        elif place != self.chosen:
            self.chosen = self.at = place
            self.post_message(self.Changed(self, self.options[place].value))

    def on_click(self, event: events.Click) -> None:
        """A click on a line chooses it, elsewhere it turns."""
        if not self.tall:
            self.action_turn(1)
            return
        ends = self._ends(self.content_size.width)
        place = next((place for place, end in enumerate(ends) if event.y < end), None)
        if place is not None:
            self._choose(place)

    def _ends(self, width: int) -> list[int]:
        ends: list[int] = []
        for place in range(len(self.options)):
            ends.append((ends[-1] if ends else 0) + len(self._lines(place, width)))
        return ends

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line, or as many as the wrapped notes take."""
        return self._ends(width)[-1] if self.tall and self.options else 1

    def render(self) -> RenderResult:
        """The options."""
        width = max(1, self.content_size.width)
        if self.tall:
            return Content("\n").join([one for place in range(len(self.options)) for one in self._lines(place, width)])
        row = self._row()
        return row if row.cell_length <= width else self._turning(width)

    def _lines(self, place: int, width: int) -> list[Content]:
        one, chosen = self.options[place], place == self.chosen
        here = self._pointed and place == self.at
        content = line(
            (HERE, "accent") if here else _mark(chosen=chosen),
            (one_line(one.label), "strong" if chosen else ""),
            (f"  {one_line(one.note)}" if one.note and (chosen or here or self.walk) else "", "muted"),
        )
        return wrap(Row(content, hang=2), max(8, width))

    def _row(self) -> Content:
        parts: list[Content] = []
        for place, one in enumerate(self.options):
            chosen = place == self.chosen
            parts.append(line(_mark(chosen=chosen), (one_line(one.label), "strong" if chosen else "muted")))
        return Content("   ").join(parts)

    def _turning(self, width: int) -> Content:
        label = self.options[self.chosen].label if self.chosen >= 0 else "none of them"
        count = f"  {self.chosen + 1} of {len(self.options)}"
        return line(("‹ ", "accent"), (one_line(label), "strong"), (" ›", "accent"), (count, "muted")).truncate(
            width, ellipsis=True
        )


def _mark(*, chosen: bool) -> tuple[str, Tone]:
    return ("● ", "accent") if chosen else ("○ ", "muted")
