"""Comments and relations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import PROJECT, Api, Reply


@pytest.fixture
def path(api: Api) -> str:
    return f"{PROJECT}/issues/{api.issue()['iid']}"


def test_notes_live_and_die(api: Api, path: str) -> None:
    note = api("POST", f"{path}/notes", {"body": "One \r\n\n"}, role="developer").body
    assert (note["body"], note["author"]["username"], note["noteable_type"]) == ("One", "carol", "Issue")
    one = f"{path}/notes/{note['id']}"
    assert api("PUT", one, {"body": "Two"}, role="reporter").status == 403
    assert api("PUT", one, {"body": "Two"}, role="maintainer").body["body"] == "Two"
    assert api("GET", path).body["user_notes_count"] == 1
    assert api("DELETE", one, role="developer").status == 204
    assert api("GET", one).body == {"message": "404 Not found"}
    assert api("POST", f"{path}/notes", {}).body == {"error": "body is missing"}


def test_system_notes_cannot_be_touched(api: Api, path: str) -> None:
    api("PUT", path, {"confidential": True})
    note = api("GET", f"{path}/notes").body[0]
    assert note["system"] is True
    assert api("DELETE", f"{path}/notes/{note['id']}").status == 403


def test_internal_notes_are_counted_for_guests_but_not_shown(api: Api, path: str) -> None:
    assert api("POST", f"{path}/notes", {"body": "secret", "internal": True}).body["internal"] is True
    api("POST", f"{path}/notes", {"body": "open"})
    reply = api("GET", f"{path}/notes", role="guest")
    assert [note["body"] for note in reply.body] == ["open"]
    assert reply.headers["x-total"] == "2"
    assert api("POST", f"{path}/notes", {"body": "me too", "internal": True}, role="guest").body["internal"] is False


def test_notes_are_sorted_and_filtered(api: Api, path: str) -> None:
    for body in ("a", "b"):
        api("POST", f"{path}/notes", {"body": body})
    api("PUT", path, {"title": "Other"})

    def bodies(**query: object) -> list[str]:
        return [note["body"] for note in api("GET", f"{path}/notes", query=query).body]

    assert bodies(activity_filter="only_comments") == ["b", "a"]
    assert bodies(activity_filter="only_comments", sort="asc") == ["a", "b"]
    assert bodies(activity_filter="only_activity") == ["changed title from **A plan** to **Other**"]


def _link(api: Api, source: str, target: dict[str, Any], **more: object) -> Reply:
    body = {"target_project_id": target["project_id"], "target_issue_iid": target["iid"]} | more
    return api("POST", f"{source}/links", body)


def test_links_are_seen_from_both_ends(api: Api, path: str) -> None:
    target = api.issue(title="Feedback")
    made = _link(api, path, target)
    assert (made.status, set(made.body)) == (201, {"source_issue", "target_issue", "link_type"})
    other = f"{PROJECT}/issues/{target['iid']}"
    seen = api("GET", f"{other}/links")
    assert [(row["title"], row["link_type"]) for row in seen.body] == [("A plan", "relates_to")]
    assert "x-total" not in seen.headers
    source = api("GET", path).body
    for place, end in ((path, target), (other, source)):
        said = [note["body"] for note in api("GET", f"{place}/notes").body]
        assert said == [f"marked this issue as related to #{end['iid']}"]
    for duplicate in (_link(api, path, target), _link(api, other, source)):
        assert (duplicate.status, duplicate.body) == (409, {"message": "Issue(s) already assigned"})
    link_id = seen.body[0]["issue_link_id"]
    gone = api("DELETE", f"{path}/links/{link_id}")
    assert (gone.status, gone.body["target_issue"]["title"]) == (200, "Feedback")
    assert api("DELETE", f"{path}/links/{link_id}").body == {"message": "404 Not found"}


def test_links_that_cannot_be(api: Api, path: str) -> None:
    own = api("GET", path).body
    reply = _link(api, path, own)
    assert (reply.status, reply.body) == (
        422,
        {"message": f"#{own['iid']} cannot be added: cannot be related to itself"},
    )
    assert _link(api, path, own | {"iid": 999}).body == {"message": "404 Not found"}
    assert _link(api, path, own | {"project_id": 999}).body == {"message": "404 Project Not Found"}
    target = api.issue()
    body = {"target_project_id": 1, "target_issue_iid": target["iid"]}
    reply = api("POST", f"{path}/links", body, role="guest")
    assert (reply.status, reply.body) == (404, {"message": "No Issue found for given params"})


def test_blocking_has_a_direction(api: Api, path: str) -> None:
    target = api.issue()
    assert _link(api, path, target, link_type="is_blocked_by").body["link_type"] == "is_blocked_by"
    assert [row["link_type"] for row in api("GET", f"{path}/links").body] == ["is_blocked_by"]
    assert [row["link_type"] for row in api("GET", f"{PROJECT}/issues/{target['iid']}/links").body] == ["blocks"]


def test_hidden_issues_are_left_out_of_links(api: Api, path: str) -> None:
    _link(api, path, api.issue(confidential=True))
    assert len(api("GET", f"{path}/links").body) == 1
    assert api("GET", f"{path}/links", role="guest").body == []


def test_threads_are_begun_answered_and_resolved(api: Api, path: str) -> None:
    api("POST", f"{path}/notes", {"body": "alone"})
    begun = api("POST", f"{path}/discussions", {"body": "Slow"}, role="reporter").body
    (first,) = begun["notes"]
    assert (first["type"], first["resolvable"], first["resolved"]) == ("DiscussionNote", True, False)
    one = f"{path}/discussions/{begun['id']}"
    assert api("POST", f"{one}/notes", {"body": "Where?"}).status == 201
    alone, thread = api("GET", f"{path}/discussions").body
    assert (alone["individual_note"], [note["resolvable"] for note in alone["notes"]]) == (True, [False])
    assert (thread["individual_note"], [note["body"] for note in thread["notes"]]) == (False, ["Slow", "Where?"])
    note = f"{one}/notes/{first['id']}"
    assert api("PUT", note, {"resolved": True}, role="reporter").status == 403
    assert api("PUT", note, {"resolved": True, "body": "x"}).status == 400
    assert api("PUT", note, {"resolved": True}, role="developer").body["resolved_by"]["username"] == "carol"
    assert [note["resolved"] for note in api("GET", one).body["notes"]] == [True, True]
    assert api("PUT", note, {"resolved": False}).body["resolved"] is False
    assert api("PUT", note, {"body": "Slower"}).body["body"] == "Slower"
    assert api("GET", f"{path}/discussions/{'0' * 40}").status == 404


def test_an_answer_makes_a_thread_of_a_comment(api: Api, path: str) -> None:
    api("POST", f"{path}/notes", {"body": "alone"})
    (alone,) = api("GET", f"{path}/discussions").body
    api("POST", f"{path}/discussions/{alone['id']}/notes", {"body": "no longer"})
    (thread,) = api("GET", f"{path}/discussions").body
    assert (thread["id"], thread["individual_note"], len(thread["notes"])) == (alone["id"], False, 2)
