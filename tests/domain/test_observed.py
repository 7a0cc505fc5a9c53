"""What a reading is worth while GitLab may still show a flag's gates from a cache."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.rollouts import FLAG, MEMBERS, NOW, TEAM, climbed, entry
from tui.domain.gates import OFF, ON, Gates
from tui.domain.observed import CACHED, FlagSeen, doubted

HISTORY = (entry("stakeholders", "team", OFF, TEAM), entry("members", "members", TEAM, MEMBERS))
SOON = NOW + CACHED
LATER = SOON + timedelta(seconds=1)


def seen(gates: Gates) -> FlagSeen:
    return FlagSeen(FLAG, gates, exists=gates != OFF)


@pytest.mark.parametrize("old", [OFF, TEAM, Gates(actors=frozenset({"User:1"}))])
def test_a_state_that_our_own_changes_passed_through_is_in_doubt_for_a_minute(old: Gates) -> None:
    flag = doubted(seen(old), HISTORY, SOON)
    assert (flag.gates, flag.left) == (old, MEMBERS)
    assert flag.widest == MEMBERS
    assert doubted(seen(old), HISTORY, LATER) == seen(old)


@pytest.mark.parametrize("old", [OFF, TEAM, replace(MEMBERS, percentage_of_actors=25), Gates(groups=MEMBERS.groups)])
def test_a_step_back_may_have_passed_through_off_for_all(old: Gates) -> None:
    back = entry("members", "members", replace(MEMBERS, percentage_of_actors=25), MEMBERS, action="step-back")
    flag = doubted(seen(old), (*climbed(1, 10, 25), back), SOON)
    assert (flag.gates, flag.left) == (old, MEMBERS)
    assert MEMBERS.within(flag.widest)


def test_true_beside_other_gates_is_what_true_alone_left() -> None:
    beside = replace(MEMBERS, boolean=True, percentage_of_actors=75)
    assert doubted(seen(beside), climbed(75, 100), NOW) == seen(beside)


@pytest.mark.parametrize(
    "foreign", [ON, replace(MEMBERS, percentage_of_actors=10), Gates(actors=frozenset({"User:9"}))]
)
def test_a_state_that_we_never_made_is_somebody_elses(foreign: Gates) -> None:
    assert doubted(seen(foreign), HISTORY, NOW) == seen(foreign)


def test_what_is_up_to_date_and_what_is_another_flag_stays() -> None:
    assert doubted(seen(MEMBERS), HISTORY, NOW) == seen(MEMBERS)
    other = FlagSeen("other", TEAM)
    assert doubted(other, HISTORY, NOW) == other
    assert doubted(seen(TEAM), (), NOW) == seen(TEAM)


def test_only_the_last_change_counts() -> None:
    assert doubted(seen(MEMBERS), climbed(1, 10), NOW).left == replace(MEMBERS, percentage_of_actors=10)
