"""Home: all drafts and running rollouts in one table, each with where it is and what comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import ClassVar, Protocol

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.domain.errors import RolloutError
from tui.runtime.overview import Ahead, Overview
from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.draft_rows import NARROW, WIDE, WIDE_FROM, DraftRows
from tui.widgets.filter_line import FilterLine
from tui.widgets.line_table import Column, LineTable
from tui.widgets.messages import (
    DeleteDraft,
    DuplicateDraft,
    HistoryWanted,
    NewWanted,
    OpenDraft,
    SettingsWanted,
)
from tui.widgets.present import line

EMPTY = """\
No rollouts yet.

rollout-tui takes a new AI model behind a feature flag through the Model Rollout Guide: \
a checklist, the plan issues on GitLab, then the flag in phases, first the team, then everyone by percentage.

  n   starts a rollout, from nothing or from a sample
  ?   explains the keys of each screen
"""


AFTER_PAINT = 0.03
"""Seconds until the records are read: the first frame is written by a thread, which a busy other one would hold up."""


class Source(Protocol):
    """Where the rows come from: `runtime.overview.Overviews`."""

    def with_entries(self) -> list[Overview]: ...

    def ahead(self, rows: Sequence[Overview]) -> dict[str, Ahead]: ...


class HomeScreen(BaseScreen[None]):
    """The table of drafts. Nothing that it does needs GitLab."""

    HELP = "home"
    CSS_PATH: ClassVar = [asset("styles/home.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="home.open", tooltip="Open the draft or running rollout"),
        Binding("n", "new", "New", id="home.new", tooltip="Start a rollout, from nothing or from a sample"),
        Binding("slash", "filter", "Filter", id="home.filter", tooltip="Show only rows with the words you type"),
        Binding("h", "history", "History", id="home.history", tooltip="The phase history of all rollouts"),
        Binding("u", "duplicate", "Copy", id="home.duplicate", tooltip="Make a copy of the draft"),
        Binding("d", "delete", "Delete", id="home.delete", tooltip="Delete the draft; asks first"),
        Binding("s", "settings", "Settings", id="home.settings", tooltip="Settings, instances and connection"),
        Binding("r", "reload", "Reload", id="home.reload", tooltip="Read the drafts again", show=False),
        Binding("escape", "clear", "Clear filter", id="home.clear", tooltip="Show all rows again", show=False),
    ]

    def __init__(
        self, rows: Sequence[Overview], source: Source, clock: Callable[[], datetime], badge: Badge | None = None
    ) -> None:
        super().__init__()
        self._all = list(rows)
        self._source = source
        self._clock = clock
        self._badge = badge
        self._wanted = set[str]()
        self._columns: tuple[Column, ...] = NARROW
        self._shown = DraftRows([], clock(), self._want, NARROW)
        self._asked = False
        self._busy = False
        self._error: RolloutError | None = None
        self._table = LineTable(NARROW, moved=self._say, id="drafts")
        self._status = StatusLine(id="status")
        self._filter = FilterLine("words in the title, flag, phase or instance", id="filter")

    def compose(self) -> ComposeResult:
        """The table between its bars; the empty state takes its place."""
        yield TitleBar("Rollouts", badge=self._badge)
        yield self._filter
        yield self._table
        yield Static(EMPTY, id="empty", markup=False)
        yield self._status
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what the index said; the records are read after the first paint."""
        self._show(self._all)
        self.set_timer(AFTER_PAINT, self.action_reload)

    def on_resize(self, event: events.Resize) -> None:
        """More columns when there is room."""
        columns = WIDE if event.size.width >= WIDE_FROM else NARROW
        if columns is not self._columns:
            self._columns = self._shown.columns = columns
            self._table.set_columns(columns)

    def on_screen_resume(self) -> None:
        """Somebody may have changed a draft meanwhile."""
        if self._asked:
            self.action_reload()

    @property
    def chosen(self) -> Overview | None:
        """The row under the cursor."""
        place, rows = self._table.cursor, self._shown.rows
        return rows[place] if 0 <= place < len(rows) else None

    # reading

    def action_reload(self) -> None:
        """Read drafts and records again, on a thread."""
        self._asked = True
        self.in_background(self._source.with_entries, self._loaded, what="read drafts and records")

    def _loaded(self, rows: list[Overview]) -> None:
        self._error = None
        known = {row.summary.id: row for row in self._all}
        self._all = [_remember(row, known.get(row.summary.id)) for row in rows]
        self._show(self._all)
        self.call_after_refresh(self._ask)  # what was wanted of rows that are drawn already is still wanted

    def fail(self, error: RolloutError) -> None:
        """Show the error where the counts are, until reading succeeds; `r` tries again."""
        self._error = error
        self._busy = False
        self._status.show(line(("✗ ", "error"), str(error), (f"  r reads again. {error.hint}", "muted")))

    def _want(self, row: Overview) -> None:
        """Collect the rows in view that are not complete, then ask for all of them at once."""
        if not self._wanted:
            self.call_after_refresh(self._ask)
        self._wanted.add(row.summary.id)

    def _ask(self) -> None:
        if self._busy or not self._asked:
            return
        rows = [row for row in self._all if row.summary.id in self._wanted and row.ahead is None]
        self._wanted = set()
        if not rows:
            return
        self._busy = True
        learned = partial(self._learned, {row.summary.id: row for row in rows})
        self.in_background(lambda: self._source.ahead(rows), learned, what="read what comes next")

    def _learned(self, asked: dict[str, Overview], ahead: dict[str, Ahead]) -> None:
        """Take over what comes next, but not of rows that have changed since they were asked about."""
        self._busy = False

        def known(row: Overview) -> Overview:
            same = asked.get(row.summary.id) == row
            return replace(row, ahead=ahead.get(row.summary.id, Ahead("–"))) if same else row

        self._all = [known(row) for row in self._all]
        self._shown.rows = [known(row) for row in self._shown.rows]
        self._table.forget()
        self._say()
        self._ask()

    # showing

    def _show(self, rows: Sequence[Overview]) -> None:
        words = self._filter.value.casefold().split()
        kept = [row for row in rows if all(word in row.haystack for word in words)] if words else list(rows)
        before = self.chosen.summary.id if self.chosen else ""
        self._shown = DraftRows(kept, self._clock(), self._want, self._columns)
        place = next((place for place, row in enumerate(kept) if row.summary.id == before), 0)
        self._table.set_rows(self._shown, cursor=place)
        self.set_class(not rows, "-empty")
        self._say()
        self.refresh_bindings()

    def _say(self) -> None:
        one = self.chosen
        if self._error is not None:
            return
        if one is None:
            self._status.show("no row matches the filter" if self._all else "")
            return
        summary = one.summary
        count = f"{self._table.cursor + 1:,} of {len(self._shown):,}"
        if summary.problems:
            self._status.show(line((f"{count}  ", "muted"), ("! ", "error"), f"{summary.problem}  {summary.path}"))
        else:
            place = f"{summary.flag or 'no flag yet'} on {summary.instance}"
            self._status.show(line((f"{count}  ", "muted"), place, (f"  {summary.path}", "muted")))

    # what the operator does

    @on(LineTable.Opened)
    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.chosen:
            self.post_message(OpenDraft(self.chosen.summary.id))

    def action_new(self) -> None:
        """Start a rollout."""
        self.post_message(NewWanted())

    def action_duplicate(self) -> None:
        """Copy the draft under the cursor."""
        if self.chosen:
            self.post_message(DuplicateDraft(self.chosen.summary.id))

    def action_delete(self) -> None:
        """Delete the draft under the cursor; the app asks first."""
        if self.chosen:
            self.post_message(DeleteDraft(self.chosen.summary.id, self.chosen.summary.title))

    def action_history(self) -> None:
        """The history of all rollouts."""
        self.post_message(HistoryWanted())

    def action_settings(self) -> None:
        """Settings and connection."""
        self.post_message(SettingsWanted())

    def action_filter(self) -> None:
        """Type words to filter by."""
        self._filter.open()

    def action_clear(self) -> None:
        """Show all rows again."""
        self._filter.clear()

    @on(FilterLine.Changed)
    def _filtered(self) -> None:
        self._show(self._all)

    @on(FilterLine.Left)
    def _left_filter(self) -> None:
        self._table.focus()

    def refusal(self, action: str) -> str:
        """Why nothing can be done with a row."""
        if action not in {"open", "duplicate", "delete"}:
            return ""
        return "No rollout matches the filter" if self._all else "There is no rollout yet: n makes a draft"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what needs a row when there is none."""
        if action in {"open", "duplicate", "delete"} and self.chosen is None:
            return None
        return True


def _remember(row: Overview, before: Overview | None) -> Overview:
    """What comes next is still true when neither the file nor the history changed."""
    return before if before is not None and replace(before, ahead=None) == row else row
