"""Effects of ours that are on GitLab twice: a proxy repeated a request, or one arrived long after it was given up.

Nothing on our side can prevent that, so the end of each apply looks for it, and an apply that has nothing to do looks
too. Of two issues or notes with the marker of one operation, the one that the journal knows stays; the other is emptied
and closed, or deleted, and the operator is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from tui.domain.errors import RolloutError
from tui.domain.history import Entry, read_entry
from tui.domain.lease import read_lease
from tui.domain.observed import IssueSeen, NoteSeen
from tui.domain.operation import Operation
from tui.domain.plan import Change, Plan, Request, read_marker
from tui.domain.strategy_change import repeated
from tui.runtime.emptying import emptying
from tui.runtime.find_issues import RECENT
from tui.runtime.twins import DOUBLED, YIELDS

if TYPE_CHECKING:
    from tui.gateway.client import Gateway
    from tui.store.records import Records

_READERS = 4
_WHY = "the request that made this issue arrived twice. It goes on in {ref}."


@dataclass(frozen=True)
class _Double:
    """What is there once too often, and the request that takes it away."""

    what: str
    away: Request
    done: str


class Doubles:
    """Finds and removes what is there twice, of one rollout on one instance."""

    def __init__(self, gateway: Gateway, records: Records) -> None:
        self._gateway = gateway
        self._records = records
        self.notes: dict[str, list[NoteSeen]] = {}
        """What was read on the way: the notes by the path below which they are."""

    def look(self, rollout: str, instance: str) -> tuple[str, ...]:
        """What is there twice, in words; nothing is changed. Raises GitLabError."""
        return tuple(f"{one.what}: the next apply takes one away" for one in self._found(rollout, instance))

    def remove(self, plan: Plan) -> tuple[str, ...]:
        """What was there twice after the plan and what became of it, in words; empty when there was nothing."""
        said = []
        try:
            for one in (*self._found(plan.rollout, plan.instance), *self._strategies(plan)):
                self._gateway.send(one.away)
                said.append(f"{one.what}: {one.done}")
        except RolloutError as error:
            said.append(f"Whether anything was made twice could not be looked for: {error}")
        return tuple(said)

    def _found(self, rollout: str, instance: str) -> list[_Double]:
        made = self._records.made(rollout, instance)
        paths = sorted({_notes_path(one) for one in made} - {""})
        with ThreadPoolExecutor(_READERS, thread_name_prefix="doubles") as pool:
            issues = pool.submit(self._issues, made)
            notes = [pool.submit(self._notes, path, made) for path in paths]
            return [one for part in (issues, *notes) for one in part.result()]

    def _strategies(self, plan: Plan) -> Iterator[_Double]:
        """Strategies of a project's flag that the plan's request has made, and once more when it came late."""
        for change in plan.changes:
            if change.aim is None or change.request.method != "PUT" or not change.aim.after.strategies:
                continue
            flag = self._gateway.project_flag(int(change.request.path.split("/")[2]), change.flag)
            extra = repeated(flag.strategies, change.aim.after.strategies) if flag is not None else ()
            if extra:
                items = [{"id": one.id, "_destroy": True} for one in extra]
                away = Request("PUT", change.request.path, {"strategies": items})
                yield _Double(f"What {change.flag} gives was made twice", away, "the second was taken away")

    def _issues(self, made: list[Operation]) -> list[_Double]:
        """Extra issues: with the marker of a creation, but not the one that its slot goes on in, or left as a twin."""
        creations = [one for one in made if one.kind == "create-issue"]
        kept = {one.slot: one for one in creations if one.state == "confirmed"}
        own = {one.id for one in creations}
        yielding = {one.id: str(one.result[YIELDS]["ref"]) for one in creations if YIELDS in one.result}
        found = []
        for project in sorted({int(one.path.split("/")[2]) for one in creations if one.path}):
            author = self._gateway.operator().id
            for seen in islice(self._gateway.recent_issues(project, author_id=author), RECENT):
                marked = read_marker(seen.description)
                slot = kept.get(marked.slot) if marked is not None and marked.operation in own else None
                if marked is not None and marked.operation in yielding:
                    found.append(_extra_issue(seen, yielding[marked.operation]))
                elif slot is not None and (seen.project_id, seen.iid) != (
                    slot.result["project_id"],
                    slot.result["iid"],
                ):
                    found.append(_extra_issue(seen, str(slot.result["ref"])))
        return found

    def _notes(self, path: str, made: list[Operation]) -> list[_Double]:
        """Extra notes: with the marker of a note that is there already."""
        _, _, project, _, iid, _ = path.split("/")
        told = [one for one in made if _notes_path(one) == path]
        found: dict[str, list[NoteSeen]] = {one.id: [] for one in told}
        self.notes[path] = list(self._gateway.notes(int(project), int(iid), issue_url=path))
        for note in self.notes[path]:
            marked = None if note.system else read_marker(note.body)
            if marked is not None and marked.operation in found:
                found[marked.operation].append(note)
        extra = [note for one in told for note in _extra_notes(one, found[one.id])]
        extra += self._extra_leases(self.notes[path], told[0].rollout)
        what = f"A note on the issue #{iid} was made twice"
        return [_Double(what, Request("DELETE", f"{path}/{note.id}"), "one was deleted") for note in extra]

    def _extra_leases(self, notes: list[NoteSeen], rollout: str) -> list[NoteSeen]:
        """One's own comments about the lead but for the first, which is the one that is edited."""
        leases = [note for note in notes if read_lease(note, rollout) is not None]
        if len(leases) < 2:  # noqa: PLR2004 - one is as it should be
            return []
        me = self._gateway.operator().id
        return [note for note in leases if note.author_id == me][1:]


def _extra_issue(seen: IssueSeen, ref: str) -> _Double:
    request = emptying(seen.project_id, seen.iid, DOUBLED, _WHY.format(ref=ref))
    return _Double(f"{ref} was made twice", request, f"the other one, {seen.ref}, was emptied and closed")


def _notes_path(operation: Operation) -> str:
    return operation.path if operation.kind == "add-note" and "⟪" not in operation.path else ""


def _extra_notes(operation: Operation, notes: list[NoteSeen]) -> Iterator[NoteSeen]:
    """The notes to delete: all but the one that the journal knows, or the first, and none of another author."""
    known = operation.url.rpartition("#note_")[2]
    keep = next((note for note in notes if str(note.id) == known), notes[0] if notes else None)
    yield from (note for note in notes if keep and note is not keep and note.author_id == keep.author_id)


def note_again(records: Records, plan: Plan, change: Change) -> str:
    """The id of the operation that has tried in vain to leave this very note; empty when there is none.

    Under the same id the note counts once, also where the first request arrives after all, and for everybody who
    reads it.
    """
    if change.kind != "add-note" or plan.entry is None:
        return ""
    notes = [one for one in records.made(plan.rollout, plan.instance) if one.kind == "add-note"]
    if not notes or (last := notes[-1]).state == "confirmed":
        return ""
    tried = read_entry(str(last.body.get("body", "")))
    same = tried is not None and _step(tried) == _step(plan.entry) and last.path == change.request.path
    return last.id if same else ""


def _step(entry: Entry) -> tuple[str, str, str]:
    return entry.phase, entry.step, entry.action
