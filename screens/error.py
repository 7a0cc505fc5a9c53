"""An error that keeps something from opening: all of it, in place, with a retry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.domain.errors import RolloutError
from tui.domain.problem import Problem
from tui.domain.text import counted
from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import KeyBar, TitleBar
from tui.widgets.present import line, styled

ErrorAnswer = Literal["retry", "back"]


class ErrorScreen(BaseScreen[ErrorAnswer]):
    """What happened, every problem with its place and remedy, and the file."""

    HELP = "error"
    CSS_PATH: ClassVar = [asset("styles/error.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Try again", id="error.retry", tooltip="Try again, after the cause is removed"),
        Binding("c", "copy", "Copy path", id="error.copy", tooltip="Copy the file's path to the clipboard"),
        Binding("escape", "back", "Back", id="error.back", tooltip="Go back; nothing was changed"),
    ]

    def __init__(self, title: str, error: RolloutError, path: str = "") -> None:
        super().__init__()
        self._title = title
        self._error = error
        self._path = path
        self._problems: Sequence[Problem] = getattr(error, "problems", ())

    def compose(self) -> ComposeResult:
        """Title, hint, and the problems one below the other."""
        yield TitleBar(self._title)
        with VerticalScroll(id="error"):
            yield Static(line(("✗ ", "error"), (self._headline(), "strong")), classes="head")
            if self._path:
                yield Static(styled(self._path, "muted"), classes="place")
            for number, problem in enumerate(self._problems, 1):
                yield Static(line((f"{number:>2}  ", "muted"), (problem.path or "the file", "accent")), classes="where")
                yield Static(styled(problem.message), classes="what")
                if problem.allowed:
                    yield Static(styled(problem.allowed, "muted"), classes="what")
            if self._error.hint:
                yield Static(styled(self._error.hint, "muted"), classes="hint")
        yield KeyBar()

    def _headline(self) -> str:
        if self._problems:
            return f"This draft cannot be read: {counted(len(self._problems), 'problem')}"
        return str(self._error)

    def action_retry(self) -> None:
        """Try again."""
        self.answer("retry")

    def action_back(self) -> None:
        """Go back."""
        self.answer("back")

    def action_copy(self) -> None:
        """Copy the path by OSC 52."""
        self.app.copy_to_clipboard(self._path)
        self.notify("The path was sent to the terminal's clipboard.", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a path there is nothing to copy."""
        return None if action == "copy" and not self._path else True
