"""Durations as people write them: `15m`, `2h`, `1d`, `1w`, or several together (`1d 12h`)."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_WHOLE = re.compile(r"\s*(\d{1,5}\s*[mhdw]\s*)+")
_PART = re.compile(r"(\d{1,5})\s*([mhdw])")

ALLOWED = "a number and m, h, d or w, such as 15m, 2h or 1d"


def parse(text: str) -> timedelta | None:
    """The duration; zero for an empty text; None when it is not one."""
    if not text.strip():
        return timedelta(0)
    if not _WHOLE.fullmatch(text):
        return None
    return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text)))


def words(duration: timedelta) -> str:
    """The duration in its two largest units: `1 d 4 h`, `45 min`, `now` for nothing."""
    minutes = int(duration.total_seconds() // 60)
    if minutes <= 0:
        return "now"
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join([f"{number} {unit}" for number, unit in parts if number][:2])
