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
from tui.runtime.doctor_row import Row, RowState
from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import KeyBar, TitleBar
from tui.widgets.line_table import Column, LineTable, ListRows
from tui.widgets.messages import DoctorWanted, ThemeWanted
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


@dataclass(frozen=True)
class InstanceRow:
    """One instance; `token` is in words where its token comes from, never the token."""

    name: str
    url: str
    token: str
    kind: str = ""


class SettingsScreen(BaseScreen[None]):
    """The instances in a table, the checks of the chosen one below it, and where files are."""

    HELP = "settings"
    CSS_PATH: ClassVar = [asset("styles/settings.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "check", "Check", id="settings.check", tooltip="Check the connection to this instance"),
        Binding("t", "theme", "Theme", id="settings.theme", tooltip="Dark or light; it is kept"),
        Binding("escape", "back", "Back", id="settings.back", tooltip="Back"),
    ]

    def __init__(self, instances: Sequence[InstanceRow], places: Mapping[str, str]) -> None:
        super().__init__()
        self._instances = tuple(instances)
        self._places = places
        self._checking = ""
        self._table = LineTable(COLUMNS, ListRows([_cells(one) for one in self._instances]), id="instances")

    def compose(self) -> ComposeResult:
        """Instances, checks, files."""
        yield TitleBar("Settings")
        yield Static(line(("Instances", "strong")), classes="title")
        yield self._table
        with VerticalScroll(id="below"):
            yield Static(line(("Connection", "strong")), classes="title")
            yield Static(styled("enter checks what a rollout needs on the chosen instance.", "muted"), id="checks")
            yield Static(line(("Files", "strong")), classes="title files")
            yield Static(self._files(), id="places")
        yield KeyBar()

    def on_mount(self) -> None:
        """As high as its rows, within reason."""
        self._table.styles.height = min(8, len(self._instances) + 1)

    def _files(self) -> Content:
        return Content("\n").join([line((fit(name, 12), "muted"), path) for name, path in self._places.items()])

    @on(LineTable.Opened)
    def action_check(self) -> None:
        """Check the chosen instance."""
        if self._table.cursor >= 0:
            self._checking = self._instances[self._table.cursor].name
            self.query_one("#checks", Static).update(line(("… ", "accent"), f"Checking {self._checking}"))
            self.post_message(DoctorWanted(self._checking))

    def show(self, rows: Sequence[Row]) -> None:
        """The checks that are known so far."""
        lines = []
        for row in rows:
            look = LOOKS[row.state]
            lines.append(
                line((f"{look.glyph} ", look.tone), fit(row.name, 12), (fit(look.word, 9), look.tone), row.text)
            )
            if row.hint:
                lines.append(line((f"  {row.hint}", "muted")))
        self.query_one("#checks", Static).update(Content("\n").join(lines))

    def fail(self, error: RolloutError) -> None:
        """The check could not be made; Enter tries again."""
        self.query_one("#checks", Static).update(error_content(error))

    def action_theme(self) -> None:
        """The other theme."""
        self.post_message(ThemeWanted(LIGHT if self.app.theme == DARK else DARK))

    def action_back(self) -> None:
        """Back."""
        self.answer(None)


def _cells(one: InstanceRow) -> tuple[Cell, ...]:
    return Cell(one.name, "strong"), Cell(one.url or "–", "muted"), Cell(one.token), Cell(one.kind, "warning")
