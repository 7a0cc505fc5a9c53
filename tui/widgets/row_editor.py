"""The dialog that edits one record of a table."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.domain.text import one_line
from tui.widgets.base_screen import BaseModal
from tui.widgets.chrome import StatusLine
from tui.widgets.field_rows import FieldEntered, FieldFocused, FieldWrong
from tui.widgets.field_specs import Field, Table
from tui.widgets.form import Form
from tui.widgets.inputs import Dropped
from tui.widgets.present import line

_KEYS = line(("enter", "accent"), " next or save   ", ("^s", "accent"), " save   ", ("esc", "accent"), " cancel")


class RowEditor(BaseModal[Struct | None]):
    """Answers with the record as it was edited, None when it is to stay as it was."""

    HELP: ClassVar[str] = "wizard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "save", "Save", id="row.save", tooltip="Take the row over"),
        Binding("escape", "cancel", "Cancel", id="row.cancel", tooltip="Leave the row as it was"),
    ]
    DEFAULT_CSS = "RowEditor Form { height: auto; max-height: 14; } RowEditor #row-keys { margin-top: 1; }"

    def __init__(self, spec: Table, record: Struct, *, new: bool) -> None:
        super().__init__()
        self.spec = spec
        self.record = record
        self._new = new

    def compose(self) -> ComposeResult:
        """Title, fields, and what the keys do."""
        with Vertical(classes="dialog"):
            yield Static(one_line(f"{'Add' if self._new else 'Edit'} {self.spec.noun}"), classes="title", markup=False)
            yield Form(self._changed, id="row-form")
            yield StatusLine(id="row-help")
            yield StatusLine(_KEYS, id="row-keys")

    def on_mount(self) -> None:
        """Fill the form."""
        form = self.query_one(Form)
        form.sync(self.spec.fields, lambda path: getattr(self.record, path))
        self.call_after_refresh(form.focus_first)

    def _changed(self, path: str, value: object) -> None:
        self.record = replace(self.record, **{path: value})

    @on(FieldEntered)
    def _entered(self, event: FieldEntered) -> None:
        """On to the next field; from the last, save."""
        event.stop()
        if event.spec.path == self.spec.fields[-1].path:
            self.action_save()
        else:
            self.focus_next()

    @on(FieldWrong)
    @on(FieldFocused)
    def _help(self, event: FieldWrong | FieldFocused) -> None:
        event.stop()
        form = self.query_one(Form)
        spec = event.spec if isinstance(event, FieldFocused) else None
        wrong = next(iter(form.wrong.values()), "")
        if wrong:
            self._say(wrong, wrong=True)
        elif isinstance(spec, Field):
            self._say(spec.help)

    @on(Dropped)
    def _dropped(self, event: Dropped) -> None:
        event.stop()
        self._say(f"Left out of what was pasted: {event.what}.")

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.query_one("#row-help", StatusLine).show(line((f"✗ {text}", "error") if wrong else (text, "muted")))

    def action_save(self) -> None:
        """Answer with the record, if it can be one."""
        form = self.query_one(Form)
        form.catch_up()
        first = self.spec.fields[0]
        if form.wrong:
            path, text = next(iter(form.wrong.items()))
            form.jump(path)
            self._say(text, wrong=True)
        elif first.kind in {"text", "choice"} and getattr(self.record, first.path) in {"", None}:
            form.jump(first.path)
            self._say(f"{first.label} is empty", wrong=True)
        else:
            self.answer(self.record)

    def action_cancel(self) -> None:
        """Leave the record as it was."""
        self.answer(None)
