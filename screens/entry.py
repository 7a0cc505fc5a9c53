"""One entry of the history: who did what, the gates before and after, what was changed and waived, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.domain import duration
from tui.domain.audience import Labels, gains, loses, who
from tui.domain.heard import as_lines
from tui.domain.history import ACTION_WORDS, Entry
from tui.domain.steps import named
from tui.domain.text import clean
from tui.store.assets import asset
from tui.store.export import as_markdown
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import KeyBar, TitleBar
from tui.widgets.gate_view import gate_diff_rows
from tui.widgets.present import Tone, bullets, fit, line, moment

LABEL = 12
DOUBT: Mapping[str, Tone] = {"edited": "warning", "forged": "error"}


class EntryScreen(BaseScreen[None]):
    """All of one entry, to be read and copied."""

    HELP = "entry"
    CSS_PATH: ClassVar = [asset("styles/entry.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="entry.copy", tooltip="Copy the entry as Markdown to the clipboard"),
        Binding("u", "copy_url", "Copy link", id="entry.url", tooltip="Copy the address of the note on GitLab"),
        Binding("escape", "back", "Back", id="entry.back", tooltip="Back to the table"),
    ]

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry

    def compose(self) -> ComposeResult:
        """The facts, then gates, changes, waivers."""
        entry = self._entry
        yield TitleBar(entry.rollout, "History", named(entry.phase, entry.step))
        with VerticalScroll(id="entry"):
            yield Static(line((self._headline(), "strong")))
            if entry.doubt:
                yield Static(
                    line((f"The note is {entry.doubt}: {entry.doubt_reason}.", DOUBT[entry.doubt])), id="doubt"
                )
            for label, text in self._facts():
                yield Static(line((fit(label, LABEL), "muted"), text), classes="fact")
            said = "  attested by the operator, not observed" if entry.attested else ""
            yield Static(line(("Gates", "strong"), (said, "warning")), classes="section")
            labels = Labels(entry.names)
            rows = gate_diff_rows(entry.gates_before, entry.gates_after, labels)
            yield Static(Content("\n").join([row.content for row in rows]))
            yield Static(line(("Access", "strong")), classes="section")
            for label, text in _access(entry, labels):
                yield Static(line(("  ", ""), (fit(label, LABEL), "muted"), text))
            yield from self._lists()
        yield KeyBar()

    def _headline(self) -> str:
        entry = self._entry
        return f"{named(entry.phase, entry.step)}: {ACTION_WORDS.get(entry.action, entry.action)}"

    def _facts(self) -> Iterator[tuple[str, str]]:
        entry = self._entry
        yield "when", f"{moment(entry.at)} UTC"
        yield "operator", entry.operator
        yield "instance", entry.instance
        yield "flag", entry.flag
        if entry.live_seconds is not None:
            yield "live before", duration.words(timedelta(seconds=entry.live_seconds))
        if entry.reason:
            yield "reason", entry.reason
        yield "note", entry.note_url or "none"

    def _lists(self) -> ComposeResult:
        entry = self._entry
        if entry.changes:
            yield Static(line(("Changes", "strong")), classes="section")
            yield Static(bullets(entry.changes))
        if entry.adopted:
            yield Static(line(("Found after a broken apply, not made again", "strong")), classes="section")
            yield Static(bullets(entry.adopted))
        if entry.meanwhile:
            yield Static(line(("While it was applied", "warning")), classes="section")
            yield Static(bullets(entry.meanwhile))
        if entry.feedback:
            yield Static(line(("What was found in the phases", "strong")), classes="section")
            yield Static(bullets(as_lines(entry.feedback)))
        if entry.waivers:
            yield Static(line(("Requirements waived", "strong")), classes="section")
            yield Static(bullets(f"{name}: {reason}" for name, reason in entry.waivers.items()))

    def action_copy(self) -> None:
        """Copy by OSC 52."""
        self.app.copy_to_clipboard("".join(as_markdown([self._entry])))
        self.notify("The entry was sent to the terminal's clipboard.", markup=False)

    def action_copy_url(self) -> None:
        """Copy by OSC 52."""
        self.app.copy_to_clipboard(clean(self._entry.note_url))
        self.notify("The link was sent to the terminal's clipboard.", markup=False)

    def action_back(self) -> None:
        """Back."""
        self.answer(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a note there is no link."""
        return None if action == "copy_url" and not self._entry.note_url else True


def _access(entry: Entry, labels: Labels) -> Iterator[tuple[str, str]]:
    before, after = entry.gates_before, entry.gates_after
    yield "in before", who(before, labels)
    yield "in after", who(after, labels)
    yield "gained", gains(before, after, labels) or "nobody"
    yield "lost", loses(before, after, labels) or "nobody"
