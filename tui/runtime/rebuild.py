"""The phase history from GitLab's notes: what colleagues did, and everything for a machine that has no history."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from tui.domain.history import Entry, read_entry
from tui.domain.observed import IssueSeen, Observed
from tui.runtime.find_issues import REPORTER

if TYPE_CHECKING:
    from tui.gateway.client import Gateway


def rebuilt(
    gateway: Gateway, observed: Observed, rollout: str, known: Collection[str] = frozenset()
) -> tuple[Entry, ...]:
    """The entries that the notes on the plan issues carry and that are not `known` by their ids, oldest first.

    Anybody can write a note: an entry counts when the note's author is the operator that it names and may at least
    report in the project. The instance is called what it is called here. Where something is known already, only the
    rollout plans are read: steps are noted there.
    """
    issues = observed.issues
    plans = [issue for slot, issue in issues.items() if slot.startswith("rollout-plan")] if known else []
    read = plans or issues.values()
    found = {entry.id: entry for issue in read for entry in _entries(gateway, issue, rollout, known)}
    here = (replace(entry, instance=observed.instance) for entry in found.values())
    return tuple(sorted(here, key=lambda entry: entry.at))


def _entries(gateway: Gateway, issue: IssueSeen, rollout: str, known: Collection[str]) -> Iterator[Entry]:
    @cache
    def level(user_id: int) -> int:
        return gateway.level_of(issue.project_id, user_id)

    for note in gateway.notes(issue.project_id, issue.iid, issue_url=issue.url):
        entry = None if note.system else read_entry(note.body)
        if entry is None or entry.id in known or entry.rollout != rollout or entry.operator != note.author:
            continue
        if note.author_id == gateway.operator().id or level(note.author_id) >= REPORTER:
            yield entry.with_note(note.url)
