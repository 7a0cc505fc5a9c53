"""Who edits a draft: one process at a time, and the others can say who it is.

The operating system holds the lock, so that one of a dead process is no obstacle. Who has it is written beside it,
for messages only.
"""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import filelock
import msgspec
from msgspec import Struct

from tui.domain.errors import InUse, StoreError
from tui.domain.text import one_line
from tui.store import atomic
from tui.store.locations import private_folder
from tui.store.trouble import explained


class Holder(Struct, frozen=True, kw_only=True):
    """Who holds a lock, since when (UTC)."""

    who: str
    host: str
    pid: int
    since: datetime

    def __str__(self) -> str:
        who = one_line(self.who) or "somebody"
        return f"{who} on {one_line(self.host)} (process {self.pid}) since {self.since:%Y-%m-%d %H:%M} UTC"


class DraftLock:
    """The right to edit the draft in a file. Usable as a context; taken and given back from any thread."""

    def __init__(self, path: Path, who: str) -> None:
        """`path` is the draft's file, `who` the operator as others shall see them."""
        self.path = path
        self._who = who
        self._info = path.with_name(f".{path.name}.holder")
        self._lock = filelock.FileLock(
            path.with_name(f".{path.name}.lock"), timeout=0, mode=atomic.PRIVATE, thread_local=False
        )

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock.is_locked

    def acquire(self) -> None:
        """Take the lock. Raises InUse, which says who has it, or StoreError."""
        private_folder(self.path.parent)
        with explained("lock", self.path):
            try:
                self._lock.acquire()
            except filelock.Timeout:
                raise self._in_use() from None
        holder = Holder(who=self._who, host=socket.gethostname(), pid=os.getpid(), since=datetime.now(UTC))
        try:
            atomic.write_bytes(self._info, msgspec.json.encode(holder), durable=False)
        except StoreError:
            self._lock.release()
            raise

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self.held:
            self._info.unlink(missing_ok=True)
            self._lock.release()

    def holder(self) -> Holder | None:
        """Who wrote that they hold the lock; None when nobody did. Only `acquire` knows whether it is still so."""
        try:
            return msgspec.json.decode(self._info.read_bytes(), type=Holder)
        except (OSError, msgspec.DecodeError):
            return None

    def _in_use(self) -> InUse:
        holder = self.holder()
        by = str(holder) if holder else "another process"
        return InUse(
            f"the draft {one_line(self.path.stem)} is open elsewhere: {by}",
            "Look at it here without changing it, or close it there first.",
        )


class ApplyLock(DraftLock):
    """The right to settle and apply a rollout: two at once would look for each other's operations and repeat them."""

    def __init__(self, folder: Path, rollout: str, instance: str, who: str) -> None:
        """`folder` is where locks of applies are kept."""
        super().__init__(folder / f"{rollout}@{instance}", who)
        self._rollout = rollout

    def _in_use(self) -> InUse:
        holder = self.holder()
        by = str(holder) if holder else "another process"
        return InUse(f"{self._rollout} is being planned or applied elsewhere: {by}", "Wait until it is done there.")
