"""What speaks against opening a flag further just now: it is no property of the rollout, and passes by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tui.domain.freeze import Freeze, covers

Kind = Literal["freeze", "incidents", "working-day"]
"""Also the id of the requirement that comes of it, by which it is waived."""

KINDS: tuple[Kind, ...] = ("freeze", "incidents", "working-day")


@dataclass(frozen=True)
class Concern:
    """One of them. `key` tells it from others of its kind, whatever the time; `required` ones ask for a reason."""

    kind: Kind
    key: str
    text: str
    required: bool = True

    @property
    def id(self) -> str:
        """What tells it from all others."""
        return f"{self.kind}:{self.key}"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"kind": self.kind, "text": self.text, "required": self.required}


def frozen(freezes: Iterable[Freeze], now: datetime, scope: str) -> tuple[Concern, ...]:
    """The windows that `now` is in and that are for `scope`; see `freeze.covers`."""
    return tuple(
        Concern(
            "freeze", one.name, f"{one.level.capitalize()} freeze {one.name} until {said(until)}", one.level == "hard"
        )
        for one in freezes
        if covers(one.environments, scope) and (until := one.until(now)) is not None
    )


def coming(freezes: Iterable[Freeze], now: datetime) -> tuple[Freeze, datetime] | None:
    """The window that begins next."""
    found = [(one, begins) for one in freezes if (begins := one.following(now)) is not None]
    return min(found, key=lambda pair: pair[1], default=None)


def said(moment: datetime) -> str:
    """A moment in words."""
    return f"{moment:%a %Y-%m-%d %H:%M} UTC"
