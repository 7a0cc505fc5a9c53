"""Who is in a percentage: equal to Flipper on the vectors, sticky, and fast enough for a whole company."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.shipped import guides, samples
from tui.domain.cohort import NOW, bucket, enters_above, how_many, inside, place, standings
from tui.domain.gates import OFF, ON, Gates
from tui.domain.steps import ladder, wanted

VECTORS = Path(__file__).parents[3] / "shared/gitlab/examples/derived/percentage_of_actors_vectors.json"
FLAG = "use_fireworks_codestral_code_completion"
STEPS = ladder(samples()["sample-codestral-2501"], guides()["v1"])
AHEAD = [(step, wanted(STEPS, step, {})) for step in STEPS]

percentages = st.floats(0, 100)
references = st.builds("{}:{}".format, st.sampled_from(["User", "Group", "Project"]), st.integers(1, 10**9))


@pytest.mark.skipif(not VECTORS.exists(), reason="the vectors are in the data beside the project")
def test_the_vectors_of_flipper() -> None:
    vectors = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    assert len(vectors) >= 8
    for one in vectors:
        assert bucket(one["flag"], one["actor"]) == one["bucket_of_100000"]
        assert enters_above(one["flag"], one["actor"]) == one["enabled_from_percent_above"]


@pytest.mark.parametrize(
    ("flag", "user", "above"),
    [(FLAG, 1, 66.463), (FLAG, 1000, 11.728), ("fireworks_qwen_code_completion", 9999999, 4.51)],
)
def test_figures_that_were_computed_elsewhere(flag: str, user: int, above: float) -> None:
    ref = f"User:{user}"
    assert enters_above(flag, ref) == above
    assert not inside(flag, ref, above)
    assert inside(flag, ref, above + 0.001)


@given(references, percentages, percentages)
def test_who_is_in_stays_in_when_the_percentage_grows(ref: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert inside(FLAG, ref, low) <= inside(FLAG, ref, high)
    assert not inside(FLAG, ref, 0)
    assert inside(FLAG, ref, 100)


@given(percentages)
def test_counting_is_asking_each(percentage: float) -> None:
    ids = range(1, 300)
    assert how_many(FLAG, ids, percentage) == sum(inside(FLAG, f"User:{one}", percentage) for one in ids)


@pytest.mark.parametrize(
    ("gates", "by", "enters"),
    [
        (OFF, "", "75%"),
        (Gates(percentage_of_actors=50), "", "75%"),
        (Gates(percentage_of_actors=67), "by percentage", ""),
        (Gates(actors=frozenset({"User:1"})), "by name", ""),
        (ON, "everybody", ""),
    ],
)
def test_which_gate_lets_somebody_in_or_which_step_will(gates: Gates, by: str, enters: str) -> None:
    found = place(FLAG, "User:1", gates, AHEAD)
    assert (found.by, found.enters.id if found.enters else "") == (by, enters)


@settings(max_examples=50)
@given(st.lists(references), percentages, st.sets(references), st.booleans())
def test_where_many_stand_is_where_each_stands(
    refs: list[str], percentage: float, named: set[str], everybody: bool
) -> None:
    gates = Gates(boolean=everybody, actors=frozenset(named), percentage_of_actors=percentage)
    ahead = [*AHEAD[:3], (STEPS[3], Gates(actors=frozenset(refs[:1]))), *AHEAD[3:-1]]
    asked = [*refs, *named]
    for ref, standing in zip(asked, standings(FLAG, asked, gates, ahead), strict=True):
        found = place(FLAG, ref, gates, ahead)
        entered = ahead[standing - 1][0] if NOW < standing <= len(ahead) else None
        assert (found.is_in, found.enters) == (standing == NOW, entered)


def test_a_percentage_that_is_no_whole_thousandth_as_a_float_is_compared_as_flipper_does() -> None:
    """16.1 * 1000 is a little more than 16100, in Ruby too."""
    ref = next(f"User:{one}" for one in range(1, 10**7) if bucket(FLAG, f"User:{one}") == 16_100)
    assert place(FLAG, ref, Gates(percentage_of_actors=16.1)).is_in
    assert not place(FLAG, ref, Gates(percentage_of_actors=16)).is_in


def test_many_are_not_in_at_exactly_their_own_percentage_either() -> None:
    ref = next(f"User:{one}" for one in range(1, 10**7) if bucket(FLAG, f"User:{one}") % 1000 == 0)
    own = Gates(percentage_of_actors=enters_above(FLAG, ref))
    assert list(standings(FLAG, [ref], own, [])) == [NOW + 1]
