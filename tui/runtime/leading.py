"""Taking the lead of a rollout and giving it up, by hand and with each apply."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.domain.errors import BadInput, GitLabError, Interrupted, RolloutError, Stale
from tui.domain.lease import HOURS, Lease, body, current, read_lease
from tui.domain.observed import NoteSeen, Observed
from tui.domain.plan import Request
from tui.domain.planning.goals import opens
from tui.runtime.rebuild import PLAN, trusted

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.operation import Operation
    from tui.runtime.workbench import Prepared, Session

_LAST = frozenset({"finish", "abandon"})
"""The actions after which there is nothing left to lead."""


def lead(session: Session, draft: Draft) -> Lease | None:
    """Who has the lead, or had it last."""
    return _look(session, session.observe(draft), draft.id)


def take(session: Session, draft: Draft) -> Lease | None:
    """Take the lead, whoever has it, or renew it; what GitLab says afterwards. BadInput without a plan issue."""
    return _write(session, draft, HOURS)


def release(session: Session, draft: Draft) -> Lease | None:
    """Give the lead up, where it is one's own; what GitLab says afterwards."""
    here = lead(session, draft)
    if here is None or here.released or here.holder != session.gateway.operator().username:
        return here
    return _write(session, draft, 0)


def check(session: Session, prepared: Prepared) -> None:
    """Right before an apply: Stale when somebody else has taken the lead since the plan was made.

    What takes access away waits for nobody. Without any lead, and where GitLab does not answer, nothing is in the way:
    a look at the flag follows.
    """
    situation = prepared.situation
    if situation.lead is None or not opens(situation, prepared.goal):
        return
    with suppress(GitLabError):
        found, now = _look(session, situation.observed, situation.draft.id), session.workbench.clock()
        if found is not None and found.held_against(session.gateway.operator().username, now):
            raise Stale(f"{situation.draft.id}: {found.words(now)}", hint="Ask, or take over with lead --take.")


def go_on(
    session: Session, prepared: Prepared, made: Sequence[Operation], read: Mapping[str, Sequence[NoteSeen]]
) -> str:
    """After an apply that is done: the lead is its operator's from now on. One write at most; what to tell of it.

    Who opens the flag or makes the plan issues takes the lead where nobody has it. Whatever else the leader does
    renews it; with the end of the rollout it is given up. `made` are the apply's operations, `read` the notes that it
    has read at its end, by path.
    """
    place = _place(prepared.situation.observed, made)
    if place is None:
        return ""
    situation, now = prepared.situation, session.workbench.clock()
    draft, me = situation.draft, situation.observed.operator.username
    try:
        notes = read[place.notes] if place.notes in read else [] if place.new else _notes(session, place)
        found = current(notes, draft.id, trusted(session.gateway, place.project))
        if found is not None and found.held_against(me, now):
            return ""
        mine = found is not None and found.held(now)
        over = prepared.plan.action in _LAST
        if not mine and (over or not _begins(prepared)):
            return ""
        text = body(draft.id, me, socket.gethostname(), _since(found, me, now), now, hours=0 if over else HOURS)
        _send(session, place, _own(notes, draft.id, me), text)
    except Interrupted:
        return ""
    except RolloutError as error:
        return f"The lead of this rollout could not be noted: {error}"
    if over:
        return "You have given up the lead: the rollout is over."
    until = now + timedelta(hours=HOURS)
    return f"You have the lead until {until:%Y-%m-%d %H:%M} UTC: nobody else opens the flag before without taking over."


def _begins(prepared: Prepared) -> bool:
    return prepared.plan.action == "create-issues" or opens(prepared.situation, prepared.goal)


@dataclass(frozen=True)
class _Place:
    """Where the lead is noted; `new` when the issue was made a moment ago."""

    project: int
    iid: int
    url: str
    new: bool = False

    @property
    def notes(self) -> str:
        return f"/projects/{self.project}/issues/{self.iid}/notes"


def _place(observed: Observed, made: Iterable[Operation] = ()) -> _Place | None:
    """On the first rollout plan, of those that were there and those that were made."""
    places = {slot: _Place(one.project_id, one.iid, one.url) for slot, one in observed.issues.items()}
    for one in made:
        if one.kind == "create-issue" and one.state == "confirmed":
            project, iid = int(one.result["project_id"]), int(one.result["iid"])
            places[one.slot] = _Place(project, iid, one.url, new=not one.adopted)
    return next((places[slot] for slot in sorted(places) if slot.startswith(PLAN)), None)


def _look(session: Session, observed: Observed, rollout: str) -> Lease | None:
    place = _place(observed)
    if place is None:
        return None
    return current(_notes(session, place), rollout, trusted(session.gateway, place.project))


def _notes(session: Session, place: _Place) -> list[NoteSeen]:
    return list(session.gateway.notes(place.project, place.iid, issue_url=place.url))


def _write(session: Session, draft: Draft, hours: int) -> Lease | None:
    """Edit one's own comment; it is made only where there is none, so that it is never there twice."""
    observed, now = session.observe(draft), session.workbench.clock()
    place, me = _place(observed), session.gateway.operator().username
    if place is None:
        raise BadInput("there is no rollout plan issue yet to note the lead on", "Make the first step: apply.")
    notes = _notes(session, place)
    before = current(notes, draft.id, trusted(session.gateway, place.project))
    text = body(draft.id, me, socket.gethostname(), _since(before, me, now), now, hours=hours)
    _send(session, place, _own(notes, draft.id, me), text)
    return _look(session, observed, draft.id)


def _since(before: Lease | None, me: str, now: datetime) -> datetime:
    """Since when one has it, were it renewed now."""
    return before.since if before is not None and before.holder == me and before.held(now) else now


def _own(notes: Iterable[NoteSeen], rollout: str, me: str) -> int | None:
    """The number of one's own comment."""
    leases = (read_lease(note, rollout) for note in notes)
    return next((one.note for one in leases if one is not None and one.holder == me), None)


def _send(session: Session, place: _Place, note: int | None, text: str) -> None:
    path = place.notes
    request = Request("POST", path) if note is None else Request("PUT", f"{path}/{note}")
    session.gateway.send(replace(request, body={"body": text}))
