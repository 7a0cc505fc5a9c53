"""From a plan that was reviewed to its apply: the last questions before the first write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from tui.domain.errors import Blocked, Stale
from tui.domain.history import Entry
from tui.domain.operation import Operation
from tui.domain.text import counted
from tui.runtime.apply import Applier, ApplyResult
from tui.runtime.attesting import Attest
from tui.runtime.concerns import timely
from tui.runtime.ending import ended
from tui.runtime.leading import check
from tui.runtime.since import applied_since
from tui.runtime.workbench import Prepared

if TYPE_CHECKING:
    from tui.domain.requirements import Requirement
    from tui.runtime.workbench import Session


def apply(
    session: Session, prepared: Prepared, on_update: Callable[[Operation], None], attest: Attest | None
) -> ApplyResult:
    """What `Session.apply` promises."""
    plan, bench = prepared.plan, session.workbench
    if plan.blocked:
        raise Blocked("; ".join(f"{one.id}: {one.text}" for one in plan.blocked), _way_out(plan.blocked))
    if attest is None and plan.commands:
        raise Blocked(f"{counted(len(plan.commands), 'chat command')} of this plan must be run by a person")
    with session.turn(plan.rollout, needed=not plan.reduces):
        if not plan.reduces and bench.records.mark(plan.rollout, plan.instance) != prepared.mark:
            since = applied_since(bench.records, plan.rollout, plan.instance, prepared.mark)
            raise Stale(f"{plan.rollout} was applied since this plan was made", since)
        timely(session, prepared)
        check(session, prepared)
        applier = Applier(
            gateway=session.gateway,
            records=bench.records,
            observer=session.observer(prepared.situation.draft, reducing=plan.reduces),
            observed=prepared.situation.observed,
            plan=plan,
            clock=_in_order(bench.clock, prepared.situation.entries),
            new_id=new_id,
            cancel=session.cancel,
            on_update=on_update,
            attest=attest,
        )
        return ended(session, prepared, applier.run(), applier.notes)


_REASONED = ("asks for a reason", "or say why")
"""How requirements end that a reason is enough for."""


def _way_out(blocked: Iterable[Requirement]) -> str:
    """What to do about the requirements, where the usual hint would mislead."""
    found = tuple(blocked)
    if [one.id for one in found] == ["verdict"]:
        return "Act on it (hold, rollback), or decide otherwise: --verdict continue --reason …"
    if all(one.text.endswith(_REASONED) for one in found):
        return "Give it with --reason."
    return "This cannot be waived: change first what it names." if all(one.hard for one in found) else ""


def new_id() -> str:
    """An id for an operation or an apply."""
    return uuid4().hex


def _in_order(clock: Callable[[], datetime], entries: Iterable[Entry]) -> Callable[[], datetime]:
    """The clock, always after the last entry: were it put back, the next step would sort before this one."""
    last = max((entry.at for entry in entries), default=None)
    return clock if last is None else lambda: max(clock(), last + timedelta(seconds=1))
