"""The lead of a rollout: who is at it, on which host, until when. A comment on the plan issue, one for each person.

Who takes the lead edits their own comment, so GitLab's time of the last edit says who was last, whatever the clocks of
the operators' machines show; the lead lasts from that time on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from tui.domain import markdown
from tui.domain.observed import NoteSeen
from tui.domain.text import shorten

HOURS = 8
"""How long a lead lasts that is not renewed: a working day. Every apply renews it."""

_LONGEST = 24
_HOST = 60
_COMMENT = re.compile(r"^<!-- rollout-tui: lease=(\{.*\}) -->$", re.MULTILINE)


@dataclass(frozen=True)
class Lease:
    """`since` by the holder's clock, `until` by GitLab's; `until` is when it was given up where it was."""

    holder: str
    host: str
    since: datetime
    until: datetime
    released: bool
    note: int
    url: str

    def held(self, now: datetime) -> bool:
        """Whether the holder has the lead."""
        return not self.released and now < self.until

    def held_against(self, operator: str, now: datetime) -> bool:
        """Whether somebody else has it."""
        return self.held(now) and self.holder != operator

    def words(self, now: datetime) -> str:
        """One sentence, without a full stop."""
        if self.released:
            return f"Nobody has the lead: {self.holder} gave it up at {_minute(self.until)}"
        if not self.held(now):
            return f"Nobody has the lead: that of {self.holder} on {self.host} ended at {_minute(self.until)}"
        return f"{self.holder} has the lead on {self.host} since {_minute(self.since)}, until {_minute(self.until)}"

    def as_dict(self, now: datetime) -> dict[str, object]:
        """Plain data."""
        return {
            "holder": self.holder,
            "host": self.host,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "held": self.held(now),
            "note_url": self.url,
        }


class _Plain(msgspec.Struct, frozen=True):
    """What the comment carries; no hours mean that the lead was given up."""

    rollout: str
    holder: str
    host: str
    since: datetime
    hours: int


def body(rollout: str, holder: str, host: str, since: datetime, now: datetime, *, hours: int = HOURS) -> str:
    """The comment: readable first, then the data on one line."""
    data = {"rollout": rollout, "holder": holder, "host": shorten(host, _HOST), "since": since.isoformat()}
    text = json.dumps({**data, "hours": hours}, ensure_ascii=True, sort_keys=True).replace(">", "\\u003e")
    who, where = markdown.inline(holder), markdown.code(shorten(host, _HOST))
    if hours:
        until = _minute(now + timedelta(hours=hours))
        told = f"{who} has the lead of this rollout on `{where}` since {_minute(since)}, until {until}."
    else:
        told = f"{who} has given up the lead of this rollout at {_minute(now)}."
    return f"{told}\n\n<!-- rollout-tui: lease={text} -->"


def read_lease(note: NoteSeen, rollout: str) -> Lease | None:
    """The lease of the rollout that a comment carries; None for others, and when the author is not the holder."""
    match = None if note.system else _COMMENT.search(note.body)
    if match is None:
        return None
    try:
        plain = msgspec.json.decode(match.group(1), type=_Plain)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None
    if plain.rollout != rollout or plain.holder != note.author or plain.since.tzinfo is None:
        return None
    last, hours = note.updated or note.at, min(max(plain.hours, 0), _LONGEST)
    host = shorten(plain.host, _HOST)
    return Lease(note.author, host, plain.since, last + timedelta(hours=hours), not hours, note.id, note.url)


def current(notes: Iterable[NoteSeen], rollout: str, trusted: Callable[[int], bool]) -> Lease | None:
    """The lease that was written last by somebody whose notes count; it may be over."""
    by_time = sorted(notes, key=lambda note: (note.updated or note.at, note.id), reverse=True)
    for note in by_time:
        lease = read_lease(note, rollout)
        if lease is not None and trusted(note.author_id):
            return lease
    return None


def _minute(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
