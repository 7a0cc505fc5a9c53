"""Whose token it is and what it may do, as far as GitLab tells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tui.domain.errors import GitLabError, NotAdmin
from tui.domain.observed import Operator
from tui.gateway import seen, tokens, wire
from tui.gateway.tokens import TokenSeen, Told
from tui.gateway.transport import Transport


class Identity:
    """Asks once and remembers. Safe to use from several threads: at worst two of them ask."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._me: wire.Myself | None = None
        self._told: Told | None = None
        self._limited = False

    def me(self) -> wire.Myself:
        """The token's owner as GitLab shows them."""
        if self._me is None:
            self._me = self._transport.read("/user", wire.Myself, subject="the token's owner")
        return self._me

    def token(self) -> TokenSeen | None:
        """What the token says about itself; None when GitLab does not tell."""
        return self._ask().token

    def writes(self) -> bool | None:
        """Whether the token has the scope that changes want; None when that cannot be told before the first one."""
        return self._ask().writes

    def _ask(self) -> Told:
        if self._told is None:
            self._told = tokens.read(self._transport)
        return self._told

    def operator(self) -> Operator:
        """The token's owner, with what was asked of the token so far, and whether Admin Mode was met."""
        told = self._told or Told()
        scopes = told.token.scopes if told.token else None
        reads_only = told.writes is False
        return replace(seen.operator(self.me()), scopes=scopes, reads_only=reads_only, limited=self._limited)

    @contextmanager
    def as_administrator(self) -> Iterator[None]:
        """For reads that administrators alone may do: one who is refused has met Admin Mode.

        GitLab answers to an administrator whose token lacks `admin_mode` as to anybody else, and to one who is none
        any more: who was one when they were asked about last is asked about anew.
        """
        try:
            yield
        except NotAdmin as error:
            self._limited = self._still_admin()
            if not self._limited:
                raise
            instance = self._transport.connection.name
            owner = seen.operator(self.me()).username
            message = f"{instance} has Admin Mode on, and the token of its administrator {owner} lacks `admin_mode`."
            raise NotAdmin(message, "Make a token with the scopes `api` and `admin_mode`.", error.status) from error
        self._limited = False

    def _still_admin(self) -> bool:
        """Whether GitLab says so now; where it says nothing, nothing is claimed."""
        if self._me is not None and not self._me.is_admin:
            return False
        self._me = None
        try:
            return bool(self.me().is_admin)
        except GitLabError:
            return False
