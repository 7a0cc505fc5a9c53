"""Misbehaviour on request: what the client sees, and what happened all the same."""

from __future__ import annotations

import http.client
import json
import time
from threading import Thread

import pytest

from tests.sandbox.api import ASSETS, PROJECT, Api
from tui.sandbox.faults import Fault, Faults, Kind
from tui.sandbox.server import Server

ISSUES = f"{PROJECT}/issues"


def _count(server: Server) -> int:
    return len(server.snapshot().projects[1].issues)


def _lost(api: Api) -> None:
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        api("POST", ISSUES, {"title": "x"})
    api.connection.close()


@pytest.mark.parametrize(("kind", "effects"), [("lost-before", 0), ("lost-after", 1)])
def test_lost(api: Api, kind: Kind, effects: int) -> None:
    before = _count(api.server)
    api.server.faults.add(Fault(kind, method="POST", path_regex="/issues$"))
    _lost(api)
    assert _count(api.server) == before + effects
    assert api("POST", ISSUES, {"title": "x"}).status == 201
    assert api.server.faults.injected == 1


def test_late(api: Api) -> None:
    before = _count(api.server)
    api.server.faults.add(Fault("late", method="POST", seconds=60))
    _lost(api)
    assert _count(api.server) == before
    api.server.stop()
    assert _count(api.server) == before + 1


def test_doubled(api: Api) -> None:
    before = _count(api.server)
    api.server.faults.add(Fault("doubled", method="POST"))
    assert api("POST", ISSUES, {"title": "x"}).status == 201
    assert _count(api.server) == before + 2


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (Fault("http-429", retry_after="7"), 429, "Retry later\n"),
        (Fault("http-429"), 429, "Retry later\n"),
        (Fault("http-429", retry_after="Fri, 31 Dec 9999 23:59:59 GMT"), 429, "Retry later\n"),
        (
            Fault("http-429-application"),
            429,
            {"message": {"error": "This endpoint has been requested too many times. Try again later."}},
        ),
        (Fault("http-404"), 404, {"error": "404 Not Found"}),
        (Fault("http-409"), 409, {"message": "409 Conflict: Resource lock"}),
        (Fault("http-500"), 500, {"message": "500 Internal Server Error"}),
        (Fault("http-503"), 503, {"message": "503 Service Unavailable"}),
    ],
)
def test_statuses(api: Api, fault: Fault, status: int, body: object) -> None:
    before = _count(api.server)
    api.server.faults.add(fault)
    reply = api("POST", ISSUES, {"title": "x"})
    assert (reply.status, reply.body) == (status, body)
    assert reply.headers.get("retry-after") == fault.retry_after
    assert _count(api.server) == before


def test_newer_servers_tell_of_their_limits(api: Api, old: Api) -> None:
    for client, told in ((api, "0"), (old, None)):
        client.server.faults.add(Fault("http-429", retry_after="60"))
        reply = client("GET", "/version")
        assert (reply.status, reply.headers["retry-after"]) == (429, "60")
        assert reply.headers.get("ratelimit-remaining") == told
    api.server.faults.add(Fault("http-429-application"))
    assert "ratelimit-remaining" not in api("GET", "/version").headers


def test_a_bad_gateway_may_come_after_the_effect(api: Api) -> None:
    before = _count(api.server)
    api.server.faults.add(Fault("http-502", effect=True))
    reply = api("POST", ISSUES, {"title": "x"})
    assert (reply.status, reply.headers["content-type"]) == (502, "text/html")
    assert _count(api.server) == before + 1


def test_a_failure_may_come_as_a_page(api: Api) -> None:
    api.server.faults.add(Fault("http-500-html"))
    reply = api("GET", "/version")
    assert (reply.status, reply.headers["content-type"]) == (500, "text/html")
    assert "<h1>500 Internal Server Error</h1>" in reply.body


def test_half_an_answer(api: Api) -> None:
    api.server.faults.add(Fault("truncated-json"))
    with pytest.raises(json.JSONDecodeError):
        api("GET", ISSUES)


def test_a_redirect_leads_to_a_page(api: Api) -> None:
    api.server.faults.add(Fault("redirect"))
    reply = api("POST", ISSUES, {"title": "x"})
    assert (reply.status, reply.headers["location"]) == (302, f"{api.server.url}/users/sign_in")


def test_a_revoked_token(api: Api) -> None:
    token = api.server.mint("alice")
    api.server.faults.add(Fault("revoke-token", skip=1))
    assert api("GET", "/user", token=token).status == 200
    assert api("GET", "/user", token=token).body["error"] == "invalid_token"
    assert api("GET", "/user").status == 200


@pytest.mark.parametrize(
    ("before", "fault", "after"),
    [
        (None, Fault("outsider", method="POST"), {"boolean": False, "actors": ["User:2"], "percentage_of_actors": 7}),
        ("true", Fault("outsider", method="POST"), {"boolean": False, "actors": ["User:2"]}),
        (
            None,
            Fault("outsider", method="POST", flag="f", params={"value": "true", "user": "mallory"}),
            {"boolean": False, "actors": ["User:11", "User:2"]},
        ),
    ],
)
def test_an_outsider_is_quicker(api: Api, before: str | None, fault: Fault, after: dict[str, object]) -> None:
    if before:
        api.flag("f", value=before)
    api.server.faults.add(fault)
    assert api.flag("f", value="true", user="bob").status == 201
    assert api.gates("f") == after


def test_slow_and_hanging_answers_end_when_the_server_stops(api: Api) -> None:
    api.server.faults.add(Fault("slow", seconds=300))
    seen: list[object] = []
    waiting = Thread(target=lambda: seen.append(api("GET", "/version").status))
    waiting.start()
    while not api.server.requests:
        waiting.join(0.01)
    began = time.monotonic()
    api.server.stop()
    waiting.join(10)
    assert seen == [200]
    assert time.monotonic() - began < 5


def test_a_hang_never_answers(server: Server) -> None:
    server.faults.add(Fault("hang"))
    api = Api(server)
    api.connection.timeout = 0.2
    with pytest.raises(TimeoutError):
        api("GET", "/version")
    api.connection.close()


def test_a_world_put_back_knows_nothing_of_what_came_after(api: Api) -> None:
    api.flag("f", value="true", user="bob")
    kept = api.server.snapshot()
    minted = api.server.mint("bob")
    api.flag("f", value="true")
    api.server.faults.add(Fault("late", method="POST", seconds=300))
    _lost(api)
    api.server.faults.add(Fault("http-500", times=-1))
    api.server.restore(kept)
    assert api.server.faults.pending == 0
    assert not api.server.requests
    assert api.gates("f") == {"boolean": False, "actors": ["User:2"]}
    assert api("GET", "/user", token=minted).body["username"] == "bob"
    api.server.stop()
    assert _count(api.server) == len(kept.projects[1].issues)


def test_a_token_that_was_revoked_is_good_again_in_a_world_put_back(api: Api) -> None:
    kept = (api.server.tokens, api.server.snapshot())[1]
    api.server.faults.add(Fault("revoke-token"))
    assert api("GET", "/user").status == 401
    api.server.restore(kept)
    assert api("GET", "/user").status == 200


def test_a_hang_ends_when_the_world_is_put_back(api: Api) -> None:
    kept = api.server.snapshot()
    api.server.faults.add(Fault("hang"))
    waiting = Thread(target=lambda: _lost(api))
    waiting.start()
    while not api.server.requests:
        waiting.join(0.01)
    api.server.restore(kept)
    waiting.join(5)
    assert not waiting.is_alive()


def test_the_world_can_be_changed_by_hand(api: Api) -> None:
    with api.server.edit() as world:
        world.users[2].name = "Robert"
    assert api("GET", "/users/2").body["name"] == "Robert"


def test_which_request_is_meant() -> None:
    faults = Faults(
        [Fault("http-500", method="POST", path_regex=r"/issues$", skip=1, times=2), Fault("slow", times=-1)]
    )
    posts = [faults.take("POST", "/api/v4/projects/1/issues") for _ in range(4)]
    assert [fault.kind for fault in posts if fault] == ["slow", "http-500", "http-500", "slow"]
    assert faults.pending == 1
    faults.clear()
    assert faults.take("GET", "/") is None


def test_the_rough_network_scenario_has_faults() -> None:
    with Server(None, assets=ASSETS, scenario="rough-network") as server:
        assert server.faults.pending >= 5


def test_a_failure_of_the_sandbox_itself_is_a_500(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    assert api("GET", "/user").status == 200
    api.server._world.users.clear()
    reply = api("GET", "/user")
    assert (reply.status, reply.body) == (500, {"message": "500 Internal Server Error"})
    assert "GET /user" in caplog.text
