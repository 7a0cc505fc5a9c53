"""Settings and connection: which instances there are, where each token comes from, and whether it all works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.domain.errors import RolloutError
from tui.runtime.doctor_row import NEXT, Row, RowState, folded
from tui.store.assets import asset
from tui.widgets import outline
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import KeyBar, TitleBar
from tui.widgets.line_table import Column, LineTable, ListRows
from tui.widgets.messages import DoctorWanted, ThemeWanted
from tui.widgets.outline import wrap
from tui.widgets.present import Cell, Look, error_content, fit, line, styled
from tui.widgets.theme import DARK, LIGHT

COLUMNS = (
    Column("name", "Instance", 12, grow=1),
    Column("url", "Address", 20, grow=3),
    Column("token", "Token comes from", 24, grow=3),
    Column("kind", "", 10),
)
LOOKS: dict[RowState, Look] = {
    "ok": Look("✓", "ok", "success"),
    "warning": Look("!", "warning", "warning"),
    "failed": Look("✗", "failed", "error"),
    "skipped": Look("–", "skipped", "muted"),
}


_NAME, _STATE = 14, 8
_TEXT = 2 + _NAME + _STATE


@dataclass(frozen=True)
class InstanceRow:
    """One instance; `token` is in words where its token comes from, never the token.

    `drafts` are those that are worked on it, id and title, the last changed first.
    """

    name: str
    url: str
    token: str
    kind: str = ""
    drafts: tuple[tuple[str, str], ...] = ()


class SettingsScreen(BaseScreen[None]):
    """The instances in a table, the checks of the chosen one below it, and where files are."""

    HELP = "settings"
    CSS_PATH: ClassVar = [asset("styles/settings.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "check", "Check", id="settings.check", tooltip="Check the connection to this instance"),
        Binding("d", "draft", "Draft", id="settings.draft", tooltip="Check what another draft of the instance needs"),
        Binding("t", "theme", "Theme", id="settings.theme", tooltip="Dark or light; it is kept"),
        Binding("escape", "back", "Back", id="settings.back", tooltip="Back"),
    ]

    def __init__(self, instances: Sequence[InstanceRow], places: Mapping[str, str]) -> None:
        super().__init__()
        self._instances = tuple(instances)
        self._places = places
        self._places_of_drafts: dict[str, int] = {}
        self._found: tuple[Row, ...] = ()
        rows = ListRows([_cells(one) for one in self._instances])
        self._table = LineTable(COLUMNS, rows, moved=self._say_what_for, id="instances")

    def compose(self) -> ComposeResult:
        """Instances, checks, files."""
        yield TitleBar("Settings")
        yield Static(line(("Instances", "strong")), classes="title")
        yield self._table
        with VerticalScroll(id="below"):
            yield Static(line(("Connection", "strong")), classes="title", id="connection")
            yield Static(styled("enter checks what a rollout needs on the chosen instance.", "muted"), id="checks")
            yield Static(line(("Files", "strong")), classes="title files")
            yield Static(self._files(), id="places")
        yield KeyBar()

    def on_mount(self) -> None:
        """As high as its rows, within reason."""
        self._table.styles.height = min(8, len(self._instances) + 1)
        self._say_what_for()

    def _files(self) -> Content:
        return Content("\n").join([line((fit(name, 12), "muted"), path) for name, path in self._places.items()])

    @property
    def _chosen(self) -> InstanceRow | None:
        return self._instances[self._table.cursor] if self._table.cursor >= 0 else None

    def _draft(self, chosen: InstanceRow) -> tuple[str, str]:
        """The draft whose needs are checked too, id and title; both empty when the instance has none."""
        place = self._places_of_drafts.get(chosen.name, 0)
        return chosen.drafts[place % len(chosen.drafts)] if chosen.drafts else ("", "")

    def _say_what_for(self) -> None:
        title = self._draft(self._chosen)[1] if self._chosen else ""
        what = f", with what “{title}” needs" if title else ""
        self.query_one("#connection", Static).update(line(("Connection", "strong"), (what, "muted")))
        self.refresh_bindings()

    @on(LineTable.Opened)
    def action_check(self) -> None:
        """Check the chosen instance."""
        chosen = self._chosen
        if chosen is not None:
            self._found = ()
            self.query_one("#checks", Static).update(line(("… ", "accent"), f"Checking {chosen.name}"))
            self.post_message(DoctorWanted(chosen.name, self._draft(chosen)[0]))

    def action_draft(self) -> None:
        """Go by the next draft of the instance."""
        if self._chosen is not None:
            self._places_of_drafts[self._chosen.name] = self._places_of_drafts.get(self._chosen.name, 0) + 1
            self._say_what_for()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to choose from when the instance has several drafts."""
        if action == "draft":
            return bool(self._chosen and len(self._chosen.drafts) > 1) or None
        return True

    def show(self, rows: Sequence[Row]) -> None:
        """The checks that are known so far. What to do next comes first: the list may be longer than the screen."""
        last = [row for row in rows if row.name == NEXT]
        self._found = (*last, *(row for row in rows if row.name != NEXT))
        self._draw()

    def on_resize(self) -> None:
        """Wrap the checks anew."""
        if self._found:
            self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        checks = self.query_one("#checks", Static)
        width = max(1, checks.content_size.width)
        lines = [content for row in folded(self._found) for one in _rows(row) for content in wrap(one, width)]
        checks.update(Content("\n").join(lines))

    def fail(self, error: RolloutError) -> None:
        """The check could not be made; Enter tries again."""
        self.query_one("#checks", Static).update(error_content(error))

    def action_theme(self) -> None:
        """The other theme."""
        self.post_message(ThemeWanted(LIGHT if self.app.theme == DARK else DARK))

    def action_back(self) -> None:
        """Back."""
        self.answer(None)


def _rows(found: Row) -> list[outline.Row]:
    """What was found, and below it what to do."""
    look = LOOKS[found.state]
    name = fit(found.name, _NAME)
    words = line((f"{look.glyph} ", look.tone), name, (fit(look.word, _STATE), look.tone), found.text)
    rows = [outline.Row(words, hang=_TEXT)]
    if found.hint and found.state != "ok":
        rows.append(outline.Row(line(" " * _TEXT, (found.hint, "muted")), hang=_TEXT))
    return rows


def _cells(one: InstanceRow) -> tuple[Cell, ...]:
    return Cell(one.name, "strong"), Cell(one.url or "–", "muted"), Cell(one.token), Cell(one.kind, "warning")
