"""Where the history is written to: a path whose ending says the format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.domain.errors import RolloutError
from tui.domain.text import counted, one_line
from tui.widgets.background import in_background
from tui.widgets.base_screen import BaseModal
from tui.widgets.present import error_content, line, styled


class ExportScreen(BaseModal[Path | None]):
    """Asks for the path, writes on a thread by `write(path, overwrite)`, and answers with the path.

    `write` returns how many entries it wrote; it raises a RolloutError for a path that cannot be used.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="export.cancel", tooltip="Write nothing"),
    ]

    def __init__(self, proposal: Path, write: Callable[[Path, bool], int]) -> None:
        super().__init__()
        self._proposal = proposal
        self._write = write
        self._exists = ""

    def compose(self) -> ComposeResult:
        """The path, what endings mean, and a place for what went wrong."""
        with Vertical(classes="dialog"):
            yield Static(line(("Export the history", "strong")), classes="title")
            yield Static(styled("The ending says the format: .csv, .json or .md", "muted"))
            yield Input(str(self._proposal), id="path", select_on_focus=False)
            yield Static("", id="said")
            yield Static(line(("enter", "accent"), " Write   ", ("escape", "accent"), " Back"), classes="keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Write; a file that is there is replaced at the second Enter only."""
        path = Path(event.value.strip()).expanduser()
        sure = self._exists == str(path)
        if path.exists() and not sure:
            self._exists = str(path)
            self._say_exists()
            return
        self.query_one("#said", Static).update(styled("Writing …", "muted"))
        in_background(
            self, lambda: self._write(path, sure), lambda number: self._written(path, number), failed=self._failed,
            what="export the history",
        )  # fmt: skip

    def _say_exists(self) -> None:
        self.query_one("#said", Static).update(line(("! ", "warning"), "This file exists. Enter again replaces it."))

    def _written(self, path: Path, number: int) -> None:
        self.app.notify(f"Wrote {counted(number, 'entry', 'entries')} to {one_line(str(path))}", markup=False)
        self.answer(path)

    def _failed(self, error: RolloutError) -> None:
        self._exists = ""
        self.query_one("#said", Static).update(error_content(error))

    def action_cancel(self) -> None:
        """Write nothing."""
        self.answer(None)
