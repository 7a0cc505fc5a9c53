"""The doctor's questions about the way to GitLab and about the token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.domain.errors import BadInput, Denied, GitLabError, NotAdmin, ScopeMissing, TokenRefused
from tui.domain.text import counted, listing
from tui.gateway.failures import stage
from tui.gateway.session import bundle_of, proxy_of
from tui.gateway.tokens import bot_of
from tui.runtime.doctor_row import Row, failed

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.observed import ProjectSeen
    from tui.gateway.client import Gateway
    from tui.gateway.connection import Connection
    from tui.gateway.flags import Flags
    from tui.runtime.workbench import Session

SOON = timedelta(days=14)
"""A token that ends within this time may not last for a rollout, which has days of waiting in it."""

_ADVICE = {
    "address": "Check the address, and whether this network may reach it; a proxy is named by HTTPS_PROXY.",
    "proxy": "Check HTTPS_PROXY and NO_PROXY, and whether the proxy lets this machine through to GitLab.",
}

MODERN = 15
"""The first version of GitLab that has all addresses which are asked for here but for the newest."""


@dataclass
class Subject:
    """What is checked, and what the checks learned so far for those after them."""

    session: Session
    gateway: Gateway
    path: str
    draft: Draft | None
    refused: GitLabError | None = None
    project: ProjectSeen | None = None
    flags: Flags | None = None

    @property
    def target(self) -> str:
        """Where the flag lives; without a draft the usual place."""
        return self.draft.flag.target if self.draft else "instance"


def _reached(subject: Subject) -> Iterator[Row]:
    """The first request: how far it comes tells address, proxy, certificate and server apart."""
    connection = subject.gateway.connection
    version, error = "", None
    try:
        version = subject.gateway.version()
    except TokenRefused as refused:
        subject.refused = refused
    except (GitLabError, BadInput) as failure:
        error = failure
    broken = "" if error is None else stage(error) if isinstance(error, GitLabError) else "TLS"
    for row in (Row("address", "ok", connection.url), _proxy(connection), _tls(connection)):
        if error is not None and row.name == broken:
            yield Row(row.name, "failed", f"{row.text}: {error}", _ADVICE.get(row.name, error.hint))
            return
        yield row
    yield failed("GitLab", error) if error is not None else Row("GitLab", "ok", _version(version))


def _proxy(connection: Connection) -> Row:
    proxy = proxy_of(connection)
    return Row("proxy", "ok", f"through {proxy}" if proxy else "none in between that we know of")


def _tls(connection: Connection) -> Row:
    if connection.url.startswith("https:"):
        bundle = bundle_of(connection)
        return Row("TLS", "ok", f"the certificate is verified with {bundle or 'what this machine trusts'}")
    if connection.loopback:
        return Row("TLS", "ok", "plain http, which does not leave this machine")
    hint = "Use https:// where GitLab has it, and take insecure_http out of the settings."
    return Row("TLS", "warning", "plain http: the token travels unprotected", hint)


def _version(version: str) -> str:
    if not version:
        return "it answers as GitLab does, and keeps its version to itself"
    first = version.partition(".")[0]
    old = first.isdigit() and int(first) < MODERN
    return f"version {version}" + (" (an old one: what it lacks is worked around)" if old else "")


def _signed_in(subject: Subject) -> Iterator[Row]:
    """Whether GitLab takes the token for anything at all; what it may do with it comes later."""
    error = subject.refused
    if error is None:
        try:
            subject.gateway.operator()
        except (Denied, ScopeMissing):
            pass
        except GitLabError as found:
            error = found
    oauth = subject.gateway.connection.oauth
    if error is None:
        yield Row("sign-in", "ok", f"GitLab takes the {'OAuth ' if oauth else ''}token")
        return
    more = "" if oauth else " An OAuth token goes into GITLAB_OAUTH_TOKEN, or needs oauth = true in the settings."
    yield Row("sign-in", "failed", str(error), error.hint + (more if isinstance(error, TokenRefused) else ""))


def _expiry(subject: Subject) -> Iterator[Row]:
    token = subject.gateway.token()
    if token is None:
        yield Row("expiry", "skipped", "this GitLab does not tell when the token ends")
    elif token.expires is None:
        yield Row("expiry", "ok", "the token does not expire")
    else:
        left = token.expires - subject.session.workbench.clock()
        when = f"the token ends on {token.expires:%Y-%m-%d %H:%M} UTC"
        if left < SOON:
            hint = "Make a new one in time: a rollout waits for days between its steps."
            yield Row("expiry", "warning", f"{when}, in less than {counted(max(left.days, 0) + 1, 'day')}", hint)
        else:
            yield Row("expiry", "ok", when)


def _scopes(subject: Subject) -> Iterator[Row]:
    token, writes = subject.gateway.token(), subject.gateway.writes()
    hint = "Make a token with the scope `api`."
    if token is not None:
        told = listing(list(token.scopes))
        yield Row("scopes", "ok", told) if writes else Row("scopes", "failed", f"only {told}" if told else "none", hint)
    elif writes is None:
        yield Row("scopes", "warning", "this GitLab does not tell a token's scopes", "They show at the first write.")
    elif writes:
        yield Row("scopes", "ok", "not told by this GitLab, but it takes a request that wants the scope `api`")
    else:
        yield Row("scopes", "failed", "not told by this GitLab, but it refuses what wants the scope `api`", hint)


def _operator(subject: Subject) -> Iterator[Row]:
    try:
        operator = subject.gateway.operator()
    except GitLabError as error:
        yield failed("operator", error)
        return
    bot = bot_of(operator.username)
    more = f", GitLab's own user for a {bot} access token" if bot else ""
    yield Row("operator", "ok", f"{operator.username} ({operator.name}){more}")


def _administrator(subject: Subject) -> Iterator[Row]:
    """Instance flags are for administrators alone; where the flag lives elsewhere, the token need not be one's."""
    if subject.target == "project":
        yield Row("administrator", "skipped", "not needed: the flag is a project's")
        return
    needed = subject.target == "instance"
    instance = subject.gateway.connection.name
    try:
        subject.flags = subject.gateway.flags()
    except NotAdmin as error:
        operator = subject.gateway.operator()
        text = str(error) if operator.limited else f"{operator.username} is no administrator of {instance}"
        if needed:
            yield Row("administrator", "failed", text, error.hint)
        else:
            yield Row("administrator", "skipped", f"not needed: {text}")
    except GitLabError as error:
        yield failed("administrator", error, "failed" if needed else "warning")
    else:
        yield Row("administrator", "ok", "the token sees instance flags, as an administrator's does")


CHECKS = (_reached, _signed_in, _expiry, _scopes, _operator, _administrator)
