"""A long text over the whole screen, to be completed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static, TextArea

from tui.domain.lint import Leftover, leftovers
from tui.domain.text import counted, listing, one_line
from tui.widgets.background import in_background
from tui.widgets.base_screen import BaseModal
from tui.widgets.chrome import StatusLine
from tui.widgets.inputs import Dropped, ManyLines
from tui.widgets.outside_editor import EditorFailed, edit_outside
from tui.widgets.present import error_line, line

DELAY = 0.2
"""Seconds without a change before leftovers are counted again."""

_SHOWN = 3
_KEYS = line(
    ("^s", "accent"), " keep   ", ("^r", "accent"), " from the fields   ", ("^e", "accent"), " editor   ",
    ("esc", "accent"), " back",
)  # fmt: skip


class TextEditor(BaseModal[str | None]):
    """Answers with the text, None when it is to stay as it was.

    `made` is the text as it is made without the operator; `note` a line on what to know.
    """

    HELP: ClassVar[str] = "wizard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "keep", "Keep", id="text.keep", tooltip="Keep the text as it is here"),
        Binding("ctrl+r", "again", "From the fields", id="text.again", tooltip="Put the text from the fields here"),
        Binding("escape", "cancel", "Back", id="text.cancel", tooltip="Leave the text as it was"),
    ]
    DEFAULT_CSS = """
    TextEditor { align: center middle; }
    TextEditor Vertical { width: 100%; height: 100%; padding: 0 1; background: $surface; }
    TextEditor ManyLines { height: 1fr; border: none; margin: 1 0 0 0; }
    TextEditor #text-note { height: auto; max-height: 4; }
    """

    def __init__(self, title: str, text: str, *, made: str, note: Content, editor: str = "") -> None:
        super().__init__()
        self._title, self._text, self._made, self._note, self._editor = title, text, made, note, editor
        self._timer: Timer | None = None
        self._sure = False

    def compose(self) -> ComposeResult:
        """Title, note, the text, what is left over in it, and the keys."""
        with Vertical():
            yield Static(one_line(self._title), classes="title", markup=False)
            yield Static(self._note, id="text-note", markup=False)
            yield ManyLines(self._text, "")
            yield StatusLine(id="text-status")
            yield StatusLine(_KEYS)

    def on_mount(self) -> None:
        """Begin in the text."""
        self.area.focus()
        self._count()

    @property
    def area(self) -> ManyLines:
        """The text."""
        return self.query_one(ManyLines)

    def _say(self, content: Content) -> None:
        self.query_one("#text-status", StatusLine).show(content)

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._sure = False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DELAY, self._count)

    def _count(self) -> None:
        text = self.area.text
        found: Callable[[], tuple[Leftover, ...]] = lambda: leftovers(text)  # noqa: E731 - it runs on a thread
        in_background(self, found, self._show, failed=lambda error: self._say(error_line(error)), what="leftovers")

    def _show(self, found: tuple[Leftover, ...]) -> None:
        if not found:
            self._say(line(("✓ ", "success"), "Nothing is left over in it"))
            return
        places = [f"{one.text} in line {one.line}" for one in found[:_SHOWN]]
        more = [f"{len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        self._say(line(("! ", "warning"), f"{counted(len(found), 'leftover')}: {listing([*places, *more])}"))

    @on(ManyLines.EditOutside)
    def _edit_outside(self, event: ManyLines.EditOutside) -> None:
        event.stop()
        try:
            self._put(edit_outside(self.app, self.area.text, self._editor))
        except EditorFailed as error:
            self._say(error_line(error))
        self.refresh(layout=True)

    @on(Dropped)
    def _dropped(self, event: Dropped) -> None:
        event.stop()
        self._say(line(("! ", "warning"), f"Left out of what was pasted: {event.what}."))

    def _put(self, text: str) -> None:
        """Another text in its place; ctrl+z brings the former back."""
        self.area.replace(text, (0, 0), self.area.document.end)

    def action_again(self) -> None:
        """The text as it is made from the fields."""
        self._put(self._made)

    def action_keep(self) -> None:
        """Answer with the text."""
        self.answer(self.area.text)

    def action_cancel(self) -> None:
        """Leave it as it was; what was typed is thrown away only when asked twice."""
        if self.area.text == self._text or self._sure:
            self.answer(None)
            return
        self._sure = True
        if self._timer is not None:
            self._timer.stop()
        self._say(line(("! ", "warning"), "Changed: escape again throws the changes away, ^s keeps them"))
