"""The listening socket, one thread a connection, and an orderly end."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import socketserver
from http.server import BaseHTTPRequestHandler
from threading import Lock, Thread

HOST = "127.0.0.1"


class Listener(socketserver.TCPServer):
    """Accepts connections on the loopback interface only. Raises OSError when the port is taken."""

    allow_reuse_address = os.name == "posix"  # elsewhere it would let two servers share one port
    request_queue_size = 128
    timeout = 0  # of a client who left before being accepted; others are served until they hang up

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self._guard = Lock()
        self._running: dict[Thread, socket.socket] = {}
        self._thread: Thread | None = None
        self._bell, self._ring = socket.socketpair()
        try:
            super().__init__((HOST, port), handler)
        except OSError:
            self._bell.close()
            self._ring.close()
            raise

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def start(self) -> None:
        """Accept from now on, in a thread."""
        self._thread = Thread(target=self._accept, name="sandbox", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        """Sleeps until somebody connects or `stop` rings; looking at a flag now and then would make each stop slow."""
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._bell, selectors.EVENT_READ)
            while self._bell not in {key.fileobj for key, _ in selector.select()}:
                self.handle_request()

    def stop(self, seconds: float) -> None:
        """No new connections, no further requests on open ones; wait up to `seconds` for each answer on its way."""
        if self._thread is not None:
            self._ring.send(b"\0")
            self._thread.join(seconds)
            self._thread = None
        self.server_close()
        self._bell.close()
        self._ring.close()
        with self._guard:
            running = list(self._running.items())
        for _, connection in running:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread, _ in running:
            thread.join(seconds)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        assert isinstance(request, socket.socket)
        thread = Thread(target=self._serve, args=(request, client_address), name="sandbox client", daemon=True)
        with self._guard:
            self._running[thread] = request
        thread.start()

    def _serve(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        try:
            with contextlib.suppress(ConnectionError, TimeoutError):
                self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)
            with self._guard:
                self._running = {thread: held for thread, held in self._running.items() if held is not request}
