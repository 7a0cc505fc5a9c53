"""Tokens of each kind: who they are, what they may do, and how GitLab turns the bad ones away."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tests.sandbox.api import PROJECT, Api
from tests.support.clock import Clock
from tui.sandbox.errors import SandboxError

SELF = "/personal_access_tokens/self"
MARKDOWN = "/markdown"


def test_an_oauth_token_is_a_bearer(api: Api) -> None:
    secret = api.server.mint("bob", kind="oauth")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert api("GET", "/user", token="", headers=bearer).body["username"] == "bob"
    assert api("GET", "/user", token=secret).body == {"message": "401 Unauthorized"}
    refused = api("GET", SELF, token="", headers=bearer)
    assert (refused.status, refused.body) == (
        400,
        {"message": "400 Bad request - This endpoint requires token type to be a personal access token"},
    )


def test_a_personal_token_may_be_a_bearer_too(api: Api) -> None:
    bearer = {"Authorization": f"Bearer {api.server.tokens['developer']}"}
    assert api("GET", SELF, token="", headers=bearer).body["scopes"] == ["api"]


@pytest.mark.parametrize(("path", "kind"), [("code-creation/rollouts", "project"), ("code-creation", "group")])
def test_a_projects_or_groups_token_is_a_bot(api: Api, path: str, kind: str) -> None:
    secret = api.server.mint_bot(path, "maintainer")
    me = api("GET", "/user", token=secret).body
    assert me["bot"] is True
    assert me["username"].startswith(f"{kind}_1_bot_")
    assert api("GET", f"{PROJECT}/members/all/{me['id']}", token=secret).body["access_level"] == 40
    assert api("GET", SELF, token=secret).body["user_id"] == me["id"]
    assert api("POST", f"{PROJECT}/issues", {"title": "x"}, token=secret).body["author"]["id"] == me["id"]
    assert api("GET", "/features", token=secret).status == 403
    assert api("GET", "/projects/2/issues", token=secret).status == 200
    assert api("POST", "/projects/2/issues", {"title": "x"}, token=secret).status == 403


def test_no_bot_for_a_place_that_is_not_there(api: Api) -> None:
    with pytest.raises(SandboxError, match="no/where"):
        api.server.mint_bot("no/where", "guest")


def test_a_jobs_token_is_taken_nowhere_here(api: Api) -> None:
    secret = api.server.mint("bob", kind="job")
    assert api("GET", "/user", token=secret).status == 401
    assert api("GET", "/user", token="", headers={"JOB-TOKEN": secret}).status == 401
    hidden = api("GET", PROJECT, token="", headers={"JOB-TOKEN": secret})
    assert hidden.body == {"message": "404 Project Not Found"}


def test_a_token_expires_on_its_day(api: Api, clock: Clock) -> None:
    secret = api.server.mint("bob", expires_at=date(2026, 11, 23))
    assert api("GET", "/user", token=secret).status == 200
    clock.forward(days=1)
    assert api("GET", "/user", token=secret).body["error_description"].startswith("Token is expired.")


@pytest.mark.parametrize("scopes", [("read_user",), ("read_api",), ("read_repository", "self_rotate")])
def test_a_token_without_api_writes_nothing_and_may_say_so(api: Api, scopes: tuple[str, ...]) -> None:
    secret = api.server.mint("alice", scopes=scopes)
    assert api("GET", SELF, token=secret).body["scopes"] == list(scopes)
    for path, body in ((f"{PROJECT}/issues", {"title": "x"}), ("/features/f", {"value": True})):
        refused = api("POST", path, body, token=secret)
        assert (refused.status, refused.body["error"], refused.body["scope"]) == (
            403,
            "insufficient_scope",
            "api read_api",
        )
    assert api("GET", PROJECT, token=secret).status == (200 if "read_api" in scopes else 403)


def test_the_old_server_knows_no_token_that_asks_about_itself(old: Api) -> None:
    for path in (SELF, "/metadata"):
        assert old("GET", path).body == {"error": "404 Not Found"}
    assert old("GET", "/version").body["version"] == "13.8.8"


def test_rendering_a_text_wants_api_on_the_old_server_and_a_user_on_the_newer_one(api: Api, old: Api) -> None:
    """GitLab lets `read_api` do for this POST since it wants somebody to be signed in."""
    text = {"text": "One <b>\n\nTwo"}
    for each, reading, nobody in ((api, 201, 401), (old, 403, 201)):
        secret = each.server.mint("alice", scopes=("read_api",))
        assert each("POST", MARKDOWN, text).body == {"html": '<p dir="auto">One &lt;b&gt;</p>\n<p dir="auto">Two</p>'}
        assert each("POST", MARKDOWN, text, token=secret).status == reading
        assert each("POST", MARKDOWN, text, token="").status == nobody
        assert each("POST", MARKDOWN, {}).body == {"error": "text is missing"}


def test_an_oauth_token_tells_of_itself_outside_of_the_api(api: Api) -> None:
    def asked(secret: str) -> tuple[int, dict[str, Any]]:
        connection = api.connection
        connection.request("GET", "/oauth/token/info", headers={"Authorization": f"Bearer {secret}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    status, told = asked(api.server.mint("bob", kind="oauth", scopes=("read_api",), expires_at=date(2026, 11, 24)))
    assert (status, told["resource_owner_id"], told["scope"]) == (200, 2, ["read_api"])
    assert told["expires_in"] > 0
    assert asked(api.server.token)[0] == 401
    assert asked("unknown")[0] == 401
