"""What is waited for after a change of the flag, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tui.domain.lifecycle import state_of
from tui.domain.planning.readiness import STABLE
from tui.domain.progress import Progress
from tui.domain.working_day import ON_HAND

SPREAD = timedelta(minutes=1)
"""Until every process reads a changed flag (GitLab's `feature.rb`: the cache in each process lives a minute)."""

LEAST = timedelta(minutes=15)
"""The least time between two steps (GitLab's template for flag rollouts and its guide to flag controls)."""

What = Literal["spread", "least", "suggested", "stable", "on-hand"]


@dataclass(frozen=True)
class Wait:
    """One thing that is not over yet, and when it is."""

    what: What
    until: datetime


def waits(here: Progress, now: datetime) -> tuple[Wait, ...]:
    """All waits that run, the first to end first. Nothing runs before the first change."""
    if here.since is None:
        return ()
    found = [Wait("spread", here.since + SPREAD), Wait("on-hand", here.since + ON_HAND)]
    state = state_of(here)
    if state == "full":
        found.append(Wait("stable", here.since + STABLE))
    if state in {"live", "held"} and here.next is not None:
        found.append(Wait("least", here.since + LEAST))
        due = here.due_at()
        if due is not None:
            found.append(Wait("suggested", due))
    return tuple(sorted((one for one in found if one.until > now), key=lambda one: one.until))
