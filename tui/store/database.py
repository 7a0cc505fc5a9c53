"""An SQLite file for many processes and threads: private, durable at each commit, and clear about what is wrong."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tenacity

from tui.domain.errors import StoreError, TooNew
from tui.domain.text import one_line
from tui.store.atomic import PRIVATE
from tui.store.locations import private_folder
from tui.store.trouble import explained

BUSY_SECONDS = 10.0

_BUSY = frozenset({"SQLITE_BUSY", "SQLITE_LOCKED"})
_HINTS = {
    "SQLITE_FULL": "The disk is full: make room and repeat. What was recorded before is unharmed.",
    "SQLITE_READONLY": "Check who owns the file and its folder, and that you may write them.",
    "SQLITE_CANTOPEN": "Check who owns the file and its folder, and that you may read and write them.",
    "SQLITE_PERM": "Check who owns the file and its folder, and that you may read and write them.",
    "SQLITE_NOTADB": "It is not a database. Move it away to begin a new one; GitLab's notes still hold the history.",
    "SQLITE_CORRUPT": "It is damaged. Move it away to begin a new one; GitLab's notes still hold the history.",
}
_OTHER = "Check the disk, or set ROLLOUT_TUI_HOME to another folder."


class Database:
    """Connections to one file, each used by one thread at a time and kept for the next. Raises StoreError."""

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self.path = path
        self.patience = BUSY_SECONDS
        """Seconds to wait for other processes at most, for connections still to be made."""
        self._migrations = migrations
        self._idle: list[sqlite3.Connection] = []
        self._closed = 0
        self._lock = threading.Lock()
        self._ready = False

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection to read with, outside a transaction."""
        with self._explained("read"), self._taken() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """A transaction that holds the right to write from its start; it is on the disk when this ends."""
        with self._explained("write"), self._taken() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def close(self) -> None:
        """Close all connections, those in use as soon as they are not; the next use opens and checks the file again."""
        with self._lock:
            self._closed += 1
            self._ready = False
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _taken(self) -> Generator[sqlite3.Connection]:
        with self._lock:
            closed = self._closed
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._open()
        try:
            yield connection
        finally:
            with self._lock:
                kept = closed == self._closed
                if kept:
                    self._idle.append(connection)
            if not kept:
                connection.close()

    def _open(self) -> sqlite3.Connection:
        if not self._ready:
            private_folder(self.path.parent)
            with explained("open", self.path):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, PRIVATE))
        connection = sqlite3.connect(
            self.path, timeout=self.patience, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._ready = True
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA synchronous = FULL")
        if not self._ready and self._version(connection) < len(self._migrations):
            _write_ahead(connection, self.patience)
            self._migrate(connection)

    def _version(self, connection: sqlite3.Connection) -> int:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(self._migrations):
            where = f"{one_line(str(self.path))} was made by a newer rollout-tui"
            raise TooNew(f"{where} (version {version}, this one knows {len(self._migrations)})")
        return version

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Run what is missing in one transaction; of two processes that start at once, the second finds it done."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            for number in range(self._version(connection), len(self._migrations)):
                for statement in _statements(self._migrations[number]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    @contextmanager
    def _explained(self, doing: str) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._store_error(error, doing) from error

    def _store_error(self, error: sqlite3.Error, doing: str) -> StoreError:
        base = _base_name(error)
        where = one_line(str(self.path))
        if base in _BUSY:
            return StoreError(
                f"cannot {doing} {where}: another process has been writing to it for {self.patience:.0f} s",
                "Wait until it is done, or close the other rollout-tui, and repeat.",
            )
        return StoreError(f"cannot {doing} {where}: {one_line(str(error))}", _HINTS.get(base, _OTHER))


def _base_name(error: BaseException) -> str:
    """SQLite's primary error name, without what an extended code adds to it."""
    return "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])


def _write_ahead(connection: sqlite3.Connection, seconds: float) -> None:
    """Turn write-ahead logging on. SQLite refuses at once, without its own waiting, while another process writes."""
    patiently = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: _base_name(error) in _BUSY),
        stop=tenacity.stop_after_delay(seconds),
        wait=tenacity.wait_random(0.005, 0.05),
        reraise=True,
    )
    patiently(connection.execute, "PRAGMA journal_mode = WAL")


def _statements(script: str) -> list[str]:
    return [statement for statement in script.split(";\n") if statement.strip()]
