"""Freeze windows: time zones, midnight, ends of years and months, and the days on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tui.domain.concerns import coming, frozen
from tui.domain.freeze import Freeze, Moment, covers, read_moment

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def window(begins: str, ends: str, zone: ZoneInfo | None = None, *environments: str) -> Freeze:
    first, last = read_moment(begins), read_moment(ends)
    assert first is not None
    assert last is not None
    return Freeze("w", "hard", first, last, zone or ZoneInfo("UTC"), environments)


WEEKEND = window("Saturday 01:00", "Sunday 21:00")
NIGHT = window("Friday 22:00", "Saturday 06:00", NEW_YORK)
ACROSS = window("Friday 18:00", "Monday 08:00", BERLIN)
ALL_BUT_AN_HOUR = window("Monday 10:00", "Monday 09:00")
RELEASE = window("third Thursday 00:00", "Friday 00:00")
YEAR_END = window("2026-12-22 22:00", "2027-01-05", NEW_YORK)
GAP = window("Sunday 02:15", "Sunday 02:45", BERLIN)
"""On 2026-03-29 clocks in Berlin go from 02:00 to 03:00."""
OVERLAP = window("Sunday 01:00", "Sunday 02:30", BERLIN)
"""On 2026-10-25 the hour from 02:00 to 03:00 is there twice."""


@pytest.mark.parametrize(
    ("freeze", "now", "until"),
    [
        (WEEKEND, "2026-11-21T00:59:59", None),
        (WEEKEND, "2026-11-21T01:00:00", "2026-11-22T21:00"),
        (WEEKEND, "2026-11-22T20:59:59", "2026-11-22T21:00"),
        (WEEKEND, "2026-11-22T21:00:00", None),
        (NIGHT, "2026-11-21T02:59:59", None),  # Friday 21:59 in New York
        (NIGHT, "2026-11-21T03:00:00", "2026-11-21T11:00"),
        (NIGHT, "2026-07-04T02:00:00", "2026-07-04T10:00"),  # an hour earlier in summer
        (ACROSS, "2026-11-20T16:59:00", None),
        (ACROSS, "2026-11-20T17:00:00", "2026-11-23T07:00"),
        (ACROSS, "2026-11-23T06:59:00", "2026-11-23T07:00"),
        (ACROSS, "2026-03-27T17:00:00", "2026-03-30T06:00"),  # 61 hours on the wall, one less in truth
        (ACROSS, "2027-01-01T17:00:00", "2027-01-04T07:00"),
        (ACROSS, "2026-01-01T12:00:00", None),  # a Thursday
        (ALL_BUT_AN_HOUR, "2026-11-23T09:30:00", None),
        (ALL_BUT_AN_HOUR, "2026-11-23T08:59:00", "2026-11-23T09:00"),
        (ALL_BUT_AN_HOUR, "2026-11-23T10:00:00", "2026-11-30T09:00"),
        (RELEASE, "2026-11-18T23:59:00", None),
        (RELEASE, "2026-11-19T00:00:00", "2026-11-20T00:00"),
        (RELEASE, "2026-11-12T12:00:00", None),
        (RELEASE, "2026-10-15T12:00:00", "2026-10-16T00:00"),  # the month begins on a Thursday
        (RELEASE, "2026-10-22T12:00:00", None),
        (YEAR_END, "2026-12-23T02:59:59", None),
        (YEAR_END, "2026-12-23T03:00:00", "2027-01-05T05:00"),
        (YEAR_END, "2027-01-01T00:00:00", "2027-01-05T05:00"),
        (YEAR_END, "2027-01-05T05:00:00", None),
        (GAP, "2026-03-29T01:30:00", "2026-03-29T01:45"),
        (OVERLAP, "2026-10-25T01:29:00", "2026-10-25T01:30"),  # the second half past two
        (OVERLAP, "2026-10-25T01:30:00", None),
    ],
)
def test_what_is_frozen_when_and_until_when(freeze: Freeze, now: str, until: str | None) -> None:
    found = freeze.current(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (found and found[1]) == (datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)


@pytest.mark.parametrize("zone", [UTC, BERLIN, NEW_YORK])
def test_the_zone_in_which_the_present_is_told_does_not_matter(zone: ZoneInfo) -> None:
    now = datetime(2026, 11, 22, 20, 59, tzinfo=UTC).astimezone(zone)
    assert WEEKEND.current(now) == (datetime(2026, 11, 21, 1, tzinfo=UTC), datetime(2026, 11, 22, 21, tzinfo=UTC))


def test_which_window_comes_next() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert coming([YEAR_END, WEEKEND, RELEASE], now) == (WEEKEND, datetime(2026, 11, 28, 1, tzinfo=UTC))
    assert RELEASE.following(now) == datetime(2026, 12, 17, tzinfo=UTC)
    assert coming([window("2025-01-01", "2025-01-02")], now) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Saturday 01:00", Moment(5, time(1))),
        ("  third   thursday 9:30 ", Moment(3, time(9, 30), 3)),
        ("2026-12-22 22:00", datetime.fromisoformat("2026-12-22T22:00")),
        ("2026-12-22", datetime.fromisoformat("2026-12-22T00:00")),
        ("Saturday", None),
        ("Saturday 24:00", None),
        ("Caturday 01:00", None),
        ("fifth Friday 01:00", None),
        ("2026-13-01", None),
        ("2026-12-22T22:00Z", None),  # the zone is said beside it
        ("", None),
    ],
)
def test_moments_as_people_write_them(text: str, moment: Moment | datetime | None) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    ("environments", "scope", "concerned"),
    [
        ((), "staging", True),
        (("production",), "production", True),
        (("production",), "staging", False),
        (("production",), "", True),
        (("production",), "prod*", True),
        (("production/*",), "production/eu", True),
        (("staging", "review/*"), "production", False),
    ],
)
def test_for_which_environments_a_window_is(environments: tuple[str, ...], scope: str, *, concerned: bool) -> None:
    assert covers(environments, scope) is concerned
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    found = frozen([window("Saturday 01:00", "Sunday 21:00", None, *environments)], now, scope)
    assert [one.text for one in found] == (["Hard freeze w until Sun 2026-11-22 21:00 UTC"] if concerned else [])
