"""The lead of a rollout on GitLab: one comment for each person, and what the time and others do to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.runtime.test_whole_rollouts import DRAFT, advance
from tests.support.clock import Clock
from tui.domain.errors import OutcomeUnknown, RolloutError, Stale
from tui.domain.plan import Request
from tui.runtime import leading
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.faults import Fault
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


def test_a_lead_ends_by_itself_and_each_apply_renews_it(session: Session, bob: Session, clock: Clock) -> None:
    advance(session)
    leading.take(session, DRAFT)
    began = clock.now
    clock.forward(hours=7)
    assert blocked(bob) == ["lead"]
    _, result = advance(session)
    assert result.outcome == "done"
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


def test_a_comment_whose_answer_was_lost_is_not_made_twice(session: Session, server: Server) -> None:
    advance(session)
    server.faults.add(Fault(kind="lost-after", method="POST", path_regex="/notes"))
    with pytest.raises(OutcomeUnknown):
        leading.take(session, DRAFT)
    leading.take(session, DRAFT)
    assert len(leases(server)) == 1


def test_nobody_has_the_lead_by_what_another_wrote(session: Session, bob: Session, server: Server) -> None:
    advance(session)
    leading.take(bob, DRAFT)
    (text,) = leases(server)
    leading.release(bob, DRAFT)
    issue = session.observe(DRAFT).issues["rollout-plan"]
    path = f"/projects/{issue.project_id}/issues/{issue.iid}/notes"
    session.gateway.send(Request("POST", path, {"body": text}))
    assert blocked(session) == []
    found = leading.lead(session, DRAFT)
    assert found is not None
    assert found.released


def test_a_lead_that_cannot_be_renewed_stops_no_step(session: Session, server: Server) -> None:
    advance(session)
    leading.take(session, DRAFT)
    server.faults.add(Fault(kind="http-500", method="PUT", path_regex="/notes/"))
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert session.apply(prepared).outcome == "done"


def test_without_a_plan_issue_there_is_no_place_for_it(session: Session) -> None:
    with pytest.raises(RolloutError, match="no rollout plan issue"):
        leading.take(session, DRAFT)
    assert leading.lead(session, DRAFT) is None
