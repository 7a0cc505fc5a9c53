"""Where a release is announced and where it has been: said in the draft, channel by channel.

The report on the plan issue carries the marks too, in a comment of one line, so that a colleague's rollout knows them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from tui.domain.draft import Announcement, Draft, Posted
from tui.domain.problem import Problem

_COMMENT = re.compile(r"^<!-- rollout-tui: announced=(\[.*\]) -->$", re.MULTILINE)


@dataclass(frozen=True)
class Standing:
    """A channel, and when, by whom and where it was posted there; `at` is None while it was not."""

    channel: str
    at: datetime | None = None
    by: str = ""
    url: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        at = self.at.isoformat() if self.at else None
        return {"channel": self.channel, "posted_at": at, "by": self.by, "url": self.url}


def standings(told: Announcement) -> tuple[Standing, ...]:
    """All channels in the draft's order, then those where it was posted besides."""
    posted = {one.channel: Standing(one.channel, one.at, one.by, one.url) for one in told.posted}
    return tuple(posted.get(one, Standing(one, told.posted_at)) for one in dict.fromkeys((*told.channels, *posted)))


def posted(draft: Draft, channel: str, at: datetime, by: str, url: str = "") -> Draft:
    """The draft in which the announcement is posted in a channel; again where it was already."""
    told = draft.announcement
    others = tuple(one for one in told.posted if one.channel != channel)
    channels = told.channels if channel in told.channels else (*told.channels, channel)
    mark = Posted(channel=channel, at=at, by=by, url=url.strip())
    return replace(draft, announcement=replace(told, channels=channels, posted=(*others, mark)))


def not_posted(draft: Draft, channel: str) -> Draft:
    """The draft in which the announcement is not posted in a channel; in the others it stays as it is."""
    told = draft.announcement
    kept = tuple(one for one in posts(told) if one.channel != channel)
    return replace(draft, announcement=replace(told, posted_at=None, posted=kept))


def posts(told: Announcement) -> tuple[Posted, ...]:
    """The marks, oldest first: in the same order on every machine."""
    found = (Posted(channel=one.channel, at=one.at, by=one.by, url=one.url) for one in standings(told) if one.at)
    return tuple(sorted(found, key=_age))


def _age(mark: Posted) -> tuple[datetime, str]:
    """What marks are ordered by; a time without a zone, which a draft with problems may have, counts as UTC."""
    return mark.at if mark.at.tzinfo else mark.at.replace(tzinfo=UTC), mark.channel


def comment(told: Announcement) -> str:
    """The marks as an HTML comment; empty for none. No value in it can end the comment."""
    marks = [Standing(one.channel, one.at, one.by, one.url).as_dict() for one in posts(told)]
    text = json.dumps(marks, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return f"<!-- rollout-tui: announced={text.replace('>', chr(92) + 'u003e')} -->" if marks else ""


class _Mark(msgspec.Struct, frozen=True):
    """The shape of a mark in the comment."""

    channel: str
    posted_at: datetime
    by: str = ""
    url: str = ""


def marks_in(description: str) -> tuple[Posted, ...]:
    """The marks that a description carries; none when it carries none or they are damaged: anybody can edit it."""
    match = _COMMENT.search(description)
    try:
        found = msgspec.json.decode(match[1], type=tuple[_Mark, ...]) if match else ()
    except (msgspec.ValidationError, msgspec.DecodeError):
        return ()
    return tuple(
        Posted(channel=one.channel, at=one.posted_at, by=one.by, url=one.url)
        for one in found
        if one.channel.strip() and one.posted_at.tzinfo is not None
    )


def with_marks(draft: Draft, marks: Iterable[Posted]) -> Draft:
    """The draft with marks that were made elsewhere. Of two for a channel the later one counts.

    So two operators who have both noted a channel come to agree, and do not rewrite each other's report for ever.
    """
    told = draft.announcement
    known = {one.channel: _age(one) for one in posts(told)}
    later = (one for one in sorted(marks, key=_age) if one.channel not in known or _age(one) > known[one.channel])
    new = {one.channel: one for one in later}
    kept = tuple(one for one in told.posted if one.channel not in new)
    return replace(draft, announcement=replace(told, posted=(*kept, *new.values()))) if new else draft


def problems(draft: Draft) -> Iterator[Problem]:
    """What is wrong with the announcement of a draft."""
    told = draft.announcement
    for index, one in enumerate(told.posted):
        path = f"announcement.posted[{index}]"
        if not one.channel.strip():
            yield Problem(f"{path}.channel", "is empty", "the channel in which it was posted")
        elif one.channel in [other.channel for other in told.posted[:index]]:
            yield Problem(f"{path}.channel", f"{one.channel} is there already", "leave one out")
        elif one.channel not in told.channels:
            text = f"{one.channel} is not among the channels of the announcement"
            yield Problem(f"{path}.channel", text, "add it to channels, or leave it out", "warning")
        if one.at.tzinfo is None:
            yield Problem(f"{path}.at", "has no time zone", "such as 2026-11-22T10:00:00Z")
        if one.url.strip() and not one.url.strip().startswith(("https://", "http://")):
            yield Problem(f"{path}.url", f'"{one.url}" is no web address', "such as https://chat.example.com/p/1")
