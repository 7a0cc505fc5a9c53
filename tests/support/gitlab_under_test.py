"""The GitLab that end-to-end tests run on: the sandbox, or a real one that the environment names.

`ROLLOUT_TUI_TEST_URL` and `ROLLOUT_TUI_TEST_PROJECT` (the path of a project in a group, whose issues the tests may make
and delete) with a token a role, `ROLLOUT_TUI_TEST_TOKEN_ADMIN`, `_MAINTAINER`, `_DEVELOPER`, `_REPORTER`, `_GUEST`.
`ROLLOUT_TUI_TEST_CACHE_SECONDS` (60) is how long its other processes show old flags; 0 for one that has one process.

Modules marked `any_gitlab` get it as their `server`; a test in them that needs what only the sandbox can do is marked
`sandbox_only(reason)`. On a real GitLab they run one after another: `pytest -n 0 -m any_gitlab`.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

import pytest
from msgspec import structs

from tests.support import rollouts
from tests.support.clock import Clock
from tests.support.relay import Relay
from tests.support.rollouts import FLAG, sample
from tui.domain.draft import Draft, Place
from tui.domain.gates import Gates
from tui.sandbox.faults import Faults
from tui.sandbox.server import Server
from tui.sandbox.wire import Received
from tui.store.assets import ROOT

PREFIX = "ROLLOUT_TUI_TEST_"
ROLES = ("admin", "maintainer", "developer", "reporter", "guest")


class UnderTest(Protocol):
    """What tests may ask of a GitLab, real or not."""

    url: str
    project: str
    faults: Faults
    requests: deque[Received]
    latency: float

    @property
    def token(self) -> str: ...
    @property
    def tokens(self) -> Mapping[str, str]: ...
    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Real:
    """A GitLab that the environment names; tokens by role."""

    url: str
    project: str
    tokens: Mapping[str, str]
    cache_seconds: float

    def __repr__(self) -> str:
        return f"Real({self.url!r}, {self.project!r})"


@cache
def real() -> Real | None:
    """The real GitLab to test on, None for the sandbox. A setting that is missing or empty is a usage error."""
    url = os.environ.get(f"{PREFIX}URL", "")
    if not url:
        return None
    needed = [f"{PREFIX}PROJECT", *(f"{PREFIX}TOKEN_{role.upper()}" for role in ROLES)]
    missing = [name for name in needed if not os.environ.get(name)]
    if missing:
        raise pytest.UsageError(f"{PREFIX}URL is set, but not {', '.join(missing)}.")
    if os.environ.get("PYTEST_XDIST_WORKER"):
        raise pytest.UsageError("Tests on a real GitLab run one after another: add -n 0.")
    tokens = {role: os.environ[f"{PREFIX}TOKEN_{role.upper()}"] for role in ROLES}
    seconds = float(os.environ.get(f"{PREFIX}CACHE_SECONDS", "60"))
    return Real(url.rstrip("/"), os.environ[f"{PREFIX}PROJECT"], tokens, seconds)


class Reader:
    """A client of its own, which shares nothing with the one that is tested. Asks as an administrator."""

    def __init__(self, url: str, token: str) -> None:
        self._target, self._token = urlsplit(url), token

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - bodies are any JSON
        """The body of GET `path` below /api/v4. AssertionError when it is not there."""
        https = self._target.scheme == "https"
        kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = kind(self._target.hostname or "", self._target.port, timeout=60)
        wanted = f"{self._target.path}/api/v4{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            connection.request("GET", wanted, headers={"PRIVATE-TOKEN": self._token})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        assert answer.status == http.HTTPStatus.OK, (wanted, answer.status, body[:200])
        return json.loads(body)

    def gates(self, flag: str) -> Gates:
        """The flag's gates, none when it is not there."""
        listed = [each for each in self.get("/features") if each["name"] == flag]
        found = {gate["key"]: gate["value"] for each in listed for gate in each["gates"]}
        return Gates(
            boolean=found.get("boolean", False),
            actors=frozenset(found.get("actors", ())),
            groups=frozenset(found.get("groups", ())),
            percentage_of_actors=found.get("percentage_of_actors", 0),
            percentage_of_time=found.get("percentage_of_time", 0),
        )

    def issues(self, project: str) -> list[dict[str, Any]]:
        """The hundred newest issues."""
        found: list[dict[str, Any]] = self.get(f"/projects/{quote(project, safe='')}/issues", per_page=100)
        return found

    def links(self, project: str, iid: int) -> list[dict[str, Any]]:
        """The issues that are linked to this one."""
        found: list[dict[str, Any]] = self.get(f"/projects/{quote(project, safe='')}/issues/{iid}/links")
        return found

    def notes(self, project: str, iid: int) -> list[dict[str, Any]]:
        """The notes that people wrote."""
        place = f"/projects/{quote(project, safe='')}/issues/{iid}/notes"
        return [note for note in self.get(place, per_page=100) if not note["system"]]


def settle(server: UnderTest) -> None:
    """Return when each process of this GitLab shows the flags as they were last written."""
    if isinstance(server, Relay):
        server.settle()


def reader(server: UnderTest) -> Reader:
    """To look at this GitLab, once it has settled."""
    settle(server)
    return Reader(server.url, server.token)


@cache
def draft() -> Draft:
    """The sample, for the people, the group and the project there are."""
    named = real()
    if named is None:
        return structs.replace(sample(), gitlab=Place(instance="env", project="code-creation/rollouts"))
    people = [_me(named, role)["username"] for role in ("admin", "maintainer")]
    phases = tuple(
        structs.replace(phase, users=tuple(people), groups=(_group(named)["full_path"],)) if phase.users else phase
        for phase in sample().phases
    )
    team = structs.replace(sample().team, dri=people[0], stakeholders=tuple(people[1:]))
    return structs.replace(sample(), gitlab=Place(instance="env", project=named.project), phases=phases, team=team)


@cache
def team() -> Gates:
    """The gates after the first phase of that draft."""
    named = real()
    if named is None:
        return rollouts.TEAM
    people = [f"User:{_me(named, role)['id']}" for role in ("admin", "maintainer")]
    return Gates(actors=frozenset([*people, f"Group:{_group(named)['id']}"]))


def _me(named: Real, role: str) -> dict[str, Any]:
    found: dict[str, Any] = Reader(named.url, named.tokens[role]).get("/user")
    return found


def _group(named: Real) -> dict[str, Any]:
    group = named.project.rpartition("/")[0]
    found: dict[str, Any] = Reader(named.url, named.tokens["admin"]).get(f"/groups/{quote(group, safe='')}")
    return found


class RealClock(Clock):
    """Begins now, as GitLab's own does; time that passes in a test gives GitLab's caches theirs."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))
        self.relay: Relay | None = None

    def forward(self, **amount: float) -> None:
        super().forward(**amount)
        if self.relay is not None:
            self.relay.settle()


def clock_under_test() -> Clock:
    """A clock for the app that fits the GitLab under test."""
    return RealClock() if real() else Clock()


@contextmanager
def under_test(clock: Callable[[], datetime], *, latency: float = 0.0) -> Iterator[UnderTest]:
    """A GitLab for one test: a sandbox of its own, or the real one with what the test made deleted afterwards."""
    named = real()
    if named is None:
        with Server(None, assets=ROOT, clock=clock, latency=latency) as server:
            yield server
        return
    own = secrets.token_hex(4)
    names = {FLAG: f"{FLAG}_{own}", sample().id: f"{sample().id}-{own}"}
    relay = Relay(
        named.url, named.project, named.tokens, names=names, cache_seconds=named.cache_seconds, latency=latency
    )
    with relay:
        if isinstance(clock, RealClock):
            clock.relay = relay
        try:
            yield relay
        finally:
            relay.delete_what_was_made()
