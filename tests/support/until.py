"""Waiting on a condition outside Textual."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event


def wait_until(predicate: Callable[[], object], *, what: str, seconds: float = 30.0) -> None:
    """Return as soon as `predicate` holds; AssertionError that says what was waited for when it never does."""
    deadline = time.monotonic() + seconds
    pause = Event()
    while not predicate():
        if time.monotonic() > deadline:
            raise AssertionError(f"timed out waiting for {what}")
        pause.wait(0.002)
