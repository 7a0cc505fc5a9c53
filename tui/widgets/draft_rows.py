"""Drafts and running rollouts as rows of the home table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tui.domain.text import counted
from tui.runtime.connect import SANDBOX
from tui.runtime.overview import Overview
from tui.widgets.line_table import Column, Row
from tui.widgets.present import Cell, Tone, ago, due

WIDE = (
    Column("title", "Rollout", 24, grow=4),
    Column("flag", "Flag", 16, grow=3, drop=4),
    Column("phase", "Phase", 12),
    Column("step", "Step", 7),
    Column("next", "Next", 20, grow=3),
    Column("instance", "Instance", 9, grow=1, drop=5),
    Column("changed", "Changed", 10, drop=2),
)
NARROW = (
    Column("title", "Rollout", 18, grow=4),
    Column("where", "Phase", 13),
    Column("next", "Next", 18, grow=3),
    Column("changed", "Changed", 10, drop=2),
)
_INSTANCE: dict[str, Tone] = {SANDBOX: "warning", "": "muted"}

WIDE_FROM = 100
"""Cells from which phase and step have a column each, beside flag and instance."""


class DraftRows:
    """The rows of the table; what comes next is asked for when a row is in view."""

    def __init__(
        self, rows: Sequence[Overview], now: datetime, want: Callable[[Overview], None], columns: Sequence[Column]
    ) -> None:
        self.rows = list(rows)
        self.columns = columns
        self._now = now
        self._want = want

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, index: int) -> Row:
        """One row; its next action is asked for if it is not known."""
        one = self.rows[index]
        if one.ahead is None and not one.summary.problems:
            self._want(one)
        cells = row_cells(one, self._now)
        return [cells[column.key] for column in self.columns]


def row_cells(one: Overview, now: datetime) -> dict[str, Cell]:
    """The cells of a row, by the key of their column."""
    summary = one.summary
    broken = one.ahead is not None and one.ahead.broken
    tone: Tone = "warning" if broken else "" if one.running else "muted"
    phase = one.phase or ("not done" if broken else "draft")
    percentage = f" {one.step}" if one.step.endswith("%") else ""
    return {
        "title": Cell(
            f"{summary.title or summary.id}{' (sample)' if summary.sample else ''}", "strong" if one.running else ""
        ),
        "flag": Cell(summary.flag or "–", "" if summary.flag else "muted"),
        "phase": Cell(phase, tone),
        "step": Cell(one.step or "–", tone),
        "where": Cell(f"{phase}{percentage}", tone),
        "next": _next(one, now),
        "instance": Cell(summary.instance or "–", _INSTANCE.get(summary.instance, "accent")),
        "changed": Cell(ago(one.changed_at, now), "muted"),
    }


def _next(one: Overview, now: datetime) -> Cell:
    if one.summary.problems:
        return Cell(f"! {counted(one.summary.problems, 'problem')}", "error")
    if one.ahead is None:
        return Cell("…", "muted")
    if one.ahead.broken:
        return Cell(f"! {one.ahead.action}", "warning")
    if one.ahead.action == "complete":
        return Cell("✓ complete", "success")
    when = due(one.ahead.at, now) if one.ahead.at else ""
    waiting = bool(when) and when != "now"
    return Cell(f"{one.ahead.action} {when}".strip(), "muted" if waiting else "accent")
