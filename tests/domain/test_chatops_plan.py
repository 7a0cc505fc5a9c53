"""Plans for a flag that a chat bot sets: commands for a person, and gates that rest on somebody's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from tests.support.rollouts import FLAG, MEMBERS, NOW, TEAM, climbed, observed, sample, seen_issue, situation
from tui.domain.attested import attested_flag, command_body
from tui.domain.chatops import Chat
from tui.domain.gates import OFF, ON, Gates
from tui.domain.history import Entry
from tui.domain.observed import FlagSeen, Observed
from tui.domain.operation import Operation, OperationState
from tui.domain.plan import Plan
from tui.domain.planning import compute

DRAFT = structs.replace(sample(), flag=structs.replace(sample().flag, target="chatops"))
ISSUES = {
    slot: seen_issue(slot, number)
    for number, slot in enumerate(("rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout"), start=1)
}
QUARTER = replace(MEMBERS, percentage_of_actors=25)


def look(flag: FlagSeen) -> Observed:
    return replace(observed(issues=ISSUES), flags={FLAG: flag})


def planned(phase: str, step: str, flag: FlagSeen, entries: tuple[Entry, ...] = (), chat: Chat | None = None) -> Plan:
    here = replace(situation(DRAFT, look(flag), entries), chat=chat or Chat())
    goal = here.goal(phase, step)
    assert goal is not None
    return compute(here, goal)


def attested(gates: Gates, **changes: object) -> FlagSeen:
    return replace(FlagSeen(FLAG, gates, exists=gates != OFF, attested=True), **changes)  # type: ignore[arg-type]


def commands(plan: Plan) -> list[str]:
    return [change.request.body["command"] for change in plan.changes if change.kind == "run-command"]


def operation(command: str, gates: Gates, state: OperationState, minute: int = 0) -> Operation:
    at = NOW + timedelta(minutes=minute)
    body = command_body(command, FLAG, gates)
    return Operation("1", "a", "r", "env", "gate:1", "run-command", body=body, state=state, intended_at=at, ended_at=at)


def test_the_team_is_let_in_by_one_command_for_each_actor() -> None:
    plan = planned("stakeholders", "", attested(OFF))
    assert commands(plan) == [
        f"/chatops gitlab run feature set {FLAG} true --group=code-creation",
        f"/chatops gitlab run feature set {FLAG} true --user=alice",
        f"/chatops gitlab run feature set {FLAG} true --user=bob",
    ]
    assert plan.gates.end == TEAM
    assert not [change for change in plan.changes if change.kind == "set-gate"]
    assert plan.entry is not None
    assert plan.entry.attested


@pytest.mark.parametrize(
    ("phase", "step", "start", "percentages", "ends"),
    [
        ("members", "", TEAM, (), ["true --feature-group=gitlab_team_members"]),
        ("everyone", "1%", MEMBERS, (), ["1 --actors"]),
        ("everyone", "100%", QUARTER, (1, 10, 25), ["true"]),
        ("members", "", QUARTER, (1, 10, 25), ["false", "--feature-group=gitlab_team_members", "--group=code-creation",
                                               "--user=alice", "--user=bob"]),
        ("off", "", QUARTER, (1, 10, 25), ["false"]),
        ("everyone", "10%", QUARTER, (1, 10, 25), ["10 --actors"]),
    ],
)  # fmt: skip
def test_each_way_has_its_commands(
    phase: str, step: str, start: Gates, percentages: tuple[int, ...], ends: list[str]
) -> None:
    plan = planned(phase, step, attested(start), climbed(*percentages) if start != TEAM else climbed()[:1])
    assert [one.split(f"{FLAG} ")[1].removeprefix("true ") for one in commands(plan)] == [
        one.removeprefix("true ") for one in ends
    ]


def test_a_command_says_where_it_is_run_and_where_it_is_told() -> None:
    chat = Chat("/chatops run", "#staging-bot", "#our_team")
    change = next(one for one in planned("members", "", attested(TEAM), climbed()[:1], chat).changes if one.is_gate)
    assert (change.request.method, change.request.path) == ("CHAT", "#staging-bot")
    assert change.request.body["command"].startswith("/chatops run feature set ")
    assert (change.request.body["cross_post"], change.request.body["issue"]) == ("#our_team", "⟪url:flag-rollout⟫")
    assert change.request.body["gates"] == MEMBERS.as_dict()


def test_the_plan_issues_say_the_commands_as_the_bot_is_called() -> None:
    here = replace(situation(DRAFT), chat=Chat("/chatops run"))
    goal = here.goal()
    assert goal is not None
    body = compute(here, goal).bodies["flag-rollout"]
    assert f"/chatops run feature set {FLAG} false" in body
    assert "gitlab run" not in body


def test_the_review_says_what_the_gates_rest_on_and_what_the_bot_will_check() -> None:
    said = "\n".join(planned("members", "", attested(TEAM), climbed()[:1]).warnings)
    for text in ("attested, not observed", "#production", "#g_code_creation", "5 minutes", "--staging", "feature get"):
        assert text in said
    assert "--ignore" not in said
    first = "\n".join(planned("stakeholders", "", attested(OFF)).warnings)
    assert "nothing is attested yet" in first
    back = "\n".join(planned("off", "", attested(QUARTER), climbed(1, 10, 25)).warnings)
    assert "--staging" not in back


def test_gates_that_were_read_count_and_their_difference_to_what_was_attested_is_told() -> None:
    read = FlagSeen(FLAG, replace(MEMBERS, percentage_of_actors=1), exists=True)
    plan = planned("everyone", "10%", read, climbed())
    said = "\n".join(plan.warnings)
    assert "Somebody else changed" in said
    assert "attested" not in said
    assert plan.gates.start == read.gates


@pytest.mark.parametrize("name", ["two words", "group --production", "-x"])
def test_a_group_that_no_command_can_name_blocks_before_anything_is_shown(name: str) -> None:
    phases = tuple(structs.replace(one, feature_groups=(name,)) if one.id == "members" else one for one in DRAFT.phases)
    here = situation(structs.replace(DRAFT, phases=phases), look(attested(TEAM)), climbed()[:1])
    goal = here.goal("members")
    assert goal is not None
    plan = compute(here, goal)
    assert [one.id for one in plan.blocked if one.hard] == ["gates"]
    assert commands(plan) == []


def test_a_flag_whose_name_no_command_can_say_does_not_break_the_way_back() -> None:
    draft = structs.replace(DRAFT, flag=structs.replace(DRAFT.flag, name="two words"))
    here = situation(draft, replace(look(attested(OFF)), flags={"two words": FlagSeen("two words", ON, attested=True)}))
    goal = here.goal("off")
    assert goal is not None
    assert [one.id for one in compute(here, goal).blocked] == ["gates"]


# what is attested


def test_what_was_attested_last_counts() -> None:
    entries = climbed(1)
    assert attested_flag(FLAG, entries, ()).gates == entries[-1].gates_after
    ran = [operation("a", QUARTER, "confirmed", 1), operation("b", ON, "rejected", 2)]
    assert attested_flag(FLAG, entries, ran) == attested(QUARTER)
    assert attested_flag("another", entries, ran) == FlagSeen("another", attested=True)


def test_a_later_entry_from_another_machine_counts_more_than_an_older_command() -> None:
    later = tuple(replace(one, at=NOW + timedelta(hours=1)) for one in climbed(1))
    assert attested_flag(FLAG, later, [operation("a", ON, "confirmed", 5)]).gates == later[-1].gates_after


@pytest.mark.parametrize("state", ["intended", "unknown", "absent"])
def test_a_command_that_was_never_answered_is_not_forgotten(state: OperationState) -> None:
    flag = attested_flag(FLAG, climbed(), [operation("the command", QUARTER, state, 1)])
    assert (flag.gates, flag.left, flag.unanswered) == (MEMBERS, QUARTER, "the command")
    answered = [operation("the command", QUARTER, state, 1), operation("the command", QUARTER, "confirmed", 2)]
    assert attested_flag(FLAG, climbed(), answered) == attested(QUARTER)


def test_an_unanswered_command_is_asked_again_or_must_be_cleared_up_before_anything_else() -> None:
    flag = attested(MEMBERS, left=replace(MEMBERS, percentage_of_actors=1), unanswered="the command")
    assert planned("everyone", "1%", flag, climbed()).blocked == ()
    other = planned("everyone", "25%", flag, climbed())
    (found,) = [one for one in other.blocked if one.id == "command-unanswered"]
    assert "the command" in found.text


def test_the_way_back_takes_an_unanswered_command_for_done() -> None:
    flag = attested(MEMBERS, left=ON, unanswered="the command")
    plan = planned("members", "", flag, climbed(1))
    assert plan.blocked == ()
    assert commands(plan)[0].endswith(" false")
    assert plan.gates.end == MEMBERS
