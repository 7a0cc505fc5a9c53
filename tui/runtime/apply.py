"""The driver of an apply: starts the core's commands in threads and hands their outcomes back to it."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.domain.errors import Interrupted, RolloutError, StoreError
from tui.domain.exchange import (
    Checked,
    CheckGates,
    CheckPlan,
    CheckTwins,
    Command,
    Event,
    NoTwins,
    Rejected,
    Send,
    Shield,
    Shielded,
    Stop,
    Unknown,
)
from tui.domain.execution import WIDTH, Report, execute
from tui.domain.history import Entry
from tui.domain.operation import Apply, Operation, Outcome
from tui.domain.plan import Change, Plan
from tui.runtime.attesting import Attest, Attesting
from tui.runtime.doubles import Doubles, note_again
from tui.runtime.looking import Looker
from tui.runtime.observe import Observer
from tui.runtime.sending import Sender, say, times
from tui.runtime.shield import disown, shield
from tui.runtime.twins import empty

if TYPE_CHECKING:
    from tui.domain.observed import NoteSeen, Observed
    from tui.gateway.cancel import Cancel
    from tui.gateway.client import Gateway
    from tui.store.records import Records

_POLL = 0.1
"""Seconds between two looks at the cancel event while answers are awaited."""


@dataclass(frozen=True)
class ApplyResult:
    """How an apply ended: its operations in the plan's order, the entry if the step was recorded.

    `remarks` are differences that the operator must see, `told` is what is good to know.
    """

    rollout: str
    outcome: Outcome
    operations: tuple[Operation, ...]
    entry: Entry | None = None
    reason: str = ""
    remarks: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The shape of `apply --json`."""
        return {
            "rollout": self.rollout,
            "outcome": self.outcome,
            "operations": [operation.as_dict() for operation in self.operations],
            "reason": self.reason,
            "remarks": list(self.remarks),
            "told": list(self.told),
        }


class Applier:
    """Runs one plan once. `on_update` is called from worker threads with each operation whose state changed."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        records: Records,
        observer: Observer,
        observed: Observed,
        plan: Plan,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        cancel: Cancel,
        on_update: Callable[[Operation], None],
        attest: Attest | None = None,
    ) -> None:
        self._gateway, self._records, self._observer, self._observed = gateway, records, observer, observed
        self._plan, self._clock, self._cancel, self._on_update = plan, clock, cancel, on_update
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._stopping = False
        self._doubles = Doubles(gateway, records)
        self._apply_id = new_id()
        self._started = clock()
        self._operations = {
            change.id: self._operation(change, note_again(records, plan, change) or new_id()) for change in plan.changes
        }
        self._looker = Looker(gateway, observer, observed)
        self._sender = Sender(
            gateway=gateway,
            records=records,
            observed=observed,
            operations=self._operations,
            clock=clock,
            started=self._started,
            cancel=cancel,
            looker=self._looker,
            back=plan.reduces,
            update=self._update,
            attesting=Attesting(attest, observer) if attest else None,
        )

    def _operation(self, change: Change, operation_id: str) -> Operation:
        return Operation(
            id=operation_id,
            apply=self._apply_id,
            rollout=self._plan.rollout,
            instance=self._plan.instance,
            change=change.id,
            kind=change.kind,
            slot=change.slot,
            method=change.request.method,
            path=change.request.path,
            body=change.request.body,
            summary=change.summary,
        )

    @property
    def notes(self) -> Mapping[str, Sequence[NoteSeen]]:
        """The notes that the end of the apply has read, by path; none when it did not come to that."""
        return self._doubles.notes

    def run(self) -> ApplyResult:
        """Run to the end, or to the first thing that goes wrong. Every write is in the journal before it is sent.

        StoreError when the journal cannot be written at its beginning; nothing was sent then.
        """
        self._records.begin(self._journal_entry())
        report = Report("stopped", ())
        try:
            report = self._drive()
            if report.outcome == "done":
                report = self._recorded(report)
                twice = self._doubles.remove(self._plan)
                report = replace(report, remarks=(*report.remarks, *twice))
        finally:
            trouble = self._end(report.outcome)
        operations = tuple(self._operations[change.id] for change in self._plan.changes)
        remarks = (*report.remarks, *trouble)
        return ApplyResult(self._plan.rollout, report.outcome, operations, self._sender.entry, report.reason, remarks)

    def _recorded(self, report: Report) -> Report:
        """Keep the entry of a step that leaves no note; with a note it is kept together with the note."""
        if self._sender.entry is None and report.entry is not None:
            try:
                self._sender.keep(replace(report.entry, id=self._apply_id, at=self._sender.at))
            except StoreError as error:
                return replace(report, outcome="stopped", reason=f"GitLab has it all, but the history: {say(error)}")
        return report

    def _end(self, outcome: Outcome) -> tuple[str, ...]:
        """Journal the end; what could not be written is a remark: the next apply looks for it either way."""
        try:
            self._records.end(self._apply_id, outcome, self._clock())
        except StoreError as error:
            return (f"The end of this apply is not in the journal: {say(error)}",)
        return ()

    def _journal_entry(self) -> Apply:
        entry = self._plan.entry
        return Apply(
            id=self._apply_id,
            rollout=self._plan.rollout,
            instance=self._plan.instance,
            flag=self._plan.flag,
            phase=self._plan.phase,
            step=self._plan.step,
            action=self._plan.action,
            operator=self._observed.operator.username,
            fingerprint=self._plan.fingerprint,
            started_at=self._started,
            gates_before=entry.gates_before if entry else self._plan.gates.start,
            gates_wanted=self._plan.gates.end,
        )

    def _known(self) -> dict[str, str]:
        known = times(self._started)
        for change, operation in self._operations.items():
            known[f"operation:{change}"] = operation.id
        for slot, seen in self._observed.issues.items():
            known |= {f"iid:{slot}": str(seen.iid), f"ref:{slot}": seen.ref, f"url:{slot}": seen.url}
        return known

    def _drive(self) -> Report:
        execution = execute(self._plan, self._known(), WIDTH)
        with ThreadPoolExecutor(WIDTH + 1, thread_name_prefix="apply") as pool:
            commands = next(execution)
            while True:
                for command in commands:
                    pool.submit(self._perform, command)
                try:
                    commands = execution.send(self._next_event())
                except StopIteration as end:
                    report: Report = end.value
                    return report

    def _next_event(self) -> Event:
        while True:
            try:
                return self._events.get(timeout=_POLL)
            except queue.Empty:
                if self._cancel.is_set and not self._stopping:
                    self._stopping = True
                    return Stop()

    def _perform(self, command: Command) -> None:
        """One command in a thread; whatever happens, exactly one event comes of it."""
        try:
            event = self._event(command)
        except Interrupted:
            # after a look for twins whatever would come next is stopped likewise
            event = NoTwins() if isinstance(command, CheckTwins) else Stop(getattr(command, "change", None))
        except RolloutError as error:
            event = self._failed(command, error)
        except BaseException as error:
            self._events.put(self._crashed(command, error))
            raise
        self._events.put(event)

    def _event(self, command: Command) -> Event:
        match command:
            case CheckPlan():
                return Checked(self._looker.at_plan(self._plan))
            case CheckTwins():
                return NoTwins(self._twins())
            case CheckGates():
                return Checked(self._looker.at_flag(command.change, command.passed))
            case Send():
                return self._sender.send(command)
            case Shield():
                made, said = shield(self._gateway, command.answer, self._operations[command.change.id])
                try:
                    self._sender.settle(made)
                    disown(self._records, made, self._clock())
                except StoreError as error:
                    said = f"{said}. The journal could not be written: {say(error)}"
                return Shielded(command.change, said)

    def _failed(self, command: Command, error: RolloutError) -> Event:
        if isinstance(command, Send | Shield):
            return Rejected(command.change, say(error))
        return _unasked(command, f"GitLab could not be asked: {say(error)}")

    def _crashed(self, command: Command, error: BaseException) -> Event:
        """A defect of ours says nothing about what GitLab has done."""
        what = f"unexpected {type(error).__name__}"
        return Unknown(command.change, what) if isinstance(command, Send | Shield) else _unasked(command, what)

    def _twins(self) -> str:
        """Which of the plan issues that we made had to yield to somebody else's."""
        made = [one for one in self._operations.values() if one.kind == "create-issue" and one.state == "confirmed"]
        found = self._observer.later(self._observed, made)
        for operation in found:
            self._sender.settle(operation)
        return "; ".join(f"{one.error}{self._emptied(one)}" for one in found)

    def _emptied(self, operation: Operation) -> str:
        """What to add when a creation that yields could not be emptied: the end of the next apply does it."""
        try:
            empty(self._gateway, operation)
        except RolloutError as error:
            return f" by the next apply, since now it failed: {say(error)}"
        return ""

    def _update(self, operation: Operation) -> None:
        """Tell whoever watches. When nobody can be told any more (a closed terminal), it is time to stop."""
        self._operations[operation.change] = operation
        try:
            self._on_update(operation)
        except (OSError, ValueError):
            self._cancel.set("nobody is there to be told")


def _unasked(command: Command, what: str) -> Event:
    return NoTwins(what, unknown=True) if isinstance(command, CheckTwins) else Checked(what, unknown=True)
