"""Issues: what each role may do, what is dropped without a word, and how lists are filtered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import PROJECT, Api
from tests.support.clock import Clock

EVERYTHING: dict[str, object] = {
    "labels": ["type::feature"],
    "assignee_ids": [2, 3],
    "due_date": "2026-12-01",
    "confidential": True,
}


@pytest.mark.parametrize("role", ["admin", "maintainer", "developer", "reporter"])
def test_reporters_and_above_set_everything(api: Api, role: str) -> None:
    issue = api.issue(role=role, **EVERYTHING)
    assert issue["labels"] == ["type::feature"]
    assert [person["id"] for person in issue["assignees"]] == [2, 3]
    assert issue["assignee"]["id"] == 2
    assert (issue["due_date"], issue["confidential"]) == ("2026-12-01", True)


def test_a_guest_gets_a_bare_issue_and_201(api: Api) -> None:
    issue = api.issue(role="guest", **EVERYTHING)
    assert (issue["labels"], issue["assignees"], issue["due_date"], issue["confidential"]) == ([], [], None, False)


def test_a_guest_may_change_text_and_state_of_their_own_only(api: Api) -> None:
    own, other = api.issue(role="guest")["iid"], api.issue()["iid"]
    reply = api(
        "PUT",
        f"{PROJECT}/issues/{own}",
        {"description": "", "confidential": True, "state_event": "close"},
        role="guest",
    )
    assert (reply.status, reply.body["state"], reply.body["confidential"]) == (200, "closed", False)
    assert api("PUT", f"{PROJECT}/issues/{other}", {"title": "Mine"}, role="guest").body == {"message": "403 Forbidden"}


def test_unknown_assignees_and_bad_dates_are_dropped(api: Api) -> None:
    issue = api.issue(assignee_ids=[999, 2, 2, 12], due_date="notadate", iid=77, milestone="x")
    assert [person["id"] for person in issue["assignees"]] == [2]
    assert (issue["due_date"], issue["iid"]) == (None, 77)


def test_who_sees_what_is_confidential(api: Api) -> None:
    hidden = api.issue(confidential=True)["iid"]
    for role, status in (("reporter", 200), ("guest", 404)):
        assert api("GET", f"{PROJECT}/issues/{hidden}", role=role).status == status
    assert api("GET", f"{PROJECT}/issues/{hidden}", role="guest").body == {"message": "404 Not found"}
    assert hidden not in [issue["iid"] for issue in api("GET", f"{PROJECT}/issues", role="guest").body]
    api("PUT", f"{PROJECT}/issues/{hidden}", {"assignee_ids": [5]})
    assert api("GET", f"{PROJECT}/issues/{hidden}", role="guest").status == 200


def test_strangers_do_not_see_the_project(api: Api) -> None:
    token = api.server.mint("mallory")
    for method, body in (("GET", None), ("POST", {"title": "x"})):
        reply = api(method, f"{PROJECT}/issues", body, token=token)
        assert (reply.status, reply.body) == (404, {"message": "404 Project Not Found"})
    assert api("GET", f"{PROJECT}/issues", token="").body == {"message": "404 Project Not Found"}
    assert api("POST", f"{PROJECT}/issues", {"title": "x"}, token="").body == {"message": "401 Unauthorized"}


@pytest.mark.parametrize(
    ("body", "status", "wanted"),
    [
        ({}, 400, {"error": "title is missing"}),
        ({"title": " "}, 400, {"message": {"title": ["can't be blank"]}}),
        ({"title": "x" * 256}, 400, {"message": {"title": ["is too long (maximum is 255 characters)"]}}),
        ({"title": "x", "iid": 1}, 409, {"message": "Duplicated issue"}),
        ({"title": "x", "confidential": "maybe"}, 400, {"error": "confidential is invalid"}),
        ({"title": "x", "issue_type": "epic"}, 400, {"error": "issue_type does not have a valid value"}),
    ],
)
def test_refused(api: Api, body: dict[str, object], status: int, wanted: object) -> None:
    reply = api("POST", f"{PROJECT}/issues", body)
    assert (reply.status, reply.body) == (status, wanted)


def test_update_needs_a_field_and_changes_labels_in_three_ways(api: Api) -> None:
    path = f"{PROJECT}/issues/{api.issue(labels='a,b')['iid']}"
    reply = api("PUT", path, {"weather": "fine"})
    assert reply.status == 400
    assert reply.body["error"].endswith("are missing, at least one parameter must be provided")
    changes = [
        ({"add_labels": "c"}, ["a", "b", "c"]),
        ({"remove_labels": ["a", "zzz"]}, ["b", "c"]),
        ({"labels": ""}, []),
    ]
    for change, wanted in changes:
        assert api("PUT", path, change).body["labels"] == wanted


def test_of_labels_with_one_scope_the_last_stays_where_that_is_paid_for(api: Api, old: Api) -> None:
    assert api.issue(labels="group::a,group::b,group,x::y")["labels"] == ["group", "group::b", "x::y"]
    assert old.issue(labels="group::a,group::b")["labels"] == ["group::a", "group::b"]
    path = f"{PROJECT}/issues/{api.issue(labels='group::a,bug')['iid']}"
    assert api("PUT", path, {"add_labels": "Group::c"}).body["labels"] == ["bug", "Group::c"]


def test_the_text_comes_back_without_cr_and_trailing_blanks(api: Api) -> None:
    assert api.issue(description="\n a \r\nb\t\n\n")["description"] == "\n a \nb"
    assert api.issue()["description"] is None


def test_gitlab_writes_notes_about_changes(api: Api) -> None:
    issue = api.issue(assignee_ids=[2])
    path = f"{PROJECT}/issues/{issue['iid']}"
    fields = {"title": "B", "confidential": True, "due_date": "2026-12-01", "assignee_ids": [3], "description": "d"}
    api("PUT", path, fields)
    api("PUT", path, {"confidential": False, "due_date": None, "labels": "x"})
    notes = [note["body"] for note in api("GET", f"{path}/notes", query={"sort": "asc"}).body if note["system"]]
    assert notes == [
        "assigned to @bob",
        "changed title from **A plan** to **B**",
        "changed the description",
        "assigned to @carol and unassigned @bob",
        "changed due date to December 1, 2026",
        "made the issue confidential",
        "removed due date",
        "made the issue visible to everyone",
    ]


def test_has_tasks_is_wrong_in_newer_servers(api: Api) -> None:
    issue = api.issue(description="- [x] one\n- [ ] two\n```\n- [ ] no\n```")
    assert issue["task_completion_status"] == {"count": 2, "completed_count": 1}
    assert issue["has_tasks"] is False


def test_delete_is_for_owners(api: Api) -> None:
    iid = api.issue()["iid"]
    path = f"{PROJECT}/issues/{iid}"
    assert api("DELETE", path, role="developer").status == 403
    assert api("DELETE", path, headers={"If-Unmodified-Since": "2001-01-01T00:00:00Z"}).status == 412
    assert api("DELETE", path).status == 204
    assert api("DELETE", path).body == {"message": "404 Issue Not Found"}


def _titles(api: Api, **query: object) -> list[str]:
    reply = api("GET", f"{PROJECT}/issues", query=query)
    assert reply.status == 200, reply
    return [issue["title"] for issue in reply.body]


@pytest.fixture
def four(api: Api, clock: Clock) -> dict[str, Any]:
    made = {}
    rows: list[dict[str, object]] = [
        {"title": "one", "labels": "Red", "description": f"x <!-- rollout-tui: operation={'7' * 8} -->"},
        {"title": "two", "labels": "Red,Blue", "assignee_ids": [2]},
        {"title": "three", "confidential": True},
        {"title": "four"},
    ]
    for row in rows:
        clock.forward(minutes=1)
        made[str(row["title"])] = api.issue(role="maintainer" if row["title"] == "four" else "admin", **row)
    return made


def test_filters(api: Api, four: dict[str, Any]) -> None:
    since = four["one"]["created_at"]
    assert _titles(api, created_after=since) == ["four", "three", "two", "one"]
    assert _titles(api, created_after=since, sort="asc", author_id=1) == ["one", "two", "three"]
    assert _titles(api, labels="red,blue") == ["two"]
    assert _titles(api, labels="None", created_after=since) == ["four", "three"]
    assert _titles(api, **{"not[labels]": "Blue", "created_after": since}) == ["four", "three", "one"]
    assert _titles(api, confidential="true", created_after=since) == ["three"]
    assert _titles(api, search="operation=77777777") == ["one"]
    assert _titles(api, search="operation=77777777", **{"in": "title"}) == []
    assert _titles(api, **{"iids[]": [four["two"]["iid"], four["four"]["iid"]]}) == ["four", "two"]
    assert _titles(api, iids="x") == []
    assert _titles(api, assignee_username="bob", created_after=since) == ["two"]
    assert _titles(api, author_username="bob", created_after=since) == ["four"]
    assert _titles(api, assignee_id="None", created_after=since, order_by="title") == ["three", "one", "four"]
    assert api("GET", f"{PROJECT}/issues", query={"order_by": "id"}).status == 400


def test_everywhere_shows_ones_own_by_default(api: Api, four: dict[str, Any]) -> None:
    mine = [issue["title"] for issue in api("GET", "/issues", role="maintainer").body]
    assert mine[0] == "four"
    assert "one" not in mine
    assert len(api("GET", "/issues", query={"scope": "all"}).body) == len(four) + 3


def test_labels_can_come_as_objects(api: Api) -> None:
    api.issue(labels="devops::create")
    newest = api("GET", f"{PROJECT}/issues", query={"with_labels_details": "true"}).body[0]
    assert newest["labels"][0]["color"] == "#E44D2A"
    assert "subscribed" not in newest
