"""The execution of a plan, without any I/O: a generator of commands that receives events.

The driver starts the commands it is given and sends back one event at a time; every path through an apply is
therefore a table test. Rules that live here and nowhere else:

- nothing is written before the plan was found to be fresh;
- a change starts when all that it comes after is confirmed;
- independent changes run side by side, gate changes strictly alone;
- before the first gate change there is a look at its flag, side by side with the last changes that it waits for; before
  each later one the answer to the call before is that look: it is fresh, and no reading afterwards would be closer;
- after plan issues were made, and before gates and notes, there is a look whether somebody else made the same ones;
- the first thing that goes wrong stops everything that has not started; what is under way is waited for;
- an answer that differs from the simulation is somebody else's change: nothing more is written;
- later gate changes are held against what GitLab really had after the ones before, and so is the entry.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

from tui.domain.audience import Labels
from tui.domain.exchange import (
    Checked,
    CheckGates,
    CheckPlan,
    CheckTwins,
    Command,
    Confirmed,
    Event,
    Moved,
    NoTwins,
    Rejected,
    Send,
    Shield,
    Shielded,
    Stop,
    Unknown,
)
from tui.domain.gates import OFF, Gates
from tui.domain.history import Entry
from tui.domain.note import note_text, with_gates
from tui.domain.operation import Outcome
from tui.domain.plan import Change, Plan, unresolved
from tui.domain.readback import answered, differences, exposed, gate_answer, stray_strategies

WIDTH = 4
"""How many independent changes are under way at once."""

_GRAVITY: Mapping[Outcome, int] = {"stale": 1, "rejected": 1, "unknown": 2}
"""Which outcome counts when several changes end badly side by side; one that was stopped says the least."""


@dataclass(frozen=True)
class Report:
    """How it ended. `remarks` are differences that the operator must see; `reason` what stopped it.

    `entry` is the plan's, with the gates that GitLab answered.
    """

    outcome: Outcome
    confirmed: tuple[str, ...]
    reason: str = ""
    remarks: tuple[str, ...] = ()
    entry: Entry | None = None


Execution = Generator[tuple[Command, ...], Event, Report]


def execute(plan: Plan, known: Mapping[str, str], width: int = WIDTH) -> Execution:
    """Run the plan. Yields the commands to start now (often none), receives the next event, returns the report.

    ValueError for a plan whose changes cannot be ordered.
    """
    state = _State(plan, dict(known), width)
    checked = yield (CheckPlan(plan.fingerprint),)
    if isinstance(checked, Stop):
        return Report("stopped", ())
    if isinstance(checked, Checked) and checked.difference:
        return Report("stopped" if checked.unknown else "stale", (), checked.difference)
    while state.under_way or (state.outcome is None and state.waiting):
        commands = state.start()
        if not commands and not state.under_way:
            raise ValueError("the plan's changes wait for each other or for a change that is not in it")
        state.take((yield commands))
    return Report(state.outcome or "done", tuple(state.confirmed), state.reason, tuple(state.remarks), state.entry)


class _State:
    def __init__(self, plan: Plan, known: dict[str, str], width: int) -> None:
        self.plan = plan
        self.waiting = list(plan.changes)
        self.entry = plan.entry
        self.labels = Labels(plan.entry.names if plan.entry else {})
        self.passed: dict[str, list[Gates]] = {}
        self.known = known
        self.width = width
        self.busy: dict[str, Change] = {}
        self.checking: Change | None = None
        self.looked = ""
        self.made = {change.id for change in plan.changes if change.kind == "create-issue"}
        self.comparing = False
        self.pending: list[Command] = []
        self.confirmed: list[str] = []
        self.remarks: list[str] = []
        self.outcome: Outcome | None = None
        self.reason = ""

    @property
    def under_way(self) -> bool:
        return bool(self.busy) or self.checking is not None or self.comparing

    def start(self) -> tuple[Command, ...]:
        """The commands that may start now."""
        commands, self.pending = self.pending, []
        if self.outcome is None:
            for change in [one for one in self.waiting if set(one.after) <= set(self.confirmed)]:
                if not self._room(change):
                    continue
                self.waiting.remove(change)
                self.busy[change.id] = change
                if unresolved((send := self._send(change)).request.as_dict()):
                    self._fail(change, "rejected", "it refers to something that does not exist; nothing was sent")
                    break
                commands.append(send)
        if self.outcome is None and self.made and not self.comparing and self.made <= set(self.confirmed):
            self.comparing = True
            commands.append(CheckTwins())
        if self.outcome is None and (due := self._look_due()) is not None:
            self.checking = due
            commands.append(CheckGates(self._from_here(due), self._passed(due)))
        return tuple(commands)

    def _room(self, change: Change) -> bool:
        if self.made and change.kind not in {"hide-issue", "create-issue", "link-issues"}:
            return False
        if change.is_gate:
            return not self.busy and (self.looked == change.id or self._follows(change))
        alone = any(one.is_gate for one in self.busy.values())
        return not alone and len(self.busy) < self.width

    def _look_due(self) -> Change | None:
        """The gate change whose flag is to be looked at now: all that it waits for is done or under way."""
        if self.checking is not None or any(one.is_gate for one in self.busy.values()):
            return None
        there = {*self.confirmed, *self.busy}
        first = next((one for one in self.waiting if one.is_gate and set(one.after) <= there), None)
        return None if first is None or first.id == self.looked or self._follows(first) else first

    def _follows(self, change: Change) -> bool:
        """Whether a gate change of the same flag comes right before it: its answer is the look."""
        return any(one.id in change.after and one.flag == change.flag for one in self.plan.changes if one.flag)

    def _from_here(self, change: Change) -> Change:
        """The change, from the gates that GitLab really had after the call before."""
        passed = self.passed.get(change.flag)
        return replace(change, before=passed[-1]) if passed and change.is_gate else change

    def _passed(self, change: Change) -> frozenset[Gates]:
        return frozenset(self.passed.get(change.flag, ())) if change.is_gate else frozenset()

    def _send(self, change: Change) -> Send:
        if change.kind != "add-note" or self.entry is None:
            request = change.request.resolved(self.known)
            return Send(self._from_here(change), request, passed=self._passed(change))
        request = replace(change.request, body={"body": note_text(self.entry, change.slot)})
        return Send(change, request.resolved(self.known), self.entry)

    def take(self, event: Event) -> None:
        """Fold one event. What is said of a change that is not under way was said before, and counts once."""
        if isinstance(event, Confirmed | Rejected | Unknown | Moved | Shielded) and event.change.id not in self.busy:
            return
        match event:
            case Checked():
                self._checked(event)
            case NoTwins():
                self.comparing, self.made = False, set()
                if event.difference:
                    self.stop("stopped" if event.unknown else "stale", event.difference)
            case Confirmed():
                self._take_answer(event)
            case Rejected():
                self._fail(event.change, "rejected", event.reason)
            case Unknown():
                self._fail(event.change, "unknown", event.reason)
            case Moved():
                self.busy.pop(event.change.id, None)
                self.stop("stale", event.difference)
            case Shielded():
                self._fail(event.change, "rejected", event.result)
            case Stop():
                self._stopped(event.change)

    def _checked(self, event: Checked) -> None:
        change, self.checking = self.checking, None
        if event.difference:
            self.stop("stopped" if event.unknown else "stale", event.difference)
        elif change is not None:
            self.looked = change.id

    def _stopped(self, change: Change | None) -> None:
        if change is not None:
            self.busy.pop(change.id, None)
            if self.checking is not None and change.id == self.checking.id:
                self.checking = None
        self.stop("stopped", "stopped by the operator")

    def _take_answer(self, event: Confirmed) -> None:
        change = event.change
        if exposed(change, event.request, event.answer):
            self.pending.append(Shield(change, event.answer))
            return
        self.busy.pop(change.id, None)
        self.confirmed.append(change.id)
        self.known.update(event.known)
        self.remarks.extend(f"{change.summary}: {text}" for text in differences(change, event.request, event.answer))
        if change.is_gate:
            self._take_gates(change, answered(change, event.answer))
            self.remarks.extend(filter(None, [stray_strategies(change, event.answer)]))

    def _take_gates(self, change: Change, got: Gates) -> None:
        """What GitLab answers is what it has: the truth from here on, also where it is not as planned."""
        said = gate_answer(change, got, self.labels)
        self.passed.setdefault(change.flag, [change.before or OFF]).append(got)
        if self.plan.entry is not None and self.plan.entry.flag == change.flag:
            self.entry = with_gates(self.plan.entry, got)
        if said.remark:
            self.remarks.append(f"{change.summary}: {said.remark}")
        if said.problem:
            self.stop("stale", f"after “{change.summary}”: {said.problem}")

    def _fail(self, change: Change, outcome: Outcome, reason: str) -> None:
        self.busy.pop(change.id, None)
        self.stop(outcome, f"{change.summary}: {reason}")

    def stop(self, outcome: Outcome, reason: str) -> None:
        """Start nothing more. The gravest outcome wins: none must hide behind one that came a moment before."""
        if self.outcome is None or _GRAVITY.get(outcome, 0) > _GRAVITY.get(self.outcome, 0):
            self.outcome, self.reason = outcome, reason
