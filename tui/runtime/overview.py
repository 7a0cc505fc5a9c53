"""What the home screen shows: every draft with where its rollout is, and what comes next.

Three looks of growing cost: the index of the drafts (before first paint), the latest entries from the records
(after it), and for the rows in view the next action, which needs the draft and its guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import structs

from tui.domain.errors import RolloutError
from tui.domain.text import one_line

if TYPE_CHECKING:
    from tui.domain.history import Entry
    from tui.runtime.workbench import Workbench
    from tui.store.index import Index, Summary


@dataclass(frozen=True)
class Ahead:
    """The next action in words, and when its wait is over (None when it can be done now).

    `broken` where the last apply is not done, so that the history does not say where the rollout is.
    """

    action: str
    at: datetime | None = None
    broken: bool = False


@dataclass(frozen=True)
class Overview:
    """One row. `phase` and `step` are of the last applied step, `applied_at` when that was; None for a draft."""

    summary: Summary
    phase: str = ""
    step: str = ""
    applied_at: datetime | None = None
    ahead: Ahead | None = None

    @property
    def running(self) -> bool:
        """Whether something of it has been applied."""
        return self.applied_at is not None

    @property
    def changed_at(self) -> datetime:
        """The last change, of the file or by an apply."""
        applied = self.applied_at or self.summary.modified
        return max(self.summary.modified, applied)

    @property
    def haystack(self) -> str:
        """What a filter looks in."""
        one = self.summary
        words = (one.title, one.id, one.flag, one.instance, self.phase, self.step, "sample" if one.sample else "")
        return " ".join(words).casefold()


class Overviews:
    """All rows, and what is learned about them later. For one thread at a time, but `ahead` may run beside."""

    def __init__(self, workbench: Workbench, instance: str = "") -> None:
        """`instance` stands for the drafts' own when it is given."""
        self._bench = workbench
        self._instance = instance
        self._index: Index | None = None

    def drafts(self) -> list[Overview]:
        """All drafts, the last changed first, from the index alone. Raises StoreError."""
        if self._index is None:
            from tui.store.index import Index

            self._index = Index(self._bench.locations)
        return [Overview(self._moved(summary)) for summary in self._index.summaries()]

    def _moved(self, summary: Summary) -> Summary:
        return structs.replace(summary, instance=self._instance) if self._instance else summary

    def with_entries(self) -> list[Overview]:
        """All drafts with where they are; the index file is brought up to date. Raises StoreError."""
        found = self.drafts()
        if self._index is not None and found:
            self._index.save()
        latest = self._bench.records.latest() if self._bench.locations.records.exists() else {}
        rows = [_placed(one, latest.get((one.summary.id, one.summary.instance))) for one in found]
        return sorted(rows, key=lambda row: row.changed_at, reverse=True)

    def ahead(self, rows: Sequence[Overview]) -> dict[str, Ahead]:
        """What comes next for these drafts, by id; a broken one is left out."""
        found = {}
        for row in rows:
            try:
                found[row.summary.id] = self._ahead(row)
            except RolloutError:
                continue
        return found

    def _ahead(self, row: Overview) -> Ahead:
        from tui.domain.progress import progress
        from tui.domain.steps import ladder

        draft = self._bench.drafts.load(row.summary.id)
        guide = self._bench.guide(draft)
        steps = ladder(draft, guide)
        if self._broken(row):
            return Ahead("take up the apply", broken=True)
        entries = self._bench.records.entries(draft.id, row.summary.instance) if row.running else []
        where = progress(steps, entries)
        if not row.running:
            return Ahead("finish the plan" if _unfinished(row) else "review and apply")
        if where.abandoned is not None or where.finished is not None:
            return Ahead("abandoned" if where.abandoned else "finished")
        if where.held is not None:
            return Ahead("on hold: resume")
        if where.done:
            return Ahead("complete")
        following = where.next
        if following is None:
            return Ahead("choose the phases")
        phase = guide.phase(following.phase)
        name = following.title if phase is None or following.percentage else phase.title
        return Ahead(f"{'again: ' if where.rolled_back else ''}{one_line(name)}", where.due_at())

    def _broken(self, row: Overview) -> bool:
        if not self._bench.locations.records.exists():
            return False
        return self._bench.records.unfinished(row.summary.id, row.summary.instance) is not None


def _unfinished(row: Overview) -> bool:
    return not row.summary.flag


def _placed(row: Overview, entry: Entry | None) -> Overview:
    if entry is None:
        return row
    return replace(row, phase=one_line(entry.phase), step=one_line(entry.step), applied_at=entry.at)
