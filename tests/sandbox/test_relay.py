"""What stands between the tests and a real GitLab; here that GitLab is a sandbox."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.api import PROJECT
from tests.support import gitlab_under_test
from tests.support.clock import Clock
from tests.support.gitlab_under_test import Reader, real, settle, under_test
from tests.support.relay import Relay
from tests.support.rollouts import FLAG
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server

NAMES = {FLAG: f"{FLAG}_1234"}


@pytest.fixture
def relay(server: Server) -> Iterator[Relay]:
    with Relay(server.url, server.project, server.tokens, names=NAMES, cache_seconds=0.2) as running:
        yield running


def send(relay: Relay, method: str, path: str, body: object = None, role: str = "admin") -> tuple[int, Any]:
    target = urlsplit(relay.url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=10)
    headers = {"PRIVATE-TOKEN": relay.tokens[role], "Content-Type": "application/json"}
    try:
        connection.request(method, f"/api/v4{path}", json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    return answer.status, json.loads(text) if text else None


def test_names_and_addresses_are_the_relays_own_here_and_gitlabs_there(relay: Relay, server: Server) -> None:
    status, flag = send(relay, "POST", f"/features/{FLAG}", {"value": True, "user": "bob"})
    assert (status, flag["name"]) == (201, FLAG)
    text = f"`{FLAG}` at {relay.url}/x"
    _, issue = send(relay, "POST", f"{PROJECT}/issues", {"title": "x", "description": text})
    assert issue["description"] == text
    assert issue["web_url"].startswith(relay.url)
    world = server.snapshot()
    assert world.projects[1].issues[issue["iid"]].description == f"`{NAMES[FLAG]}` at {server.url}/x"
    assert NAMES[FLAG] in world.features
    assert FLAG not in world.features
    assert Reader(relay.url, relay.token).gates(FLAG).actors == frozenset({"User:2"})


def test_it_misbehaves_and_remembers_as_the_sandbox_does(relay: Relay, server: Server) -> None:
    before = len(server.snapshot().projects[1].issues)
    relay.faults.add(Fault("lost-after", method="POST", path_regex="/issues$"))
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        send(relay, "POST", f"{PROJECT}/issues", {"title": "x"})
    assert len(server.snapshot().projects[1].issues) == before + 1
    assert [(one.method, one.path) for one in relay.requests] == [("POST", f"{PROJECT}/issues")]
    relay.faults.add(Fault("revoke-token"))
    assert send(relay, "GET", "/user")[1]["error"] == "invalid_token"
    assert send(relay, "GET", "/user", role="developer")[1]["username"] == "carol"
    relay.faults.add(Fault("outsider", method="GET", flag=FLAG))
    send(relay, "GET", "/features", role="maintainer")
    assert server.snapshot().features[NAMES[FLAG]].percentage_of_actors == 7


def test_it_takes_away_what_went_through_it_and_nothing_else(relay: Relay, server: Server) -> None:
    before = server.snapshot()
    send(relay, "POST", f"/features/{FLAG}", {"value": True})
    send(relay, "POST", f"{PROJECT}/issues", {"title": "x"}, role="guest")
    relay.delete_what_was_made()
    after = server.snapshot()
    assert after.features == before.features
    assert after.projects[1].issues == before.projects[1].issues


def test_it_waits_until_gitlabs_caches_are_fresh(relay: Relay) -> None:
    settle(relay)
    begun = monotonic()
    send(relay, "POST", f"/features/{FLAG}", {"value": True})
    settle(relay)
    assert monotonic() - begun >= relay.cache_seconds


def test_a_real_gitlab_needs_all_of_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    for name in ("URL", "PROJECT", "TOKEN_ADMIN"):
        monkeypatch.setenv(f"{gitlab_under_test.PREFIX}{name}", "https://gitlab.example.com/x/")
    with pytest.raises(pytest.UsageError, match=r"not ROLLOUT_TUI_TEST_TOKEN_MAINTAINER, .*_GUEST\.$"):
        real.__wrapped__()
    for role in gitlab_under_test.ROLES:
        monkeypatch.setenv(f"{gitlab_under_test.PREFIX}TOKEN_{role.upper()}", f"secret-{role}")
    found = real.__wrapped__()
    assert found is not None
    assert (found.url, found.tokens["guest"]) == ("https://gitlab.example.com/x", "secret-guest")
    assert "secret" not in repr(found)
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    with pytest.raises(pytest.UsageError, match="add -n 0"):
        real.__wrapped__()
    monkeypatch.delenv(f"{gitlab_under_test.PREFIX}URL")
    assert real.__wrapped__() is None


def test_a_test_on_a_real_gitlab_gets_names_of_its_own(
    server: Server, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    named = gitlab_under_test.Real(server.url, server.project, server.tokens, 0.0)
    monkeypatch.setattr(gitlab_under_test, "real", lambda: named)
    before = set(server.snapshot().features)
    for _ in range(2):
        with under_test(clock) as used:
            assert isinstance(used, Relay)
            send(used, "POST", f"/features/{FLAG}", {"value": True})
            (own,) = set(server.snapshot().features) - before
            assert own.startswith(f"{FLAG}_")
        assert set(server.snapshot().features) == before
