"""How an installation is set up and behaves, whatever its version; what other processes of it still show."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.sandbox.world.state import Feature, World


@dataclass(frozen=True, slots=True)
class Conditions:
    """`admin_mode`: an administrator's token has their powers only with the scope of that name.

    `cache_seconds`: flags are read through another process than the one that writes them, which shows for so long what
    it read last (GitLab's is 60). `search_lag`: so many seconds pass before `search` finds a new issue.
    """

    admin_mode: bool = False
    cache_seconds: float = 0.0
    search_lag: float = 0.0


class FlagCache:
    """The flags as another process of this GitLab has them in its memory."""

    def __init__(self) -> None:
        self._read_at: datetime | None = None
        self._flags: list[Feature] = []

    def read(self, world: World, now: datetime, seconds: float) -> list[Feature]:
        """What that process shows: what it read last, until that is `seconds` old."""
        if self._read_at is None or now - self._read_at >= timedelta(seconds=seconds):
            self._read_at, self._flags = now, deepcopy(list(world.features.values()))
        return self._flags
