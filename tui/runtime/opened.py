"""A draft that is open: locked for others, and saved a moment after each change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tui.domain.draft import Draft
from tui.domain.errors import InUse, RolloutError
from tui.domain.text import one_line

if TYPE_CHECKING:
    from tui.runtime.workbench import Workbench
    from tui.store.drafts import DraftStore
    from tui.store.lock import DraftLock

DELAY = 0.3
"""Seconds without another change before the draft is written."""


class OpenedDraft:
    """The draft as it is now. `read_only` says why it cannot be changed, empty when it can.

    `changed` may be called from the event loop, since it only remembers; files are written on a thread of its own.
    """

    def __init__(
        self,
        draft: Draft,
        store: DraftStore,
        *,
        lock: DraftLock | None = None,
        read_only: str = "",
        failed: Callable[[RolloutError], object] = lambda _: None,
        delay: float = DELAY,
    ) -> None:
        self.draft = draft
        self.read_only = read_only
        self._store, self._lock, self._failed, self._delay = store, lock, failed, delay
        self._pending: Draft | None = None
        self._state = threading.Lock()
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None

    @classmethod
    def open(
        cls, bench: Workbench, draft_id: str, *, who: str, read_only: str, failed: Callable[[RolloutError], object]
    ) -> Self:
        """Lock and read a draft; one that somebody else has open is opened for reading.

        Raises DraftInvalid, NoSuchDraft or StoreError.
        """
        from tui.store.lock import DraftLock

        lock: DraftLock | None = None
        if not read_only:
            lock = DraftLock(bench.drafts.path(draft_id), who)
            try:
                lock.acquire()
            except InUse as error:
                lock, read_only = None, one_line(str(error))
        try:
            draft = bench.drafts.load(draft_id)
        except RolloutError:
            if lock is not None:
                lock.release()
            raise
        return cls(draft, bench.drafts, lock=lock, read_only=read_only, failed=failed)

    @property
    def path(self) -> Path:
        """The draft's file."""
        return self._store.path(self.draft.id)

    def changed(self, draft: Draft) -> None:
        """Take the change and save it soon. Nothing happens when the draft is open for reading."""
        if self.read_only or draft == self.draft:
            return
        with self._state:
            self.draft = self._pending = draft
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(self._delay, self._save_or_tell)
            self._timer.daemon = True
            self._timer.start()

    def flush(self) -> None:
        """Save now what is not saved. Raises StoreError; the change is kept and tried again at the next flush."""
        with self._writing:
            with self._state:
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
                draft = self._pending
            if draft is None:
                return
            self._store.save(draft)
            with self._state:
                if self._pending is draft:
                    self._pending = None

    def _save_or_tell(self) -> None:
        try:
            self.flush()
        except RolloutError as error:
            self._failed(error)

    def close(self) -> None:
        """Save and unlock. Raises StoreError, and unlocks all the same."""
        try:
            self.flush()
        finally:
            if self._lock is not None:
                self._lock.release()
