"""What `Retry-After` asks for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tui.gateway.waits import LONGEST, backoff, retry_after

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
SERVER = "Sun, 22 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-7"}, None),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "99999"}, LONGEST),
        ({"Retry-After": "9" * 5000}, LONGEST),
        ({"Retry-After": "٧"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT"}, 30),
        ({"Retry-After": "Sun, 22 Nov 2026 09:00:30 GMT", "Date": SERVER}, 30),
        ({"Retry-After": "Sun, 22 Nov 2026 08:00:00 GMT"}, 0),
        ({"Retry-After": "Sun, 22 Nov 2099 10:00:00 GMT"}, LONGEST),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 -0000"}, 30),
        ({"Retry-After": "Sun, 99 Nov 2026 10:00:30 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


def test_backoff_grows_and_stays_small() -> None:
    first, third, fifth = (backoff(attempt) for attempt in (1, 3, 5))
    assert first < third < fifth
    assert all(fifth / 2 < backoff(attempt) < 10 for attempt in (6, 50, 500))
