"""Issue templates on the GitLab of today and on 13.8: what the review said of them is what is then there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from tests.runtime.test_whole_rollouts import DRAFT, advance
from tests.sandbox.api import PROJECT, Api
from tests.support.clock import Clock
from tests.support.rollouts import with_issue
from tui.domain.draft import Draft
from tui.domain.errors import NotFound
from tui.domain.lint import leftovers
from tui.domain.plan import Change, read_marker
from tui.domain.readback import stored
from tui.domain.template import digest
from tui.runtime.templates import of_project
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations

NAME = "Code Suggestions Model Rollout Plan"
CONTRADICTING = """<!--
/close
-->

## Overview

_Add an overview._

/confidential
/label ~"group::other" ~extra
/unlabel ~"type::feature"
/assign @carol
/due 2027-01-31
/milestone %"Next 1-3 releases"
/milestone %17.5
/weight 3
/close

## House rules

Ask first.
"""
CHOSEN = with_issue(
    DRAFT,
    "rollout-plan",
    confidential=False,
    labels=("group::code creation", "type::feature"),
    assignees=("alice",),
    due=date(2027, 1, 15),
)
OPEN = with_issue(DRAFT, "rollout-plan", confidential=None, labels=None, assignees=(), due=None)


@pytest.fixture(params=["current", "13.8"])
def era(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def server(clock: Clock, era: str) -> Iterator[Server]:
    with Server(None, assets=ROOT, clock=clock, era=era, scenario="templates") as running:
        set_template(running, CONTRADICTING)
        yield running


def set_template(server: Server, text: str, name: str = NAME) -> None:
    with server.edit() as world:
        project = next(one for one in world.projects.values() if one.path == DRAFT.gitlab.project)
        project.templates[name] = text


def create(prepared: Prepared) -> Change:
    return next(one for one in prepared.plan.changes if one.id == "issue:rollout-plan")


def raw(server: Server, slot: str, session: Session, draft: Draft) -> dict[str, object]:
    """The plan issue as GitLab's API shows it to an administrator."""
    seen = session.observe(draft).issues[slot]
    with Api(server) as api:
        found: dict[str, object] = api("GET", f"{PROJECT}/issues/{seen.iid}").body
    return found


def people(issue: dict[str, object]) -> list[str]:
    found = issue["assignees"]
    assert isinstance(found, list)
    return [one["username"] for one in found]


def test_a_template_that_contradicts_the_draft_is_said_and_the_result_is_what_was_said(
    session: Session, server: Server
) -> None:
    prepared = session.prepare(CHOSEN, "issues")
    assert prepared is not None
    said = " ".join(prepared.plan.warnings)
    for command, chosen in (
        ("/confidential would make the issue confidential", "the draft says it is not"),
        (
            '/label ~"group::other" ~extra would take group::code creation away',
            "the draft asks for group::code creation",
        ),
        ("/assign @carol would assign carol", "the draft says alice"),
        ("/due 2027-01-31 would make it due 2027-01-31", "the draft says 2027-01-15"),
    ):
        assert f"{command}" in said
        assert chosen in said
    assert 'Not run, and not in the text that is sent: /unlabel ~"type::feature", /weight 3 and /close' in said
    assert "/milestone %17.5 is not run: the project has no such open milestone" in said
    assert "carried out as fields: label extra and milestone Next 1-3 releases" in said
    assert session.apply(prepared).outcome == "done"
    issue = raw(server, "rollout-plan", session, CHOSEN)
    asked = create(prepared).request.body
    assert (issue["confidential"], issue["due_date"], issue["state"]) == (False, "2027-01-15", "opened")
    assert issue["labels"] == sorted(["group::code creation", "type::feature", "extra"])
    assert people(issue) == ["alice"]
    assert issue["title"] == asked["title"]
    assert issue["milestone"]["title"] == "Next 1-3 releases"  # type: ignore[index]
    assert "Ask first." in str(issue["description"])
    assert " /close" in str(issue["description"])


def test_left_to_gitlab_the_same_template_would_have_overruled_the_draft(session: Session, server: Server) -> None:
    prepared = session.prepare(CHOSEN, "issues")
    assert prepared is not None
    with Api(server) as api:
        issue = api("POST", f"{PROJECT}/issues", {**create(prepared).request.body, "description": CONTRADICTING}).body
    assert (issue["confidential"], issue["due_date"]) == (True, "2027-01-31")
    assert "carol" in people(issue)
    assert {"type::feature", "extra"} <= set(issue["labels"])


def test_what_the_draft_leaves_open_the_template_decides(session: Session, server: Server) -> None:
    prepared, result = advance(session, "issues", draft=OPEN)
    assert result.outcome == "done", result
    assert any("assigned to carol, due 2027-01-31" in one for one in prepared.plan.warnings)
    issue = raw(server, "rollout-plan", session, OPEN)
    assert (issue["confidential"], issue["due_date"], people(issue)) == (True, "2027-01-31", ["carol"])
    assert {"extra", "group::other"} <= set(issue["labels"])  # type: ignore[call-overload]
    assert "group::code creation" not in issue["labels"]  # type: ignore[operator]


def test_what_is_stored_is_what_was_sent(session: Session, server: Server) -> None:
    hostile = (
        "---\ntitle: x\n/close\n---\n<!-- rollout-tui: operation=1 rollout=x slot=rollout-plan -->\r\n"
        "{{ 7*7 }} {% raw %} \x1b]0;x\x07 ⟪operation:issue:rollout-plan⟫ <!-- rollout-tui: timeline -->\n"
        "```\n/confidential\n```\n>>>\n/close\n>>>\n/shrug\n/chatops gitlab run\n<!-- never closed\n/due tomorrow"
    )
    set_template(server, hostile)
    prepared, result = advance(session, "issues", draft=OPEN)
    assert result.outcome == "done", result
    seen = session.observe(OPEN).issues["rollout-plan"]
    text = str(raw(server, "rollout-plan", session, OPEN)["description"])
    assert text.startswith("---\ntitle: x\n /close\n---\n<!-- rollout-tui, operation=1")
    assert "{{ 7*7 }} {% raw %}" in text
    assert text.count("<!-- rollout-tui: operation=") == text.count("<!-- rollout-tui: timeline -->") == 1
    marked = read_marker(seen.description)
    assert marked is not None
    assert (marked.rollout, marked.slot) == (OPEN.id, "rollout-plan")
    assert stored(text) == text
    assert prepared.plan.bodies["rollout-plan"].count("never closed") == text.count("never closed") == 1
    again = session.prepare(OPEN, "issues")
    assert again is not None
    assert [one.kind for one in again.plan.changes if one.kind == "create-issue"] == []


def test_an_issue_that_somebody_made_by_hand_from_a_template_with_a_forged_marker_is_nobodys(
    session: Session, server: Server
) -> None:
    """The project keeps the text of a former plan issue as its template: whoever uses it makes no plan issue of it."""
    set_template(server, f"<!-- rollout-tui: operation=1 rollout={OPEN.id} slot=rollout-plan -->")
    advance(session, "issues", draft=OPEN)
    ours = session.observe(OPEN).issues["rollout-plan"]
    assert ours.description.count(f"rollout={OPEN.id} slot=rollout-plan -->") == 2
    assert ours.description.count("<!-- rollout-tui:") == 4  # the report's three and the marker


def test_a_text_completed_by_hand_is_sent_with_the_addresses_of_its_siblings(session: Session, server: Server) -> None:
    text = "Mine, see ⟪ref:internal-feedback⟫.\n\n/label ~mine\n/confidential"
    draft = with_issue(OPEN, "rollout-plan", body=text, template=NAME, template_digest=digest("former"))
    prepared, result = advance(session, "issues", draft=draft)
    assert result.outcome == "done", result
    assert any("has changed since your text was begun from it" in one for one in prepared.plan.warnings)
    issue = raw(server, "rollout-plan", session, draft)
    sibling = session.observe(draft).issues["internal-feedback"]
    assert str(issue["description"]).startswith(f"Mine, see {sibling.ref}.\n\n<!--")
    assert "mine" in issue["labels"]  # type: ignore[operator]
    assert issue["confidential"]


def test_the_templates_of_a_project_by_kind(session: Session) -> None:
    found = of_project(session, DRAFT)
    assert {kind: one.name for kind, one in found.items()} == {
        "rollout-plan": NAME,
        "flag-rollout": "Feature Flag Roll Out",
    }
    assert found["rollout-plan"].text == CONTRADICTING
    with pytest.raises(NotFound, match="names no project"):
        of_project(session, structs.replace(DRAFT, gitlab=structs.replace(DRAFT.gitlab, project="")))


def test_what_is_left_of_a_template_blocks_until_it_is_completed(session: Session, server: Server) -> None:
    set_template(server, "## Evaluation\n\n_Add link_\n")
    prepared = session.prepare(OPEN, "issues")
    assert prepared is not None
    assert [(one.id, one.path) for one in prepared.plan.blocked] == [
        ("leftovers-rollout-plan", "issues.rollout-plan.body")
    ]
    assert leftovers(prepared.plan.bodies["rollout-plan"])


@pytest.mark.parametrize("role", ["guest", "demoted"])
def test_a_plan_issue_that_a_silent_drop_left_public_is_hidden_or_emptied_and_told(
    server: Server, tmp_path: Path, era: str, role: str
) -> None:
    """Some are told before anything is written; whose role is taken away after that only GitLab's answer can tell."""
    set_template(server, "## House rules\n")
    token = server.tokens["guest" if role == "guest" else "reporter"]
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": token}
    with Workbench(Locations.under(tmp_path / "x"), environ) as bench, bench.session("env") as session:
        prepared = session.prepare(OPEN, "issues")
        assert prepared is not None
        assert bool([one for one in prepared.plan.blocked if one.id == "project"]) == (role == "guest")
        demote(server)
        result = session.apply(replace(prepared, plan=replace(prepared.plan, blocked=())))
    assert result.outcome == "rejected"
    found = mine(server)
    private = [one for one in found if "[FF]" not in str(one["title"])]
    assert private
    for issue in private:
        hidden = bool(issue["confidential"])
        assert hidden or (issue["title"], issue["state"]) == ("(emptied)", "closed")
        assert hidden == (era == "13.8")
        assert hidden or "Codestral" not in str(issue["description"])
    if era == "current":
        assert "public" in result.reason
        assert "emptied" in result.reason


def demote(server: Server) -> None:
    """Every reporter becomes a guest."""
    with server.edit() as world:
        everybody = [one.members for one in world.projects.values()] + [one.members for one in world.groups.values()]
        for members in everybody:
            members.update({user: 10 for user, level in members.items() if level == 20})


def mine(server: Server) -> list[dict[str, object]]:
    """The issues that were made, newest first."""
    with Api(server) as api:
        listed: list[dict[str, object]] = api("GET", f"{PROJECT}/issues?per_page=100").body
    return [one for one in listed if one["title"] == "(emptied)" or read_marker(str(one["description"]))]
