"""The load of a step on the provider's quota."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.support.rollouts import climbed, observed, plan, sample
from tui.domain.draft import Capacity
from tui.domain.forecast import forecast
from tui.domain.gates import OFF, ON, Gates
from tui.domain.steps import Step

US = Capacity(region="us-east", peak_requests_per_minute=5200, quota_requests_per_minute=6000)
EU = Capacity(region="europe-west4", peak_tokens_per_minute=7_000_000, quota_tokens_per_minute=400_000)
HALF = Step("everyone", "50%", "50 % of users", "use_x", percentage=50)


@pytest.mark.parametrize(
    ("gates", "step", "now", "then"),
    [
        (OFF, HALF, 0, 0.4333),
        (Gates(percentage_of_actors=25), HALF, 0.2167, 0.4333),
        (Gates(percentage_of_actors=25), None, 0.2167, 0.2167),
        (Gates(actors=frozenset({"User:2"})), HALF, 0, 0.4333),
        (ON, HALF, 0.8667, 0.8667),
    ],
)
def test_the_share_of_the_quota_now_and_at_the_next_step(
    gates: Gates, step: Step | None, now: float, then: float
) -> None:
    (load,) = forecast([US], gates, step)
    assert (round(load.now, 4), round(load.then, 4)) == (now, then)
    assert ("at the next step" in load.text) == (step is not None)


def test_requests_and_tokens_are_quotas_of_their_own_and_what_nobody_knows_is_left_out() -> None:
    both = structs.replace(EU, peak_requests_per_minute=100, quota_requests_per_minute=1000)
    loads = forecast([both, Capacity(region="apac", peak_requests_per_minute=9)], OFF, HALF)
    assert [(one.region, one.unit, one.short) for one in loads] == [
        ("europe-west4", "request", False),
        ("europe-west4", "token", True),
    ]
    assert loads[1].text == "europe-west4: 875 % of the token quota at the next step (0 % now)"


@given(st.floats(0, 99), st.floats(1, 100))
def test_a_step_up_never_lowers_the_load(now: float, then: float) -> None:
    (load,) = forecast([US], Gates(percentage_of_actors=now), step_to(then))
    assert load.then >= load.now


def step_to(percentage: float) -> Step:
    return Step("everyone", "x", "x", "use_x", percentage=percentage)


def test_the_review_of_a_step_says_which_quota_it_comes_near_to() -> None:
    draft = structs.replace(sample(), capacity=(EU,))
    made = plan(draft, "everyone", "10%", look=observed(Gates(percentage_of_actors=1)), entries=climbed(1))
    assert "Capacity in europe-west4: this step takes the peak to 175 % of the token quota." in made.warnings
