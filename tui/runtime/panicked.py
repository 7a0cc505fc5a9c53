"""After a panic: the history of the rollout learns that its flag is off. The flag does not depend on any of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.domain.audience import Labels, effect
from tui.domain.errors import RolloutError
from tui.domain.gates import OFF
from tui.domain.history import Entry
from tui.domain.plan import Plan
from tui.domain.planning import compute
from tui.domain.steps import OFF_PHASE
from tui.domain.text import one_line
from tui.runtime.applying import new_id
from tui.runtime.halfway import halfway

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.runtime.workbench import Prepared, Session, Workbench
    from tui.store.records import Records

REASON = "panic"
"""The reason in the entry."""

PATIENCE = 1.0
"""Seconds to wait for a records database in which another process writes: whoever is in a panic does not wait long."""


@dataclass(frozen=True)
class Kept:
    """What became of the record: `entry` when one was made, `noted` when it is on the plan issue as well.

    `trouble` says in one line what could not be done.
    """

    rollout: str
    entry: Entry | None = None
    noted: bool = False
    trouble: str = ""


def keep(bench: Workbench, session: Session, flag: str, project: str) -> Kept | None:
    """Keep the off in the history of the rollout that set the flag last, and note it on its plan issue.

    None when this machine knows no such rollout. `project` is the flag's, empty for one of the instance. Nothing is
    sent that changes a flag. Raises RolloutError when not even the history here could be read or written.
    """
    if not bench.locations.records.exists():
        return None
    bench.records.database.patience = PATIENCE
    last = bench.records.last_of(flag, session.instance.name)
    if last is None:
        return None
    draft = bench.drafts.load(last.rollout)
    if not _is_of(draft, flag, project):
        return None
    try:
        prepared = _prepared(session, draft)
        if prepared is None:
            return Kept(draft.id)
        result = session.apply(prepared)
    except RolloutError as error:
        return _alone(session, last, f"{error} {error.hint}".strip())
    if result.outcome != "done":
        notes = [one.id for one in result.operations if one.kind == "add-note"]
        return _alone(session, last, result.reason, *notes)
    noted = any(one.kind == "add-note" for one in result.operations)
    return Kept(draft.id, result.entry, noted, "" if noted else "there is no plan issue to note it on")


def _is_of(draft: Draft, flag: str, project: str) -> bool:
    """Whether it is the draft's flag that was turned off, and not its namesake in another place."""
    spec = draft.flag
    owner = spec.project if spec.target == "project" else ""
    return spec.name == flag and owner.strip("/") == project.strip("/")


def _prepared(session: Session, draft: Draft) -> Prepared | None:
    """The plan for off without any call for the flag, which is off; None when the history says off already."""
    from tui.domain.wish import Wish

    prepared = session.prepare_wish(draft, Wish(OFF_PHASE, reason=REASON))
    if prepared is None or prepared.plan.entry is None:
        return None
    records = session.workbench.records
    known = (*prepared.situation.entries, *halfway(records, draft.id, session.instance.name))
    before = prepared.situation.gates_before or next(
        (one.gates_after for one in reversed(known) if one.flag == draft.flag.name), OFF
    )
    situation = replace(prepared.situation, gates_before=before)
    plan = _without_gates(compute(situation, prepared.goal))
    return replace(prepared, plan=plan, situation=situation)


def _without_gates(plan: Plan) -> Plan:
    """Another of GitLab's processes may still show the flag open."""
    gates = {change.id for change in plan.changes if change.is_gate}
    changes = tuple(
        replace(change, after=tuple(name for name in change.after if name not in gates))
        for change in plan.changes
        if change.id not in gates
    )
    return replace(plan, changes=changes, entry=replace(plan.entry, attested=False) if plan.entry else None)


def _alone(session: Session, last: Entry, trouble: str, *notes: str) -> Kept:
    """The entry in the history here alone. It bears the id of a note that may be on GitLab all the same."""
    records: Records = session.workbench.records
    there = next((one for one in records.entries(last.rollout, last.instance) if one.id in notes), None)
    if there is None:
        there = _entry(session, last, notes[0] if notes else new_id())
        records.add(there)
    return Kept(last.rollout, there, trouble=one_line(trouble))


def _entry(session: Session, last: Entry, entry_id: str) -> Entry:
    before = last.gates_after
    return Entry(
        id=entry_id,
        at=session.workbench.clock(),
        rollout=last.rollout,
        operator=_operator(session),
        instance=last.instance,
        flag=last.flag,
        phase=OFF_PHASE,
        step="",
        action="roll-back",
        gates_before=before,
        gates_after=OFF,
        reason=REASON,
        effect=effect(before, OFF, Labels(last.names)),
        names=last.names,
    )


def _operator(session: Session) -> str:
    try:
        return session.gateway.operator().username
    except RolloutError:
        from tui.store.settings import person

        return person(session.workbench.settings)
