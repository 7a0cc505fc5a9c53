"""The sessions of one process: one for each instance, used by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tui.gateway.cancel import Cancel

if TYPE_CHECKING:
    from tui.runtime.workbench import Session, Workbench

T = TypeVar("T")


class Sessions:
    """Opens sessions when they are first needed and keeps them; a stopped one is replaced at the next use."""

    def __init__(self, workbench: Workbench) -> None:
        self._bench = workbench
        self._sessions: dict[str, Session] = {}
        self._cancels: dict[str, Cancel] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._state = threading.Lock()

    def use(self, name: str, work: Callable[[Session], T]) -> T:
        """`work` with the instance's session, on the calling thread, when it is its turn. Raises what `work` raises."""
        with self._state:
            turn = self._turns.setdefault(name, threading.Lock())
        with turn:
            return work(self._session(name))

    def _session(self, name: str) -> Session:
        with self._state:
            cancel = self._cancels.get(name)
            old = self._sessions.pop(name, None) if cancel is None or cancel.is_set else None
        if old is not None:
            old.close()
        with self._state:
            if name not in self._sessions:
                self._cancels[name] = Cancel()
                self._sessions[name] = self._bench.session(name, self._cancels[name])
            return self._sessions[name]

    def stop(self, reason: str = "stopped by the operator") -> None:
        """Ask everything under way to stop; returns at once. The next use gets a new session."""
        with self._state:
            for cancel in self._cancels.values():
                cancel.set(reason)

    def close(self) -> None:
        """Stop, wait for what is under way, and leave the instances; an own sandbox stops."""
        self.stop("the app was quit")
        with self._state:
            names = list(self._sessions)
        for name in names:
            with self._turns[name]:
                self._sessions.pop(name).close()
