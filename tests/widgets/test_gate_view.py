"""Gates as rows: nobody who is removed is missing among those who were in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.rollouts import MEMBERS, TEAM, observed, sample, situation
from tui.domain.audience import Labels
from tui.domain.gates import Gates, Route
from tui.widgets.gate_view import gate_diff_rows, route_rows


def rows(before: Gates, after: Gates) -> list[str]:
    labels = situation(sample(), observed()).labels
    found = [row.content.plain.split() for row in gate_diff_rows(before, after, labels)]
    return [" ".join(words) for words in found]


def test_who_is_removed_is_among_the_old_values() -> None:
    after = replace(TEAM, actors=frozenset({"Group:1", "User:2"}))
    assert rows(TEAM, after)[1] == "actors group code-creation, bob, alice → -alice"
    assert rows(MEMBERS, TEAM)[2] == "groups gitlab_team_members → -gitlab_team_members"


def test_who_is_added_is_not() -> None:
    assert rows(TEAM, MEMBERS)[2] == "groups – → +gitlab_team_members"


@pytest.mark.parametrize(
    ("place", "title", "words"),
    [
        ("production", "Strategies of use_it for production", ("everybody", "users", "user lists")),
        ("", "Gates of use_it", ("boolean", "actors", "groups")),
    ],
)
def test_a_projects_flag_is_shown_by_its_strategies(place: str, title: str, words: tuple[str, ...]) -> None:
    here = Route(
        Gates(actors=frozenset({"alice"})), after=(Gates(groups=frozenset({"staff"}), percentage_of_actors=25),)
    )
    shown = [" ".join(row.content.plain.split()) for row in route_rows(here, "use_it", Labels(place=place))]
    _, people, lists = words
    rest = shown[shown.index(title) + 1 :]
    assert rest[1:4] == [f"{people} alice → -alice", f"{lists} – → +staff", f"percentage of {people} 0 % → 25 %"]
    assert rest[0] == f"{words[0]} false"
