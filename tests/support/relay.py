"""A real GitLab behind the sandbox's socket: the same faults, the same list of requests, a namespace for each test.

Names that the tests share (a flag, a rollout's id) are replaced by ones of this relay's own on the way to GitLab and
back on the way from it, so that nothing is left over from another test, whatever GitLab keeps in its caches.
"""

from __future__ import annotations

import http.client
import itertools
import json
from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import quote, unquote, urlencode, urlsplit

from tui.sandbox.connection import Connection
from tui.sandbox.faults import Fault, Faults
from tui.sandbox.listener import Listener
from tui.sandbox.wire import Received
from tui.sandbox.world.http import Response

STOP_SECONDS = 10.0
UPSTREAM_SECONDS = 60.0
_PASSED_ON = ("link", "location", "retry-after")
_REVOKED = "Token was revoked. You have to re-authorize from the user."


class Relay:
    """Serves a GitLab at `upstream` on a loopback address, `tokens` being what roles have there.

    `cache_seconds` is how long another process of that GitLab may show old flags.
    """

    def __init__(
        self,
        upstream: str,
        project: str,
        tokens: Mapping[str, str],
        *,
        names: Mapping[str, str],
        cache_seconds: float = 0.0,
        latency: float = 0.0,
    ) -> None:
        self.upstream, self.project, self.tokens = upstream.rstrip("/"), project, tokens
        self.names, self.cache_seconds, self.latency = names, cache_seconds, latency
        self.url, self.prefix = "", ""
        self.faults = Faults()
        self.requests: deque[Received] = deque()
        self.stopping, self.turn = Event(), Event()
        self._made: list[tuple[int, int]] = []
        self._revoked: set[str] = set()
        self._flag_written = float("-inf")
        self._ids = itertools.count(1)
        self._listener = Listener(0, type("RelayConnection", (Connection,), {"backend": self}))

    def __enter__(self) -> Self:
        self.url = self._listener.url
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer what was asked already, then close everything."""
        self.stopping.set()
        self.turn.set()
        self._listener.stop(STOP_SECONDS)

    @property
    def token(self) -> str:
        """An administrator's."""
        return self.tokens["admin"]

    def settle(self) -> None:
        """Return when every process of that GitLab shows the flags as they are."""
        self.stopping.wait(max(self._flag_written + self.cache_seconds - monotonic(), 0.0))

    def record(self, received: Received) -> int | None:
        """Remember the request; versions of records are GitLab's own business."""
        self.requests.append(received)
        return None

    def request_id(self) -> str:
        return f"01RELAY{next(self._ids):019d}"

    def limits(self) -> Mapping[str, str]:
        """Nothing: servers need not tell."""
        return {}

    def revoke(self, secret: str | None) -> None:
        """From now on the token is answered as a revoked one; on GitLab it stays as it is."""
        self._revoked.add(secret or "")

    def outsider(self, fault: Fault, path: str) -> None:
        """An administrator who is not the caller changes the flag, as the sandbox has it."""
        flag = fault.flag or unquote(path.rstrip("/").rpartition("/")[2])
        body = dict(fault.params or {"value": "7", "key": "percentage_of_actors"})
        self._forward(Received("POST", f"/features/{quote(flag)}", (), body), {}, self.token)

    def answer(
        self, received: Received, headers: Mapping[str, str], secret: str | None, loaded: int | None = None
    ) -> Response:
        """What GitLab says."""
        if secret in self._revoked:
            return Response(401, {"error": "invalid_token", "error_description": _REVOKED})
        return self._forward(received, headers, secret)

    def _forward(self, received: Received, headers: Mapping[str, str], secret: str | None) -> Response:
        target = urlsplit(self.upstream)
        https = target.scheme == "https"
        kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = kind(target.hostname or "", target.port, timeout=UPSTREAM_SECONDS)
        path = f"{target.path}/api/v4{self._out(received.path)}"
        query = f"?{self._out(urlencode(received.query))}" if received.query else ""
        body = self._out(json.dumps(received.body)).encode() if received.body else None
        try:
            connection.request(received.method, path + query, body, _credentials(headers, secret))
            answer = connection.getresponse()
            text = self._back(answer.read().decode())
        finally:
            connection.close()
        if received.path.startswith("/features/") and received.method != "GET":
            self._flag_written = monotonic()
        parsed = _parsed(answer.getheader("Content-Type") or "", text)
        if (received.method, answer.status) == ("POST", HTTPStatus.CREATED) and received.path.endswith("/issues"):
            assert isinstance(parsed, dict)
            self._made.append((parsed["project_id"], parsed["iid"]))
        passed = {name.lower(): self._back(value) for name, value in answer.getheaders() if _useful(name.lower())}
        return Response(answer.status, parsed, passed)

    def _out(self, text: str) -> str:
        for ours, theirs in {**self.names, self.url: self.upstream}.items():
            text = text.replace(ours, theirs)
        return text

    def _back(self, text: str) -> str:
        for ours, theirs in {**self.names, self.url: self.upstream}.items():
            text = text.replace(theirs, ours)
        return text

    def delete_what_was_made(self) -> None:
        """Take the flags and issues that went through this relay off GitLab again."""
        self.faults.clear()
        for ours in self.names:
            self._forward(Received("DELETE", f"/features/{ours}", (), None), {}, self.token)
        for project, iid in self._made:
            gone = self._forward(Received("DELETE", f"/projects/{project}/issues/{iid}", (), None), {}, self.token)
            assert gone.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}, gone


def _credentials(headers: Mapping[str, str], secret: str | None) -> dict[str, str]:
    sent = {"Content-Type": "application/json"}
    if "authorization" in headers:
        return sent | {"Authorization": headers["authorization"]}
    return sent | ({"PRIVATE-TOKEN": secret} if secret else {})


def _useful(name: str) -> bool:
    return name in _PASSED_ON or (name.startswith(("x-", "ratelimit-")) and name not in {"x-request-id", "x-runtime"})


def _parsed(kind: str, text: str) -> object:
    if not text:
        return None
    return json.loads(text) if kind.startswith("application/json") else text
