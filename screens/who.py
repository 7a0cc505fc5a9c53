"""Who is affected: whether somebody is in, with which step they come in, and how many of a list or a group do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import Input

from tui.domain.errors import Interrupted, RolloutError
from tui.domain.planning import Situation
from tui.domain.text import counted
from tui.runtime.affected import Affected
from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge, KeyBar, TitleBar
from tui.widgets.columns import WIDE, WorkLine
from tui.widgets.line_table import LineTable
from tui.widgets.outline import Outline, joined, wrap
from tui.widgets.who_rows import (
    ALL,
    COLUMNS,
    Actors,
    count_rows,
    error_rows,
    example_rows,
    hint_rows,
    standing_of,
    told_rows,
)

PASTED = 500
"""Characters from which a pasted text is a list that is not put into the field."""

COPIED = 10_000
"""The most references that are copied: terminals take no more than some 100 kB."""

_LEAST = 5
"""Rows of the counts that are in view however small the terminal."""

_EDGES = 3
"""Cells of the counts that are no text: the cursor's, the scroll bar's, a gap."""

Ask = Callable[[str, Callable[[str], None]], Affected]
"""Answers a typed or pasted text, on a thread; told how far it is by a function that may raise."""


class Question(Input):
    """The field. A list that is pasted is asked about as it is: a million lines are no text for a field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.focus_list", "To the list", show=False, id="who.down", tooltip="To the answer"),
    ]

    class Pasted(Message):
        """A list was pasted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def _on_paste(self, event: events.Paste) -> None:
        if len(event.text) > PASTED or "\n" in event.text.strip():
            event.stop()
            event.prevent_default()
            self.post_message(self.Pasted(event.text))


class WhoScreen(BaseScreen[None]):
    """Asks by `ask`; `known` says where the gates are from, such as GitLab's word or the history's."""

    HELP = "who"
    CSS_PATH: ClassVar = [asset("styles/who.tcss")]
    AUTO_FOCUS = "#question"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "question", "Ask again", id="who.ask", tooltip="Ask about somebody else"),
        Binding("c", "copy", "Copy", id="who.copy", tooltip="Copy those who are listed, one reference a line"),
        Binding("escape", "leave", "Back", id="who.leave", tooltip="Back to the rollout"),
    ]

    def __init__(
        self, title: str, situation: Situation, ask: Ask, *, known: str = "", badge: Badge | None = None
    ) -> None:
        super().__init__()
        self._title, self._ask, self._known, self._badge = title, ask, known, badge
        position = situation.progress.position
        self._live = f"Live: {position.title}" if position else "Nobody has it yet"
        self._found: Affected | None = None
        self._number = 0
        self._shown: Actors | None = None
        self._table = LineTable(COLUMNS, id="actors")

    def compose(self) -> ComposeResult:
        """The question, how many stand where, and who."""
        yield TitleBar(self._title, "Who is affected", badge=self._badge)
        field = Question(placeholder="alice, 4711, 1-21000, @group/path, ./ids.txt", id="question")
        field.cursor_blink = False
        yield field
        yield WorkLine(id="said")
        with Container(id="answer"):
            yield Outline(joined(example_rows(), hint_rows()), id="counts")
            yield self._table
        yield KeyBar()

    def on_mount(self) -> None:
        """Say what is live."""
        self._table.display = False
        self._rest(self._live)

    def _rest(self, said: str) -> None:
        known = f"  {self._known}" if self._known else ""
        self.query_one("#said", WorkLine).rest(said, (known, "muted"))

    def on_resize(self) -> None:
        """Narrow: the counts take no more than half of the height."""
        self._fit()

    def _fit(self) -> None:
        counts, (width, height) = self.query_one("#counts", Outline), self.size
        lines = sum(len(wrap(row, width - _EDGES)) for row in counts.rows)
        alone = width >= WIDE or not self._table.display
        counts.styles.height = "1fr" if alone else min(lines, max(_LEAST, (height - 6) // 2))

    # asking: the last question wins

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the field."""
        if event.value.strip():
            self._look_up(event.value)

    def on_question_pasted(self, event: Question.Pasted) -> None:
        """A pasted list."""
        self.query_one("#question", Input).value = ""
        self._look_up(event.text)

    def _look_up(self, text: str) -> None:
        self._number += 1
        self.query_one("#said", WorkLine).work("Reading the list")
        tell = partial(self._tell, self._number)
        self.in_background(
            partial(self._ask, text, tell),
            partial(self._show_answer, self._number),
            what="count who is affected",
            failed=partial(self._failed, self._number),
        )

    def _tell(self, number: int, what: str) -> None:
        """Called on the thread. What nobody waits for any more is given up.

        By the screen's own queue, by which the answer comes too: it must not be overtaken.
        """
        if number != self._number:
            raise Interrupted("another question was asked")
        self.call_later(self._work, number, what)

    def _work(self, number: int, what: str) -> None:
        if number == self._number and self.is_attached:
            self.query_one("#said", WorkLine).work(what)

    def _failed(self, number: int, error: RolloutError) -> None:
        if number != self._number:
            return
        self._found = self._shown = None
        self.query_one("#said", WorkLine).rest(("✗ ", "error"), "No answer")
        self._table.display = False
        self.query_one("#counts", Outline).set_rows(joined(error_rows(error), example_rows()))
        self._fit()
        self.refresh_bindings()

    def _show_answer(self, number: int, found: Affected) -> None:
        if number != self._number:
            return
        self._found = found
        self._rest(self._words(found))
        counts = self.query_one("#counts", Outline)
        counts.set_rows(joined(count_rows(found), told_rows(found)))
        self._table.display = True
        self._fit()
        counts.go(ALL)
        self._show(ALL, Actors(found))

    def _words(self, found: Affected) -> str:
        if len(found.refs) != 1:
            more = f", {found.entering:,} more with {found.following.title}" if found.following else ""
            return f"{found.inside:,} of {len(found.refs):,} actors in{more}"
        one = found.place(found.refs[0])
        name = found.name(found.refs[0])
        if one.is_in:
            return f"{name} is in, {one.by}"
        return f"{name} comes in with {one.enters.title}" if one.enters else f"{name} is not in, and at no step"

    # the list

    def on_outline_moved(self, event: Outline.Moved) -> None:
        """Another count: list those behind it."""
        found = self._found
        if found is None or not event.key:
            return
        self.in_background(
            lambda: Actors(found, standing_of(found, event.key)),
            partial(self._show_if, found, event.key),
            what="list who is affected",
        )

    def _show_if(self, found: Affected, key: str, actors: Actors) -> None:
        if found is self._found and self.query_one("#counts", Outline).key == key:
            self._show(key, actors)

    def _show(self, _key: str, actors: Actors) -> None:
        self._shown = actors
        self._table.set_rows(actors, cursor=0)
        self.refresh_bindings()

    def on_outline_chosen(self) -> None:
        """Enter on a count: to the list."""
        if self._table.display:
            self._table.focus()

    def action_focus_list(self) -> None:
        """From the field to the counts."""
        self.query_one("#counts", Outline).focus()

    def action_question(self) -> None:
        """Another question."""
        field = self.query_one("#question", Input)
        field.focus()
        field.select_all()

    def action_copy(self) -> None:
        """Copy those who are listed, by OSC 52."""
        if self._shown is not None:
            self.app.copy_to_clipboard("\n".join(islice(self._shown.refs, COPIED)))
            cut = f" of {len(self._shown):,}, more than a clipboard takes" if len(self._shown) > COPIED else ""
            self.notify(f"Copied: {counted(min(len(self._shown), COPIED), 'actor')}{cut}", markup=False, timeout=3)

    def action_leave(self) -> None:
        """Back; what is under way is given up."""
        self._number += 1
        self.answer(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without an answer there is nothing to copy."""
        return None if action == "copy" and not self._shown else True
