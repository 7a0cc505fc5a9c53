"""The execution core under random plans, orders and answers: what must hold whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_execution import KNOWN, PLAN, flag_answer, honest
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
from tui.domain.execution import Report, execute
from tui.domain.gates import Gates
from tui.domain.plan import Change, ChangeKind, Plan, Request

randoms = st.integers(0, 2**32 - 1).map(Random)
"""Evenly distributed: what hypothesis draws itself is mostly the simplest, here an honest answer."""

KINDS: tuple[ChangeKind, ...] = ("create-issue", "link-issues", "edit-issue", "add-note", "set-gate")
BODIES: dict[str, dict[str, object]] = {
    "create-issue": {"title": "t", "description": "d", "confidential": True},
    "edit-issue": {"description": "d"},
    "add-note": {"body": "b"},
}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Changes of any kind, each after any of those before it, issues first; of two flags, so that not all follow."""
    changes: list[Change] = []
    kinds = sorted(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=9)), key=lambda kind: kind != KINDS[0])
    for number, kind in enumerate(kinds):
        after = draw(st.sets(st.sampled_from([one.id for one in changes]))) if changes else set()
        flag = draw(st.sampled_from(("f", "g"))) if kind == "set-gate" else ""
        gates = Gates(percentage_of_actors=number + 1)
        changes.append(
            Change(
                id=f"{kind}:{number}",
                kind=kind,
                summary=f"change {number}",
                request=Request("POST", f"/{number}", BODIES.get(kind, {"value": number})),
                after=tuple(sorted(after)),
                slot=f"slot-{number}" if kind == "create-issue" else "",
                flag=flag,
                before=Gates() if flag else None,
                expected=gates if flag else None,
            )
        )
    return replace(PLAN, changes=tuple(changes), entry=None, bodies={}, requirements=(), warnings=())


@dataclass
class Ledger:
    """All that was asked of the driver and all that it said, with the rules checked as it goes."""

    plan: Plan
    sent: list[str] = field(default_factory=list)
    flying: dict[str, Command] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)
    unknown: bool = False
    over: bool = False

    def started(self, command: Command) -> None:
        assert not self.over or isinstance(command, Shield), f"{command} after something had gone wrong"
        if isinstance(command, Send):
            self._sent(command.change)
        if isinstance(command, CheckGates):
            sending = (one.change for one in self.flying.values() if isinstance(one, Send))
            assert not any(one.is_gate for one in sending), "a look beside a gate change"
        self.flying[_name(command)] = command

    def _sent(self, change: Change) -> None:
        assert change.id not in self.sent, "sent twice"
        assert set(change.after) <= set(self.confirmed), "sent before what it comes after"
        sending = [one.change for one in self.flying.values() if isinstance(one, Send)]
        assert not (change.is_gate and sending), "a gate change beside another change"
        assert not any(one.is_gate for one in sending), "another change beside a gate change"
        if change.is_gate:
            follows = any(one.flag == change.flag and one.id in change.after for one in self.plan.changes)
            assert change.id in self.looked or follows, "a gate change without a look"
        self.sent.append(change.id)

    def said(self, event: Event) -> None:
        match event:
            case Checked(difference) | NoTwins(difference):
                self.over |= bool(difference)
            case Confirmed(change):
                if not (change.kind == "create-issue" and not event.answer.get("confidential")):
                    self.confirmed.append(change.id)
                    self.over |= change.is_gate and event.answer != flag_answer(change.expected or Gates())
            case Unknown():
                self.over = self.unknown = True
            case _:
                self.over = True


def _name(command: Command) -> str:
    return "plan" if isinstance(command, CheckPlan | CheckTwins) else f"{type(command).__name__} {command.change.id}"


def run(
    plan: Plan, random: Random, react: Callable[[Command, Random], Event], stops: float = 0.03
) -> tuple[Report, Ledger]:
    """Drive the core: answers come in any order, and now and then the operator stops it."""
    ledger = Ledger(plan)
    known = {f"{key}:{change.slot}": "1" for change in plan.changes for key in ("iid", "ref", "url")}
    execution = execute(plan, known, width=random.randint(1, 4))
    commands = next(execution)
    while True:
        for command in commands:
            ledger.started(command)
        if random.random() < stops:
            event: Event = Stop()
        else:
            command = ledger.flying.pop(random.choice(sorted(ledger.flying)))
            event = react(command, random)
            if isinstance(command, CheckGates) and event == Checked():
                ledger.looked.add(command.change.id)
        ledger.said(event)
        try:
            commands = execution.send(event)
        except StopIteration as end:
            assert not any(isinstance(one, Send | Shield) for one in ledger.flying.values()), "it did not wait"
            return end.value, ledger


def troubled(random: Random) -> Callable[[Command, Random], Event]:
    """An honest GitLab, but for one to four answers, one after the other: what is under way together fails together."""
    first = random.randrange(12)
    bad = range(first, first + random.randint(1, 4))
    numbers = count()
    return lambda command, random: trouble(command, random) if next(numbers) in bad else honest(command)


def trouble(command: Command, random: Random) -> Event:
    """Anything but what is wanted."""
    match command:
        case CheckPlan() | CheckGates():
            return Checked("somebody else was here")
        case CheckTwins():
            return NoTwins("somebody else was here")
        case Shield():
            return Shielded(command.change, "made confidential again")
        case Send(change, request):
            public = Confirmed(change, request, {**request.body, "confidential": False, "iid": 1})
            other = Confirmed(change, request, flag_answer(Gates(boolean=True)))
            events: list[Event] = [Rejected(change, "no"), Unknown(change, "lost"), Stop(change)]
            if change.is_gate:
                events += [other, Moved(change, "somebody else was here")]
            return random.choice([*events, public] if change.kind == "create-issue" else events)


@settings(max_examples=300, deadline=None)
@given(plans(), randoms)
def test_whatever_happens_the_rules_of_the_order_hold(plan: Plan, random: Random) -> None:
    report, ledger = run(plan, random, troubled(random))
    assert (report.outcome == "unknown") == ledger.unknown, "an unknown outcome must never hide"
    assert (report.outcome == "done") == (set(ledger.sent) == {one.id for one in plan.changes} and not ledger.over)
    assert sorted(report.confirmed) == sorted(ledger.confirmed)


@settings(max_examples=100, deadline=None)
@given(plans(), randoms)
def test_with_an_honest_gitlab_every_plan_is_done_whole(plan: Plan, random: Random) -> None:
    report, ledger = run(plan, random, lambda command, _: honest(command), stops=0.0)
    assert report.outcome == "done"
    assert sorted(ledger.sent) == sorted(one.id for one in plan.changes)


@settings(max_examples=100, deadline=None)
@given(plans(), randoms)
def test_what_was_answered_once_changes_nothing_when_it_is_answered_again(plan: Plan, random: Random) -> None:
    """An event that a driver delivers twice: the change is not counted twice and nothing is sent anew."""
    execution = execute(plan, {f"{key}:{one.slot}": "1" for one in plan.changes for key in ("iid", "ref", "url")})
    waiting, sent = list(next(execution)), list[str]()
    while True:
        command = waiting.pop(random.randrange(len(waiting)))
        try:
            more = list(execution.send(honest(command)))
            if isinstance(command, Send) and waiting and random.random() < 0.5:
                more += execution.send(honest(command))
        except StopIteration as end:
            report: Report = end.value
            break
        sent += [one.change.id for one in more if isinstance(one, Send)]
        waiting += more
    assert report.outcome == "done"
    assert len(sent) == len(set(sent))
    assert len(report.confirmed) == len(plan.changes)


COST = 1
"""What every command costs: one round trip."""


def test_phase_1_with_four_plan_issues_takes_six_round_trips_more_than_its_gate_changes() -> None:
    execution = execute(PLAN, KNOWN)
    flying = [(COST, command) for command in next(execution)]
    now = 0
    while flying:
        now = min(end for end, _ in flying)
        command = flying.pop(next(place for place, (end, _) in enumerate(flying) if end == now))[1]
        try:
            flying += [(now + COST, one) for one in execution.send(honest(command))]
        except StopIteration:
            break
    assert not flying
    gates = sum(change.is_gate for change in PLAN.changes)
    assert (sum(change.kind == "create-issue" for change in PLAN.changes), gates) == (4, 3)
    assert now - gates == pytest.approx(6)
