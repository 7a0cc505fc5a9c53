"""The short words for who is in, in a cell of the history."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.rollouts import MEMBERS, TEAM
from tui.domain.gates import OFF, ON, Gates
from tui.widgets.entry_rows import change

TEN = replace(MEMBERS, percentage_of_actors=10)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (OFF, TEAM, "nobody → 3 actors"),
        (TEAM, MEMBERS, "3 actors → +1 group"),
        (MEMBERS, TEN, "1 group → +10 %"),
        (TEN, replace(TEN, percentage_of_actors=25), "10 % → 25 %"),
        (TEN, ON, "10 % → everybody"),
        (TEAM, Gates(groups=MEMBERS.groups), "3 actors → 1 group"),
        (TEN, MEMBERS, "10 % → 1 group"),
        (ON, OFF, "everybody → nobody"),
        (OFF, Gates(percentage_of_time=5), "nobody → 5 % of time"),
    ],
)
def test_what_comes_to_those_who_are_in_is_told_from_what_takes_their_place(
    before: Gates, after: Gates, words: str
) -> None:
    assert change(before, after) == words
