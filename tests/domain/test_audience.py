"""Who gains and who loses, in words."""

from __future__ import annotations

from tui.domain.audience import Labels, gains, loses
from tui.domain.gates import Gates


def test_points_are_gained_as_more_and_lost_as_they_are() -> None:
    few, many = Gates(percentage_of_actors=1), Gates(percentage_of_actors=50)
    assert gains(few, many, Labels()) == "49 percentage points more of users"
    assert loses(many, few, Labels()) == "49 percentage points of users"
