"""After a broken apply: look for what the journal does not know the end of, before anything is sent again.

What is there is found by its marker in the listing of issues and in the notes. The search index may lag behind, and
clocks may jump: neither decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any

from tui.domain.errors import NotFound
from tui.domain.history import read_entry
from tui.domain.observed import NoteSeen
from tui.domain.operation import Operation
from tui.domain.plan import read_marker
from tui.runtime.created import from_seen
from tui.runtime.find_issues import RECENT

if TYPE_CHECKING:
    from tui.domain.observed import IssueSeen
    from tui.gateway.cancel import Cancel
    from tui.gateway.client import Gateway
    from tui.store.records import Records

PATIENCE = 5.0
"""Seconds in which a request that nobody answered may still arrive; what is not there after them counts as absent."""

_LOOK_EVERY = 1.0
_MADE = frozenset({"create-issue", "add-note"})
"""The changes that leave a thing behind; the others leave a state, which the next plan sees."""


@dataclass(frozen=True)
class Settled:
    """`adopted` were found on GitLab; `states` are closed ones of which only the next plan tells whether they are."""

    adopted: tuple[Operation, ...] = ()
    states: tuple[Operation, ...] = ()


class Settler:
    """Settles a rollout's open operations: found ones are adopted, the others are known to be absent."""

    def __init__(self, gateway: Gateway, records: Records, cancel: Cancel) -> None:
        self._gateway = gateway
        self._records = records
        self._cancel = cancel

    def settle(self, rollout: str, instance: str, now: datetime, *, hurry: bool = False) -> Settled:
        """Look for each unsettled operation.

        In a `hurry` nothing is waited for that may still be under way, and an issue that is not among the newest stays
        to be looked for another time: no way back needs it.
        """
        unsettled = self._records.unsettled(rollout, instance)
        made = [one for one in unsettled if one.kind in _MADE]
        states = [one for one in unsettled if one.kind not in _MADE]
        end = monotonic() + (0.0 if hurry else PATIENCE)
        adopted: list[Operation] = []
        while made:
            last = monotonic() >= end
            found = [one for one in made if self._adopt(one, now, whole=last and not hurry)]
            adopted += found
            made = [one for one in made if one not in found]
            if last:
                break
            if made:
                self._cancel.wait(min(_LOOK_EVERY, max(0.0, end - monotonic())))
                self._cancel.check()
        absent = [one for one in made if not hurry or one.kind != "create-issue"]
        for one in (*absent, *states):
            self._records.settled(one.id, "absent", now)
        self._recover_entry(rollout, instance)
        return Settled(tuple(adopted), tuple(states))

    def _adopt(self, operation: Operation, now: datetime, *, whole: bool) -> bool:
        seen = self._issue(operation, whole=whole) if operation.kind == "create-issue" else self._note(operation)
        if seen is None:
            return False
        result = _told(seen) if isinstance(seen, NoteSeen) else from_seen(seen)
        self._records.settled(operation.id, "confirmed", now, url=seen.url, result=result, adopted=True)
        return True

    def _issue(self, operation: Operation, *, whole: bool) -> IssueSeen | None:
        """By its marker among the issues of the author.

        Where all of them count, they are read in both orders: others may create and delete issues while the pages are
        read, which moves some to a page that was read already.
        """
        project_id = int(operation.path.split("/")[2])
        author = self._author(operation)
        newest = self._gateway.recent_issues(project_id, author_id=author)
        try:
            if not whole:
                return _marked(operation, islice(newest, RECENT))
            oldest = self._gateway.recent_issues(project_id, author_id=author, newest_first=False)
            return _marked(operation, newest) or _marked(operation, oldest)
        except NotFound:  # the project is gone, and what was in it
            return None

    def _author(self, operation: Operation) -> int | None:
        """Whoever applied then: the token may be another one by now. None, for everybody, when that user is gone."""
        apply = self._records.apply(operation.apply)
        user = self._gateway.user(apply.operator) if apply is not None else None
        return int(user.ref.partition(":")[2]) if user is not None else None

    def _note(self, operation: Operation) -> NoteSeen | None:
        _, _, project_id, _, iid, *_ = operation.path.split("/")
        notes = self._gateway.notes(int(project_id), int(iid))
        try:
            return next((note for note in notes if is_marked(operation, note.body)), None)
        except NotFound:  # the issue is gone, and its notes
            return None

    def _recover_entry(self, rollout: str, instance: str) -> None:
        """A note that is there and whose entry is not: the process died between the two."""
        apply = self._records.unfinished(rollout, instance)
        if apply is None:
            return
        for operation in self._records.operations(apply.id):
            if operation.kind == "add-note" and operation.state == "confirmed":
                entry = read_entry(str(operation.result.get("told", operation.body.get("body", ""))))
                if entry is not None:
                    told = entry.with_adopted("the note itself") if operation.adopted else entry
                    self._records.add(told.with_note(operation.url))


def _marked(operation: Operation, issues: Iterator[IssueSeen]) -> IssueSeen | None:
    return next((seen for seen in issues if is_marked(operation, seen.description)), None)


def _told(note: NoteSeen) -> dict[str, Any]:
    """What a note says: of two requests with the same marker nobody knows which one arrived, and when it was made."""
    return {} if note.touched else {"told": note.body}


def is_marked(operation: Operation, text: str) -> bool:
    """Whether a description or note is the one that the operation made."""
    marked = read_marker(text)
    return marked is not None and marked.operation == operation.id
