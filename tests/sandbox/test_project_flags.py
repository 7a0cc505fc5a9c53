"""Project feature flags and user lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import PROJECT, Api

FLAGS, LISTS = f"{PROJECT}/feature_flags", f"{PROJECT}/feature_flags_user_lists"
DEFAULT = {"name": "default", "parameters": {}, "scopes": [{"environment_scope": "production"}]}


def _flag(api: Api, **fields: object) -> dict[str, Any]:
    reply = api("POST", FLAGS, {"name": "model", "strategies": [DEFAULT]} | fields, role="developer")
    assert reply.status == 201, reply
    body: dict[str, Any] = reply.body
    return body


def test_life_of_a_flag(api: Api) -> None:
    made = _flag(api)
    assert (made["version"], made["active"], made["scopes"]) == ("new_version_flag", True, [])
    strategy = made["strategies"][0]
    assert (strategy["name"], strategy["user_list"]) == ("default", None)
    added = {"name": "flexibleRollout", "parameters": {"groupId": "default", "rollout": "25", "stickiness": "userId"}}
    both = api("PUT", f"{FLAGS}/model", {"strategies": [added]}).body["strategies"]
    assert [each["name"] for each in both] == ["default", "flexibleRollout"]
    replaced = api(
        "PUT", f"{FLAGS}/model", {"strategies": [{"id": strategy["id"], "_destroy": True}], "name": "renamed"}
    ).body
    assert ([each["name"] for each in replaced["strategies"]], replaced["name"]) == (["flexibleRollout"], "renamed")
    gone = api("DELETE", f"{FLAGS}/renamed")
    assert (gone.status, gone.body["name"], gone.body["strategies"]) == (200, "renamed", [])
    assert api("GET", f"{FLAGS}/renamed").body == {"message": "404 Not found"}


def test_lists_are_sorted_and_filtered(api: Api) -> None:
    for name, active in (("zeta", True), ("alpha", False)):
        _flag(api, name=name, active=active)
    assert [flag["name"] for flag in api("GET", FLAGS).body] == ["alpha", "zeta"]
    assert [flag["name"] for flag in api("GET", FLAGS, query={"scope": "disabled"}).body] == ["alpha"]
    assert api("GET", FLAGS, query={"scope": "x"}).body == {"error": "scope does not have a valid value"}


def test_developers_and_above(api: Api) -> None:
    for role in ("reporter", "guest"):
        assert api("GET", FLAGS, role=role).status == 403
        assert api("POST", LISTS, {"name": "x", "user_xids": "1"}, role=role).status == 403
    assert api("GET", FLAGS, token="").status == 404


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        ({"name": "model"}, ["Name has already been taken"]),
        ({"name": "x"}, ["Name is too short (minimum is 2 characters)"]),
        ({"name": "y" * 64}, ["Name is too long (maximum is 63 characters)"]),
        ({"name": "other", "description": "d" * 256}, ["Description is too long (maximum is 255 characters)"]),
        ({"name": "other", "version": "old"}, "Version is invalid"),
    ],
)
def test_refused_flags(api: Api, fields: dict[str, object], messages: object) -> None:
    _flag(api)
    reply = api("POST", FLAGS, fields)
    assert (reply.status, reply.body) == (400, {"message": messages})


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ({"name": "nope"}, "Strategies name strategy name is invalid"),
        ({"name": "default", "parameters": {"a": "b"}}, "Strategies parameters parameters are invalid"),
        (
            {"name": "gradualRolloutUserId", "parameters": {"groupId": "default", "percentage": "101"}},
            "Strategies parameters percentage must be a string between 0 and 100 inclusive",
        ),
        (
            {"name": "flexibleRollout", "parameters": {"groupId": "Default", "rollout": "1", "stickiness": "random"}},
            "Strategies parameters groupId parameter is invalid",
        ),
        ({"name": "gitlabUserList", "user_list_id": 99}, "Strategies user list can't be blank"),
    ],
)
def test_refused_strategies_change_nothing(api: Api, strategy: dict[str, object], message: str) -> None:
    before = _flag(api)
    reply = api("PUT", f"{FLAGS}/model", {"active": False, "strategies": [strategy]})
    assert (reply.status, reply.body) == (400, {"message": [message]})
    assert api("GET", f"{FLAGS}/model").body == before


def test_odd_changes(api: Api) -> None:
    made = _flag(api)
    path = f"{FLAGS}/model"
    assert api("PUT", path, {}).body["strategies"] == made["strategies"]
    assert api("PUT", path, {"strategies": []}).body["strategies"] == made["strategies"]
    assert api("PUT", path, {"strategies": [{"id": 999, "_destroy": True}]}).status == 404
    twice = {"id": made["strategies"][0]["id"], "scopes": [{"environment_scope": "production"}]}
    reply = api("PUT", path, {"strategies": [twice]})
    assert (reply.status, reply.body) == (500, {"status": 500, "error": "Internal Server Error"})
    scope = made["strategies"][0]["scopes"][0]
    moved = {"id": twice["id"], "scopes": [{"id": scope["id"], "environment_scope": "staging"}]}
    scopes = api("PUT", path, {"strategies": [moved]}).body["strategies"][0]["scopes"]
    assert scopes == [{"id": scope["id"], "environment_scope": "staging"}]


def test_user_lists(api: Api) -> None:
    assert api("POST", LISTS, {"name": "team"}).body == {"message": "user_xids is missing"}
    made = api("POST", LISTS, {"name": "team", "user_xids": "a, b,a"}).body
    assert (made["iid"], made["user_xids"]) == (1, "a,b")
    assert api("PUT", f"{LISTS}/1", {"user_xids": "c"}).body["user_xids"] == "c"
    flag = _flag(api, strategies=[{"name": "gitlabUserList", "parameters": {}, "user_list_id": made["id"]}])
    assert flag["strategies"][0]["user_list"]["name"] == "team"
    assert api("DELETE", f"{LISTS}/1").body == {"message": ["User list is associated with a strategy"]}
    api("DELETE", f"{FLAGS}/model")
    assert api("DELETE", f"{LISTS}/1").status == 204
