"""Which lines are commands, what is left of the text, and what they do with whose rights."""

from __future__ import annotations

from datetime import date

import pytest

from tests.sandbox.api import PROJECT, Api
from tui.sandbox.world.quick_actions import due_day, extract, label_names, new_commands

MARKER = "<!-- rollout-tui: operation=0193-ab -->"


def test_commands_are_taken_out_and_the_end_is_trimmed() -> None:
    taken = extract("\n hello  \r\n/label ~bug\n\n\nworld \t\n\n/close\n \n", comments_protect=True)
    assert taken.text == "\n hello  \nworld"
    assert taken.commands == (("label", "~bug"), ("close", ""))


@pytest.mark.parametrize(
    "text",
    [
        "```\n/close\n```",
        "~~~ruby\n/close\n~~~",
        "```\n/close",
        "`code\n/close\n`",
        ">>>\n/close\n>>>",
        "> /close",
        "    /close",
        " /close",
        "<div>\n/close\n</div>",
        "/closed",
        "/no_such_command",
        "see /close",
        "<!--\n/close\n-->",
    ],
)
def test_what_is_no_command_stays(text: str) -> None:
    assert extract(text, comments_protect=True).text == text
    assert extract(text, comments_protect=True).commands == ()


def test_old_servers_run_commands_inside_comments() -> None:
    assert extract("<!--\n/close\n-->", comments_protect=False).commands == (("close", ""),)


def test_the_marker_survives_beside_commands() -> None:
    assert extract(f"{MARKER}\nText\n/confidential\n{MARKER}\n/label ~a", comments_protect=True).text == (
        f"{MARKER}\nText\n{MARKER}"
    )


def test_an_edit_runs_only_what_it_adds() -> None:
    new = extract("a\n/label ~x\n/close", comments_protect=True)
    assert new_commands("a\n/label ~x", new, comments_protect=True) == (("close", ""),)


def test_arguments() -> None:
    assert label_names('~"group::code creation" ~bug plain') == ["group::code creation", "bug", "plain"]
    today = date(2026, 11, 22)
    assert [due_day(text, today) for text in ("2026-12-01", "tomorrow", "in 2 weeks", "3 days from now", "soon")] == [
        date(2026, 12, 1),
        date(2026, 11, 23),
        date(2026, 12, 6),
        date(2026, 11, 25),
        None,
    ]


def test_on_create_commands_beat_explicit_parameters(api: Api) -> None:
    issue = api.issue(
        description='Plan\n\n/due 2026-12-24\n/assign @bob\n/label ~"type::feature" ~unheard\n'
        "/confidential\n/close\n/title No",
        due_date="2026-01-01",
        assignee_ids=[3],
        labels="devops::create,brand new",
        confidential=False,
    )
    assert issue["description"] == "Plan"
    assert issue["due_date"] == "2026-12-24"
    assert [person["username"] for person in issue["assignees"]] == ["bob"]
    assert issue["labels"] == ["brand new", "devops::create", "type::feature"]
    assert issue["confidential"] is True
    assert (issue["state"], issue["title"]) == ("opened", "A plan")


def test_on_update_close_and_title_run(api: Api) -> None:
    issue = api.issue(description="Plan")
    reply = api("PUT", f"{PROJECT}/issues/{issue['iid']}", {"description": "Plan 2\n/title Better\n/close"})
    assert (reply.body["title"], reply.body["state"], reply.body["description"]) == ("Better", "closed", "Plan 2")
    assert reply.body["closed_by"]["username"] == "alice"


def test_a_guests_confidential_is_stripped_and_the_issue_is_public(api: Api) -> None:
    issue = api.issue(role="guest", description="Secret\n/confidential\n/label ~bug\n/due tomorrow")
    assert (issue["description"], issue["confidential"], issue["labels"], issue["due_date"]) == (
        "Secret",
        False,
        [],
        None,
    )


def test_a_note_of_commands_only_is_no_note(api: Api) -> None:
    issue = api.issue()
    path = f"{PROJECT}/issues/{issue['iid']}/notes"
    reply = api("POST", path, {"body": "/close\n/confidential"})
    assert reply.status == 202
    assert reply.body == {
        "commands_changes": {"state_event": "close", "confidential": True},
        "summary": ["Closed this issue.", "Made this issue confidential."],
    }
    assert not [note for note in api("GET", path).body if not note["system"]]
    again = api("POST", path, {"body": "/close"})
    assert (again.status, again.body["message"]) == (400, '400 Bad request - Note {:note=>["can\'t be blank"]}')


def test_commands_in_a_note_run_with_the_rights_of_its_author(api: Api) -> None:
    issue = api.issue()
    path = f"{PROJECT}/issues/{issue['iid']}"
    reply = api("POST", f"{path}/notes", {"body": "Done\n/close\n/label ~bug"}, role="guest")
    assert (reply.status, reply.body["body"]) == (201, "Done")
    assert api("GET", path).body["state"] == "opened"


def test_editing_a_note_into_commands_deletes_it(api: Api) -> None:
    issue = api.issue()
    path = f"{PROJECT}/issues/{issue['iid']}"
    note = api("POST", f"{path}/notes", {"body": "Here"}).body
    assert api("PUT", f"{path}/notes/{note['id']}", {"body": "/close"}).status == 500
    assert api("GET", f"{path}/notes/{note['id']}").status == 404
    assert api("GET", path).body["state"] == "closed"
