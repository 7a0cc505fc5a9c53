"""A problem of a file: where it is, what is wrong, what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """`path` is as in the file: `phases[2].steps[0].percentage`; empty for the file as a whole."""

    path: str
    message: str
    allowed: str = ""
    level: Level = "error"

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        allowed = f" ({self.allowed})" if self.allowed else ""
        return f"{where}{self.message}{allowed}"
