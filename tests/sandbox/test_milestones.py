"""Milestones: as fields, as quick actions, as filters, and for whom they are dropped."""

from __future__ import annotations

import pytest

from tests.sandbox.api import PROJECT, Api

PLACE = f"{PROJECT}/milestones"


def _id(api: Api, title: str) -> int:
    found: int = api("GET", PLACE, query={"title": title}).body[0]["id"]
    return found


def test_listed_shown_and_made(api: Api) -> None:
    assert [each["title"] for each in api("GET", PLACE).body] == ["Next 1-3 releases", "18.6", "18.5"]
    made = api("POST", PLACE, {"title": "19.0", "due_date": "2026-12-31"})
    assert (made.status, made.body["iid"], made.body["due_date"], made.body["expired"]) == (201, 4, "2026-12-31", False)
    assert api("GET", f"{PLACE}/{made.body['id']}").body == made.body
    assert api("GET", f"{PLACE}/99").body == {"message": "404 Milestone Not Found"}
    assert api("POST", PLACE, {"title": "19.0"}).body == {"message": {"title": ["has already been taken"]}}
    assert api("POST", PLACE, {"title": "20.0"}, role="guest").status == 403


def test_an_issue_takes_one_by_id_or_by_title(api: Api) -> None:
    wanted = _id(api, "18.6")
    by_id, by_title = api.issue(milestone_id=wanted), api.issue(milestone="18.6")
    assert by_id["milestone"]["title"] == by_title["milestone"]["title"] == "18.6"
    assert api.issue(milestone_id=999)["milestone"] is None
    both = api("POST", f"{PROJECT}/issues", {"title": "x", "milestone": "18.6", "milestone_id": wanted})
    assert (both.status, both.body) == (400, {"error": "milestone_id, milestone are mutually exclusive"})
    path = f"{PROJECT}/issues/{by_id['iid']}"
    assert api("PUT", path, {"milestone_id": 0}).body["milestone"] is None
    found = api("GET", f"{PROJECT}/issues", query={"milestone": "18.6"}).body
    assert [issue["iid"] for issue in found] == [by_title["iid"]]
    none = api("GET", f"{PROJECT}/issues", query={"milestone": "None"}).body
    assert by_title["iid"] not in [issue["iid"] for issue in none]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("/milestone %18.6", "18.6"),
        ('/milestone %"Next 1-3 releases"', "Next 1-3 releases"),
        ("/milestone %unknown", None),
    ],
)
def test_a_quick_action_sets_it_and_beats_the_field(api: Api, line: str, title: str | None) -> None:
    issue = api.issue(description=f"text\n{line}")
    assert issue["description"] == "text"
    assert (issue["milestone"] or {}).get("title") == title
    other = api.issue(description=line, milestone="18.5")
    assert other["milestone"]["title"] == (title or "18.5")


def test_a_comment_may_take_it_away(api: Api) -> None:
    path = f"{PROJECT}/issues/{api.issue(milestone='18.5')['iid']}"
    reply = api("POST", f"{path}/notes", {"body": "/remove_milestone"})
    assert (reply.status, reply.body["summary"]) == (202, ["Removed milestone."])
    assert api("GET", path).body["milestone"] is None


def test_a_guests_is_dropped_without_a_word(api: Api) -> None:
    for fields in ({"milestone": "18.5"}, {"description": "/milestone %18.5"}):
        assert api.issue(role="guest", **fields)["milestone"] is None


def test_the_old_server_takes_an_id_only(old: Api) -> None:
    assert old.issue(milestone="18.5")["milestone"] is None
    assert old.issue(milestone_id=_id(old, "18.5"))["milestone"]["title"] == "18.5"
