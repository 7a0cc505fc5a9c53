"""Requests with an end: each runs in a thread of its own, so that neither a slow name server nor an answer that
trickles in can outlast the time we gave it, and a read can be left behind when the operator stops."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from tui.gateway.cancel import Cancel
from tui.gateway.connection import Connection
from tui.gateway.session import Client

R = TypeVar("R")

_LOOK_EVERY = 0.1


class Overdue(Exception):
    """The request was left behind: its time was over."""


class Clients:
    """A pool of clients; each is used by one thread at a time and keeps its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._idle: list[Client] = []
        self._lock = threading.Lock()
        self._closed = False

    def run(self, call: Callable[[Client], R], seconds: float, cancel: Cancel, grace: float | None = None) -> R:
        """What `call` returns or raises. Raises Overdue after `seconds`, Interrupted when `cancel` is set.

        With `grace` it is never interrupted: it has that many seconds more from when `cancel` is set, then it is
        Overdue.
        """
        job = _Job(self._take(), call, self._give_back)
        threading.Thread(target=job.run, name="gateway", daemon=True).start()
        return job.outcome(seconds, cancel, grace)

    def close(self) -> None:
        """Close the idle clients now and the busy ones when they are done."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()

    def _take(self) -> Client:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Client(self._connection)

    def _give_back(self, client: Client) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(client)
                return
        client.close()


class _Job(Generic[R]):
    def __init__(self, client: Client, call: Callable[[Client], R], give_back: Callable[[Client], None]) -> None:
        self._client = client
        self._call = call
        self._give_back = give_back
        self._future: concurrent.futures.Future[R] = concurrent.futures.Future()

    def run(self) -> None:
        try:
            result = self._call(self._client)
        except BaseException as error:  # noqa: BLE001 - the waiting thread raises it
            self._give_back(self._client)
            self._future.set_exception(error)
        else:
            self._give_back(self._client)
            self._future.set_result(result)

    def outcome(self, seconds: float, cancel: Cancel, grace: float | None) -> R:
        end = time.monotonic() + seconds
        stopped = False
        while not concurrent.futures.wait((self._future,), max(0, min(_LOOK_EVERY, end - time.monotonic()))).done:
            if grace is None:
                cancel.check()
            elif cancel.is_set and not stopped:
                stopped, end = True, min(end, time.monotonic() + grace)
            if time.monotonic() >= end:
                raise Overdue
        return self._future.result()
