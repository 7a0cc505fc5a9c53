"""Where in the wizard each draft was left, so that it opens there again. Losing the file loses nothing else."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tui.store import atomic
from tui.store.locations import private_folder


class Places:
    """Wizard steps by draft id, in one small file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, draft_id: str) -> str:
        """The step at which the draft was left; empty when nobody knows."""
        return self._read().get(draft_id, "")

    def put(self, draft_id: str, step: str) -> None:
        """Remember a step. Raises StoreError."""
        known = self._read()
        if known.get(draft_id) != step:
            private_folder(self._path.parent)
            atomic.write_bytes(self._path, msgspec.json.encode({**known, draft_id: step}), durable=False)

    def _read(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            return {}
