"""Freeze windows: times at which nobody opens a flag further.

A window comes back each week (`Saturday 01:00`), each month (`third Thursday 00:00`), or is there once (a date). It is
told in the wall time of its own zone; where the clocks are changed inside it, it is rather longer than shorter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fnmatch import fnmatchcase
from typing import Literal

Level = Literal["soft", "hard"]
"""`soft` asks for a second thought, `hard` for a reason (GitLab's production change locks know both)."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKS = ("", "first", "second", "third", "fourth")
_REACH = 36
"""Days within which a day of the week, also one of the month's, comes again."""

_MOMENT = re.compile(r"(?:(first|second|third|fourth)\s+)?([a-z]+)\s+(\d{1,2}:\d{2})")

ALLOWED = "such as Saturday 01:00, third Thursday 00:00 or 2026-12-22 22:00"


@dataclass(frozen=True)
class Moment:
    """A day of the week (Monday is 0) and a time; with `nth` only in that week of the month."""

    weekday: int
    at: time
    nth: int = 0

    def on(self, day: date) -> bool:
        """Whether it is on that day."""
        return day.weekday() == self.weekday and self.nth in {0, (day.day - 1) // 7 + 1}


@dataclass(frozen=True)
class Freeze:
    """One window, from `begins` to before `ends`: two moments, or two dates (wall time, no zone in them).

    `environments` are those that it is for; none means all.
    """

    name: str
    level: Level
    begins: Moment | datetime
    ends: Moment | datetime
    zone: tzinfo = UTC
    environments: tuple[str, ...] = ()

    def spans(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The occurrences around `now` that are not over, in UTC, the earliest first."""
        for begins, ends in self._walls(now.astimezone(self.zone).date()):
            span = min(readings(begins, self.zone)), max(readings(ends, self.zone))
            if span[1] > now:
                yield span

    def current(self, now: datetime) -> tuple[datetime, datetime] | None:
        """When the window that `now` is in began, and when it ends (UTC); None outside."""
        return next((span for span in self.spans(now) if span[0] <= now), None)

    def following(self, now: datetime) -> datetime | None:
        """When it begins next (UTC); None when it does not, as far as one looks."""
        return next((begins for begins, _ in self.spans(now) if begins > now), None)

    def _walls(self, today: date) -> Iterator[tuple[datetime, datetime]]:
        if isinstance(self.begins, datetime) and isinstance(self.ends, datetime):
            yield self.begins, self.ends
        if isinstance(self.begins, Moment) and isinstance(self.ends, Moment):
            for begins in _days(self.begins, today - timedelta(_REACH), 2 * _REACH):
                ends = next((one for one in _days(self.ends, begins.date(), _REACH) if one > begins), None)
                if ends is not None:
                    yield begins, ends


def _days(moment: Moment, first: date, count: int) -> Iterator[datetime]:
    days = (first + timedelta(number) for number in range(count + 1))
    return (datetime.combine(day, moment.at) for day in days if moment.on(day))


def readings(wall: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """What a wall time can mean: two moments apart where clocks are changed, else the same twice."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def read_moment(text: str) -> Moment | datetime | None:
    """`Saturday 01:00`, `third Thursday 00:00`, `2026-12-22 22:00` or `2026-12-22` (midnight); None for another."""
    found = _MOMENT.fullmatch(" ".join(text.lower().split()))
    try:
        if found:
            return Moment(DAYS.index(found[2]), read_time(found[3]), _WEEKS.index(found[1] or ""))
        day = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if day.tzinfo is None else None


def read_time(text: str) -> time:
    """A time of the day such as `9:00`. ValueError for another text."""
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def covers(environments: Iterable[str], scope: str) -> bool:
    """Whether something for these environments (none means all) concerns a flag whose scope is `scope`.

    A scope may be a pattern (`review/*`); an empty one stands for all environments.
    """
    names = tuple(environments)
    if not names or not scope:
        return True
    return any(fnmatchcase(name, scope) or fnmatchcase(scope, name) for name in names)
