"""The sandbox as a running thing: a thread that serves a world on 127.0.0.1 and keeps it in a folder."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from tui.sandbox.connection import Connection
from tui.sandbox.errors import FolderBusyError, SandboxError
from tui.sandbox.faults import Faults
from tui.sandbox.instance import Instance, utc_now
from tui.sandbox.listener import Listener
from tui.sandbox.world.conditions import Conditions

STOP_SECONDS = 10.0
_PREFIX = re.compile(r"^(/[\w.-]+)+$")


class Server(Instance):
    """A fake GitLab: start it, talk to `url` with `token`, stop it; without a folder it forgets."""

    def __init__(
        self,
        folder: Path | None,
        *,
        assets: Path,
        port: int = 0,
        scenario: str = "company",
        faults: Faults | None = None,
        project: str | None = None,
        era: str = "current",
        clock: Callable[[], datetime] = utc_now,
        conditions: Conditions | None = None,
        latency: float = 0.0,
        prefix: str = "",
    ) -> None:
        """`port` 0 takes the one used last in this folder, else any; the rest is as in `Instance`.

        `latency` is in seconds and comes before every answer; `prefix` is the path under which it is installed.
        Raises SandboxError for an unknown era and a prefix that is no path.
        """
        super().__init__(
            folder,
            assets=assets,
            scenario=scenario,
            faults=faults,
            project=project,
            era=era,
            clock=clock,
            conditions=conditions,
        )
        if prefix and not _PREFIX.match(prefix):
            raise SandboxError(f"The sandbox cannot be served under {prefix!r}.", "Give a path such as /gitlab.")
        self.latency, self.prefix = latency, prefix
        self.stopping = Event()
        self.url = ""
        self._port = port
        self._lock = FileLock(self._folder.lock, thread_local=False, mode=0o600) if self._folder else None
        self._ids = itertools.count(1)
        self._listener: Listener | None = None

    def __repr__(self) -> str:
        return f"Server(url={self.url!r}, project={self.project!r}, era={self.era.name!r})"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Serve. Raises FolderBusyError when another process serves the folder, SandboxError when it cannot start."""
        self._take_folder()
        try:
            self.open()
            self._bind()
        except BaseException:
            self._release()
            raise
        return self

    def _take_folder(self) -> None:
        if self._folder is None or self._lock is None:
            return
        self._folder.make()
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise FolderBusyError(
                f"Another process serves the sandbox in {self._folder.path}.", "Stop it, or use it as it is."
            ) from None

    def _bind(self) -> None:
        handler = type("SandboxConnection", (Connection,), {"backend": self})
        try:
            self._listener = Listener(self._port or self._last_port(), handler)
        except OSError:
            if self._port:
                raise SandboxError(f"Port {self._port} cannot be used.", "Choose another, or 0 for any.") from None
            self._listener = Listener(0, handler)
        self.url = self._listener.url + self.prefix
        self._listener.start()
        if self._folder:
            self._folder.write_address(self.url, self.project)

    def _last_port(self) -> int:
        """The port of last time, so that addresses of issues stay good over a restart."""
        address = self._folder.read_address() if self._folder else None
        return (urlsplit(address.url).port or 0) if address else 0

    def stop(self) -> None:
        """Answer what was asked already, then close everything and give the folder back. Harmless when not running."""
        self.stopping.set()
        self.turn.set()
        if self._listener is not None:
            self._listener.stop(STOP_SECONDS)
            self._listener = None
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()

    def request_id(self) -> str:
        return f"01SANDBOX{next(self._ids):017d}"
