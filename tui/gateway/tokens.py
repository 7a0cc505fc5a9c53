"""What a token says about itself, where GitLab has an address for that, and else whether it may change anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from tui.domain.errors import Denied, GitLabError, Invalid, NotFound, ScopeMissing, ServerFault, Unreachable
from tui.domain.plan import Request
from tui.domain.text import Clean, one_line
from tui.gateway.transport import Transport

_BOT = re.compile(r"(?P<kind>project|group)_[0-9]+_bot(_[0-9a-z]+)?")
_RENDER = Request("POST", "/markdown", {"text": "rollout-tui asks whether this token has the scope api"})
_UNTOLD = (Denied, ScopeMissing, Invalid, ServerFault, Unreachable)


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


@dataclass(frozen=True)
class Told:
    """`token` is None when GitLab does not tell; `writes` is whether the scope `api` is there, None when unknown."""

    token: TokenSeen | None = None
    writes: bool | None = None


def read(transport: Transport) -> Told:
    """What can be known of the token in use. OAuth tokens have another address than access tokens, outside the API.

    GitLab before 15.5 tells nothing of access tokens; there the answer to a request that wants `api` tells.
    """
    oauth = transport.connection.oauth
    try:
        token = _oauth(transport) if oauth else _access(transport)
    except NotFound:
        return Told() if oauth else Told(writes=_takes_writes(transport))
    except _UNTOLD:
        return Told()
    return Told(token, "api" in token.scopes)


def _access(transport: Transport) -> TokenSeen:
    found = transport.read("/personal_access_tokens/self", _Info)
    return TokenSeen(one_line(found.name), _cleaned(found.scopes), _midnight(found.expires_at or ""))


def _oauth(transport: Transport) -> TokenSeen:
    found = transport.read(f"{transport.connection.url}/oauth/token/info", _OAuthInfo)
    ends = None if found.expires_in is None else datetime.now(UTC) + timedelta(seconds=max(0, found.expires_in))
    return TokenSeen(one_line("OAuth"), _cleaned(found.scope), ends)


def _takes_writes(transport: Transport) -> bool | None:
    """Whether a POST is let through that renders a text and leaves nothing behind; None when that says nothing.

    GitLab holds the scopes against each request before it does anything, and every POST wanted `api` then. This one is
    a read in all but its verb (GitLab's own source calls it so, and lets `read_api` do for it since).
    """
    try:
        transport.write(_RENDER)
    except ScopeMissing:
        return False
    except GitLabError:
        return None
    return True


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
