"""What is waited for after a change, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.rollouts import MEMBERS, NOW, climbed, entry, guide, sample
from tui.domain.gates import OFF, ON
from tui.domain.history import Entry
from tui.domain.progress import progress
from tui.domain.steps import ladder
from tui.domain.waits import waits

TEN = replace(MEMBERS, percentage_of_actors=10)
HELD = entry("everyone", "10%", TEN, TEN, action="hold", reason="incident")
OUT = entry("off", "", TEN, OFF, action="roll-back")
DONE = climbed(1, 10, 25, 50, 75, 100)
FINISHED = entry("everyone", "100%", ON, ON, action="finish")


@pytest.mark.parametrize(
    ("entries", "minutes", "running"),
    [
        ((), 0, []),
        (climbed(1, 10), 0, ["spread", "least", "on-hand", "suggested"]),
        (climbed(1, 10), 1, ["least", "on-hand", "suggested"]),
        (climbed(1, 10), 15, ["on-hand", "suggested"]),
        (climbed(1, 10), 120, []),
        ((*climbed(1, 10), HELD), 16, ["on-hand", "suggested"]),
        (DONE, 2, ["on-hand", "stable"]),
        (DONE, 24 * 60, []),
        ((*DONE, FINISHED), 2, ["on-hand"]),
        ((*climbed(1, 10), OUT), 0, ["spread", "on-hand"]),
    ],
)
def test_what_runs_and_what_is_over(entries: tuple[Entry, ...], minutes: int, running: list[str]) -> None:
    here = progress(ladder(sample(), guide()), entries)
    assert [one.what for one in waits(here, NOW + timedelta(minutes=minutes))] == running


def test_each_wait_ends_when_it_says() -> None:
    here = progress(ladder(sample(), guide()), climbed(1, 10))
    ends = {one.what: one.until - NOW for one in waits(here, NOW)}
    assert ends["spread"] == timedelta(minutes=1)
    assert ends["least"] == timedelta(minutes=15)
    assert ends["on-hand"] == ends["suggested"] == timedelta(hours=2)
