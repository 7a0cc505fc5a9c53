"""GitLab 13.8, as observed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import PROJECT, Api

OFF: dict[str, Any] = {"boolean": False}


@pytest.mark.parametrize(
    ("calls", "wanted"),
    [
        ([{"value": "true", "user": "alice"}, {"value": "true"}], {"boolean": True, "actors": ["User:1"]}),
        ([{"value": "100", "key": "percentage_of_actors"}], OFF | {"percentage_of_actors": 100}),
        (
            [{"value": "true"}, {"value": "50", "key": "percentage_of_actors"}],
            {"boolean": True, "percentage_of_actors": 50},
        ),
        ([{"value": "25.5", "key": "percentage_of_actors"}], OFF | {"percentage_of_actors": 25}),
        ([{"value": "25", "key": "percentage_of_actors"}, {"value": "0.5", "key": "percentage_of_actors"}], OFF),
        ([{"value": "25", "key": "percentage_of_actors"}, {"value": "wibble", "key": "percentage_of_actors"}], OFF),
        ([{"value": "30", "key": "bogus"}], OFF | {"percentage_of_time": 30}),
        ([{"value": "12abc"}], OFF | {"percentage_of_time": 12}),
        ([{"value": "30", "user": "alice"}], OFF | {"percentage_of_time": 30}),
        ([{"value": "true", "namespace": "code-creation"}], {"boolean": True}),
        ([{"value": "true", "user": "alice"}, {"value": "false"}], OFF),
        ([{"value": "true", "user": "alice"}, {"value": 0, "key": "percentage_of_actors"}], OFF),
        ([{"value": "true", "group": "code-creation", "user": "bob"}], OFF | {"actors": ["User:2", "Group:1"]}),
    ],
)
def test_flags(old: Api, calls: list[dict[str, object]], wanted: dict[str, Any]) -> None:
    for call in calls:
        assert old.flag("f", **call).status == 201, call
    assert old.gates("f") == wanted


def test_unknown_names(old: Api) -> None:
    reply = old.flag("f", value="true", user="nobody")
    assert (reply.status, reply.body) == (404, {"message": "404 Not found"})
    assert old.flag("f", value="true", user="alice,bob").status == 404
    assert old.flag("f", value="true", project="no/where").status == 201
    assert "f" not in [flag["name"] for flag in old("GET", "/features").body]
    assert old.flag("f", value="150", key="percentage_of_actors").status == 500


def test_everybody_by_percentage_counts_as_on(old: Api) -> None:
    assert old.flag("f", value="100", key="percentage_of_actors").body["state"] == "on"


def test_issues(old: Api) -> None:
    hidden = old.issue(role="guest", confidential=True, labels="a")
    assert (hidden["confidential"], hidden["labels"]) == (True, [])
    assert old.issue(role="guest", description="Text\n/confidential")["confidential"] is False
    issue = old.issue(description="- [ ] one", assignee_ids=[2, 3], issue_type="incident")
    assert [person["id"] for person in issue["assignees"]] == [2]
    assert issue["has_tasks"] is True
    assert not {"issue_type", "type", "severity", "imported"} & set(issue)
    assert old("GET", f"{PROJECT}/issues", query={"search": "pl"}).body == []
    assert "x-total" in old("GET", f"{PROJECT}/issues", query={"pagination": "keyset"}).headers


def test_an_internal_note_is_public(old: Api) -> None:
    path = f"{PROJECT}/issues/{old.issue()['iid']}/notes"
    old("POST", path, {"body": "secret", "internal": True})
    old("POST", path, {"body": "hidden", "confidential": True})
    assert [note["body"] for note in old("GET", path, role="guest").body] == ["secret"]


def test_blocking_is_silently_relating(old: Api) -> None:
    source, target = old.issue(), old.issue()
    body = {"target_project_id": 1, "target_issue_iid": target["iid"], "link_type": "blocks"}
    assert old("POST", f"{PROJECT}/issues/{source['iid']}/links", body).body["link_type"] == "relates_to"


def test_what_is_not_there(old: Api) -> None:
    for path in ("/metadata", "/personal_access_tokens/self"):
        assert old("GET", path).body == {"error": "404 Not Found"}
    assert old("GET", "/projects/code-creation%2Fmodel-rollouts").body == {"message": "404 Project Not Found"}
    assert old("GET", "/version").body["version"].startswith("13.8")


def test_project_flags(old: Api) -> None:
    path = f"{PROJECT}/feature_flags"
    assert old("POST", path, {"name": "legacy"}).body["version"] == "legacy_flag"
    assert old("PUT", f"{path}/legacy", {"active": False}).status == 422
    strategy = {
        "name": "flexibleRollout",
        "parameters": {"groupId": "default", "rollout": "5", "stickiness": "default"},
    }
    body = {"name": "newer", "version": "new_version_flag", "strategies": [strategy]}
    assert old("POST", path, body).status == 400
    strategy["parameters"] = {"groupId": "default", "rollout": "5", "stickiness": "DEFAULT"}
    assert old("POST", path, body).status == 201


def test_threads_of_issues_cannot_be_resolved(old: Api) -> None:
    path = f"{PROJECT}/issues/{old.issue()['iid']}"
    (note,) = old("POST", f"{path}/discussions", {"body": "Slow"}).body["notes"]
    assert note["resolvable"] is False
    assert "resolved" not in note
