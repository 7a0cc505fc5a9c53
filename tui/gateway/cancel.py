"""How one thread asks another to stop waiting."""

from __future__ import annotations

import threading

from tui.domain.errors import Interrupted


class Cancel:
    """A flag that is raised once, with a reason. All waits on it end at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reason = ""

    def set(self, reason: str = "stopped by the operator") -> None:
        """Ask to stop; the first reason counts."""
        if not self._event.is_set():
            self._reason = reason
            self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds`; true when somebody asked to stop."""
        return self._event.wait(seconds)

    def check(self) -> None:
        """Raise Interrupted when somebody asked to stop."""
        if self._event.is_set():
            raise Interrupted(f"Interrupted: {self._reason}.")
