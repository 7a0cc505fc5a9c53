"""A look at a rollout together with the threads on its issues for feedback, which no plan needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.errors import GitLabError

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.observed import Threads
    from tui.domain.planning import Situation
    from tui.gateway.client import Gateway
    from tui.runtime.workbench import Session

Place = tuple[int, int]
"""An issue: the id of its project, and its number there."""


def situation(session: Session, draft: Draft) -> Situation:
    """As `Session.situation`, with the threads: they are read beside the rest where the journal knows the issue."""
    gateway, kinds = session.gateway, _kinds(session, draft)
    created = session.workbench.records.confirmed(draft.id, session.instance.name, "create-issue")
    known = {one.slot: (int(one.result["project_id"]), int(one.result["iid"])) for one in created}
    early = {slot: place for slot, place in known.items() if _kind(slot) in kinds}
    with ThreadPoolExecutor(max(1, len(early)), thread_name_prefix="threads") as pool:
        reads = {place: pool.submit(_threads, gateway, place) for place in early.values()}
        seen = session.situation(draft)
        issues = seen.observed.issues.items()
        wanted = {slot: (one.project_id, one.iid) for slot, one in issues if _kind(slot) in kinds}
        done = {place: read.result() for place, read in reads.items()}
    late = _read(gateway, (place for place in wanted.values() if place not in done))
    threads = {slot: {**done, **late}[place] for slot, place in wanted.items()}
    return replace(seen, observed=replace(seen.observed, threads=threads))


def _kinds(session: Session, draft: Draft) -> frozenset[str]:
    return frozenset(one.kind for one in session.workbench.guide(draft).issues if one.feedback)


def _kind(slot: str) -> str:
    return slot.partition("@")[0]


def _read(gateway: Gateway, places: Iterable[Place]) -> Mapping[Place, Threads | None]:
    """Those of issues that the journal does not know, such as one that was there before."""
    return {place: _threads(gateway, place) for place in places}


def _threads(gateway: Gateway, place: Place) -> Threads | None:
    """None also where they cannot be asked for: nobody waits for a count."""
    try:
        return gateway.threads(*place)
    except GitLabError:
        return None
