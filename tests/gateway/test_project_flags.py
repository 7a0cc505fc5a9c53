"""Feature flags of projects over the wire: odd answers, and what is sent a second time in another form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.gateway.conftest import Connect
from tests.gateway.scripted import Scripted, http
from tui.domain.errors import Denied, Invalid, NotFound, OutcomeUnknown
from tui.domain.plan import Request
from tui.domain.strategies import NO_LISTS

FLAG = {"name": "use_it", "active": True, "version": "new_version_flag", "strategies": []}
SHARE: dict[str, Any] = {
    "name": "flexibleRollout",
    "parameters": {"groupId": "default", "rollout": "5", "stickiness": "userId"},
    "scopes": [{"environment_scope": "production"}],
}
PUT = Request("PUT", "/projects/7/feature_flags/use_it", {"strategies": [SHARE]})


def sent(server: Scripted) -> list[tuple[str, Any]]:
    """The request lines with their bodies."""
    bodies = [one.partition(b"\r\n\r\n")[2] for one in server.received]
    return [(line, json.loads(body) if body else None) for line, body in zip(server.requests(), bodies, strict=True)]


@pytest.mark.parametrize(
    ("status", "body", "role"),
    [
        (200, {"minimum_role": "developer"}, 30),
        (200, {"minimum_role": "maintainer"}, 40),
        (200, {"minimum_role": "owner"}, 50),
        (200, {"minimum_role": "no_one_allowed"}, 100),
        (200, {"minimum_role": "somebody newer"}, 30),
        (404, {"error": "404 Not Found"}, 30),
        (403, {"message": "403 Forbidden"}, 30),
    ],
)
def test_the_role_that_a_project_asks_for(
    scripted: Scripted, connect: Connect, status: int, body: dict[str, str], role: int
) -> None:
    assert connect(scripted.answers(http(status, body)).url).flag_role(7) == role


def test_stickiness_is_sent_again_in_capitals_and_the_flag_is_looked_at_afterwards(
    scripted: Scripted, connect: Connect
) -> None:
    refused = ["Strategies parameters stickiness parameter must be DEFAULT, USERID, SESSIONID, or RANDOM"]
    later = {**FLAG, "strategies": [{"id": 1, **SHARE}]}
    scripted.answers(http(400, {"message": refused}), http(200, FLAG), http(200, later))
    assert connect(scripted.url).send(PUT) == later
    path = "/api/v4/projects/7/feature_flags/use_it"
    lines = sent(scripted)
    assert [line for line, _ in lines] == [f"PUT {path}", f"PUT {path}", f"GET {path}"]
    assert lines[1][1]["strategies"][0]["parameters"]["stickiness"] == "USERID"


def test_another_refusal_is_not_sent_again(scripted: Scripted, connect: Connect) -> None:
    gateway = connect(scripted.answers(http(400, {"message": ["Name is too long"]})).url)
    with pytest.raises(Invalid, match="Name is too long"):
        gateway.send(PUT)
    scripted.answers(http(400, {"message": [f"Strategies {NO_LISTS}"]}))
    with pytest.raises(Invalid) as caught:
        gateway.send(PUT)
    assert "one by one" in caught.value.hint
    assert len(scripted.received) == 2


def test_an_answer_that_was_lost_stays_unknown_and_a_look_that_fails_does_not_undo_what_was_done(
    scripted: Scripted, connect: Connect
) -> None:
    gateway = connect(scripted.answers(http(200, FLAG), http(403, {"message": "403 Forbidden"})).url)
    assert gateway.send(PUT) == FLAG
    scripted.answers(http(500, {"message": "500 Internal Server Error"}))
    with pytest.raises(OutcomeUnknown):
        gateway.send(PUT)


def test_a_strategy_that_is_gone_is_left_out_and_a_flag_that_is_gone_is_told(
    scripted: Scripted, connect: Connect
) -> None:
    gone = http(404, {"message": "404 Not found"})
    there = {**FLAG, "strategies": [{"id": 2, **SHARE}]}
    request = Request("PUT", PUT.path, {"strategies": [{"id": one, "_destroy": True} for one in (1, 2)]})
    gateway = connect(scripted.answers(gone, http(200, there), http(200, FLAG)).url)
    assert gateway.send(request) == FLAG
    assert sent(scripted)[2][1] == {"strategies": [{"id": 2, "_destroy": True}]}
    scripted.answers(gone)
    with pytest.raises(NotFound):
        gateway.send(request)


def test_flags_and_lists_that_are_not_there_or_may_not_be_seen(scripted: Scripted, connect: Connect) -> None:
    gateway = connect(scripted.answers(http(404, {"message": "404 Not found"})).url)
    assert gateway.project_flag(7, "use_it") is None
    assert gateway.user_lists(7) == {}
    scripted.answers(http(403, {"message": "403 Forbidden"}))
    with pytest.raises(Denied):
        gateway.project_flag(7, "use_it")
    scripted.answers(http(200, {"name": "use_it", "strategies": "none"}))
    with pytest.raises(Invalid, match="not a feature flag"):
        gateway.project_flag(7, "use_it")
