"""The real gateway over the sandbox's world in the same process, with a wire that breaks where a point says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from http.client import RemoteDisconnected
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from tests.faults.point import Boundary, Strike
from tests.support.clock import Clock
from tui.gateway import client, failures
from tui.gateway.answers import Answer
from tui.gateway.cancel import Cancel
from tui.gateway.client import Gateway
from tui.gateway.connection import Connection
from tui.gateway.failures import Sent
from tui.gateway.secret import Secret
from tui.gateway.transport import Limits, Query, Transport
from tui.sandbox.instance import Instance
from tui.sandbox.wire import Received, encode

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection

_LIMITERS = {"seconds": "7", "date": "Sun, 22 Nov 2026 10:00:09 GMT", "absent": None, "absurd": "86400"}
_GONE = RemoteDisconnected("Remote end closed connection without response")
_BROKEN = {
    "reset": ConnectionResetError(104, "reset by peer"),
    "refused": NewConnectionError(cast("HTTPConnection", None), "connection refused"),
}
_PAGE = b"<html><body><h1>Bad Gateway</h1></body></html>"
_LONGEST_DELAY = 25
_FIRST_NOT_DONE = 300


OnRequest = Callable[[Boundary, int, bool], None]
"""Called at each boundary of a request with its number, and whether it is a read."""

Delayed = tuple[int, Received]
"""A request that arrives when so many others have."""


class Died(BaseException):
    """The process is dead: nothing that it still does counts."""


class Patient(Cancel):
    """A cancel whose waits are over at once: time is the clock's."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, seconds: float) -> bool:
        self._clock.forward(seconds=seconds)
        return self.is_set


class Wire:
    """Answers requests and strikes. One wire is one process's; `late` outlives it."""

    def __init__(
        self, instance: Instance, token: str, strikes: tuple[Strike, ...], random: Random, done: list[Received]
    ) -> None:
        """`done` takes the requests that the world carried out."""
        self.instance, self.token, self.random, self.done = instance, token, random, done
        self.network = {(one.read, one.number): one.fault for one in strikes if one.boundary == "before"}
        self.on_request: OnRequest = lambda boundary, number, read: None
        self.injected = 0
        self.late: list[Delayed] = []
        self.revoked = False
        self.dead = False
        self.armed = False
        self._lock = Lock()
        self._counts = {True: 0, False: 0}

    def send(self, sent: Sent, received: Received) -> Answer:
        """What comes back, or the error that the transport makes of what does not."""
        with self._lock:
            self._check()
            self._deliver()
            read = sent.method == "GET"
            fault, number = "", 0
            if self.armed:
                self._counts[read] += 1
                number = self._counts[read]
                fault = self.network.get((read, number), "")
            if self.armed:
                self.on_request("before", number, read)
                self._check()
            answer = self._struck(fault, sent, received) if fault in _STRUCK else self._work(received)
            if self.armed:
                self.on_request("unanswered", number, read)
                self._check()
            return answer

    @property
    def sent(self) -> tuple[int, int]:
        """How many writes and reads there were since it was armed."""
        return self._counts[False], self._counts[True]

    def _check(self) -> None:
        if self.dead:
            raise Died

    def _work(self, received: Received) -> Answer:
        made = self.instance.answer(received, {}, self.token, self.instance.record(received))
        if made.status < _FIRST_NOT_DONE:
            self.done.append(received)
        encoded = encode(made, received.method)
        following = next((one for one in encoded.headers.get("Link", "").split(", ") if 'rel="next"' in one), "")
        query = urlsplit(following.partition(">")[0].lstrip("<")).query or None
        return Answer(encoded.status, encoded.headers, encoded.body, query)

    def _struck(self, fault: str, sent: Sent, received: Received) -> Answer:
        self.injected += 1
        kind, _, how = fault.partition("-")
        if kind == "429":
            return _limited(how)
        if kind == "409":
            return Answer(409, {"Content-Type": "application/json"}, b'{"message":"409 Conflict: Resource lock"}')
        if kind == "redirect":
            return Answer(302, {"Location": f"{self.instance.url}/users/sign_in", "Content-Type": "text/html"}, _PAGE)
        if kind == "revoke":
            self.instance.revoke(self.token)
            self.revoked = True
            return self._work(received)
        if kind == "late":
            self.late.append((self.random.randint(1, _LONGEST_DELAY), received))
        elif how != "before" and kind != "refused":
            answer = self._work(received)
            if kind == "truncated":
                return replace(answer, content=answer.content[: len(answer.content) // 2])
        if kind == "doubled":
            return self._work(received)
        if kind == "hang":
            raise failures.overdue(sent, 30.0)
        if kind in {"500", "502", "503"}:
            return Answer(int(kind), {"Content-Type": "text/html"}, _PAGE)
        raise failures.of_failure(sent, requests.ConnectionError(_BROKEN.get(kind, _GONE)))

    def _deliver(self) -> None:
        """What was delayed comes when its number of other requests went by."""
        waiting, self.late = self.late, []
        for left, received in waiting:
            if left <= 1:
                self._work(received)
            else:
                self.late.append((left - 1, received))

    def deliver_all(self) -> int:
        """All that is still delayed comes now; how much that was."""
        waiting, self.late = self.late, []
        for _, received in waiting:
            self._work(received)
        return len(waiting)


_STRUCK = frozenset(
    {
        *("lost-before", "lost-after", "refused", "reset-before", "reset-after", "late", "doubled", "truncated"),
        *("redirect", "revoke", "409"),
        *("hang-before", "hang-after", *(f"429-{how}" for how in (*_LIMITERS, "application"))),
        *(f"{status}-{when}" for status in (500, 502, 503) for when in ("before", "after")),
    }
)


def _limited(how: str) -> Answer:
    if how == "application":
        body = json.dumps({"message": {"error": "This endpoint has been requested too many times. Try again later."}})
        return Answer(429, {"Content-Type": "application/json"}, body.encode())
    after = _LIMITERS[how]
    date = {"Date": "Sun, 22 Nov 2026 10:00:00 GMT"}
    return Answer(429, date | ({"Retry-After": after} if after else {}), b"Retry later\n")


class InProcess(Transport):
    """Everything of the transport but the socket."""

    def __init__(self, connection: Connection, cancel: Cancel, wire: Wire) -> None:
        super().__init__(connection, cancel, Limits(1, 1, 1000))
        self._wire = wire

    def _send(self, sent: Sent, query: Query | None, body: Mapping[str, Any] | None, *_: Any) -> Answer:  # noqa: ANN401
        pairs = tuple((str(name), str(value)) for name, value in (query or {}).items())
        received = Received(sent.method, sent.path, pairs, json.loads(json.dumps(body)) if body is not None else {})
        answer = self._wire.send(sent, received)
        if answer.status >= _FIRST_NOT_DONE:
            raise failures.of_answer(sent, answer)
        return answer


def gateway(wire: Wire, cancel: Cancel) -> Gateway:
    """A gateway on that wire."""
    connection = Connection("env", "https://sandbox.invalid", Secret(wire.token))
    with patch.object(client, "Transport", lambda *_: InProcess(connection, cancel, wire)):
        return Gateway(connection, cancel=cancel)
