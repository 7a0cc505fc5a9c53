"""What a broken apply left of its gate changes, as entries: the history has none of them before the apply is done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from tui.domain.as_left import Broken
from tui.domain.gates import Gates
from tui.domain.history import Action, Entry
from tui.domain.operation import Apply, Operation
from tui.domain.plan import GATE_KINDS

if TYPE_CHECKING:
    from tui.store.records import Records


_OPEN = frozenset({"intended", "unknown", "absent"})
"""The states of a call that may have come through: whether a gate was looked for, only the next plan tells."""


def broken_off(records: Records, rollout: str, instance: str) -> Broken | None:
    """The apply that is not done, if the last one is not, with the calls of those before it that were not either."""
    apply = records.unfinished(rollout, instance)
    if apply is None:
        return None
    states = {one.state for one in records.since_done(rollout, instance) if one.kind in GATE_KINDS}
    calls = halfway(records, rollout, instance)
    return Broken(apply.phase, apply.step, apply.started_at, calls, unsure=bool(states & _OPEN))


def halfway(records: Records, rollout: str, instance: str) -> tuple[Entry, ...]:
    """The gates after each confirmed call since the last apply that was done, oldest first.

    A reading may be older than them, just as it may be older than what the history tells.
    """
    found: list[Entry] = []
    for operation in records.since_done(rollout, instance):
        apply = records.apply(operation.apply) if operation.kind in GATE_KINDS else None
        gates = operation.result.get("gates")
        if apply is not None and operation.state == "confirmed" and gates and operation.ended_at is not None:
            before = found[-1].gates_after if found else apply.gates_before
            found.append(_entry(operation, apply, operation.ended_at, before, Gates.from_dict(gates)))
    return tuple(found)


def _entry(operation: Operation, apply: Apply, at: datetime, before: Gates, after: Gates) -> Entry:
    return Entry(
        id=operation.id,
        at=at,
        rollout=apply.rollout,
        operator=apply.operator,
        instance=apply.instance,
        flag=apply.flag,
        phase=apply.phase,
        step=apply.step,
        action=cast("Action", apply.action),
        gates_before=before,
        gates_after=after,
    )
