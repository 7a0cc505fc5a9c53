"""A slice of the walks in every run of the tests; `python -m tests.walks` walks as many as are asked for."""

from __future__ import annotations

import pytest

from tests.walks.__main__ import walked


@pytest.mark.parametrize(("number", "era"), [(1, "current"), (2, "current"), (3, "13.8")])
def test_no_action_leaves_the_gates_in_a_state_that_the_screen_does_not_show(number: int, era: str) -> None:
    tally, failed = walked(number, 24, 4, era)
    assert not failed
    assert min(tally["done"], tally["refused"]) > 0
