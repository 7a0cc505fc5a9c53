"""After an apply: what others noted while it ran, and who has the lead from here on. None of it is ever fatal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.domain.errors import Interrupted, RolloutError, StoreError
from tui.domain.history import Entry, read_entry
from tui.domain.meanwhile import crossing, outcome, told
from tui.runtime.apply import ApplyResult
from tui.runtime.leading import go_on
from tui.runtime.rebuild import plan_issues, trusted

if TYPE_CHECKING:
    from tui.domain.gates import Gates
    from tui.domain.observed import NoteSeen
    from tui.gateway.client import Gateway
    from tui.runtime.workbench import Prepared, Session

Notes = Mapping[str, Sequence["NoteSeen"]]
"""The notes of issues, by the path below which they are."""


@dataclass(frozen=True)
class _Noted:
    """An entry as a note carries it."""

    entry: Entry
    author: int
    project: int

    def counts(self, gateway: Gateway) -> bool:
        """Whether its author may report in the project: anybody can write a note. Raises GitLabError."""
        return trusted(gateway, self.project)(self.author)


def ended(session: Session, prepared: Prepared, result: ApplyResult, notes: Notes) -> ApplyResult:
    """The result with what is to be told besides; `notes` are those that the end of the apply has read anyway."""
    found = _meanwhile(session, prepared, result, notes) if any(_set(result)) else result
    if result.outcome != "done":
        return found
    said = go_on(session, prepared, result.operations, notes)
    return replace(found, told=(*found.told, said)) if said else found


def _set(result: ApplyResult) -> Iterator[bool]:
    """Whether each of the operations has changed who is in."""
    return (one.state == "confirmed" and one.kind in {"set-gate", "run-command"} for one in result.operations)


def _meanwhile(session: Session, prepared: Prepared, result: ApplyResult, notes: Notes) -> ApplyResult:
    """With the steps of others that crossed this one: in the result, and in its entry where there is one."""
    planned = prepared.plan.entry
    if planned is None:
        return result
    own = result.entry or replace(planned, at=session.workbench.clock())
    known = {one.id for one in prepared.situation.entries}
    try:
        noted = _noted(notes or _read(session, prepared))
        found = crossing(own, (one.entry for one in noted.values()), known)
        crossed = [one for one in found if noted[one.id].counts(session.gateway)]
    except Interrupted:
        return result
    except RolloutError as error:
        said = f"Whether somebody else did something to {own.flag} meanwhile could not be read: {error}"
        return replace(result, told=(*result.told, said))
    if not crossed:
        return result
    crossings = (*map(told, crossed), outcome(own, crossed, _now(session, prepared, own.flag)))
    kept = _keep(session, result.entry, crossings)
    return replace(result, entry=kept, remarks=(*result.remarks, *crossings))


def _read(session: Session, prepared: Prepared) -> Notes:
    """The notes on the plan issues, where the apply has stopped before it came to look at them."""
    found = {}
    for one in plan_issues(prepared.situation.observed):
        path = f"/projects/{one.project_id}/issues/{one.iid}/notes"
        found[path] = list(session.gateway.notes(one.project_id, one.iid, issue_url=one.url))
    return found


def _noted(notes: Notes) -> dict[str, _Noted]:
    """The entries in notes that are their authors' own, by id."""
    found: dict[str, _Noted] = {}
    for path, those in notes.items():
        for note in those:
            entry = None if note.system else read_entry(note.body)
            if entry is not None and entry.operator == note.author:
                found.setdefault(entry.id, _Noted(entry, note.author_id, int(path.split("/")[2])))
    return found


def _now(session: Session, prepared: Prepared, flag: str) -> Gates | None:
    """The gates as GitLab shows them after all; None when it does not."""
    with suppress(RolloutError):
        return session.observer(prepared.situation.draft).flag_again(flag).gates
    return None


def _keep(session: Session, entry: Entry | None, said: tuple[str, ...]) -> Entry | None:
    """The entry with what was said, as the records here keep it. What they cannot keep was told all the same."""
    if entry is None:
        return None
    kept = replace(entry, meanwhile=said)
    with suppress(StoreError):
        session.workbench.records.meanwhile(kept)
    return kept
