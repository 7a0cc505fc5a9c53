"""Whose token it is and what it may do, as far as GitLab tells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from msgspec import UNSET, UnsetType

from tui.domain.errors import NotAdmin
from tui.domain.observed import Operator
from tui.gateway import seen, tokens, wire
from tui.gateway.tokens import TokenSeen
from tui.gateway.transport import Transport


class Identity:
    """Asks once and remembers. Safe to use from several threads: at worst two of them ask."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._me: wire.Myself | None = None
        self._token: TokenSeen | UnsetType | None = UNSET
        self._limited = False

    def me(self) -> wire.Myself:
        """The token's owner as GitLab shows them."""
        if self._me is None:
            self._me = self._transport.read("/user", wire.Myself, subject="the token's owner")
        return self._me

    def token(self) -> TokenSeen | None:
        """What the token says about itself; None when GitLab does not tell."""
        if self._token is UNSET:
            self._token = tokens.read(self._transport)
        return self._token

    def operator(self) -> Operator:
        """The token's owner, with the scopes if they were asked for, and whether Admin Mode was met."""
        scopes = self._token.scopes if self._token else None
        return replace(seen.operator(self.me()), scopes=scopes, limited=self._limited)

    @contextmanager
    def as_administrator(self) -> Iterator[None]:
        """For reads that administrators alone may do: one who is refused has met Admin Mode.

        GitLab answers to an administrator whose token lacks `admin_mode` as to anybody else.
        """
        try:
            yield
        except NotAdmin as error:
            self._limited = bool(self.me().is_admin)
            if not self._limited:
                raise
            instance = self._transport.connection.name
            owner = seen.operator(self.me()).username
            message = f"{instance} has Admin Mode on, and the token of its administrator {owner} lacks `admin_mode`."
            raise NotAdmin(message, "Make a token with the scopes `api` and `admin_mode`.", error.status) from error
        self._limited = False
