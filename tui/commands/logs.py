"""The debug log: requests and timings, never a token, in a private file."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime

from tui.commands.common import say
from tui.store.locations import Locations


def start_log() -> None:
    """Log to a new file in the logs folder and say where it is."""
    folder = Locations.find(os.environ).logs
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{os.getpid()}.log"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    handler = logging.StreamHandler(os.fdopen(descriptor, "a", encoding="utf-8"))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(_redact)
    root = logging.getLogger()
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    say(f"Log: {path}", err=True)


def _redact(record: logging.LogRecord) -> bool:
    """Replace the values of token variables wherever a library may have put them into a message."""
    secrets = [value for key, value in os.environ.items() if "TOKEN" in key and len(value) >= _SHORTEST]
    text = record.getMessage()
    for secret in secrets:
        text = text.replace(secret, "***")
    record.msg, record.args = text, ()
    return True


_SHORTEST = 8
"""Shorter values are too likely to be ordinary words."""
