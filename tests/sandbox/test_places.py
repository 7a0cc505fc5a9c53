"""Projects, labels, templates, people and the instance."""

from __future__ import annotations

import pytest

from tests.sandbox.api import ASSETS, PROJECT, Api
from tui.sandbox import seed
from tui.sandbox.errors import SandboxError
from tui.sandbox.server import Server


def test_project_by_path_and_by_id(api: Api) -> None:
    by_path, by_id = api("GET", PROJECT), api("GET", "/projects/1")
    assert by_path.body == by_id.body
    assert by_path.body["path_with_namespace"] == "code-creation/rollouts"
    assert by_path.body["visibility"] == "private"


@pytest.mark.parametrize(
    ("role", "level"), [("admin", 50), ("maintainer", 40), ("developer", 30), ("reporter", 20), ("guest", 10)]
)
def test_levels(api: Api, role: str, level: int) -> None:
    permissions = api("GET", PROJECT, role=role).body["permissions"]
    assert permissions == {"project_access": None, "group_access": {"access_level": level, "notification_level": 3}}
    me = api("GET", "/user", role=role).body
    assert api("GET", f"{PROJECT}/members/all/{me['id']}", role=role).body["access_level"] == level
    assert me.get("is_admin", False) == (role == "admin")


def test_people(api: Api) -> None:
    assert [user["username"] for user in api("GET", "/users", query={"username": "BOB"}).body] == ["bob"]
    assert api("GET", "/users", query={"username": "bo"}).body == []
    assert {user["username"] for user in api("GET", "/users", query={"search": "galloway"}).body} == {"grace"}
    assert api("GET", "/users/999").body == {"message": "404 User Not Found"}
    assert api("GET", f"{PROJECT}/members/all/11").body == {"message": "404 Not found"}
    assert api("GET", "/groups/gitlab-com").body["full_path"] == "gitlab-com"
    stranger = api.server.mint("mallory")
    assert api("GET", "/groups/gitlab-com", token=stranger).body == {"message": "404 Group Not Found"}
    assert api("GET", "/groups/gitlab-org", token=stranger).status == 200
    assert "alice" in [member["username"] for member in api("GET", "/groups/gitlab-com/members").body]


def test_templates(api: Api) -> None:
    listed = api("GET", f"{PROJECT}/templates/issues")
    assert listed.body == [{"key": name, "name": name} for name in ("Bug", "Feature proposal")]
    assert api("GET", f"{PROJECT}/templates/issues/Feature%20proposal").body["content"].startswith("## Who")
    assert api("GET", f"{PROJECT}/templates/issues/Nope").body == {"message": "404 Template Not Found"}


def test_the_templates_scenario_has_those_that_the_guide_names() -> None:
    with Server(None, assets=ASSETS, scenario="templates") as server, Api(server) as api:
        names = [row["name"] for row in api("GET", f"{PROJECT}/templates/issues").body]
        assert {"Code Suggestions Model Rollout Plan", "AI Model Rollout", "Feature Flag Roll Out"} <= set(names)
        content = api("GET", f"{PROJECT}/templates/issues/Feature%20Flag%20Roll%20Out").body["content"]
        issue = api.issue(description=content)
        assert issue["labels"] == ["feature flag", "type::feature"]
        assert issue["due_date"]
        assert [person["username"] for person in issue["assignees"]] == ["alice"]
        assert "feature set <feature-flag-name> false" in issue["description"]


def test_labels(api: Api) -> None:
    listed = api("GET", f"{PROJECT}/labels", query={"search": "Category"}).body
    assert [label["name"] for label in listed] == ["Category:Code Suggestions"]
    path = f"{PROJECT}/labels"
    assert api("POST", path, {"name": "new"}).body == {"error": "color is missing"}
    assert api("POST", path, {"name": "new", "color": "#fff"}, role="guest").status == 403
    assert api("POST", path, {"name": "new", "color": "reddish"}).status == 400
    assert api("POST", path, {"name": "new", "color": "#fff"}).body["name"] == "new"
    assert api("POST", path, {"name": "new", "color": "#fff"}).body == {"message": "Label already exists"}
    assert api("GET", f"{path}/nope").body == {"message": "404 Label Not Found"}
    assert api("GET", path, query={"with_counts": "true"}).body[0]["open_issues_count"] == 1


def test_a_second_project_has_the_same_people_and_nothing_in_it() -> None:
    with Server(None, assets=ASSETS, project="other/place") as server, Api(server) as api:
        assert server.project == "other/place"
        assert api("GET", "/projects/other%2Fplace/issues", role="guest").body == []
        assert api("POST", "/projects/other%2Fplace/issues", {"title": "x"}, role="guest").status == 201
        assert api("GET", "/projects/other%2Fplace", token=server.mint("mallory")).status == 404


def test_scenarios_that_are_wrong_say_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(SandboxError) as unknown:
        Server(None, assets=ASSETS, scenario="../company").start()
    assert "company" in unknown.value.hint
    with pytest.raises(SandboxError, match=r"13\.7"):
        Server(None, assets=ASSETS, era="13.7")
    assets = tmp_path_factory.mktemp("assets")
    (assets / "sandbox").mkdir()
    base = 'since = 2026-01-05T09:00:00Z\nproject = "a/b"\n'
    wrong = {
        "typo": (base + "usres = []\n", "usres"),
        "nobody": (base + '[[groups]]\npath = "a"\nname = "A"\nmembers = { bob = "owner" }\n', "bob"),
        "torn": ("since = ", "torn"),
        "orphan": ('extends = "nothing"\n', "nothing"),
    }
    for name, (text, said) in wrong.items():
        (assets / "sandbox" / f"{name}.toml").write_text(text)
        with pytest.raises(SandboxError, match=said):
            seed.load(assets, name)
