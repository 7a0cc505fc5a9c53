"""Small dialogs that any screen may push: confirm, ask for a reason, choose one of a few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.domain.text import one_line
from tui.store.assets import asset
from tui.widgets.base_screen import BaseModal
from tui.widgets.outline import Outline, Row
from tui.widgets.present import fit, line, styled

SETTLE = 0.3
"""Seconds in which a dialog that has just opened takes no answer: a key that repeats must not answer it."""

R = TypeVar("R")


class Dialog(BaseModal[R]):
    """Title and lines; Escape answers with nothing."""

    CSS_PATH: ClassVar = [asset("styles/dialogs.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="dialog.cancel", tooltip="Close without doing anything"),
    ]

    def __init__(self, title: str, lines: Sequence[str] = ()) -> None:
        super().__init__()
        self._title, self._text = title, tuple(lines)
        self._opened = 0.0

    def compose(self) -> ComposeResult:
        """Title, lines, what the dialog asks, a place for complaints, and the keys."""
        with Vertical(classes="dialog"):
            yield Static(styled(self._title, "strong"), classes="dialog-title")
            for one in self._text:
                yield Static(styled(one))
            yield from self.compose_question()
            yield Static("", id="complaint")
            yield Static(self.keys(), id="keys")

    def compose_question(self) -> ComposeResult:
        """What is asked."""
        yield from ()

    def keys(self) -> Content:
        """The keys in words."""
        return line(("enter", "accent"), " OK   ", ("escape", "accent"), " Back")

    def on_mount(self) -> None:
        """Note when it opened."""
        self._opened = monotonic()

    @property
    def settled(self) -> bool:
        """Whether it has been open long enough for an answer to be meant."""
        return monotonic() - self._opened >= SETTLE

    def complain(self, text: str) -> None:
        """Say why the answer was not taken."""
        self.query_one("#complaint", Static).update(line(("! ", "warning"), text))

    def action_cancel(self) -> None:
        """No answer."""
        self.dismiss_empty()

    def dismiss_empty(self) -> None:
        """The answer that means no."""
        raise NotImplementedError


class Confirm(Dialog[bool]):
    """Yes or no. With a `phrase`, yes is that phrase typed and Enter; without one it is `y`.

    Enter alone is no yes: it is the key that opened what is asked about, and hands press it by themselves.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "accept", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("enter", "remind", "Which key", show=False, id="confirm.enter", tooltip="Say which key means yes"),
        Binding("n", "cancel", "No", show=False, id="confirm.no", tooltip="Close without doing anything"),
    ]

    def __init__(self, title: str, lines: Sequence[str] = (), phrase: str = "", yes: str = "Apply") -> None:
        super().__init__(title, lines)
        self._phrase, self._yes = phrase, yes

    def compose_question(self) -> ComposeResult:
        """A field for the phrase, if there is one."""
        if self._phrase:
            yield Static(
                line(("Type ", "muted"), (one_line(self._phrase), "strong"), (" to go on:", "muted")), classes="asked"
            )
            yield Input(id="phrase")

    def keys(self) -> Content:
        """The keys in words."""
        key = "enter" if self._phrase else "y"
        return line((key, "accent"), f" {self._yes}   ", ("escape", "accent"), " Back")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the field."""
        if event.value.strip() == self._phrase:
            self.answer(True)
        else:
            self.complain(f"This is not {one_line(self._phrase)}.")

    def action_accept(self) -> None:
        """Yes, when no phrase is asked for and the dialog was not opened by the same press."""
        if not self._phrase and self.settled:
            self.answer(True)

    def action_remind(self) -> None:
        """Enter is no answer."""
        if not self._phrase and self.settled:
            self.complain(f"Enter is no yes here: y is {self._yes}, escape goes back.")

    def dismiss_empty(self) -> None:
        """No."""
        self.answer(False)


class Ask(Dialog[str | None]):
    """A text, such as a reason; when it is not `needed`, Enter alone answers with an empty one."""

    def __init__(self, title: str, lines: Sequence[str] = (), label: str = "Reason", *, needed: bool = True) -> None:
        super().__init__(title, lines)
        self._label, self._needed = label, needed

    def compose_question(self) -> ComposeResult:
        """The field."""
        yield Static(styled(self._label, "muted"), classes="asked")
        yield Input(id="text")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the field."""
        if event.value.strip() or (self.settled and not self._needed):
            self.answer(one_line(event.value))
        elif self._needed:
            self.complain(f"{self._label}: a few words are needed; they go into the history.")

    def dismiss_empty(self) -> None:
        """None."""
        self.answer(None)


@dataclass(frozen=True)
class Option:
    """One thing to choose: its key, its words, and muted words behind them.

    `refused` says why it cannot be chosen; `press` is a key of the keyboard that chooses it at once.
    """

    key: str
    text: str
    note: str = ""
    refused: str = ""
    press: str = ""


@dataclass(frozen=True)
class Choice:
    """What was chosen, and the reason that was typed."""

    key: str
    reason: str = ""


class Choose(Dialog[Choice | None]):
    """One of a few options by arrows and Enter; then a reason, when `reason` is its label."""

    def __init__(self, title: str, options: Sequence[Option], lines: Sequence[str] = (), reason: str = "") -> None:
        super().__init__(title, lines)
        self._options, self._reason, self._key = tuple(options), reason, ""

    def compose_question(self) -> ComposeResult:
        """The options and, once one is chosen, the field for the reason."""
        keyed = max((cell_len(one.press) for one in self._options), default=0)
        yield Outline([_row(one, keyed) for one in self._options], id="options")
        yield Static(styled(self._reason, "muted"), id="reason-label")
        yield Input(id="reason", disabled=True)

    def on_mount(self) -> None:
        """Begin at the first that can be chosen, and ask for the reason later."""
        super().on_mount()
        possible = next((one.key for one in self._options if not one.refused), "")
        self.query_one("#options", Outline).go(possible)
        for selector in ("#reason", "#reason-label"):
            self.query_one(selector).display = False

    def keys(self) -> Content:
        """The keys in words."""
        keyed = any(one.press for one in self._options)
        return line(("enter", "accent"), " or its key   " if keyed else " OK   ", ("escape", "accent"), " Back")

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        """Enter on an option."""
        event.stop()
        self._choose(event.key)

    def on_key(self, event: events.Key) -> None:
        """The key of an option chooses it, or says why not; `F` is another one than `f`.

        At once, however short the choice has been open: the key that opened it is no option's, so it does not repeat.
        """
        pressed = {one.press: one for one in self._options if one.press and not self._key}
        one = pressed.get(event.character or event.key)
        if one is None:
            return
        event.stop()
        if one.refused:
            self.complain(f"{one.text}: {one.refused}")
        else:
            self._choose(one.key)

    def _choose(self, key: str) -> None:
        if not self._reason:
            self.answer(Choice(key))
            return
        self._key = key
        field = self.query_one("#reason", Input)
        for selector in ("#reason", "#reason-label"):
            self.query_one(selector).display = True
        field.disabled = False
        field.focus()
        self.query_one(".dialog").add_class("-chosen")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the field for the reason."""
        if event.value.strip():
            self.answer(Choice(self._key, one_line(event.value)))
        else:
            self.complain(f"{self._reason}: a few words are needed; they go into the history.")

    def dismiss_empty(self) -> None:
        """None."""
        self.answer(None)


def _row(one: Option, keyed: int) -> Row:
    press = f"{fit(one.press, keyed)}  " if keyed else ""
    if one.refused:
        return Row(line((f" {press or '– '}{one.text}: {one.refused}", "muted")), hang=3 + keyed)
    parts = line(" ", (press, "accent"), one.text, (f"  {one.note}" if one.note else "", "muted"))
    return Row(parts, one.key, 3 + keyed)
