"""The ways back: which there are, what each comes to, and that the history alone will do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.rollouts import FLAG, MEMBERS, NOW, TEAM, climbed, entry, guide, observed, sample, situation
from tui.domain.gates import OFF, ON, Gates
from tui.domain.history import Entry
from tui.domain.observed import FlagSeen
from tui.domain.planning import Situation
from tui.domain.ways_back import Outcome, outcome, remembered, ways

LONG = (1, 10, 25, 50, 75, 100)
CALLED = {"User:1": "alice", "User:2": "bob", "Group:1": "group code-creation"}


def share(percentage: float) -> Gates:
    return replace(MEMBERS, percentage_of_actors=percentage)


def at(gates: Gates, *percentages: int, more: tuple[Entry, ...] = ()) -> Situation:
    return situation(sample(), observed(gates), (*climbed(*percentages), *more))


def possible(here: Situation) -> list[str]:
    return [way.key for way in ways(here) if not way.refused]


def comes_to(here: Situation, key: str) -> Outcome:
    goal = next(way.goal for way in ways(here) if way.key == key)
    assert goal is not None
    return outcome(here, goal)


def test_all_ways_from_a_percentage_the_mildest_first() -> None:
    assert possible(at(share(10), 1, 10)) == [
        "hold",
        "everyone:1%",
        "members:members",
        "stakeholders:team",
        "undo",
        "off",
        "abandon",
    ]


def test_what_is_not_possible_says_why() -> None:
    held = entry("everyone", "10%", share(10), share(10), action="hold")
    refused = {way.key: way.refused for way in ways(at(share(10), 1, 10, more=(held,)))}
    assert refused["hold"] == "The rollout is on hold already"
    assert not refused["off"]


def test_what_somebody_else_opened_further_can_be_put_back() -> None:
    assert "repair" in possible(at(share(40), 1, 10))
    assert "repair" not in possible(at(share(5), 1, 10))
    assert comes_to(at(share(40), 1, 10), "repair").route.end == share(10)


def test_members_only_is_no_zero_and_has_a_gap() -> None:
    found = comes_to(at(share(10), 1, 10), "members:members")
    assert found.route.end == MEMBERS
    assert found.route.dips
    assert next(one.request.body for one in found.plan.changes if one.is_gate) == {"value": False}


def test_undo_from_everybody_restores_every_gate() -> None:
    found = comes_to(at(ON, *LONG), "undo")
    assert found.route.end == share(75)
    assert found.then.position is not None
    assert found.then.position.id == "75%"
    assert [step.id for step in found.again] == ["100%"]


def test_what_going_on_asks_for_then_comes_from_the_domain() -> None:
    found = comes_to(at(share(25), 1, 10, 25), "everyone:1%")
    assert [step.id for step in found.again] == ["10%", "25%"]
    assert any("No verdict on 1 % of users" in one.text for one in found.asks)
    assert found.then.due_at() is not None
    assert comes_to(at(share(25), 1, 10, 25), "abandon").asks == (), "it must be resumed first"


def test_other_flags_of_the_rollout_are_told_as_kept() -> None:
    here = at(share(10), 1, 10)
    flags = {**here.observed.flags, "opt_out": FlagSeen("opt_out", TEAM, exists=True)}
    here = replace(here, observed=replace(here.observed, flags=flags))
    assert comes_to(here, "off").kept == (
        f"{FLAG} on other instances, such as staging",
        "opt_out: on for the team (group code-creation, alice, bob)",
    )


@pytest.mark.parametrize("key", ["everyone:1%", "members:members", "undo", "off", "abandon"])
def test_the_history_alone_says_the_same(key: str) -> None:
    entries = tuple(replace(one, names=CALLED) for one in climbed(1, 10))
    known, told = at(share(10), 1, 10), remembered(sample(), guide(), entries, NOW, "sandbox")
    assert comes_to(told, key).route == comes_to(known, key).route


def test_without_any_history_there_is_still_off() -> None:
    bare = remembered(sample(), guide(), (), NOW, "sandbox")
    assert possible(bare)[-2:] == ["off", "abandon"]
    assert comes_to(bare, "off").route.end == OFF
