"""The execution core as tables of events: order, width, what stops it, and what never happens after that."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rollouts import plan, sample
from tui.domain.exchange import (
    Checked,
    CheckGates,
    CheckPlan,
    CheckTwins,
    Command,
    Confirmed,
    Event,
    NoTwins,
    Rejected,
    Send,
    Shield,
    Shielded,
    Stop,
    Unknown,
)
from tui.domain.execution import Execution, Report, execute
from tui.domain.gates import Gates
from tui.domain.plan import Change, Plan, Request

PLAN = plan(sample())
KNOWN = {f"operation:{change.id}": f"op-{change.id}" for change in PLAN.changes}
KNOWN |= {"at": "2026-11-22T10:00:00Z", "minute": "2026-11-22 10:00"}


def answer(change: Change, request: Request) -> dict[str, object]:
    """What an honest GitLab says."""
    if change.kind == "set-gate":
        return flag_answer(change.expected or Gates())
    body = dict(request.body)
    people = [{"id": number} for number in body.get("assignee_ids", [])]
    return {**body, "iid": 7, "project_id": 1, "assignees": people}


def flag_answer(gates: Gates) -> dict[str, object]:
    shown = gates.as_dict()
    return {"gates": [{"key": key, "value": value} for key, value in shown.items() if value or key == "boolean"]}


def known(change: Change) -> dict[str, str]:
    if change.kind != "create-issue":
        return {}
    return {f"iid:{change.slot}": "7", f"ref:{change.slot}": "g/p#7", f"url:{change.slot}": "u"}


class Run:
    """A driver that answers by a function and remembers everything."""

    def __init__(self, react: Callable[[Command], Event | None], pick: Callable[[int], int] = lambda _: 0) -> None:
        self.react, self.pick = react, pick
        self.log: list[Command] = []
        self.most = 0

    def __call__(self, the_plan: Plan = PLAN) -> Report:
        execution = execute(the_plan, KNOWN, width=4)
        waiting: list[Command] = list(next(execution))
        while True:
            self.most = max(self.most, sum(isinstance(one, Send) for one in waiting))
            command = waiting.pop(self.pick(len(waiting)))
            self.log.append(command)
            event = self.react(command) or honest(command)
            try:
                waiting.extend(execution.send(event))
            except StopIteration as end:
                assert not waiting, "it ended while something was under way"
                report: Report = end.value
                return report

    @property
    def sent(self) -> list[str]:
        return [one.change.id for one in self.log if isinstance(one, Send)]


def honest(command: Command) -> Event:
    match command:
        case CheckPlan() | CheckGates():
            return Checked()
        case CheckTwins():
            return NoTwins()
        case Send():
            return Confirmed(
                command.change, command.request, answer(command.change, command.request), known(command.change)
            )
        case Shield():
            return Shielded(command.change, "made confidential again")


def on(change_id: str, event: Callable[[Send], Event]) -> Callable[[Command], Event | None]:
    return lambda command: event(command) if isinstance(command, Send) and command.change.id == change_id else None


ALL = [change.id for change in PLAN.changes]


def test_everything_is_sent_once_after_the_plan_was_found_fresh() -> None:
    run = Run(lambda _: None)
    report = run()
    assert report.outcome == "done"
    assert isinstance(run.log[0], CheckPlan)
    assert sorted(run.sent) == sorted(ALL)
    assert sorted(report.confirmed) == sorted(ALL)


@given(st.randoms(use_true_random=False))
def test_in_any_order_of_answers_dependencies_hold_and_gates_are_alone(random: Random) -> None:
    run = Run(lambda _: None, pick=random.randrange)
    assert run().outcome == "done"
    done: set[str] = set()
    for change_id in run.sent:
        change = next(one for one in PLAN.changes if one.id == change_id)
        assert set(change.after) <= done
        done.add(change_id)
    gates = [
        one
        for one in run.log
        if isinstance(one, CheckGates) or (isinstance(one, Send) and one.change.kind == "set-gate")
    ]
    assert [type(one) for one in gates] == [CheckGates, Send, Send, Send]
    assert run.most <= 4


def test_requests_are_sent_with_their_references_filled_in() -> None:
    run = Run(lambda _: None)
    run()
    for command in run.log:
        if isinstance(command, Send):
            assert "⟪" not in str(command.request.as_dict())


def test_a_stale_plan_writes_nothing() -> None:
    run = Run(lambda command: Checked("the flag is on for everybody") if isinstance(command, CheckPlan) else None)
    report = run()
    assert (report.outcome, report.reason, run.sent) == ("stale", "the flag is on for everybody", [])


def test_a_gate_that_somebody_else_moved_stops_before_the_gate_change() -> None:
    run = Run(lambda command: Checked("moved") if isinstance(command, CheckGates) else None)
    report = run()
    assert report.outcome == "stale"
    assert not [name for name in run.sent if name.startswith(("gate", "note"))]


@pytest.mark.parametrize("change_id", ALL)
def test_a_rejection_anywhere_stops_all_that_had_not_started(change_id: str) -> None:
    run = Run(on(change_id, lambda send: Rejected(send.change, "403 Forbidden")))
    report = run()
    assert report.outcome == "rejected"
    assert "403 Forbidden" in report.reason
    assert change_id not in report.confirmed
    later = {change.id for change in PLAN.changes if change_id in change.after}
    assert not later & set(run.sent)


@pytest.mark.parametrize("change_id", ALL)
def test_an_unknown_outcome_is_never_sent_again_and_never_hidden(change_id: str) -> None:
    run = Run(on(change_id, lambda send: Unknown(send.change, "no answer")))
    report = run()
    assert report.outcome == "unknown"
    assert run.sent.count(change_id) == 1
    assert change_id not in report.confirmed


def test_a_refusal_wins_over_a_look_beside_it_that_failed_first() -> None:
    looked = []

    def react(command: Command) -> Event | None:
        if isinstance(command, CheckGates):
            looked.append(command)
            return Checked("GitLab could not be asked", unknown=True)
        if looked and isinstance(command, Send):
            return Rejected(command.change, "the token was revoked")
        return None

    report = Run(react, lambda waiting: waiting - 1)()
    assert (report.outcome, "revoked" in report.reason) == ("rejected", True)


def test_unknown_wins_over_a_rejection_that_came_first() -> None:
    def react(command: Command) -> Event | None:
        if isinstance(command, Send) and command.change.id == "issue:internal-feedback":
            return Rejected(command.change, "no")
        if isinstance(command, Send) and command.change.id == "issue:flag-rollout":
            return Unknown(command.change, "lost")
        return None

    assert Run(react)().outcome == "unknown"


def test_gates_in_the_answer_that_differ_from_the_simulation_stop_it_at_once() -> None:
    run = Run(on("gate:2", lambda send: Confirmed(send.change, send.request, flag_answer(Gates(boolean=True)))))
    report = run()
    assert report.outcome == "stale"
    assert "somebody else" in report.reason
    assert "gate:3" not in run.sent
    assert "note" not in run.sent


def test_an_issue_that_came_back_public_is_shielded_and_the_apply_ends() -> None:
    def public(send: Send) -> Event:
        return Confirmed(send.change, send.request, {**answer(send.change, send.request), "confidential": False})

    run = Run(on("issue:rollout-plan", public))
    report = run()
    assert report.outcome == "rejected"
    assert [one for one in run.log if isinstance(one, Shield)]
    assert not [name for name in run.sent if name.startswith("gate")]


def test_dropped_labels_are_told_and_do_not_stop_it() -> None:
    def dropped(send: Send) -> Event:
        return Confirmed(
            send.change, send.request, {**answer(send.change, send.request), "labels": []}, known(send.change)
        )

    report = Run(on("issue:flag-rollout", dropped))()
    assert report.outcome == "done"
    assert any("labels were dropped" in remark for remark in report.remarks)


def test_twins_of_the_plan_issues_stop_it_before_gates_and_notes() -> None:
    run = Run(lambda command: NoTwins("bob made it too") if isinstance(command, CheckTwins) else None)
    report = run()
    assert (report.outcome, report.reason) == ("stale", "bob made it too")
    assert not [name for name in run.sent if name.startswith(("gate", "note", "timeline"))]


@given(st.randoms(use_true_random=False))
def test_no_gate_and_no_note_is_sent_before_twins_were_looked_for(random: Random) -> None:
    run = Run(lambda _: None, pick=random.randrange)
    run()
    place = next(number for number, one in enumerate(run.log) if isinstance(one, CheckTwins))
    before = {one.change.kind for one in run.log[:place] if isinstance(one, Send)}
    assert before <= {"create-issue", "link-issues"}


def test_nobody_looks_for_twins_when_no_issue_is_made() -> None:
    change = Change("a", "add-note", "a", Request("POST", "/x", {"body": ""}))
    run = Run(lambda _: None)
    run(Plan(**{**vars(PLAN), "changes": (change,), "entry": None}))
    assert run.sent == ["a"]
    assert not [one for one in run.log if isinstance(one, CheckTwins)]


@pytest.mark.parametrize("place", range(12))
def test_a_stop_lets_what_is_under_way_finish_and_starts_nothing_more(place: int) -> None:
    execution = execute(PLAN, KNOWN, width=4)
    waiting = list(next(execution))
    sent = 0
    for _ in range(place):
        command = waiting.pop(0)
        sent += isinstance(command, Send)
        waiting.extend(execution.send(honest(command)))
    report = drain(execution, waiting)
    assert report.outcome == "stopped"
    assert len(report.confirmed) <= sent + 4


def drain(execution: Execution, waiting: list[Command]) -> Report:
    """Stop, then answer what is under way; nothing more may be started."""
    event: Event = Stop()
    while True:
        try:
            assert execution.send(event) == ()
        except StopIteration as end:
            report: Report = end.value
            return report
        event = honest(waiting.pop(0))


def test_a_plan_in_a_circle_is_refused_and_not_waited_for() -> None:
    change = Change("a", "add-note", "a", Request("POST", "/x", {"body": ""}), after=("a",))
    circle = Plan(**{**vars(PLAN), "changes": (change,)})
    with pytest.raises(ValueError, match="wait for each other"):
        Run(lambda _: None)(circle)
