"""The operator's working day: whether enough of it is left for what a step asks of them afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from tui.domain import duration
from tui.domain.concerns import WAIVED, Concern
from tui.domain.freeze import DAYS, read_time, readings

ON_HAND = timedelta(hours=2)
"""How long somebody who can act is there after a production change (GitLab's flag template: at least 2 hours)."""

_SHORT = tuple(day[:3] for day in DAYS)
_WORDS = re.compile(r"(?:([a-z]{3,9})\s*-\s*([a-z]{3,9})\s+)?(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")

ALLOWED = "such as 09:00-17:30 or Sun-Thu 09:00-17:30"


@dataclass(frozen=True)
class WorkingDay:
    """From `begins` to before `ends` (the day after when it is not later) on `days` (Monday is 0); `text` is as given.

    All in the wall time of `zone`, called `place`.
    """

    text: str
    begins: time
    ends: time
    days: frozenset[int]
    zone: tzinfo = UTC
    place: str = "UTC"

    def until(self, now: datetime) -> datetime | None:
        """When the working day that `now` is in ends (UTC); None outside."""
        today = now.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today):
            last = day + timedelta(days=int(self.ends <= self.begins))
            begins = min(readings(datetime.combine(day, self.begins), self.zone))
            ends = min(readings(datetime.combine(last, self.ends), self.zone))
            if day.weekday() in self.days and begins <= now < ends:
                return ends
        return None

    def concerns(self, now: datetime) -> tuple[Concern, ...]:
        """What there is to say against a step now: nothing as long as there is time to be on hand after it."""
        until = self.until(now)
        if until is not None and until - now >= ON_HAND:
            return ()
        left = f"The working day ends in {duration.words(until - now)}" if until else "It is outside the working day"
        text = f"{left} ({self.text} {self.place}), and somebody is to be on hand for {duration.words(ON_HAND)} after"
        key = "less than 2 h of it left" if until else "outside of it"
        return (Concern("working-day", key, text, since=now - WAIVED, required=False),)


def read_working_day(text: str, zone: tzinfo, place: str) -> WorkingDay | None:
    """`09:00-17:30` (Monday to Friday) or with days before it (`Sun-Thu 09:00-17:30`); None for another text."""
    found = _WORDS.fullmatch(" ".join(text.lower().split()))
    if found is None:
        return None
    try:
        first, last = (_SHORT.index((day or default)[:3]) for day, default in ((found[1], "mon"), (found[2], "fri")))
        begins, ends = read_time(found[3]), read_time(found[4])
    except ValueError:
        return None
    days = frozenset((first + number) % 7 for number in range((last - first) % 7 + 1))
    return None if begins == ends else WorkingDay(text.strip(), begins, ends, days, zone, place)
