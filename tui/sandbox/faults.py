"""Which request misbehaves, and how. The server does what a fault says; here is only the choosing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

Kind = Literal[
    "lost-before",  # the connection is reset, nothing happened
    "lost-after",  # it happened, then the connection is reset
    "late",  # the connection is reset, it happens `seconds` later
    "doubled",  # it happens twice, the second answer is sent
    "http-404",  # as if this GitLab had no such route
    "http-409",  # somebody else saved the same record at the same moment
    "http-429",  # the general limit
    "http-429-application",  # the limit of one endpoint
    "http-500",
    "http-500-html",
    "http-502",
    "http-503",
    "slow",  # the answer comes after `seconds`
    "hang",  # no answer until the server stops or its world is put back
    "truncated-json",  # it happened, half the answer is sent
    "redirect",  # to the sign-in page
    "outsider",  # somebody else changes the flag just before
    "revoke-token",  # the caller's token is revoked just before
]


@dataclass(frozen=True, slots=True)
class Fault:
    """Requests of that method (or `*`) in whose raw path the expression is found: after `skip` of them, `times` times.

    `times` below 0 is always.

    `effect` makes an http-*, redirect or hang happen after the request did its work instead of before it. `retry_after`
    is sent as it is. `flag` and `params` are what an outsider posts; without them it touches the flag in the path.
    """

    kind: Kind
    method: str = "*"
    path_regex: str = ""
    times: int = 1
    skip: int = 0
    seconds: float = 0.0
    effect: bool = False
    retry_after: str | None = None
    flag: str | None = None
    params: dict[str, str] = field(default_factory=dict)

    def matches(self, method: str, path: str) -> bool:
        """Whether this request is one of those meant, not counting."""
        return self.method.upper() in {"*", method} and re.search(self.path_regex, path) is not None


@dataclass(slots=True)
class _Counter:
    fault: Fault
    skip: int
    left: int


class Faults:
    """The faults still to come, in order; safe to use from any thread while the server runs."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = Lock()
        self._waiting: list[_Counter] = []
        self.injected = 0
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Put a fault at the end. Raises re.error when its expression is none."""
        re.compile(fault.path_regex)
        with self._lock:
            self._waiting.append(_Counter(fault, fault.skip, fault.times))

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._waiting.clear()

    @property
    def pending(self) -> int:
        """How many faults have turns left."""
        with self._lock:
            return len(self._waiting)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, one turn of it used up; the first one that is due wins."""
        with self._lock:
            for counter in self._waiting:
                if not counter.fault.matches(method, path):
                    continue
                if counter.skip > 0:
                    counter.skip -= 1
                    continue
                return self._use(counter)
        return None

    def _use(self, counter: _Counter) -> Fault:
        self.injected += 1
        if counter.left > 0:
            counter.left -= 1
            if counter.left == 0:
                self._waiting.remove(counter)
        return counter.fault
