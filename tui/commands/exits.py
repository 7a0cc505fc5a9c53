"""Exit codes and what gives them."""

from __future__ import annotations

from enum import IntEnum

from tui.domain.errors import Blocked, Interrupted, OutcomeUnknown, RolloutError, Stale


class Exit(IntEnum):
    """Exit codes (design, section 12)."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    BLOCKED = 3
    STALE = 4
    UNKNOWN = 5
    USAGE = 64
    INTERRUPTED = 130


def exit_code(error: RolloutError) -> Exit:
    """The exit code of an error."""
    match error:
        case Blocked():
            return Exit.BLOCKED
        case Stale():
            return Exit.STALE
        case OutcomeUnknown():
            return Exit.UNKNOWN
        case Interrupted():
            return Exit.INTERRUPTED
    return Exit.ERROR
