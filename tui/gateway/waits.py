"""How long to wait before a read is repeated."""

from __future__ import annotations

import email.utils
import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

LONGEST = 3600.0
"""Seconds; a server that asks for more is not believed."""

_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_FIRST, _FACTOR, _MOST = 0.2, 2.0, 5.0
_attempts: ContextVar[int] = ContextVar("attempts", default=4)


def attempts() -> int:
    """How often a read is tried, on the calling thread."""
    return _attempts.get()


@contextmanager
def hurried() -> Iterator[None]:
    """The reads of this block, on this thread, are tried twice at most: somebody waits for what comes after them."""
    before = _attempts.set(2)
    try:
        yield
    finally:
        _attempts.reset(before)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that `Retry-After` asks for, as a number or an HTTP date; None when it is absent or makes no sense.

    A moment in the past is 0 and what is above an hour is an hour. A date is judged by the server's own clock, its
    `Date` header, where there is one.
    """
    text = headers.get("Retry-After", "").strip()
    seconds = float(text) if _SECONDS.fullmatch(text) else _until(text, headers.get("Date", ""), now)
    return None if seconds is None else min(max(seconds, 0.0), LONGEST)


def backoff(attempt: int) -> float:
    """Seconds before attempt number `attempt` + 1, with jitter so that several clients do not come back at once."""
    return min(_MOST, _FIRST * _FACTOR ** (attempt - 1)) * random.uniform(0.75, 1.25)  # noqa: S311 - not a secret


def _until(text: str, date: str, now: datetime | None) -> float | None:
    moment = _http_date(text)
    if moment is None:
        return None
    return (moment - (_http_date(date) or now or datetime.now(UTC))).total_seconds()


def _http_date(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
