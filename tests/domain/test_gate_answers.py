"""What the answer to a gate call means: the audience counts, and what GitLab did otherwise is told in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.rollouts import FLAG, MEMBERS, TEAM
from tui.domain.audience import Labels
from tui.domain.gates import OFF, ON, ActorName, Call, Gates, simulate
from tui.domain.plan import Change, Request
from tui.domain.readback import GateAnswer, gate_answer

LABELS = Labels({"User:1": "alice", "User:2": "bob"})
ALICE = ActorName("user", "alice", "User:1")


def change(before: Gates, call: Call) -> Change:
    request = Request("POST", f"/features/{FLAG}", call.body)
    return Change("gate:1", "set-gate", "x", request, flag=FLAG, before=before, expected=simulate(before, call))


def told(before: Gates, call: Call, got: Gates) -> GateAnswer:
    return gate_answer(change(before, call), got, LABELS)


@pytest.mark.parametrize("got", [ON, replace(MEMBERS, boolean=True, percentage_of_actors=75)])
def test_true_may_keep_other_gates_beside_it(got: Gates) -> None:
    assert told(replace(MEMBERS, percentage_of_actors=75), Call("on"), got) == GateAnswer()


@pytest.mark.parametrize(("asked", "made"), [(25.5, 25), (0.5, 0), (99.999, 99)])
def test_a_fraction_that_was_cut_off_is_told(asked: float, made: int) -> None:
    before = replace(MEMBERS, percentage_of_actors=0)
    said = told(before, Call("percentage", percentage=asked), replace(MEMBERS, percentage_of_actors=made))
    assert f"it made {made} of {asked}" in said.problem
    assert "whole percentages only" in said.problem


def test_a_fraction_that_was_kept_is_as_planned() -> None:
    kept = replace(MEMBERS, percentage_of_actors=25.5)
    assert told(MEMBERS, Call("percentage", percentage=25.5), kept) == GateAnswer()


def test_a_whole_percentage_that_came_back_lower_is_somebody_elses() -> None:
    lower = replace(MEMBERS, percentage_of_actors=24)
    said = told(MEMBERS, Call("percentage", percentage=25), lower)
    assert "somebody else" in said.problem


def test_an_answer_that_changed_nothing_says_so() -> None:
    said = told(OFF, Call("add-actor", actor=ALICE), OFF)
    assert "changed nothing" in said.problem
    assert "still nobody" in said.problem


@pytest.mark.parametrize("got", [OFF, Gates(actors=frozenset({"User:2"}))])
def test_a_way_back_is_not_stopped_by_somebody_who_took_away_more(got: Gates) -> None:
    said = told(TEAM, Call("remove-actor", actor=ALICE), got)
    assert said.problem == ""
    assert "somebody else has taken access away too" in said.remark


@pytest.mark.parametrize(
    ("before", "call", "got"),
    [
        (OFF, Call("add-actor", actor=ALICE), ON),
        (MEMBERS, Call("percentage", percentage=1), replace(MEMBERS, percentage_of_actors=75)),
        (MEMBERS, Call("percentage", percentage=1), replace(TEAM, percentage_of_actors=1)),
        (MEMBERS, Call("remove-group", group="gitlab_team_members"), replace(TEAM, percentage_of_actors=7)),
        (ON, Call("off"), TEAM),
    ],
)
def test_any_other_difference_stops_the_apply(before: Gates, call: Call, got: Gates) -> None:
    said = told(before, call, got)
    assert "somebody else changed it" in said.problem
    assert said.remark == ""
