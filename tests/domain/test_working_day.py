"""The working day: as people write it, when it is, and what it says of a step whose two hours do not fit."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tui.domain.working_day import WorkingDay, read_working_day


def day(text: str, place: str = "UTC") -> WorkingDay:
    found = read_working_day(text, ZoneInfo(place), place)
    assert found is not None
    return found


OFFICE = day("09:00-17:30", "Europe/Berlin")
ISRAEL = day("Sunday - Thursday 8:00-16:00", "Asia/Jerusalem")
NIGHT = day("Fri-Mon 22:00-06:00", "America/New_York")


@pytest.mark.parametrize(
    ("working", "now", "until"),
    [
        (OFFICE, "2026-11-23T07:59", None),
        (OFFICE, "2026-11-23T08:00", "2026-11-23T16:30"),
        (OFFICE, "2026-11-23T16:29", "2026-11-23T16:30"),
        (OFFICE, "2026-11-23T16:30", None),
        (OFFICE, "2026-07-24T15:29", "2026-07-24T15:30"),  # in summer
        (OFFICE, "2026-11-22T12:00", None),  # a Sunday
        (ISRAEL, "2026-11-22T12:00", "2026-11-22T14:00"),
        (ISRAEL, "2026-11-27T12:00", None),  # a Friday
        (NIGHT, "2026-11-24T10:59", "2026-11-24T11:00"),  # Monday's night in New York ends on Tuesday
        (NIGHT, "2026-11-25T10:59", None),
        (NIGHT, "2026-11-28T03:00", "2026-11-28T11:00"),
        (NIGHT, "2027-01-01T12:00", None),
        (NIGHT, "2027-01-02T05:00", "2027-01-02T11:00"),
    ],
)
def test_when_somebody_works_and_until_when(working: WorkingDay, now: str, until: str | None) -> None:
    found = working.until(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == (datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-11-23T14:30", ()),
        ("2026-11-23T14:31", ("The working day ends in 1 h 59 min (09:00-17:30 Europe/Berlin)",)),
        ("2026-11-23T20:00", ("It is outside the working day (09:00-17:30 Europe/Berlin)",)),
    ],
)
def test_two_hours_must_be_left_after_a_step(now: str, said: tuple[str, ...]) -> None:
    found = OFFICE.concerns(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert tuple(one.text for one in found) == tuple(
        f"{text}, and somebody is to be on hand for 2 h after" for text in said
    )
    assert not any(one.required for one in found)


@pytest.mark.parametrize(
    "text", ["", "9-17", "09:00", "09:00-09:00", "09:00-24:30", "Mon 09:00-17:00", "Foo-Bar 09:00-17:00"]
)
def test_what_is_no_working_day(text: str) -> None:
    assert read_working_day(text, UTC, "UTC") is None
