"""The execution of a plan, without any I/O: a generator of commands that receives events.

The driver starts the commands it is given and sends back one event at a time; every path through an apply is
therefore a table test. Rules that live here and nowhere else:

- nothing is written before the plan was found to be fresh;
- a change starts when all that it comes after is confirmed;
- independent changes run side by side, gate changes strictly alone, each after a look at its flag;
- the first thing that goes wrong stops everything that has not started; what is under way is waited for;
- an answer that differs from the simulation is somebody else's change: nothing more is written.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.domain.audience import Labels, who
from tui.domain.gates import OFF
from tui.domain.operation import Outcome
from tui.domain.plan import Change, Plan, Request, unresolved
from tui.domain.readback import differences, exposed, gates_in

WIDTH = 4
"""How many independent changes are under way at once."""


@dataclass(frozen=True)
class CheckPlan:
    """Look at gates and issues again: is the plan still fresh?"""

    fingerprint: str


@dataclass(frozen=True)
class CheckGates:
    """Look at one flag before `change`: does it have the gates that the plan expects there?"""

    change: Change


@dataclass(frozen=True)
class Send:
    """Journal the operation, send the request once, journal what came of it."""

    change: Change
    request: Request


@dataclass(frozen=True)
class Shield:
    """An issue that should be confidential is public: make it confidential, or else close and empty it."""

    change: Change
    answer: Mapping[str, Any]


Command = CheckPlan | CheckGates | Send | Shield


@dataclass(frozen=True)
class Checked:
    """The answer to a check; `difference` says in words what is not as expected, empty when all is."""

    difference: str = ""


@dataclass(frozen=True)
class Confirmed:
    """GitLab did it; `known` are the references that can be resolved from now on."""

    change: Change
    request: Request
    answer: Mapping[str, Any]
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejected:
    """GitLab did not do it, and said so."""

    change: Change
    reason: str


@dataclass(frozen=True)
class Unknown:
    """The request left and no answer came."""

    change: Change
    reason: str


@dataclass(frozen=True)
class Shielded:
    """What became of a public issue, in words."""

    change: Change
    result: str


@dataclass(frozen=True)
class Stop:
    """The operator wants it to stop; `change`, if any, had been started and was not sent."""

    change: Change | None = None


Event = Checked | Confirmed | Rejected | Unknown | Shielded | Stop


@dataclass(frozen=True)
class Report:
    """How it ended. `remarks` are differences that the operator must see; `reason` what stopped it."""

    outcome: Outcome
    confirmed: tuple[str, ...]
    reason: str = ""
    remarks: tuple[str, ...] = ()


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
        return Report("stale", (), checked.difference)
    while state.busy or (state.outcome is None and state.waiting):
        commands = state.start()
        if not commands and not state.busy:
            raise ValueError("the plan's changes wait for each other or for a change that is not in it")
        state.take((yield commands))
    return Report(state.outcome or "done", tuple(state.confirmed), state.reason, tuple(state.remarks))


class _State:
    def __init__(self, plan: Plan, known: dict[str, str], width: int) -> None:
        self.waiting = list(plan.changes)
        self.known = known
        self.width = width
        self.busy: dict[str, Change] = {}
        self.checking: Change | None = None
        self.pending: list[Command] = []
        self.confirmed: list[str] = []
        self.remarks: list[str] = []
        self.outcome: Outcome | None = None
        self.reason = ""

    def start(self) -> tuple[Command, ...]:
        """The commands that may start now."""
        commands, self.pending = self.pending, []
        if self.outcome is None:
            for change in [one for one in self.waiting if set(one.after) <= set(self.confirmed)]:
                if not self._room(change):
                    continue
                self.waiting.remove(change)
                self.busy[change.id] = change
                if change.is_gate:
                    self.checking = change
                    commands.append(CheckGates(change))
                elif unresolved((send := self._send(change)).request.as_dict()):
                    self._fail(change, "rejected", "it refers to something that does not exist; nothing was sent")
                    break
                else:
                    commands.append(send)
        return tuple(commands)

    def _room(self, change: Change) -> bool:
        if change.is_gate:
            return not self.busy
        alone = any(one.is_gate for one in self.busy.values())
        return not alone and len(self.busy) < self.width

    def _send(self, change: Change) -> Send:
        return Send(change, change.request.resolved(self.known))

    def take(self, event: Event) -> None:
        """Fold one event."""
        match event:
            case Checked():
                self._checked(event)
            case Confirmed():
                self._take_answer(event)
            case Rejected():
                self._fail(event.change, "rejected", event.reason)
            case Unknown():
                self._fail(event.change, "unknown", event.reason)
            case Shielded():
                self._fail(event.change, "rejected", event.result)
            case Stop():
                if event.change is not None:
                    self.busy.pop(event.change.id, None)
                self.stop("stopped", "stopped by the operator")

    def _checked(self, event: Checked) -> None:
        change, self.checking = self.checking, None
        if change is None:
            return
        if event.difference or self.outcome is not None:
            self.busy.pop(change.id, None)
            if event.difference:
                self.stop("stale", event.difference)
        else:
            self.pending.append(self._send(change))

    def _take_answer(self, event: Confirmed) -> None:
        change = event.change
        if exposed(change, event.request, event.answer):
            self.pending.append(Shield(change, event.answer))
            return
        self.busy.pop(change.id, None)
        self.confirmed.append(change.id)
        self.known.update(event.known)
        self.remarks.extend(f"{change.summary}: {text}" for text in differences(change, event.request, event.answer))
        if change.is_gate and gates_in(event.answer) != change.expected:
            got, expected = who(gates_in(event.answer), Labels()), who(change.expected or OFF, Labels())
            self.stop(
                "stale",
                f"after “{change.summary}” GitLab has the flag on for {got}, not for {expected}: "
                "somebody else changed it, or this GitLab understands the call otherwise",
            )

    def _fail(self, change: Change, outcome: Outcome, reason: str) -> None:
        self.busy.pop(change.id, None)
        self.stop(outcome, f"{change.summary}: {reason}")

    def stop(self, outcome: Outcome, reason: str) -> None:
        """Start nothing more. The gravest outcome wins: an unknown one must not hide behind another."""
        if self.outcome is None or outcome == "unknown":
            self.outcome, self.reason = outcome, reason
