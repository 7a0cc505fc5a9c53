"""How far the flag was open, over time, as plain text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.rollouts import FLAG, MEMBERS, NOW, climbed, entry
from tui.domain.exposure import Point, chart, points
from tui.domain.gates import OFF
from tui.domain.history import Entry
from tui.domain.verdict import Verdict

TEN, HALF = replace(MEMBERS, percentage_of_actors=10), replace(MEMBERS, percentage_of_actors=50)


def story() -> tuple[Entry, ...]:
    """One hour each: team, members, 10 %, held, 50 % on a verdict, off."""
    told = (
        *climbed(10),
        entry("everyone", "10%", TEN, TEN, action="hold"),
        entry("everyone", "50%", TEN, HALF, verdict=Verdict("continue", "continue")),
        entry("off", "", HALF, OFF, action="roll-back"),
    )
    return tuple(replace(one, at=NOW + timedelta(hours=hour)) for hour, one in enumerate(told))


def test_the_chart_shows_steps_holds_verdicts_and_ways_back() -> None:
    assert chart(points(story(), FLAG), NOW + timedelta(hours=6), 6 + 36) == (
        "100 %",
        "",
        "                             ██████",
        "  0 % ▁▁▁▁▁▁▁▁▁▁▁▃▃▃▃▃▃▃▃▃▃▃▃██████",
        "                       ‖     •     ↓",
        "      2026-11-22 10:00    2026-11-22 16:00",
        "      • verdict  ‖ hold  ↓ back",
    )


def test_nothing_is_charted_before_the_first_step() -> None:
    assert chart(points((entry("issues", "", OFF, OFF, action="create-issues"),), FLAG), NOW, 40) == ()
    assert points(story(), "another_flag") == ()


def test_everybody_is_at_the_top() -> None:
    top, *_ = chart(points(climbed(10, 100), FLAG), NOW + timedelta(hours=1), 20)
    assert top == "100 % " + "█" * 14


@given(
    hours=st.lists(st.integers(0, 400), min_size=1, max_size=12),
    shares=st.lists(st.floats(0, 100), min_size=12, max_size=12),
    width=st.integers(1, 120),
    later=st.integers(-5, 100),
)
def test_it_never_runs_over_its_width(hours: list[int], shares: list[float], width: int, later: int) -> None:
    found = [
        Point(NOW + timedelta(hours=hour), share, named=True, mark="‖↓"[place % 2])
        for place, (hour, share) in enumerate(zip(hours, shares, strict=False))
    ]
    drawn = chart(found, NOW + timedelta(hours=later), width)
    assert all(len(line) <= max(width, 24) for line in drawn)
    assert len(drawn) == 7
