"""The line where a filter is typed. It is not there until it is asked for, and neither is its Input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message

if TYPE_CHECKING:
    from textual.widgets import Input


class FilterLine(Horizontal):
    """`/` and what is typed. Enter and down keep the filter and leave the line, Escape clears it."""

    DEFAULT_CSS = """
    FilterLine { height: 1; display: none; background: $panel; }
    FilterLine.-open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear filter", id="filter.clear", tooltip="Show everything again"),
    ]

    @dataclass
    class Changed(Message):
        """The filter is another."""

        value: str

    @dataclass
    class Left(Message):
        """The rows are wanted."""

    def __init__(self, hint: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._hint = hint
        self._input: Input | None = None

    @property
    def value(self) -> str:
        """What was typed."""
        return self._input.value if self._input else ""

    def open(self) -> None:
        """Show the line and let the operator type."""
        self.add_class("-open")
        if self._input is None:
            from tui.widgets.filter_input import FilterInput

            self._input = FilterInput(placeholder=self._hint, select_on_focus=False)
            self._input.cursor_blink = False  # an idle screen writes nothing
            self.mount(self._input)
        self._input.focus()

    def clear(self) -> None:
        """Take the filter away."""
        self.remove_class("-open")
        if self._input and self._input.value:
            self._input.value = ""
        self.post_message(self.Left())

    def action_clear(self) -> None:
        """Escape."""
        self.clear()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass it on as a message of our own."""
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter or down: an empty filter needs no line."""
        event.stop()
        self.set_class(bool(self.value), "-open")
        self.post_message(self.Left())

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """An empty line goes away when it is left by other means."""
        event.stop()
        self.set_class(bool(self.value), "-open")
