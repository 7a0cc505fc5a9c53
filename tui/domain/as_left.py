"""Whether a flag is as this rollout left it; if not, why, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tui.domain.audience import Labels, who
from tui.domain.gates import OFF
from tui.domain.history import TOLD, Entry
from tui.domain.observed import FlagSeen
from tui.domain.steps import OFF_PHASE, named


@dataclass(frozen=True)
class Broken:
    """An apply that is not done: where to, since when, and its calls that GitLab answered, as entries.

    `unsure` when a call of it was not answered.
    """

    phase: str
    step: str
    at: datetime
    calls: tuple[Entry, ...] = ()
    unsure: bool = False


@dataclass(frozen=True)
class Unlike:
    """Why it is not: one sentence with a full stop. `others` when somebody else must have changed it."""

    text: str
    others: bool = False


def last_set(flag: str, entries: Iterable[Entry]) -> Entry | None:
    """The last entry that set the flag. A hold or the plan issues leave it as it is, whoever made it so."""
    found = None
    for entry in entries:
        if entry.flag == flag and entry.action not in TOLD and entry.action != "create-issues":
            found = entry
    return found


def unlike(seen: FlagSeen, entries: Iterable[Entry], labels: Labels, broken: Broken | None = None) -> Unlike | None:
    """Why the flag is not as the history says; None when it is, or when nobody has looked at it."""
    last = last_set(seen.name, entries)
    left = last.gates_after if last else OFF
    if seen.attested or seen.unread:
        return None
    if left.same_audience(seen.gates):
        still = last is not None and last.phase == OFF_PHASE and left != OFF
        return Unlike("It is open still: what others had opened before was put back with the rest.") if still else None
    if broken is not None and (last is None or last.at <= broken.at):
        found = _begun(seen, broken)
        if found is not None:
            return found
    if last is None:
        return Unlike("It is open, and not by a step of this rollout.")
    if seen.left is not None and seen.settled_at is not None:
        until = f"{seen.settled_at:%H:%M:%S} UTC"
        return Unlike(f"GitLab may show what was before the last change, or somebody undid it: look after {until}.")
    return Unlike(f"Somebody else changed it since {_minute(last.at)}: it was {who(left, labels)}.", others=True)


def _begun(seen: FlagSeen, broken: Broken) -> Unlike | None:
    where = f"An apply to {named(broken.phase, broken.step)}, begun at {_minute(broken.at)}, is not done"
    last = last_set(seen.name, broken.calls)
    if last is not None and last.gates_after.same_audience(seen.gates):
        return Unlike(f"{where} and left it so.")
    return Unlike(f"{where}: GitLab did not answer its last call.") if broken.unsure else None


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
