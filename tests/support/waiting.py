"""Waiting for something to become true, instead of for time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot


async def wait_for(pilot: Pilot[Any], predicate: Callable[[], object], *, what: str, seconds: float = 30.0) -> None:
    """Return as soon as `predicate` holds; fail with `what` was awaited after that many `seconds`."""
    deadline = time.monotonic() + seconds
    while not predicate():
        if time.monotonic() > deadline:
            raise AssertionError(f"timed out waiting for {what}")
        await pilot.pause(0.01)
