"""What the sandbox has, as the gateway sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from tests.gateway.conftest import ASSETS, Connect
from tui.domain.errors import BadInput, NotAdmin, NotFound, ScopeMissing
from tui.domain.gates import ActorName, Gates
from tui.domain.observed import IssueSeen, Threads
from tui.domain.plan import Request
from tui.domain.text import one_line
from tui.gateway.client import Gateway
from tui.gateway.tokens import TokenSeen
from tui.sandbox.server import Server

FLAG = "use_fireworks_codestral_code_completion"
HOSTILE = "a\x1b]0;title\x07 \u202eb\u200b [red]c[/] \x9b2J"


def make_issue(gateway: Gateway, project: int | str = 1, **fields: object) -> IssueSeen:
    return gateway.issue_from(
        gateway.send(Request("POST", f"/projects/{project}/issues", {"title": "A plan", **fields}))
    )


def test_instance_and_token(sandbox: Server, gateway: Gateway, connect: Connect) -> None:
    assert gateway.version() == "18.5.1-ee"
    assert gateway.token() == TokenSeen(one_line("rollout-tui sandbox"), (one_line("api"),))
    limited = connect(sandbox.url, sandbox.mint("bob", scopes=("read_api",), expires_at=date(2099, 1, 31))).token()
    assert limited is not None
    assert limited.scopes == ("read_api",)
    assert limited.expires == datetime(2099, 1, 31, tzinfo=UTC)


def test_operator(gateway: Gateway, as_role: Callable[[str], Gateway]) -> None:
    assert (gateway.operator().username, gateway.operator().admin) == ("alice", True)
    assert (as_role("developer").operator().username, as_role("developer").operator().admin) == ("carol", None)


def test_old_gitlab_cannot_tell(connect: Connect) -> None:
    with Server(None, assets=ASSETS, era="13.8") as old:
        gateway = connect(old.url, old.token)
        assert gateway.version() == "13.8.8"
        assert gateway.token() is None
        assert gateway.project(old.project).access_level > 0
        assert make_issue(gateway).ref == "code-creation/rollouts#4"
        assert gateway.flags()[FLAG].defined is True


@pytest.mark.parametrize(
    ("role", "level"), [("admin", 50), ("maintainer", 40), ("developer", 30), ("reporter", 20), ("guest", 10)]
)
def test_project_and_what_the_operator_may_do(
    sandbox: Server, as_role: Callable[[str], Gateway], role: str, level: int
) -> None:
    found = as_role(role).project("code-creation/rollouts")
    assert (found.id, found.path, found.access_level) == (1, "code-creation/rollouts", level)
    assert found.url == f"{sandbox.url}/code-creation/rollouts"
    assert found.issues_enabled
    assert not found.archived
    assert as_role(role).project("1") == found


def test_missing_project_is_named(gateway: Gateway) -> None:
    with pytest.raises(NotFound, match="the project no/such"):
        gateway.project("no/such")


def test_flags_with_gates_and_with_definitions(gateway: Gateway) -> None:
    flags = gateway.flags()
    assert flags["new_search_panel"].gates == Gates(groups=frozenset({"gitlab_team_members"}), percentage_of_actors=25)
    assert flags["ci_live_log"].gates == Gates(actors=frozenset({"User:2", "Group:1"}))
    assert flags["fireworks_qwen_code_completion"].gates.boolean
    assert flags["fireworks_qwen_code_completion"].exists
    waiting = flags[FLAG]
    assert (waiting.exists, waiting.defined, waiting.type, waiting.gates) == (False, True, "beta", Gates())
    assert flags["ci_live_log"].defined is False


def test_one_flag(gateway: Gateway) -> None:
    assert gateway.flag(FLAG) == gateway.flags()[FLAG]
    assert gateway.flag("new_search_panel").exists
    assert gateway.flag("no_such_flag").defined is False


def test_flags_are_for_administrators(as_role: Callable[[str], Gateway]) -> None:
    with pytest.raises(NotAdmin) as caught:
        as_role("maintainer").flags()
    assert "Admin Mode" in caught.value.hint


def test_a_flag_that_was_set_is_read_with_all_its_gates(gateway: Gateway) -> None:
    for body in ({"value": True, "user": "bob"}, {"value": True, "feature_group": "gitlab_team_members"}):
        gateway.send(Request("POST", f"/features/{FLAG}", body))
    gateway.send(Request("POST", f"/features/{FLAG}", {"value": 0.5, "key": "percentage_of_actors"}))
    wanted = Gates(actors=frozenset({"User:2"}), groups=frozenset({"gitlab_team_members"}), percentage_of_actors=0.5)
    assert gateway.flags()[FLAG].gates == wanted


def test_actors_by_name_and_by_reference(gateway: Gateway) -> None:
    bob, team, project = (
        ActorName("user", "bob", "User:2"),
        ActorName("group", "code-creation", "Group:1"),
        ActorName("project", "code-creation/rollouts", "Project:1"),
    )
    assert gateway.user("bob") == gateway.user("BOB") == gateway.actor("User:2") == bob
    assert gateway.group("code-creation") == gateway.actor("Group:1") == team
    assert gateway.actor("Project:1") == project


@pytest.mark.parametrize("name", ["nobody", "", "bo", "bob,carol", "../user", "a b"])
def test_nobody_of_that_name(gateway: Gateway, name: str) -> None:
    assert gateway.user(name) is None


@pytest.mark.parametrize("ref", ["User:999", "Group:999", "Project:999", "User:2:opt_out", "Runner:1", "", "User:x"])
def test_nobody_behind_a_reference(gateway: Gateway, ref: str) -> None:
    assert gateway.actor(ref) is None


def test_issue_as_it_was_made(sandbox: Server, gateway: Gateway) -> None:
    made = make_issue(
        gateway,
        description="one\r\ntwo  ",
        confidential=True,
        labels=["type::feature", "group::ai coding"],
        assignee_ids=[2],
        due_date="2026-12-24",
    )
    assert made.ref == f"code-creation/rollouts#{made.iid}"
    assert made.url == f"{sandbox.url}/code-creation/rollouts/-/issues/{made.iid}"
    assert made.description == "one\ntwo"
    assert (made.confidential, made.open, made.due) == (True, True, "2026-12-24")
    assert (made.labels, made.assignees) == (("group::ai coding", "type::feature"), ("bob",))
    assert gateway.issue(1, made.iid) == gateway.issue("code-creation/rollouts", made.iid) == made


def test_closed_issue_and_missing_issue(gateway: Gateway) -> None:
    made = make_issue(gateway)
    gateway.send(Request("PUT", f"/projects/1/issues/{made.iid}", {"state_event": "close"}))
    closed = gateway.issue(1, made.iid)
    assert closed is not None
    assert not closed.open
    assert gateway.issue(1, 999) is None
    assert gateway.issue("no/such", 1) is None


@pytest.mark.parametrize(
    "form", ["{url}", "{url}#note_7", "{url}?a=b", "{old}", "{work}", "{url}/", "{caps}"], ids=lambda form: form[1:-1]
)
def test_issue_by_address(gateway: Gateway, form: str) -> None:
    made = make_issue(gateway)
    forms = {
        "url": made.url,
        "old": made.url.replace("/-/", "/"),
        "work": made.url.replace("/issues/", "/work_items/"),
        "caps": made.url.replace("http://", "HTTP://"),
    }
    assert gateway.issue_at(form.format(**forms)) == made


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://elsewhere.example.com/a/b/-/issues/1", "not an address on corp"),
        ("not an address", "not an address on corp"),
        ("{base}/code-creation/rollouts", "not the address of an issue"),
        ("{base}/code-creation/rollouts/-/merge_requests/1", "not the address of an issue"),
        ("{base}/rollouts/-/issues/x", "not the address of an issue"),
    ],
)
def test_address_that_is_no_issue(sandbox: Server, gateway: Gateway, url: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        gateway.issue_at(url.format(base=sandbox.url))


def test_recent_issues_over_several_pages_the_newest_first(sandbox: Server, gateway: Gateway) -> None:
    made = [make_issue(gateway, title=f"Plan {number}").iid for number in range(103)]
    found = [one.iid for one in gateway.recent_issues(1, author_id=gateway.operator().id)]
    assert found[:103] == made[::-1]
    pages = [one for one in sandbox.requests if one.method == "GET" and one.path.endswith("/issues")]
    assert len(pages) == 2


def test_recent_issues_are_read_page_by_page(sandbox: Server, gateway: Gateway) -> None:
    for number in range(101):
        make_issue(gateway, title=f"Plan {number}")
    next(gateway.recent_issues(1))
    assert len([one for one in sandbox.requests if one.method == "GET" and one.path.endswith("/issues")]) == 1


def test_recent_issues_of_one_author_since_a_moment(gateway: Gateway, as_role: Callable[[str], Gateway]) -> None:
    make_issue(as_role("maintainer"))
    mine = make_issue(gateway)
    note = gateway.send(Request("POST", f"/projects/1/issues/{mine.iid}/notes", {"body": "x"}))
    now = datetime.fromisoformat(note["created_at"])
    late = make_issue(gateway)
    assert [one.iid for one in gateway.recent_issues(1, author_id=1, since=now)] == [late.iid]


def test_search(gateway: Gateway) -> None:
    made = make_issue(gateway, description="<!-- rollout-tui: operation=ab12 rollout=x slot=y -->")
    assert gateway.search_issues(1, "operation=ab12") == [made]


def test_notes_with_addresses_the_oldest_first(sandbox: Server, gateway: Gateway) -> None:
    issue = make_issue(gateway)
    path = f"/projects/1/issues/{issue.iid}/notes"
    ids = [gateway.send(Request("POST", path, {"body": f"note {n}"}))["id"] for n in range(101)]
    sent = list(gateway.notes(1, issue.iid))
    assert [one.id for one in sent] == ids
    assert list(gateway.notes(1, issue.iid, issue_url=issue.url)) == sent
    assert sent[0].url == f"{issue.url}#note_{sent[0].id}"
    assert (sent[0].author, sent[0].author_id, sent[0].system, sent[0].body) == ("alice", 1, False, "note 0")
    assert sent[0].at.utcoffset() is not None
    with pytest.raises(NotFound, match="#999"):
        list(gateway.notes(1, 999))


def test_links_in_both_directions(gateway: Gateway) -> None:
    one, two = make_issue(gateway), make_issue(gateway)
    body = {"target_project_id": 1, "target_issue_iid": two.iid}
    gateway.send(Request("POST", f"/projects/1/issues/{one.iid}/links", body))
    assert [seen.ref for seen in gateway.links(1, one.iid)] == [two.ref]
    assert [seen.ref for seen in gateway.links(1, two.iid)] == [one.ref]


def test_templates_and_labels(gateway: Gateway) -> None:
    templates = gateway.templates(1)
    assert "AI Model Rollout" in templates
    assert "## Overview" in gateway.template(1, templates["AI Model Rollout"])
    with pytest.raises(NotFound, match="the issue template Nothing"):
        gateway.template(1, "Nothing")
    assert "group::code creation" in gateway.labels(1)


def test_delete_answers_with_an_empty_map(gateway: Gateway) -> None:
    assert gateway.send(Request("DELETE", "/features/new_search_panel")) == {}
    assert "new_search_panel" not in gateway.flags()


def test_token_without_the_scope(sandbox: Server, connect: Connect) -> None:
    reader = connect(sandbox.url, sandbox.mint("bob", scopes=("read_api",)))
    assert reader.project("code-creation/rollouts").id == 1
    with pytest.raises(ScopeMissing, match="the scope api"):
        make_issue(reader)


def test_text_from_gitlab_is_cleaned(gateway: Gateway) -> None:
    issue = make_issue(gateway, title=HOSTILE, description=HOSTILE + "\n\tmore", labels=[HOSTILE])
    gateway.send(Request("POST", f"/projects/1/issues/{issue.iid}/notes", {"body": HOSTILE}))
    (note,) = gateway.notes(1, issue.iid)
    shown = [issue.title, issue.description, *issue.labels, note.body, *gateway.labels(1)]
    assert not any(set(text) & set("\x1b\x07\u202e\u200b\x9b") for text in shown)
    assert issue.title.endswith("[red]c[/] \N{REPLACEMENT CHARACTER}2J")
    assert issue.description.endswith("\n\tmore")


def test_bearer_token(sandbox: Server, connect: Connect) -> None:
    assert connect(sandbox.url, sandbox.token, oauth=True).operator().username == "alice"


def thread(gateway: Gateway, issue: IssueSeen, body: str) -> str:
    path = f"/projects/{issue.project_id}/issues/{issue.iid}/discussions"
    made = gateway.send(Request("POST", path, {"body": body}))
    return f"{path}/{made['id']}/notes/{made['notes'][0]['id']}"


def test_threads_that_can_be_resolved_are_counted_and_lone_comments_are_not(gateway: Gateway) -> None:
    issue = make_issue(gateway)
    gateway.send(Request("POST", f"/projects/{issue.project_id}/issues/{issue.iid}/notes", {"body": "alone"}))
    assert gateway.threads(issue.project_id, issue.iid) == Threads(0, 0)
    first, _ = thread(gateway, issue, "Slow"), thread(gateway, issue, "Wrong")
    gateway.send(Request("PUT", first, {"resolved": True}))
    assert gateway.threads(issue.project_id, issue.iid) == Threads(1, 2)


def test_an_old_gitlab_does_not_tell_which_threads_are_open(connect: Connect) -> None:
    with Server(None, assets=ASSETS, era="13.8") as old:
        gateway = connect(old.url, old.token)
        issue = make_issue(gateway)
        assert gateway.threads(issue.project_id, issue.iid) == Threads(0, 0)
        thread(gateway, issue, "Slow")
        assert gateway.threads(issue.project_id, issue.iid) is None
