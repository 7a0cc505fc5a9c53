"""What counts when GitLab shows a flag's gates from a cache: our own answer is fresh, for a minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.rollouts import FLAG, MEMBERS, NOW, TEAM, climbed, entry
from tui.domain.gates import OFF, ON, Gates
from tui.domain.observed import CACHED, FlagSeen, freshest

HISTORY = (entry("stakeholders", "team", OFF, TEAM), entry("members", "members", TEAM, MEMBERS))
SOON = NOW + CACHED
LATER = SOON + timedelta(seconds=1)


def seen(gates: Gates) -> FlagSeen:
    return FlagSeen(FLAG, gates, exists=gates != OFF)


@pytest.mark.parametrize("old", [OFF, TEAM, Gates(actors=frozenset({"User:1"}))])
def test_a_state_that_our_own_changes_passed_through_is_only_old(old: Gates) -> None:
    assert freshest(seen(old), HISTORY, SOON).gates == MEMBERS
    assert freshest(seen(old), HISTORY, LATER).gates == old


@pytest.mark.parametrize(
    "foreign", [ON, replace(MEMBERS, percentage_of_actors=10), Gates(actors=frozenset({"User:9"}))]
)
def test_a_state_that_we_never_made_is_somebody_elses(foreign: Gates) -> None:
    assert freshest(seen(foreign), HISTORY, NOW).gates == foreign


def test_what_is_up_to_date_and_what_is_another_flag_stays() -> None:
    assert freshest(seen(MEMBERS), HISTORY, NOW) == seen(MEMBERS)
    other = FlagSeen("other", TEAM)
    assert freshest(other, HISTORY, NOW) == other
    assert freshest(seen(TEAM), (), NOW) == seen(TEAM)


def test_only_the_last_change_counts() -> None:
    assert freshest(seen(MEMBERS), climbed(1, 10), NOW).gates == replace(MEMBERS, percentage_of_actors=10)
