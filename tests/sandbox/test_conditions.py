"""How an installation is set up: Admin Mode, processes with caches, a slow search index, a subpath, closed projects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread

import pytest

from tests.sandbox.api import ASSETS, PROJECT, Api
from tests.support.clock import Clock
from tui.sandbox.attach import attach
from tui.sandbox.errors import SandboxError
from tui.sandbox.server import Server
from tui.sandbox.world.conditions import Conditions


@pytest.fixture(scope="module")
def closed() -> Iterator[Api]:
    with Server(None, assets=ASSETS, scenario="closed-projects") as server, Api(server) as client:
        yield client


def test_admin_mode_wants_its_scope(api: Api) -> None:
    api.server.conditions = Conditions(admin_mode=True)
    full = api.server.mint("alice", scopes=("api", "admin_mode"))
    for method, path in (("GET", "/features"), ("POST", "/features/f"), ("DELETE", "/features/f")):
        refused = api(method, path, {"value": "true"} if method == "POST" else None)
        assert (refused.status, refused.body) == (403, {"message": "403 Forbidden"})
    assert api("POST", "/features/f", {"value": "true"}, token=full).status == 201
    assert api("GET", "/user").body["is_admin"] is True
    assert api("GET", "/personal_access_tokens/self", token=full).body["scopes"] == ["api", "admin_mode"]


def test_in_admin_mode_an_administrator_is_a_member_like_others(api: Api) -> None:
    with api.server.edit() as world:
        world.group_at("ai-coding").members.pop(1)  # type: ignore[union-attr]
        world.projects[1].path = "ai-coding/rollouts"
    assert api("GET", "/projects/1").status == 200
    api.server.conditions = Conditions(admin_mode=True)
    assert api("GET", "/projects/1").body == {"message": "404 Project Not Found"}


def test_admin_mode_is_a_scenario_too() -> None:
    with Server(None, assets=ASSETS, scenario="admin-mode") as server, Api(server) as api:
        assert api("GET", "/features").status == 403


def test_another_process_shows_old_flags_for_a_minute(api: Api, clock: Clock) -> None:
    api.server.conditions = Conditions(cache_seconds=60)
    api.flag("f", value="true", user="bob")
    assert api.gates("f") == {"boolean": False, "actors": ["User:2"]}
    written = api.flag("f", value=25, key="percentage_of_actors").body
    assert {"key": "percentage_of_actors", "value": 25} in written["gates"]
    api("DELETE", "/features/ci_live_log")
    clock.forward(seconds=59)
    assert api.gates("f") == {"boolean": False, "actors": ["User:2"]}
    assert api.gates("ci_live_log")
    clock.forward(seconds=1)
    assert api.gates("f") == {"boolean": False, "actors": ["User:2"], "percentage_of_actors": 25}
    assert "ci_live_log" not in [flag["name"] for flag in api("GET", "/features").body]


def test_a_world_put_back_is_read_anew(api: Api) -> None:
    api.server.conditions = Conditions(cache_seconds=60)
    empty = api.server.snapshot()
    api.flag("f", value="true")
    assert api.gates("f") == {"boolean": True}
    api.server.restore(empty)
    assert "f" not in [flag["name"] for flag in api("GET", "/features").body]


def test_the_search_index_lags_behind(api: Api, clock: Clock) -> None:
    api.server.conditions = Conditions(search_lag=30)
    made = api.issue(description="needle")
    found = {"query": {"search": "needle"}}
    assert api("GET", f"{PROJECT}/issues", **found).body == []  # type: ignore[arg-type]
    assert made["iid"] in [issue["iid"] for issue in api("GET", f"{PROJECT}/issues").body]
    clock.forward(seconds=30)
    assert [issue["iid"] for issue in api("GET", f"{PROJECT}/issues", **found).body] == [made["iid"]]  # type: ignore[arg-type]


def _at_once(server: Server, *bodies: Mapping[str, object], path: str) -> list[int]:
    """The statuses of these PUTs, each of which has come in before the first is answered."""
    statuses: list[int] = []
    token = server.token

    def put(body: Mapping[str, object]) -> None:
        with Api(server) as client:
            statuses.append(client("PUT", path, body, token=token).status)

    waiting = [Thread(target=put, args=(body,)) for body in bodies]
    before = len(server.requests)
    with server.edit():
        for each in waiting:
            each.start()
        while len(server.requests) < before + len(bodies):
            waiting[0].join(0.002)
    for each in waiting:
        each.join(10)
    return sorted(statuses)


@pytest.mark.parametrize(
    ("one", "other", "statuses"),
    [
        ({"description": "x"}, {"title": "y"}, [200, 409]),
        ({"state_event": "close"}, {"title": "y"}, [200, 409]),
        ({"add_labels": "bug"}, {"add_labels": "type::feature"}, [200, 200]),
        ({"add_labels": "bug"}, {"title": "y"}, [200, 200]),
    ],
)
def test_two_who_save_one_issue_at_once(
    api: Api, one: dict[str, object], other: dict[str, object], statuses: list[int]
) -> None:
    path = f"{PROJECT}/issues/{api.issue()['iid']}"
    assert _at_once(api.server, one, other, path=path) == statuses
    assert api("PUT", path, {"title": "Later"}).status == 200


def test_the_loser_of_two_has_changed_nothing(api: Api) -> None:
    path = f"{PROJECT}/issues/{api.issue()['iid']}"
    bodies = [dict[str, object].fromkeys(("title", "description", "add_labels"), name) for name in "ab"]
    _at_once(api.server, *bodies, path=path)
    issue = api("GET", path).body
    assert issue["labels"] == [issue["title"]] == [issue["description"]]


def test_under_a_subpath(clock: Clock) -> None:
    with Server(None, assets=ASSETS, clock=clock, prefix="/gitlab") as server, Api(server) as api:
        assert server.url.endswith("/gitlab")
        assert api("GET", "/version").status == 404
        api.connection.close()
        api.prefix = "/gitlab"
        assert api("GET", "/version").status == 200
        issue = api.issue()
        assert issue["web_url"].startswith(f"{server.url}/code-creation/rollouts/-/issues/")
        assert issue["_links"]["self"].startswith(f"{server.url}/api/v4/")
        moved = api("GET", "/projects/code-creation%2Fmodel-rollouts")
        assert (moved.status, moved.headers["location"]) == (301, f"{server.url}/api/v4/projects/1")
        page = api("GET", "/issues", query={"per_page": 1})
        assert f"<{server.url}/api/v4/issues?" in page.headers["link"]


@pytest.mark.parametrize("prefix", ["gitlab", "/", "/git lab", "/gitlab/", "/a/?b"])
def test_a_prefix_that_is_no_path(prefix: str) -> None:
    with pytest.raises(SandboxError, match="served under"):
        Server(None, assets=ASSETS, prefix=prefix)


def test_a_sandbox_under_a_subpath_can_be_joined(tmp_path: Path) -> None:
    with Server(tmp_path, assets=ASSETS, prefix="/gitlab") as server, attach(tmp_path, assets=ASSETS) as joined:
        assert (joined.owned, joined.url) == (False, server.url)


def test_an_archived_project_takes_no_issues(closed: Api) -> None:
    archive = "/projects/code-creation%2Farchive"
    assert closed("GET", archive).body["archived"] is True
    assert [issue["title"] for issue in closed("GET", f"{archive}/issues").body] == ["A rollout of last year"]
    for method, path, body in (
        ("POST", "/issues", {"title": "x"}),
        ("PUT", "/issues/1", {"title": "x"}),
        ("POST", "/issues/1/notes", {"body": "x"}),
        ("POST", "/labels", {"name": "x", "color": "#FFFFFF"}),
    ):
        assert closed(method, archive + path, body).status == 403, path
    flag = {"name": "still_allowed", "version": "new_version_flag"}
    assert closed("POST", f"{archive}/feature_flags", flag).status == 201


def test_a_project_without_issues(closed: Api) -> None:
    place = "/projects/code-creation%2Fcode-only"
    assert closed("GET", place).body["issues_enabled"] is False
    assert closed("GET", f"{place}/issues").body == []
    assert closed("POST", f"{place}/issues", {"title": "x"}).status == 403
    assert closed("GET", f"{place}/issues/1").status == 404
