"""The phase history from GitLab's notes, for a machine that has none: the same facts are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from tui.domain.history import Entry, read_entry
from tui.domain.observed import IssueSeen, Observed
from tui.runtime.find_issues import REPORTER

if TYPE_CHECKING:
    from tui.gateway.client import Gateway


def rebuilt(gateway: Gateway, observed: Observed, rollout: str) -> tuple[Entry, ...]:
    """The entries that the notes on the plan issues carry, oldest first.

    Anybody can write a note: an entry counts when the note's author is the operator that it names and may at least
    report in the project. The instance is called what it is called here.
    """
    found = {entry.id: entry for issue in observed.issues.values() for entry in _entries(gateway, issue, rollout)}
    here = (replace(entry, instance=observed.instance) for entry in found.values())
    return tuple(sorted(here, key=lambda entry: entry.at))


def _entries(gateway: Gateway, issue: IssueSeen, rollout: str) -> Iterator[Entry]:
    @cache
    def level(user_id: int) -> int:
        return gateway.level_of(issue.project_id, user_id)

    for note in gateway.notes(issue.project_id, issue.iid, issue_url=issue.url):
        entry = None if note.system else read_entry(note.body)
        if entry is None or entry.rollout != rollout or entry.operator != note.author:
            continue
        if note.author_id == gateway.operator().id or level(note.author_id) >= REPORTER:
            yield entry.with_note(note.url)
