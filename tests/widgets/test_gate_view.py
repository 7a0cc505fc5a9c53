"""Gates as rows: nobody who is removed is missing among those who were in."""

from __future__ import annotations

from dataclasses import replace

from tests.support.rollouts import MEMBERS, TEAM, observed, sample, situation
from tui.domain.gates import Gates
from tui.widgets.gate_view import gate_diff_rows


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
