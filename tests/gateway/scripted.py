"""A server on 127.0.0.1 that answers each request with the next of a list of prepared byte strings."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Self

Answer = bytes | Callable[[socket.socket], None]


def http(status: int, body: object = None, *, kind: str = "application/json", **headers: str) -> bytes:
    """An answer: `body` as JSON, or as it is when it is text; `_` in header names is `-`."""
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    lines = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return head(status, lines) + content


def head(status: int, lines: Mapping[str, str]) -> bytes:
    """The status line and the headers."""
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Whatever\r\n{text}\r\n".encode()


class Scripted:
    """Serves one request a connection, in order; the last answer is repeated. `received` holds the raw requests."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._answers: list[Answer] = [http(404, {"error": "404 Not Found"})]
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.received: list[bytes] = []

    @property
    def url(self) -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def stopping(self) -> threading.Event:
        """Set when the test is over: what an answer that hangs waits for."""
        return self._stop

    def answers(self, *answers: Answer) -> Self:
        self._answers = list(answers)
        return self

    def requests(self) -> list[str]:
        """The request lines, without the version."""
        return [one.split(b"\r\n")[0].decode().rsplit(" ", 1)[0] for one in self.received]

    def __enter__(self) -> Self:
        self._run(self._serve)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        with socket.create_connection(self._socket.getsockname()):
            pass
        for thread in self._threads:
            thread.join(10)
        self._socket.close()

    def _run(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            connection, _ = self._socket.accept()
            self._run(lambda connection=connection: self._answer(connection))  # type: ignore[misc]

    def _answer(self, connection: socket.socket) -> None:
        try:
            with self._tls.wrap_socket(connection, server_side=True) if self._tls else connection as stream:
                self._exchange(stream)
        except (OSError, ssl.SSLError):
            connection.close()

    def _exchange(self, stream: socket.socket) -> None:
        request = _read(stream)
        if not request:
            return
        self.received.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if callable(answer):
            answer(stream)
        else:
            stream.sendall(answer)


def _read(stream: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = stream.recv(65536)
        if not piece or piece.startswith(b"\x16"):  # the end, or the greeting of a client that wants TLS
            return b""
        data += piece
    start = data.lower().find(b"content-length:")
    length = int(data[start:].split(b"\r\n")[0].split(b":")[1]) if start >= 0 else 0
    while len(data.split(b"\r\n\r\n", 1)[1]) < length:
        data += stream.recv(65536)
    return data
