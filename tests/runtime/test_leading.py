"""The lead of a rollout on GitLab: one comment for each person, and what the time and others do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.runtime.test_whole_rollouts import DRAFT, advance
from tests.support.clock import Clock
from tui.domain.errors import RolloutError, Stale
from tui.domain.operation import Operation
from tui.domain.plan import Request
from tui.domain.wish import Wish
from tui.runtime import leading
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.faults import Fault, Kind
from tui.sandbox.server import Server
from tui.store.locations import Locations


@pytest.fixture
def bob(tmp_path: Path, server: Server, clock: Clock) -> Iterator[Session]:
    """A colleague on another machine."""
    with server.edit() as world:
        next(user for user in world.users.values() if user.username == "bob").is_admin = True
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.mint("bob")}
    with Workbench(Locations.under(tmp_path / "bob"), environ, clock) as bench, bench.session("env") as session:
        yield session


def leases(server: Server) -> list[str]:
    with server.edit() as world:
        issues = [issue for project in world.projects.values() for issue in project.issues.values()]
        return [note.body for issue in issues for note in issue.notes if "lease=" in note.body]


def blocked(session: Session) -> list[str]:
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    return [one.id for one in prepared.plan.blocked]


def begin(session: Session) -> None:
    """A rollout whose lead nobody has."""
    advance(session)
    leading.release(session, DRAFT)


def test_who_begins_has_the_lead_until_it_ends_by_itself_and_each_apply_renews_it(
    session: Session, bob: Session, server: Server, clock: Clock
) -> None:
    _, result = advance(session)
    assert result.told == (
        "You have the lead until 2026-11-22 18:00 UTC: nobody else opens the flag before without taking over.",
    )
    began = clock.now
    clock.forward(hours=7)
    assert blocked(bob) == ["lead"]
    _, result = advance(session)
    assert result.outcome == "done"
    assert len(leases(server)) == 1
    clock.forward(hours=7)
    assert blocked(bob) == ["lead"]
    found = leading.lead(bob, DRAFT)
    assert found is not None
    assert (found.since, found.until) == (began, began + timedelta(hours=15))
    clock.forward(hours=2)
    assert blocked(bob) == []
    over = leading.lead(bob, DRAFT)
    assert over is not None
    assert "ended" in over.words(clock.now)


def test_who_was_taken_over_while_looking_at_a_plan_is_told_before_anything_is_sent(
    session: Session, bob: Session, server: Server, clock: Clock
) -> None:
    advance(session)
    leading.take(session, DRAFT)
    prepared, back = session.prepare(DRAFT), session.prepare(DRAFT, "off")
    assert prepared is not None
    assert back is not None
    clock.forward(minutes=1)
    leading.take(bob, DRAFT)
    server.requests.clear()
    with pytest.raises(Stale, match="bob has the lead"):
        session.apply(prepared)
    assert [one for one in server.requests if one.method != "GET"] == []
    assert session.apply(back).outcome == "done"
    leading.take(session, DRAFT)
    assert len(leases(server)) == 2


def test_nobody_has_the_lead_by_what_another_wrote(session: Session, bob: Session, server: Server) -> None:
    advance(session)
    leading.take(bob, DRAFT)
    _, text = leases(server)
    leading.release(bob, DRAFT)
    issue = session.observe(DRAFT).issues["rollout-plan"]
    path = f"/projects/{issue.project_id}/issues/{issue.iid}/notes"
    session.gateway.send(Request("POST", path, {"body": text}))
    assert blocked(session) == []
    found = leading.lead(session, DRAFT)
    assert found is not None
    assert found.released


@pytest.mark.parametrize("kind", ["lost-after", "http-500"])
def test_a_lead_that_cannot_be_noted_stops_no_step_and_is_told_and_never_noted_twice(
    session: Session, server: Server, kind: Kind
) -> None:
    for method, path in (("POST", "/notes"), ("PUT", "/notes/")):
        prepared = session.prepare(DRAFT)
        assert prepared is not None
        failed = session.apply(prepared, _then(server, Fault(kind=kind, method=method, path_regex=path)))
        assert failed.outcome == "done"
        assert "The lead of this rollout could not be noted: " in failed.told[0]
        leading.take(session, DRAFT)
        assert len(leases(server)) == 1


def _then(server: Server, fault: Fault) -> Callable[[Operation], None]:
    """Once the last change of a step is confirmed: what comes after it has the fault."""

    def told(operation: Operation) -> None:
        if (operation.kind, operation.state) == ("add-note", "confirmed"):
            server.faults.add(fault)

    return told


def test_a_way_back_takes_no_lead_and_the_end_gives_it_up(
    session: Session, bob: Session, server: Server, clock: Clock
) -> None:
    begin(session)
    _, back = advance(bob, "off")
    assert (back.outcome, back.told, len(leases(server))) == ("done", (), 1)
    advance(session)
    _, off = advance(bob, "off")
    assert (off.outcome, off.told) == ("done", ())
    assert _holder(bob) == "alice"
    prepared = session.prepare_wish(DRAFT, Wish(act="abandon", reason="enough"))
    assert prepared is not None
    assert session.apply(prepared).told == ("You have given up the lead: the rollout is over.",)
    assert _holder(bob) == ""


def _holder(session: Session) -> str:
    found = leading.lead(session, DRAFT)
    return found.holder if found is not None and found.held(session.workbench.clock()) else ""


def test_without_a_plan_issue_there_is_no_place_for_it(session: Session) -> None:
    with pytest.raises(RolloutError, match="no rollout plan issue"):
        leading.take(session, DRAFT)
    assert leading.lead(session, DRAFT) is None


def test_that_nobody_could_look_for_what_others_did_meanwhile_is_told(session: Session, server: Server) -> None:
    advance(session)
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    server.faults.add(Fault("http-404", method="GET", path_regex="/notes", times=-1))
    result = session.apply(prepared)
    assert result.outcome == "done"
    assert "Whether somebody else did something to " in result.told[0]
    assert "meanwhile could not be read" in result.told[0]
