"""What a broken apply left of its gate changes, as entries: the history has none of them before the apply is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tui.domain.gates import Gates
from tui.domain.history import Action, Entry
from tui.domain.plan import GATE_KINDS

if TYPE_CHECKING:
    from tui.store.records import Records


def halfway(records: Records, rollout: str, instance: str) -> tuple[Entry, ...]:
    """The gates after each confirmed call of the apply that is not done, oldest first.

    A reading may be older than them, just as it may be older than what the history tells.
    """
    apply = records.unfinished(rollout, instance)
    if apply is None:
        return ()
    found = []
    before = apply.gates_before
    for operation in records.operations(apply.id):
        gates = operation.result.get("gates")
        if operation.kind in GATE_KINDS and operation.state == "confirmed" and gates and operation.ended_at is not None:
            after = Gates.from_dict(gates)
            found.append(
                Entry(
                    id=operation.id,
                    at=operation.ended_at,
                    rollout=rollout,
                    operator=apply.operator,
                    instance=instance,
                    flag=apply.flag,
                    phase=apply.phase,
                    step=apply.step,
                    action=cast("Action", apply.action),
                    gates_before=before,
                    gates_after=after,
                )
            )
            before = after
    return tuple(found)
