"""Looking for effects whose answers were lost: without the search index, in any crowd, early or late."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.judge import effects
from tests.runtime.conftest import gateway
from tests.runtime.test_stopping import WHOLE, count, prepared
from tests.runtime.test_whole_rollouts import DRAFT
from tests.support.clock import Clock
from tests.support.rollouts import FLAG
from tui.domain.errors import StoreError
from tui.domain.history import read_entry
from tui.domain.plan import Request
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.sandbox.world.conditions import Conditions
from tui.store.assets import ROOT
from tui.store.database import Database
from tui.store.locations import Locations
from tui.store.records import Records

LOST = Fault("lost-after", method="POST", path_regex="/issues$")
CROWD = 130
"""More than a page of issues."""


def lost(workbench: Workbench) -> str:
    """The operation whose answer was lost."""
    (found,) = workbench.records.unsettled(DRAFT.id, "env")
    return found.id


def crowd(server: Server, operation: str) -> None:
    """Other issues of the same author, before and after that operation's, all of the same second."""
    with server.edit() as world:
        project = next(one for one in world.projects.values() if one.path == "code-creation/rollouts")
        issue = next(one for one in project.issues.values() if operation in (one.description or ""))
        first = project.next_iid
        for number in range(2 * CROWD):
            made = replace(issue, id=world.next_id("issue"), iid=first + number, title="x", description="other")
            project.issues[made.iid] = made
        project.next_iid = first + 2 * CROWD
        middle = project.issues[first + CROWD]
        issue.description, middle.description = middle.description, issue.description
        issue.title, middle.title = middle.title, issue.title


@pytest.mark.parametrize("newest_first", [True, False])
def test_all_issues_of_one_second_are_listed_in_either_order(
    session: Session, server: Server, workbench: Workbench, newest_first: bool
) -> None:
    server.faults.add(LOST)
    assert session.apply(prepared(session)).outcome == "unknown"
    crowd(server, lost(workbench))
    client = gateway(server)
    project = client.project("code-creation/rollouts")
    me = client.operator().id
    found = [one.iid for one in client.recent_issues(project.id, author_id=me, newest_first=newest_first)]
    client.close()
    assert len(found) == len(set(found)) >= 2 * CROWD
    assert found == sorted(found, reverse=newest_first)


def test_a_lost_issue_is_found_among_many_of_the_same_second_though_the_search_knows_none(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)
    lagging = Conditions(search_lag=3600)
    with Server(None, assets=ROOT, clock=clock, conditions=lagging) as server:
        environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
        with Workbench(Locations.under(tmp_path), environ, clock) as bench, bench.session("env") as session:
            server.faults.add(LOST)
            assert session.apply(prepared(session)).outcome == "unknown"
            crowd(server, lost(bench))
            found = prepared(session)
            assert [one.kind for one in found.adopted] == ["create-issue"]
            assert session.apply(found).outcome == "done"
            assert count(server) == WHOLE
            (entry,) = bench.records.entries(DRAFT.id, "env")
            assert [text for text in entry.adopted if text.startswith("Create the")]
            issues = [one for project in server.snapshot().projects.values() for one in project.issues.values()]
            (told,) = filter(None, (read_entry(note.body) for one in issues for note in one.notes))
            assert told.adopted == entry.adopted


def test_what_arrives_while_it_is_looked_for_is_adopted(
    session: Session, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 8.0)
    monkeypatch.setattr("tui.runtime.settle._LOOK_EVERY", 0.05)
    server.faults.add(Fault("late", method="POST", path_regex="/issues$", seconds=0.6))
    assert session.apply(prepared(session)).outcome == "unknown"
    found = prepared(session)
    assert [one.kind for one in found.adopted] == ["create-issue"]
    assert session.apply(found).outcome == "done"
    assert count(server) == WHOLE


@pytest.mark.parametrize("path", ["/issues$", "/notes$"])
def test_what_a_proxy_sent_twice_is_there_once_in_the_end_and_told(session: Session, server: Server, path: str) -> None:
    server.faults.add(Fault("doubled", method="POST", path_regex=path))
    result = session.apply(prepared(session))
    assert result.outcome == "done"
    assert any("made twice" in remark for remark in result.remarks)
    assert count(server) == WHOLE


def test_a_comment_about_the_lead_that_a_proxy_sent_twice_goes_with_the_next_apply(
    session: Session, server: Server, clock: Clock
) -> None:
    server.faults.add(Fault("doubled", method="POST", path_regex="/notes$", skip=1))
    assert session.apply(prepared(session)).outcome == "done"
    assert _leads(server) == 2
    clock.forward(days=1)
    result = session.apply(prepared(session))
    assert (result.outcome, _leads(server)) == ("done", 1)
    assert any("made twice" in remark for remark in result.remarks)


def _leads(server: Server) -> int:
    found = effects(server.snapshot(), FLAG, [])
    return sum(number for name, number in found.items() if name.startswith("lead "))


def test_a_note_that_arrives_after_it_was_made_anew_is_no_step_of_its_own_and_goes_with_the_next_apply(
    session: Session, server: Server, workbench: Workbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)
    server.faults.add(Fault("lost-before", method="POST", path_regex="/notes$"))
    assert session.apply(prepared(session)).outcome == "unknown"
    (given_up,) = workbench.records.unsettled(DRAFT.id, "env")
    with monkeypatch.context() as short:
        short.setattr(Records, "add_all", _full)
        assert session.apply(prepared(session)).outcome == "unknown"
    with closing(gateway(server)) as network:
        network.send(Request("POST", given_up.path, given_up.body))
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
    with (
        Workbench(Locations.under(tmp_path / "other"), environ, workbench.clock) as other,
        other.session("env") as there,
    ):
        assert len(there.situation(DRAFT).entries) == 1
    found = prepared(session)
    assert (found.plan.step, found.plan.changes, len(found.plan.twice), found.plan.empty) == ("team", (), 1, False)
    result = session.apply(found)
    assert (result.outcome, count(server)) == ("done", WHOLE)
    assert any("made twice" in remark for remark in result.remarks)
    assert len(workbench.records.entries(DRAFT.id, "env")) == 1
    assert prepared(session).plan.step == "members"


def test_of_two_attempts_at_a_note_the_entry_is_that_of_the_one_that_arrived(
    session: Session, server: Server, workbench: Workbench, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)
    given_up = []
    for _ in range(2):
        server.faults.add(Fault("lost-before", method="POST", path_regex="/notes$"))
        assert session.apply(prepared(session)).outcome == "unknown"
        given_up += workbench.records.unsettled(DRAFT.id, "env")
        clock.forward(minutes=5)
    with closing(gateway(server)) as network:
        network.send(Request("POST", given_up[0].path, given_up[0].body))
    assert session.apply(prepared(session)).outcome == "done"
    (entry,) = workbench.records.entries(DRAFT.id, "env")
    assert entry.at == read_entry(str(given_up[0].body["body"])).at  # type: ignore[union-attr]
    assert count(server) == WHOLE


def _full(*_: object) -> None:
    raise StoreError("cannot write records.db: database or disk is full")


def test_gates_and_links_that_were_there_after_all_are_told_as_found(
    session: Session, server: Server, workbench: Workbench
) -> None:
    for path in ("/links$", "/features/"):
        server.faults.add(Fault("lost-after", method="POST", path_regex=path))
        assert session.apply(prepared(session)).outcome == "unknown"
    assert session.apply(prepared(session)).outcome == "done"
    (entry,) = workbench.records.entries(DRAFT.id, "env")
    assert [text.split()[0] for text in entry.adopted] == ["Link", "Add"]


def test_a_full_disk_stops_it_before_anything_is_sent_that_is_not_in_the_journal(
    session: Session, server: Server, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real one, as SQLite sees it; there is a little room left in the pages that are there."""
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)
    plan = prepared(session)
    workbench.records.close()
    pages = workbench.locations.records.stat().st_size // 4096
    opened = Database._open

    def cramped(self: Database) -> sqlite3.Connection:
        connection = opened(self)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    with monkeypatch.context() as small:
        small.setattr(Database, "_open", cramped)
        result = session.apply(plan)
        workbench.records.close()
    assert result.outcome in {"rejected", "unknown"}
    assert "The disk is full" in result.reason
    sent = sum(one.method == "POST" for one in server.requests)
    assert sent <= len(workbench.records.made(DRAFT.id, "env")) < len(plan.plan.changes)
    assert session.apply(prepared(session)).outcome == "done"
    assert count(server) == WHOLE


def test_the_way_back_looks_through_no_long_list_and_leaves_what_it_does_not_find_for_later(
    session: Session, server: Server, workbench: Workbench
) -> None:
    assert session.apply(prepared(session)).outcome == "done"
    server.faults.add(Fault("lost-before", method="POST", path_regex="/features/"))
    assert session.apply(prepared(session)).outcome == "unknown"
    (gate,) = workbench.records.unsettled(DRAFT.id, "env")
    issue = replace(gate, id="lost", kind="create-issue", path="/projects/1/issues", slot="rollout-plan")
    workbench.records.intended(issue)
    crowd(server, workbench.records.made(DRAFT.id, "env")[0].id)
    before = len(server.requests)
    found = prepared(session, "off")
    lists = [
        one for one in list(server.requests)[before:] if one.path == "/projects/1/issues" and "page" in dict(one.query)
    ]
    assert len(lists) <= 2
    assert session.apply(found).outcome == "done"
    assert [one.id for one in workbench.records.unsettled(DRAFT.id, "env")] == ["lost"]
