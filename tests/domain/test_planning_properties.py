"""The planner over any gates, any history and any goal: what its requests do, written down a second time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rollouts import (
    FLAG,
    MEMBERS,
    NOW,
    TEAM,
    climbed,
    entry,
    observed,
    plan,
    sample,
    seen_issue,
    situation,
    with_phase,
)
from tui.domain.gates import OFF, ON, ActorName, Gates
from tui.domain.history import Entry
from tui.domain.observed import Observed
from tui.domain.plan import Change, Plan
from tui.domain.planning import compute

KINDS = ("rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout")
ISSUES = {kind: seen_issue(kind, iid) for iid, kind in enumerate(KINDS, start=4)}
OWN = {"user:alice": "User:1", "user:bob": "User:2", "group:code-creation": "Group:1"}
STRANGER = "User:99"
"""Somebody whom GitLab's list of users does not tell the name of."""

PERCENTAGES = (1, 10, 25, 50, 75, 100)
LADDER = (("stakeholders", "team"), ("members", "members"), *(("everyone", f"{one}%") for one in PERCENTAGES))
HISTORIES: tuple[tuple[Entry, ...], ...] = (
    (),
    (entry("stakeholders", "team", OFF, TEAM),),
    climbed(),
    climbed(1, 10),
    climbed(1, 10, 25, 50, 75),
    climbed(1, 10, 25, 50, 75, 100),
)

GATES = st.builds(
    Gates,
    boolean=st.sampled_from((False, False, False, True)),
    actors=st.frozensets(st.sampled_from([*OWN.values(), STRANGER])),
    groups=st.frozensets(st.sampled_from(["gitlab_team_members", "beta_testers"])),
    percentage_of_actors=st.sampled_from((0, 0, 1, 7, 25, 60, 100)),
    percentage_of_time=st.sampled_from((0, 0, 0, 5, 100)),
)
GOALS = st.sampled_from([*LADDER, ("off", "")])
PASTS = st.sampled_from(HISTORIES)


def asked(place: int) -> Gates:
    """The gates that the step at a place of the ladder asks for, with all steps before it."""
    phase, step = LADDER[place]
    if phase != "everyone":
        return TEAM if step == "team" else MEMBERS
    return ON if step == "100%" else replace(MEMBERS, percentage_of_actors=int(step.removesuffix("%")))


def sent(gates: Gates, body: Mapping[str, object]) -> Gates:
    """What GitLab makes of one request body, as its documentation has it."""
    value, parameter = body["value"], next((name for name in ("user", "group", "feature_group") if name in body), "")
    if "key" in body:
        assert body["key"] == "percentage_of_actors"
        assert isinstance(value, int | float)
        assert not isinstance(value, bool)
        assert 0 < value < 100, "0 and 100 clear every gate"
        assert not gates.boolean, "GitLab refuses a percentage on a flag that is fully on"
        return replace(gates, percentage_of_actors=value)
    assert isinstance(value, bool), "a number without a key is a percentage of time"
    if parameter == "feature_group":
        one = frozenset({str(body[parameter])})
        return replace(gates, groups=gates.groups | one if value else gates.groups - one)
    if parameter:
        one = frozenset({OWN[f"{parameter}:{body[parameter]}"]})
        return replace(gates, actors=gates.actors | one if value else gates.actors - one)
    return ON if value else OFF


def gate_changes(found: Plan) -> list[Change]:
    return [change for change in found.changes if change.kind == "set-gate"]


def planned(gates: Gates, goal: tuple[str, str], history: tuple[Entry, ...], look: Observed | None = None) -> Plan:
    return plan(sample(), *goal, look=look or observed(gates, issues=ISSUES), entries=history)


def ids(found: Plan) -> set[str]:
    return {one.id for one in found.blocked}


@given(GATES, GOALS, PASTS)
def test_a_step_is_called_by_where_the_rollout_is(
    gates: Gates, goal: tuple[str, str], history: tuple[Entry, ...]
) -> None:
    place = LADDER.index(goal) - (len(history) - 1) if goal in LADDER else None
    words = "roll-back" if place is None else "repair" if place == 0 else "advance" if place > 0 else "step-back"
    assert planned(gates, goal, history).action == words


def test_a_step_back_that_was_broken_off_goes_where_it_was_going() -> None:
    """What it has cleared can no longer be read: without the memory, dave would be lost."""
    here = situation(sample(), observed(OFF, issues=ISSUES), climbed(1, 10, 25))
    goal = here.goal("members")
    assert goal is not None
    going = replace(MEMBERS, actors=MEMBERS.actors | {"User:4"})
    names = {**here.observed.names, ("user", "dave"): ActorName("user", "dave", "User:4")}
    resumed = replace(here, observed=replace(here.observed, names=names), gates_wanted=going)
    assert compute(resumed, goal).gates.end == going


def test_a_step_with_people_of_its_own_asks_for_those_of_the_steps_before_it_too() -> None:
    look = observed(OFF, issues=ISSUES)
    look = replace(look, names={**look.names, ("user", "dave"): ActorName("user", "dave", "User:4")})
    draft = with_phase(sample(), "members", users=("dave",))
    found = plan(draft, "members", look=look, entries=HISTORIES[1])
    assert found.gates.end == replace(MEMBERS, actors=MEMBERS.actors | {"User:4"})


@given(GATES, GOALS, PASTS)
def test_the_requests_do_what_the_plan_says_one_after_the_other(
    gates: Gates, goal: tuple[str, str], history: tuple[Entry, ...]
) -> None:
    found = planned(gates, goal, history)
    now, before = gates, ""
    for change in gate_changes(found):
        assert change.before == now
        now = sent(now, change.request.body)
        assert change.expected == now
        assert change.flag == FLAG
        assert change.request.path == f"/features/{FLAG}"
        if before:
            assert change.after == (before,)
        before = change.id
    assert found.gates.start == gates
    assert found.gates.end == now
    if found.entry is not None:
        assert (found.entry.gates_before, found.entry.gates_after) == (gates, now)


@given(GATES, GOALS, PASTS)
def test_going_on_never_takes_anybody_out_unless_it_is_blocked(
    gates: Gates, goal: tuple[str, str], history: tuple[Entry, ...]
) -> None:
    found = planned(gates, goal, history)
    if found.action != "advance" or ids(found) & {"gates", "gates-ahead"}:
        return
    passed = [gates, *(change.expected or OFF for change in gate_changes(found))]
    assert all(one.within(other) for one, other in pairwise(passed))
    wanted = asked(LADDER.index(goal))
    assert wanted.within(passed[-1])
    assert passed[-1].same_audience(gates.union(wanted)) or gates.percentage_of_actors > wanted.percentage_of_actors


@given(GATES, GOALS, PASTS)
def test_a_flag_that_is_open_further_than_the_step_is_never_narrowed_by_going_on(
    gates: Gates, goal: tuple[str, str], history: tuple[Entry, ...]
) -> None:
    found = planned(gates, goal, history)
    if found.action == "advance" and "gates" not in ids(found):
        assert ("gates-ahead" in ids(found)) == (not gates.within(found.gates.end))


@given(GATES, GOALS, PASTS)
def test_going_back_takes_away_what_later_steps_asked_for_and_keeps_the_rest(
    gates: Gates, goal: tuple[str, str], history: tuple[Entry, ...]
) -> None:
    found = planned(gates, goal, history)
    if found.action != "step-back":
        return
    assert found.blocked == ()
    wanted = asked(LADDER.index(goal))
    later = MEMBERS if goal[0] == "stakeholders" else TEAM
    foreign = replace(gates, actors=gates.actors - MEMBERS.actors, groups=gates.groups - MEMBERS.groups)
    end = found.gates.end
    assert not (end.groups & MEMBERS.groups) - wanted.groups, later
    if not gates.everybody:  # what somebody else has taken away since stays away
        assert end.within(gates)
        share = min(wanted.percentage_of_actors, gates.percentage_of_actors)
        wanted = Gates(False, wanted.actors & gates.actors, wanted.groups & gates.groups, share)
    assert wanted.actors <= end.actors
    assert wanted.groups | foreign.groups == end.groups
    assert foreign.actors - {STRANGER} <= end.actors
    assert (end.boolean, end.percentage_of_time) == (False, 0)
    assert end.percentage_of_actors == wanted.percentage_of_actors


@given(GATES, PASTS)
def test_off_is_off_in_one_call(gates: Gates, history: tuple[Entry, ...]) -> None:
    found = planned(gates, ("off", ""), history)
    assert found.blocked == ()
    assert found.gates.end == OFF
    assert [change.request.body for change in gate_changes(found)] == ([] if gates == OFF else [{"value": False}])


@given(GATES, GATES, GOALS, PASTS)
def test_a_reading_in_doubt_stops_the_way_on_and_widens_the_way_back(
    gates: Gates, left: Gates, goal: tuple[str, str], history: tuple[Entry, ...]
) -> None:
    look = observed(gates, issues=ISSUES)
    doubtful = replace(look.flag(FLAG), left=left, settled_at=NOW + timedelta(seconds=30))
    found = planned(gates, goal, history, replace(look, flags={FLAG: doubtful}))
    if found.reduces:
        assert found.blocked == ()
        assert gates.within(found.gates.start)
        assert left.within(found.gates.start)
    else:
        assert "gates-settled" in ids(found)


@pytest.mark.parametrize("place", range(len(LADDER)))
def test_the_same_step_again_sends_nothing(place: int) -> None:
    history = HISTORIES[-1][: place + 1]
    found = planned(asked(place), LADDER[place], history)
    assert found.action == "repair"
    assert gate_changes(found) == []


@given(GATES, st.sampled_from(LADDER), PASTS)
def test_a_step_of_everybody_is_everybody_and_nothing_else_is(
    gates: Gates, goal: tuple[str, str], history: tuple[Entry, ...]
) -> None:
    found = planned(gates, goal, history)
    if found.blocked:
        return
    assert found.gates.end.everybody == (goal[1] == "100%")
