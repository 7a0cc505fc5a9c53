"""A stale plan is refused with what changed since and, where anybody keeps that, by whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.runtime.conftest import gateway
from tests.runtime.test_whole_rollouts import DRAFT, advance, climb
from tests.support.clock import Clock
from tests.support.rollouts import FLAG
from tui.domain.history import entry_comment
from tui.domain.plan import Request
from tui.runtime.since import NOBODY_KNOWS
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.store.locations import Locations


def members(session: Session) -> Prepared:
    """The plan of the second phase, made before anybody else does something."""
    advance(session)
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert prepared.plan.blocked == ()
    return prepared


def refused(session: Session, prepared: Prepared) -> list[str]:
    """The lines of the refusal; nothing was written."""
    result = session.apply(prepared)
    assert result.outcome == "stale"
    assert {one.state for one in result.operations} == {"waiting"}
    return result.reason.splitlines()


def test_who_edits_a_plan_issue_is_named_with_what_they_did(session: Session, server: Server, clock: Clock) -> None:
    prepared = members(session)
    issue = prepared.situation.observed.issues["internal-rollout"]
    clock.forward(minutes=5)
    client = gateway(server, "developer")
    body = {"title": "Other", "description": f"{issue.description}\nOne more line.", "state_event": "close"}
    client.send(Request("PUT", f"/projects/{issue.project_id}/issues/{issue.iid}", body))
    name = client.operator().username
    client.close()
    by = f"(by {name}, 2026-11-22 10:05 UTC)"
    assert refused(session, prepared) == [
        f"{issue.ref} was called “{issue.title}” and is called “Other” {by}",
        f"the description of {issue.ref} was edited: 1 line added (“One more line.”) {by}",
        f"{issue.ref} was closed (by {name})",
    ]


def test_nobody_knows_who_sets_a_flag(session: Session, server: Server) -> None:
    prepared = members(session)
    client = gateway(server)
    client.send(Request("POST", f"/features/{FLAG}", {"value": True, "user": "dave"}))
    client.close()
    (line,) = refused(session, prepared)
    assert "or dave" in line
    assert line.endswith(f"({NOBODY_KNOWS})")


def test_a_colleague_who_applies_the_same_rollout_is_named_by_their_entry(
    session: Session, server: Server, clock: Clock, tmp_path: Path
) -> None:
    prepared = members(session)
    clock.forward(minutes=7)
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.tokens["admin"]}
    with Workbench(Locations.under(tmp_path / "theirs"), environ, clock) as bench, bench.session("env") as theirs:
        assert advance(theirs)[1].outcome == "done"
    lines = refused(session, prepared)
    assert "(by alice, 2026-11-22 10:07 UTC: advanced, members)" in lines[0]
    assert lines[0].startswith(f"{FLAG} was on for ")
    assert "the description of" in lines[1]


def test_notes_that_cannot_be_read_leave_the_name_out_and_nothing_else(session: Session, server: Server) -> None:
    prepared = members(session)
    issue = prepared.situation.observed.issues["internal-rollout"]
    client = gateway(server, "developer")
    client.send(Request("PUT", f"/projects/{issue.project_id}/issues/{issue.iid}", {"title": "Other"}))
    client.close()
    server.faults.add(Fault(kind="http-404", method="GET", path_regex="/notes", times=-1))
    assert refused(session, prepared) == [f"{issue.ref} was called “{issue.title}” and is called “Other”"]


def test_an_entry_of_long_ago_names_nobody(session: Session, server: Server, clock: Clock) -> None:
    climb(session, "members", clock)
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    client = gateway(server)
    client.send(Request("POST", f"/features/{FLAG}", {"value": False, "feature_group": "gitlab_team_members"}))
    client.close()
    (line,) = refused(session, prepared)
    assert line.endswith(f"({NOBODY_KNOWS})")


def test_an_entry_in_another_persons_note_names_nobody(session: Session, server: Server, clock: Clock) -> None:
    prepared = members(session)
    issue = prepared.situation.observed.issues["rollout-plan"]
    assert prepared.plan.entry is not None
    client = gateway(server)
    client.send(Request("POST", f"/features/{FLAG}", {"value": True, "user": "dave"}))
    gates = client.flags()[FLAG].gates
    client.close()
    forged = entry_comment(replace(prepared.plan.entry, id="x", at=clock.now, gates_after=gates).as_dict())
    client = gateway(server, "developer")
    client.send(Request("POST", f"/projects/{issue.project_id}/issues/{issue.iid}/notes", {"body": forged}))
    client.close()
    (line,) = refused(session, prepared)
    assert line.endswith(f"({NOBODY_KNOWS})")
