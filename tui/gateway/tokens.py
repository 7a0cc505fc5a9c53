"""What a token says about itself, where GitLab has an address for that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from tui.domain.errors import Denied, Invalid, NotFound, ScopeMissing, ServerFault, Unreachable
from tui.domain.text import Clean, one_line
from tui.gateway.transport import Transport

_BOT = re.compile(r"(?P<kind>project|group)_[0-9]+_bot(_[0-9a-z]+)?")
_UNTOLD = (NotFound, Denied, ScopeMissing, Invalid, ServerFault, Unreachable)


@dataclass(frozen=True)
class TokenSeen:
    """A token's own description; `expires` is None when it does not. Access tokens end at 00:00 UTC of a day."""

    name: Clean
    scopes: tuple[Clean, ...]
    expires: datetime | None = None


class _Info(Struct):
    name: str = ""
    scopes: list[str] = msgspec.field(default_factory=list)
    expires_at: str | None = None


class _OAuthInfo(Struct):
    scope: list[str] = msgspec.field(default_factory=list)
    expires_in: int | None = None


def read(transport: Transport) -> TokenSeen | None:
    """The token in use; None when GitLab does not tell (access tokens: before 15.5).

    OAuth tokens have another address than access tokens, outside of the API.
    """
    if transport.connection.oauth:
        return _read_oauth(transport)
    try:
        found = transport.read("/personal_access_tokens/self", _Info)
    except _UNTOLD:
        return None
    return TokenSeen(one_line(found.name), _cleaned(found.scopes), _midnight(found.expires_at or ""))


def _read_oauth(transport: Transport) -> TokenSeen | None:
    try:
        found = transport.read(f"{transport.connection.url}/oauth/token/info", _OAuthInfo)
    except _UNTOLD:
        return None
    ends = None if found.expires_in is None else datetime.now(UTC) + timedelta(seconds=max(0, found.expires_in))
    return TokenSeen(one_line("OAuth"), _cleaned(found.scope), ends)


def bot_of(username: str) -> str:
    """`project` or `group` when the user was made by GitLab for an access token of one; else empty."""
    match = _BOT.fullmatch(username)
    return match["kind"] if match else ""


def _cleaned(scopes: list[str]) -> tuple[Clean, ...]:
    return tuple(one_line(scope) for scope in scopes)


def _midnight(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text[:10]).replace(tzinfo=UTC)
    except ValueError:
        return None
