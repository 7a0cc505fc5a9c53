"""One client's connection: HTTP/1.1 with keep-alive, and the misbehaviour that a fault asks for.

werkzeug's own server closes every connection after one answer, so the standard library's is used, and werkzeug reads
multipart bodies only.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from tui.sandbox.faults import Fault, Faults
from tui.sandbox.wire import Encoded, Received, encode, faulty, parse_body, parse_query, sign_in
from tui.sandbox.world.http import ApiError, Response
from tui.sandbox.world.tokens import OAUTH_INFO

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = logging.getLogger(__name__)
API = "/api/v4"
_RESET = struct.pack("ii", 1, 0)
_SERVER_ERROR = Response(500, {"message": "500 Internal Server Error"})


class Backend(Protocol):
    """What a connection needs of the server behind it."""

    url: str
    prefix: str
    faults: Faults
    latency: float
    stopping: Event
    turn: Event

    def answer(
        self, received: Received, headers: Mapping[str, str], secret: str | None, loaded: int | None
    ) -> Response: ...
    def record(self, received: Received) -> int | None: ...
    def outsider(self, fault: Fault, path: str) -> None: ...
    def limits(self) -> Mapping[str, str]: ...
    def revoke(self, secret: str | None) -> None: ...
    def request_id(self) -> str: ...


class Connection(BaseHTTPRequestHandler):
    """Reads requests, lets the backend answer them, writes the answers."""

    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 65536
    backend: Backend
    _loaded: int | None = None

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Request lines may carry a token; they are not logged."""

    def _serve(self) -> None:
        body = self._read_body()
        target = urlsplit(self.path)
        base = API if target.path.startswith(self.backend.prefix + API) else ""
        api = self.backend.prefix + base
        if not base and target.path != api + OAUTH_INFO:
            self._send(encode(self._outside(target.path), self.command))
            return
        query = parse_query(target.query)
        secret = self._secret(query)
        try:
            params = parse_body(self.headers.get("Content-Type", ""), body)
        except ApiError as error:
            self._send(encode(error.response, self.command))
            return
        shown = tuple((key, value) for key, value in query if key not in {"private_token", "access_token"})
        received = Received(self.command, target.path.removeprefix(api), shown, params)
        self._loaded = self.backend.record(received)
        self._misbehave_or_answer(received, secret)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - names of the base class

    def _read_body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("the client went away in the middle of its request")
        return body

    def _outside(self, path: str) -> Response:
        if not path.startswith(self.backend.prefix):
            return Response(404, "<html><body>404 Not Found</body></html>")
        if path == f"{self.backend.prefix}/users/sign_in":
            return Response(
                200, "<html><body>This is the rollout-tui sandbox. It has an API and no pages.</body></html>"
            )
        return Response(302, "<html><body>You are being redirected.</body></html>", sign_in(self.backend.url))

    def _secret(self, query: tuple[tuple[str, str], ...]) -> str | None:
        bearer = self.headers.get("Authorization", "")
        if bearer.lower().startswith("bearer "):
            return bearer[7:].strip()
        named = dict(query)
        return self.headers.get("PRIVATE-TOKEN") or named.get("private_token") or named.get("access_token")

    def _work(self, received: Received, secret: str | None) -> Encoded:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            response = self.backend.answer(received, headers, secret, self._loaded)
            self._loaded = None
        except Exception:
            LOG.exception("The sandbox failed on %s %s", received.method, received.path)
            response = _SERVER_ERROR
        return encode(response, received.method, headers.get("if-none-match"))

    def _misbehave_or_answer(self, received: Received, secret: str | None) -> None:
        if self.backend.latency:
            self.backend.stopping.wait(self.backend.latency)
        fault = self.backend.faults.take(received.method, API + received.path)
        if fault is None:
            self._send(self._work(received, secret))
        elif fault.kind in {"lost-before", "lost-after", "late", "hang"}:
            self._leave_unanswered(fault, received, secret)
        elif fault.kind.startswith("http-") or fault.kind == "redirect":
            if fault.effect:
                self._work(received, secret)
            self._send(
                encode(faulty(fault.kind, fault.retry_after, self.backend.url, self.backend.limits()), received.method)
            )
        else:
            self._answer_badly(fault, received, secret)

    def _leave_unanswered(self, fault: Fault, received: Received, secret: str | None) -> None:
        turn = self.backend.turn
        if fault.kind == "lost-after" or fault.effect:
            self._work(received, secret)
        if fault.kind == "hang":
            turn.wait()
        self._reset()
        if fault.kind == "late":
            turn.wait(fault.seconds)
            self._loaded = None
            if turn is self.backend.turn:
                self._work(received, secret)
        raise ConnectionResetError("this connection was reset on purpose")

    def _answer_badly(self, fault: Fault, received: Received, secret: str | None) -> None:
        if fault.kind == "outsider":
            self.backend.outsider(fault, received.path)
        if fault.kind == "revoke-token":
            self.backend.revoke(secret)
        if fault.kind == "doubled":
            self._work(received, secret)
        answer = self._work(received, secret)
        if fault.kind == "slow":
            self.backend.turn.wait(fault.seconds)
        if fault.kind == "truncated-json":
            answer = Encoded(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
        self._send(answer)

    def _reset(self) -> None:
        """Close so that the client sees a reset, not an end."""
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        for part in (self.rfile, self.wfile, self.connection):
            with contextlib.suppress(OSError):
                part.close()

    def _send(self, answer: Encoded) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("X-Request-Id", self.backend.request_id())
        self.send_header("X-Runtime", "0.001")
        if answer.status not in {204, 304}:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.backend.stopping.is_set():
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()
