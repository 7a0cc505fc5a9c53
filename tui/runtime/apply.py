"""The driver of an apply: starts the core's commands in threads, journals before and after each write."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.domain.errors import Conflict, Interrupted, OutcomeUnknown, RolloutError
from tui.domain.execution import (
    WIDTH,
    Checked,
    CheckGates,
    CheckPlan,
    Command,
    Confirmed,
    Event,
    Rejected,
    Report,
    Send,
    Shield,
    Shielded,
    Stop,
    Unknown,
    execute,
)
from tui.domain.gates import Gates
from tui.domain.history import Entry
from tui.domain.operation import Apply, Operation, Outcome
from tui.domain.plan import Change, Plan, Request
from tui.runtime.created import from_answer
from tui.runtime.observe import Observer
from tui.runtime.shield import shield
from tui.runtime.since import since, words

if TYPE_CHECKING:
    from tui.domain.observed import Observed
    from tui.gateway.cancel import Cancel
    from tui.gateway.client import Gateway
    from tui.store.records import Records

_POLL = 0.1
"""Seconds between two looks at the cancel event while answers are awaited."""


@dataclass(frozen=True)
class ApplyResult:
    """How an apply ended: its operations in the plan's order, the entry if the step was recorded."""

    rollout: str
    outcome: Outcome
    operations: tuple[Operation, ...]
    entry: Entry | None = None
    reason: str = ""
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The shape of `apply --json`."""
        return {
            "rollout": self.rollout,
            "outcome": self.outcome,
            "operations": [operation.as_dict() for operation in self.operations],
            "reason": self.reason,
            "remarks": list(self.remarks),
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
    ) -> None:
        self._gateway, self._records, self._observer, self._observed = gateway, records, observer, observed
        self._plan, self._clock, self._cancel, self._on_update = plan, clock, cancel, on_update
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._seen_gates: dict[str, set[Gates]] = {}
        self._stopping = False
        self._apply_id = new_id()
        self._started = clock()
        self._operations = {change.id: self._operation(change, new_id()) for change in plan.changes}
        self._entry: Entry | None = None

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
        )

    def run(self) -> ApplyResult:
        """Run to the end, or to the first thing that goes wrong. Every write is in the journal before it is sent."""
        self._records.begin(self._journal_entry())
        outcome: Outcome = "stopped"
        try:
            report = self._drive()
            if report.outcome == "done" and self._entry is None and self._plan.entry is not None:
                self._keep(replace(self._plan.entry, id=self._apply_id, at=self._started))
            outcome = report.outcome
        finally:
            self._records.end(self._apply_id, outcome, self._clock())
        operations = tuple(self._operations[change.id] for change in self._plan.changes)
        return ApplyResult(self._plan.rollout, outcome, operations, self._entry, report.reason, report.remarks)

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
        known = {"at": self._started.isoformat().replace("+00:00", "Z")}
        for change, operation in self._operations.items():
            known[f"operation:{change}"] = operation.id
        for slot, seen in self._observed.issues.items():
            known |= {f"iid:{slot}": str(seen.iid), f"ref:{slot}": seen.ref, f"url:{slot}": seen.url}
        return known

    def _drive(self) -> Report:
        execution = execute(self._plan, self._known(), WIDTH)
        with ThreadPoolExecutor(WIDTH, thread_name_prefix="apply") as pool:
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
            event = Stop(None if isinstance(command, CheckPlan) else command.change)
        except RolloutError as error:
            event = self._failed(command, error)
        except BaseException as error:
            self._events.put(self._failed(command, RolloutError(f"unexpected {type(error).__name__}")))
            raise
        self._events.put(event)

    def _event(self, command: Command) -> Event:
        match command:
            case CheckPlan():
                creating = any(change.kind == "create-issue" for change in self._plan.changes)
                return Checked(self._since(self._observed, self._observer.again(self._observed, creating=creating)))
            case CheckGates():
                return Checked(self._check_gates(command.change))
            case Send():
                return self._send(command.change, command.request)
            case Shield():
                made, said = shield(self._gateway, command.answer, self._operations[command.change.id])
                self._settle(made)
                return Shielded(command.change, said)

    def _failed(self, command: Command, error: RolloutError) -> Event:
        if isinstance(command, Send | Shield):
            return Rejected(command.change, _say(error))
        return Checked(f"GitLab could not be asked: {_say(error)}")

    def _check_gates(self, change: Change) -> str:
        """A reading may be up to a minute old, so gates that this apply itself has passed through are no surprise."""
        gates = self._observer.flag_again(change.flag).gates
        if gates == change.before or gates in self._seen_gates.get(change.flag, set()):
            return ""
        if change.before is not None and change.expected is not None and _narrows(change):
            return ""  # taking access away is right whatever somebody else did in between
        expected = self._observed.flag(change.flag)
        before = replace(self._observed, flags={change.flag: replace(expected, gates=change.before or Gates())})
        return self._since(before, replace(before, flags={change.flag: replace(expected, gates=gates)}))

    def _since(self, before: Observed, after: Observed) -> str:
        return words(since(self._gateway, before, after))

    def _send(self, change: Change, request: Request) -> Event:
        self._cancel.check()
        operation = replace(
            self._operations[change.id],
            state="intended",
            intended_at=self._clock(),
            path=request.path,
            body=request.body,
        )
        self._records.intended(operation)
        self._update(operation)
        try:
            answer = self._gateway.send(request)
        except OutcomeUnknown as error:
            self._settle(replace(operation, state="unknown", error=_say(error)))
            return Unknown(change, _say(error))
        except Interrupted:
            self._settle(replace(operation, state="absent"))  # a write that has left is never interrupted
            raise
        except Conflict as error:
            if change.kind != "link-issues":
                return self._reject(operation, change, error)
            answer = {}  # already linked: what was wanted is there
        except RolloutError as error:
            return self._reject(operation, change, error)
        return self._confirm(operation, change, request, answer)

    def _reject(self, operation: Operation, change: Change, error: RolloutError) -> Event:
        self._settle(replace(operation, state="rejected", error=_say(error)))
        return Rejected(change, _say(error))

    def _confirm(self, operation: Operation, change: Change, request: Request, answer: Mapping[str, Any]) -> Event:
        known: dict[str, str] = {}
        result: dict[str, Any] = {}
        url = ""
        if change.kind in {"create-issue", "edit-issue"}:
            result = from_answer(answer)
            url = result["url"]
            if change.kind == "create-issue":
                known = {f"{key}:{change.slot}": str(result[key]) for key in ("iid", "ref", "url")}
        elif change.kind == "add-note":
            url = self._note_url(change, answer)
        if change.expected is not None and change.before is not None:
            self._seen_gates.setdefault(change.flag, {change.before}).add(change.expected)
        self._settle(replace(operation, state="confirmed", url=url, result=result))
        if change.kind == "add-note" and self._plan.entry is not None:
            self._keep(replace(self._plan.entry, id=operation.id, at=self._started, note_url=url))
        return Confirmed(change, request, answer, known)

    def _note_url(self, change: Change, answer: Mapping[str, Any]) -> str:
        made = next((one for one in self._operations.values() if one.change == f"issue:{change.slot}"), None)
        seen = self._observed.issues.get(change.slot)
        issue_url = seen.url if seen else made.url if made else ""
        return f"{issue_url}#note_{answer.get('id')}" if issue_url else ""

    def _keep(self, entry: Entry) -> None:
        self._records.add(entry)
        self._entry = entry

    def _settle(self, operation: Operation) -> None:
        ended = replace(operation, ended_at=self._clock())
        self._records.settled(
            ended.id, ended.state, self._clock(), url=ended.url, result=ended.result, error=ended.error, adopted=False
        )
        self._update(ended)

    def _update(self, operation: Operation) -> None:
        self._operations[operation.change] = operation
        self._on_update(operation)


def _narrows(change: Change) -> bool:
    """Whether the call only takes access away."""
    return change.expected is not None and change.before is not None and change.expected.within(change.before)


def _say(error: RolloutError) -> str:
    return f"{error} {error.hint}".strip()
