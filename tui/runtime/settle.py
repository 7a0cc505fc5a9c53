"""After a broken apply: look for what the journal does not know the end of, before anything is sent again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tui.domain.errors import NotFound
from tui.domain.history import read_entry
from tui.domain.operation import Operation, OperationState
from tui.domain.plan import read_marker
from tui.runtime.created import from_seen

if TYPE_CHECKING:
    from tui.domain.observed import IssueSeen, NoteSeen
    from tui.gateway.client import Gateway
    from tui.store.records import Records

CLOCK_SKEW = timedelta(hours=1)
"""How far GitLab's clock may be behind ours when recent issues are looked through."""


class Settler:
    """Settles a rollout's open operations: found ones are adopted, the others are known to be absent."""

    def __init__(self, gateway: Gateway, records: Records) -> None:
        self._gateway = gateway
        self._records = records

    def settle(self, rollout: str, instance: str, now: datetime) -> tuple[Operation, ...]:
        """Look for each unsettled operation; returns those that were found on GitLab.

        Gates, links and edits are states, not records: the next plan sees whether they are there, so their
        operations are closed and the plan decides.
        """
        found = [one for one in self._records.unsettled(rollout, instance) if self._look(one, now)]
        self._recover_entry(rollout, instance)
        return tuple(found)

    def _look(self, operation: Operation, now: datetime) -> bool:
        url, result = "", None
        if operation.kind == "create-issue":
            seen = self._issue(operation)
            url, result = (seen.url, from_seen(seen)) if seen else ("", None)
        elif operation.kind == "add-note":
            note = self._note(operation)
            url, result = (note.url, {}) if note else ("", None)
        self._close(operation, now, url, result)
        return result is not None

    def _close(self, operation: Operation, now: datetime, url: str, result: dict[str, Any] | None) -> None:
        state: OperationState = "absent" if result is None else "confirmed"
        self._records.settled(operation.id, state, now, url=url, result=result or {}, adopted=result is not None)

    def _issue(self, operation: Operation) -> IssueSeen | None:
        """By its marker among recent issues of this author: the search index may lag, a listing does not."""
        project_id = int(operation.path.split("/")[2])
        since = operation.intended_at - CLOCK_SKEW if operation.intended_at else None
        author = self._gateway.operator().id
        recent = self._gateway.recent_issues(project_id, author_id=author, since=since)
        try:
            return next((seen for seen in recent if _is(operation, seen.description)), None)
        except NotFound:  # the project is gone, and what was in it
            return None

    def _note(self, operation: Operation) -> NoteSeen | None:
        _, _, project_id, _, iid, *_ = operation.path.split("/")
        notes = self._gateway.notes(int(project_id), int(iid))
        try:
            return next((note for note in notes if _is(operation, note.body)), None)
        except NotFound:  # the issue is gone, and its notes
            return None

    def _recover_entry(self, rollout: str, instance: str) -> None:
        """A note that is there and whose entry is not: the process died between the two."""
        apply = self._records.unfinished(rollout, instance)
        if apply is None:
            return
        for operation in self._records.operations(apply.id):
            if operation.kind == "add-note" and operation.state == "confirmed":
                entry = read_entry(str(operation.body.get("body", "")))
                if entry is not None:
                    self._records.add(entry.with_note(operation.url))


def _is(operation: Operation, text: str) -> bool:
    marked = read_marker(text)
    return marked is not None and marked.operation == operation.id
