"""Requests to one instance: reads are repeated while that can help, writes are sent once."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, quote, urlsplit

import gitlab
import msgspec
import requests
import tenacity

from tui.domain.errors import GitLabError, NotFound, Throttled
from tui.domain.plan import Request
from tui.gateway import failures, waits
from tui.gateway.answers import Answer
from tui.gateway.cancel import Cancel
from tui.gateway.clients import Clients, Overdue
from tui.gateway.connection import Connection
from tui.gateway.failures import Sent
from tui.gateway.receipts import acknowledges
from tui.gateway.session import Client

T = TypeVar("T")
Query = Mapping[str, Any]

GRACE = 0.5
"""Seconds that a write which is under way still has for its answer when the operator stops."""

PER_PAGE = 100

log = logging.getLogger("tui.gateway")


@dataclass(frozen=True)
class Limits:
    """Seconds: to connect, between two pieces of an answer, and for all attempts of one request together."""

    connect: float
    read: float
    total: float


class Transport:
    """Sends requests, decodes answers, maps errors. Safe to use from several threads at once."""

    def __init__(self, connection: Connection, cancel: Cancel, limits: Limits) -> None:
        self.connection = connection
        self._cancel = cancel
        self._limits = limits
        self._clients = Clients(connection)

    def close(self) -> None:
        """Give the connections back."""
        self._clients.close()

    def read(self, path: str, kind: type[T], *, subject: str = "", query: Query | None = None) -> T:
        """The answer to a GET as a `kind`. Raises GitLabError of any kind but OutcomeUnknown, and Interrupted."""
        return self._read(self._sent("GET", path, subject), kind, query)[0]

    def optional(self, path: str, kind: type[T], *, query: Query | None = None) -> T | None:
        """As `read`, but None when GitLab knows no such thing."""
        try:
            return self.read(path, kind, query=query)
        except NotFound:
            return None

    def pages(self, path: str, kind: type[T], *, subject: str = "", query: Query | None = None) -> Iterator[T]:
        """The items of all pages of a list, each page read when it is needed. Errors as for `read`."""
        sent = self._sent("GET", path, subject)
        wanted: dict[str, Any] | None = {**(query or {}), "per_page": PER_PAGE}
        seen: list[dict[str, Any]] = []
        while wanted is not None and wanted not in seen:
            seen.append(wanted)
            items, answer = self._read(sent, list[kind], wanted)  # type: ignore[valid-type]
            yield from items
            wanted = _next(answer, wanted)

    def write(self, request: Request, *, regardless: bool = False) -> dict[str, Any]:
        """The answer to one write, sent once and never again; `{}` when GitLab answers without a body.

        Raises OutcomeUnknown when it may have had an effect and nobody can tell, other GitLabErrors when it had none,
        and Interrupted before it was sent, unless it must be sent `regardless`. Once it is sent, a stop leaves it half
        a second: then its outcome is unknown.
        """
        sent = self._sent(request.method.upper(), request.path, "")
        if not regardless:
            self._cancel.check()
        answer = self._send(sent, None, request.body, self._limits.total, GRACE)
        try:
            told = msgspec.json.decode(answer.content, type=dict[str, Any]) if answer.content else {}
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise failures.unreadable(sent, answer) from None
        if not acknowledges(request, told):
            raise failures.unreadable(sent, answer)
        return told

    def _sent(self, method: str, path: str, subject: str) -> Sent:
        return Sent(self.connection.name, method, path, subject)

    def _read(self, sent: Sent, kind: type[T], query: Query | None) -> tuple[T, Answer]:
        end = time.monotonic() + self._limits.total

        def attempt() -> tuple[T, Answer]:
            self._cancel.check()
            answer = self._send(sent, query, None, max(0.001, end - time.monotonic()), None)
            return _decode(sent, answer, kind), answer

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(failures.is_transient),
            stop=lambda state: _give_up(state, end),
            wait=_pause,
            sleep=self._sleep,
            before_sleep=_tell,
            reraise=True,
        )
        return retrying(attempt)

    def _sleep(self, seconds: float) -> None:
        self._cancel.wait(seconds)
        self._cancel.check()

    def _send(
        self, sent: Sent, query: Query | None, body: Mapping[str, Any] | None, seconds: float, grace: float | None
    ) -> Answer:
        limits = replace(self._limits, read=min(self._limits.read, seconds))
        start = time.monotonic()
        status = 0
        try:
            answer = self._clients.run(
                lambda client: _exchange(client, sent, query, body, limits), seconds, self._cancel, grace
            )
            status = answer.status
        except Overdue:
            raise failures.overdue(sent, round(time.monotonic() - start, 1)) from None
        except (requests.RequestException, OSError) as error:
            failures.forget_request(error)
            raise failures.of_failure(sent, error) from error
        finally:
            log.info("%s %s %s %.0f ms", sent.method, sent.path, status or "-", (time.monotonic() - start) * 1000)
        if not 200 <= status < 300:  # noqa: PLR2004 - HTTP's success
            raise failures.of_answer(sent, answer)
        return answer


def escape(part: int | str) -> str:
    """An id or a path as one part of a request's path."""
    return quote(str(part).strip("/"), safe="")


def _exchange(
    client: Client, sent: Sent, query: Query | None, body: Mapping[str, Any] | None, limits: Limits
) -> Answer:
    """One request through python-gitlab; its errors for a status are answers like any other here."""
    with contextlib.suppress(gitlab.GitlabError):
        client.gitlab.http_request(
            sent.method.lower(),
            sent.path,
            query_data=dict(query or {}),
            post_data=None if body is None else dict(body),
            timeout=cast(
                "float", (limits.connect, limits.read)
            ),  # python-gitlab hands it on to requests, which takes a pair
            obey_rate_limit=False,
        )
    response = client.backend.take()
    following = response.links.get("next", {}).get("url")
    return Answer(response.status_code, response.headers, response.content, urlsplit(following or "").query or None)


def _decode(sent: Sent, answer: Answer, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise failures.unreadable(sent, answer, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise failures.unreadable(sent, answer) from None


def _next(answer: Answer, query: dict[str, Any]) -> dict[str, Any] | None:
    """The query of the next page: of the link where there is one (only its query, never its host), or by number."""
    if answer.next_query is not None:
        return {**query, **dict(parse_qsl(answer.next_query))}
    number = answer.headers.get("X-Next-Page", "")
    return {**query, "page": number} if number.isdigit() else None


def _error(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _pause(state: tenacity.RetryCallState) -> float:
    error = _error(state)
    asked = error.after if isinstance(error, Throttled) else None
    return waits.backoff(state.attempt_number) if asked is None else asked


def _give_up(state: tenacity.RetryCallState, end: float) -> bool:
    return state.attempt_number >= waits.attempts() or time.monotonic() + state.upcoming_sleep >= end


def _tell(state: tenacity.RetryCallState) -> None:
    error = _error(state)
    code = error.code if isinstance(error, GitLabError) else ""
    log.info("again in %.1f s after %s, attempt %d", state.upcoming_sleep, code, state.attempt_number)
