"""Where a release is announced and where it has been: said in the draft, channel by channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tui.domain.draft import Announcement, Draft, Posted
from tui.domain.problem import Problem


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
    kept = tuple(
        Posted(channel=one.channel, at=one.at, by=one.by, url=one.url)
        for one in standings(told)
        if one.at is not None and one.channel != channel
    )
    return replace(draft, announcement=replace(told, posted_at=None, posted=kept))


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
        if one.url.strip() and not one.url.strip().startswith(("https://", "http://")):
            yield Problem(f"{path}.url", f'"{one.url}" is no web address', "such as https://chat.example.com/p/1")
