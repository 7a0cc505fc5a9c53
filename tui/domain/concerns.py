"""What speaks against opening a flag further just now: it is no property of the rollout, and passes by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from tui.domain.freeze import Freeze, covers
from tui.domain.text import Clean, shorten

Kind = Literal["freeze", "incidents", "working-day"]
"""Also the id of the requirement that comes of it, by which it is waived."""

KINDS: tuple[Kind, ...] = ("freeze", "incidents", "working-day")


WAIVED = timedelta(days=1)
"""How long a waiver counts against what has no beginning of its own to be held against."""


@dataclass(frozen=True)
class Concern:
    """One of them. `key` tells it from others of its kind, whatever the time; `required` ones ask for a reason.

    The key is what notes say of it: a title may be confidential.

    A waiver that was given before `since` was not given for this.
    """

    kind: Kind
    key: str
    text: str
    since: datetime
    required: bool = True

    @property
    def id(self) -> str:
        """What tells it from all others."""
        return f"{self.kind}:{self.key}"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"kind": self.kind, "text": self.text, "required": self.required}


@dataclass(frozen=True)
class Incident:
    """An open issue that tells of one; `ref` is its full reference, `created` GitLab's own time."""

    ref: Clean
    title: Clean
    created: datetime


def frozen(freezes: Iterable[Freeze], now: datetime, scope: str) -> tuple[Concern, ...]:
    """The windows that `now` is in and that are for `scope`; see `freeze.covers`."""
    spans = ((one, one.current(now)) for one in freezes if covers(one.environments, scope))
    return tuple(
        Concern(
            "freeze",
            one.name,
            f"{one.level.capitalize()} freeze {one.name} until {said(span[1])}",
            since=span[0],
            required=one.level == "hard",
        )
        for one, span in spans
        if span is not None
    )


def troubled(incidents: Iterable[Incident], now: datetime) -> tuple[Concern, ...]:
    """One for each incident, the newest first. One that lasts asks for a reason anew each day."""
    found = sorted(incidents, key=lambda one: (one.created, one.ref), reverse=True)
    return tuple(
        Concern(
            "incidents",
            one.ref,
            f"Open incident {one.ref}: {shorten(one.title, 80)}",
            since=max(one.created, now - WAIVED),
        )
        for one in found
    )


def coming(freezes: Iterable[Freeze], now: datetime) -> tuple[Freeze, datetime] | None:
    """The window that begins next."""
    found = [(one, begins) for one in freezes if (begins := one.following(now)) is not None]
    return min(found, key=lambda pair: pair[1], default=None)


def said(moment: datetime) -> str:
    """A moment in words."""
    return f"{moment:%a %Y-%m-%d %H:%M} UTC"
