"""The phase history: a table of any length, with order, filter, detail and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar, Protocol

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.domain.errors import RolloutError
from tui.domain.history import Entry
from tui.domain.history_query import HistoryQuery, parse
from tui.domain.problem import Problem
from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.entry_rows import NARROW, WIDE, WIDE_FROM, row_cells
from tui.widgets.filter_line import FilterLine
from tui.widgets.line_table import Column, LineTable, Row
from tui.widgets.messages import EntryWanted, ExportWanted
from tui.widgets.pages import PAGE, Pages
from tui.widgets.present import line

ORDERS = ("at", "operator", "flag", "phase", "step", "action", "", "reason")
"""What the keys 1 to 8 sort by: the wide table's columns from left to right."""

HINT = "words, or who:alice flag:x phase:everyone action:rollback since:2026-10"


class Source(Protocol):
    """Where entries come from: `store.history.History`."""

    def count(self, query: HistoryQuery, at_most: int | None = None) -> int: ...

    def page(self, query: HistoryQuery, offset: int, limit: int) -> list[Entry]: ...

    def position_of(self, query: HistoryQuery, entry_id: str) -> int | None: ...


class HistoryScreen(BaseScreen[None]):
    """The table. `rollout` is the scope, empty for all rollouts; `source` is only called on threads."""

    HELP = "history"
    CSS_PATH: ClassVar = [asset("styles/history.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Detail", id="history.open", tooltip="All of the entry under the cursor"),
        Binding("slash", "filter", "Filter", id="history.filter", tooltip=f"Filter by typing: {HINT}"),
        Binding("greater_than_sign", "sort_by(1)", "Sort", id="history.sort-right", tooltip="Sort by the next column",
                key_display="< >"),
        Binding("less_than_sign", "sort_by(-1)", "Sort", id="history.sort-left", tooltip="Sort by the column before",
                show=False),
        Binding("v", "reverse", "Reverse", id="history.reverse", tooltip="The other way round"),
        Binding("e", "export", "Export", id="history.export", tooltip="Write what is shown as CSV, JSON or Markdown"),
        Binding("r", "reload", "Reload", id="history.reload", tooltip="Look for new entries", show=False),
        *[
            Binding(str(number), f"sort('{key}')", f"By {key}", id=f"history.sort-{key}",
                    tooltip=f"Sort by {key}, or the other way round", show=False)
            for number, key in enumerate(ORDERS, 1) if key
        ],
        Binding("escape", "back", "Back", id="history.back", tooltip="Take the filter away, then go back"),
    ]  # fmt: skip

    def __init__(
        self, source: Callable[[], Source], *, rollout: str = "", title: str = "", instance: str = "",
        badge: Badge | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._open_source = source
        self._source: Source | None = None
        self._title = title or rollout
        self._badge = badge
        self._query = HistoryQuery(rollout=rollout, instance=instance)
        self._problems: list[Problem] = []
        self._generation = 0
        self._counted = False
        self._busy = False
        self._again: str | None = None
        self._pages = Pages[Entry](0, self._row, self._want)
        self._columns: tuple[Column, ...] = NARROW
        self._table = LineTable(NARROW, moved=self._say, id="entries")
        self._filter = FilterLine(HINT, id="filter")
        self._status = StatusLine("Reading the history …", id="status")

    def compose(self) -> ComposeResult:
        """The table between its bars."""
        yield TitleBar(self._title, "History", badge=self._badge)
        yield self._filter
        yield self._table
        yield self._status
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the order, read the first page."""
        self._mark_order()
        self._find()

    @property
    def total(self) -> int:
        """How many entries the table has."""
        return len(self._pages)

    @property
    def chosen(self) -> Entry | None:
        """The entry under the cursor, None while it is loading."""
        return self._pages.item(self._table.cursor) if self.total else None

    # reading: one query at a time, the last one asked for wins

    def _find(self, keep: str = "") -> None:
        """Read the first page of the query; `keep` is the entry that shall stay under the cursor."""
        if self._busy:
            self._again = keep
            return
        self._busy = True
        self._generation += 1
        self.in_background(partial(self._read, self._query, keep), self._found, what="read the history")

    def _read(self, query: HistoryQuery, keep: str) -> tuple[HistoryQuery, list[Entry], int | None]:
        if self._source is None:
            self._source = self._open_source()
        place = self._source.position_of(query, keep) if keep else None
        return query, self._source.page(query, 0, PAGE), place

    def _found(self, found: tuple[HistoryQuery, list[Entry], int | None]) -> None:
        query, entries, place = found
        self._busy = False
        if self._again is not None:
            keep, self._again = self._again, None
            self._find(keep)
            if query != self._query:
                return
        self._pages = Pages(max(len(entries), 0 if place is None else place + 1), self._row, self._want)
        self._pages.put(0, entries)
        self._counted = len(entries) < PAGE
        self._table.set_rows(self._pages, cursor=place or 0)
        self._say()
        self.refresh_bindings()
        if not self._counted:
            generation = self._generation
            self.in_background(
                lambda: self._source.count(query) if self._source else 0,
                lambda number: self._count(generation, number),
                what="count the history",
            )

    def _count(self, generation: int, number: int) -> None:
        if generation == self._generation:
            self._pages.total, self._counted = number, True
            self._table.forget()
            self._say()

    def _want(self, number: int) -> None:
        """A page came into view, or near it."""
        generation, query, source = self._generation, self._query, self._source
        if source is None:
            return
        self.in_background(
            lambda: source.page(query, number * PAGE, PAGE),
            lambda entries: self._arrived(generation, number, entries),
            what="read a page of the history",
        )

    def _arrived(self, generation: int, number: int, entries: list[Entry]) -> None:
        if generation == self._generation:
            self._pages.put(number, entries)
            self._table.forget()
            self._say()

    def fail(self, error: RolloutError) -> None:
        """Show the error where the counts are; `r` tries again."""
        self._busy = False
        self._status.show(line(("✗ ", "error"), str(error), (f"  r reads again. {error.hint}", "muted")))

    # showing

    def _say(self) -> None:
        if self._problems:
            problem = self._problems[0]
            self._status.show(
                line(("! ", "warning"), f"{problem.path}: {problem.message}", (f"  {problem.allowed}", "muted"))
            )
            return
        if not self.total:
            filtered = self._filter.value.strip()
            nothing = "No entry matches the filter." if filtered else "No entries yet: each applied step leaves one."
            self._status.show(nothing)
            return
        total = f"{self.total:,}" if self._counted else f"{self.total:,} or more"
        entry = self.chosen
        about = "" if entry is None else f"{entry.operator} on {entry.instance}  {entry.flag}"
        reason = f"  {entry.reason}" if entry is not None and entry.reason else ""
        self._status.show(line((f"{self._table.cursor + 1:,} of {total}  ", "muted"), about, (reason, "muted")))

    def _mark_order(self) -> None:
        key = "where" if self._query.sort == "phase" and self._columns is NARROW else self._query.sort
        self._table.set_columns(self._columns, (key, self._query.descending))

    def _row(self, entry: Entry) -> Row:
        cells = row_cells(entry)
        return [cells[column.key] for column in self._columns]

    def on_resize(self, event: events.Resize) -> None:
        """More columns when there is room."""
        columns = WIDE if event.size.width >= WIDE_FROM else NARROW
        if columns is not self._columns:
            self._columns = columns
            self._mark_order()

    # what the operator does

    @on(LineTable.Opened)
    def action_open(self) -> None:
        """All of the entry."""
        if self.chosen is not None:
            self.post_message(EntryWanted(self.chosen))

    @on(LineTable.HeadClicked)
    def _head_clicked(self, event: LineTable.HeadClicked) -> None:
        self.action_sort("phase" if event.key == "where" else event.key)

    def action_sort(self, key: str) -> None:
        """Sort by a column, or the other way round when it is sorted by it."""
        if key not in ORDERS or not key:
            return
        same = key == self._query.sort
        descending = not self._query.descending if same else key == "at"
        self._query = replace(self._query, sort=key, descending=descending)  # type: ignore[arg-type]
        self._mark_order()
        self._find(self.chosen.id if self.chosen else "")

    def action_sort_by(self, by: int) -> None:
        """Sort by the column before or after."""
        keys = [key for key in ORDERS if key]
        self.action_sort(keys[(keys.index(self._query.sort) + by) % len(keys)])

    def action_reverse(self) -> None:
        """The other way round."""
        self.action_sort(self._query.sort)

    def action_filter(self) -> None:
        """Type a filter."""
        self._filter.open()

    @on(FilterLine.Changed)
    def _filtered(self, event: FilterLine.Changed) -> None:
        before = self._query
        self._query, self._problems = parse(
            event.value,
            sort=before.sort,
            descending=before.descending,
            rollout=before.rollout,
            instance=before.instance,
        )
        if self._query == before:
            self._say()
        else:
            self._find()

    @on(FilterLine.Left)
    def _left_filter(self) -> None:
        self._table.focus()

    def action_export(self) -> None:
        """Write what is shown into a file."""
        self.post_message(ExportWanted(self._query))

    def action_reload(self) -> None:
        """Look for new entries."""
        self._find(self.chosen.id if self.chosen else "")

    def action_back(self) -> None:
        """Take the filter away first."""
        if self._filter.value:
            self._filter.clear()
        else:
            self.answer(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what needs an entry when there is none."""
        return None if action in {"open", "export"} and not self.total else True
