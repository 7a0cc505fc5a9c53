"""What other people and other processes do to a rollout: nothing is doubled, nothing opened or closed unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from tests.runtime.conftest import gateway
from tests.runtime.test_broken_applies import WHOLE, effects
from tests.runtime.test_whole_rollouts import DRAFT, advance, climb, gates_now
from tests.support.clock import Clock
from tests.support.rollouts import FLAG, MEMBERS, TEAM, with_issue
from tui.domain.draft import StepDraft
from tui.domain.errors import InUse, Stale
from tui.domain.gates import OFF, ON, Gates
from tui.domain.plan import Request
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.store.locations import Locations


def outsider(server: Server, **body: object) -> None:
    """Somebody else sets the flag."""
    client = gateway(server)
    client.send(Request("POST", f"/features/{FLAG}", body))
    client.close()


@pytest.fixture
def elsewhere(tmp_path: Path, server: Server, clock: Clock) -> Iterator[Session]:
    """The same operator on another machine."""
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
    with Workbench(Locations.under(tmp_path / "elsewhere"), environ, clock) as bench, bench.session("env") as session:
        yield session


def test_of_two_plans_made_at_the_same_time_only_one_is_applied(session: Session, server: Server) -> None:
    first, second = session.prepare(DRAFT), session.prepare(DRAFT)
    assert first is not None
    assert second is not None
    assert session.apply(first).outcome == "done"
    with pytest.raises(Stale):
        session.apply(second)
    assert effects(server) == WHOLE


def test_the_same_on_two_machines(session: Session, elsewhere: Session, server: Server) -> None:
    first, second = session.prepare(DRAFT), elsewhere.prepare(DRAFT)
    assert first is not None
    assert second is not None
    assert session.apply(first).outcome == "done"
    assert elsewhere.apply(second).outcome == "stale"
    assert effects(server) == WHOLE


def test_another_machine_continues_from_gitlab_alone(
    session: Session, elsewhere: Session, server: Server, clock: Clock
) -> None:
    climb(session, "10%", clock)
    prepared, result = advance(elsewhere)
    assert (prepared.plan.step, result.outcome) == ("25%", "done")
    here = session.workbench.records.entries(DRAFT.id, "env")
    there = elsewhere.workbench.records.entries(DRAFT.id, "env")
    assert there[:-1] == here
    assert gates_now(server) == replace(MEMBERS, percentage_of_actors=25)


def test_an_entry_that_somebody_forged_is_not_believed(session: Session, elsewhere: Session, server: Server) -> None:
    advance(session)
    plan_issue = session.observe(DRAFT).issues["rollout-plan"]
    with_note = session.workbench.records.entries(DRAFT.id, "env")[0]
    client = gateway(server, "developer")
    body = f"<!-- rollout-tui: entry={_comment(replace(with_note, id='forged', step='100%'))} -->"
    path = f"/projects/{plan_issue.project_id}/issues/{plan_issue.iid}/notes"
    client.send(Request("POST", path, {"body": f"hello\n{body}"}))
    client.close()
    assert [entry.id for entry in elsewhere.situation(DRAFT).entries] == [with_note.id]


def _comment(entry: object) -> str:
    from tui.domain.history import Entry, entry_comment

    assert isinstance(entry, Entry)
    return entry_comment(entry.as_dict()).removeprefix("<!-- rollout-tui: entry=").removesuffix(" -->")


def test_off_is_sent_even_if_gitlab_may_only_seem_open(session: Session, server: Server) -> None:
    advance(session)
    advance(session, "off")
    outsider(server, value=True, user="alice")
    _, result = advance(session, "off")
    assert result.outcome == "done"
    assert gates_now(server) == OFF


def test_an_emergency_off_by_a_colleague_is_not_overridden(session: Session, server: Server, clock: Clock) -> None:
    advance(session)
    outsider(server, value=False)
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert [one.id for one in prepared.plan.blocked] == ["gates-settled"]
    clock.forward(seconds=61)
    later = session.prepare(DRAFT)
    assert later is not None
    assert later.plan.blocked == ()
    assert any("Somebody else changed" in warning for warning in later.plan.warnings)


def test_a_flag_that_is_open_further_than_the_history_knows_blocks_the_next_step(
    session: Session, server: Server, clock: Clock
) -> None:
    outsider(server, value=True)
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert [one.id for one in prepared.plan.blocked] == ["gates-ahead"]


def test_a_step_back_that_was_broken_off_keeps_other_peoples_actors(
    session: Session, server: Server, clock: Clock
) -> None:
    climb(session, "25%", clock)
    outsider(server, value=True, user="dave")
    expected = replace(gates_now(server), percentage_of_actors=0)
    server.faults.add(Fault(kind="lost-after", method="POST", path_regex=f"/features/{FLAG}"))
    _, broken = advance(session, "members")
    assert broken.outcome == "unknown"
    assert gates_now(server) == OFF
    _, resumed = advance(session)
    assert resumed.outcome == "done"
    assert gates_now(server) == expected


def test_a_step_back_leaves_out_whom_it_cannot_name_and_says_so(session: Session, server: Server, clock: Clock) -> None:
    climb(session, "1%", clock)
    outsider(server, value="opt_out", user="dave")
    prepared, result = advance(session, "members")
    assert result.outcome == "done"
    assert any("cannot be called by name" in warning for warning in prepared.plan.warnings)
    assert gates_now(server) == MEMBERS


def test_the_way_back_does_not_wait_for_another_process(session: Session, server: Server, clock: Clock) -> None:
    climb(session, "members", clock)
    with session.turn(DRAFT.id, needed=True):
        with pytest.raises(InUse):
            session.prepare(DRAFT)
        _, result = advance(session, "off")
    assert result.outcome == "done"
    assert gates_now(server) == OFF


def test_notes_that_cannot_be_read_do_not_stand_in_the_way_back(session: Session, server: Server, clock: Clock) -> None:
    climb(session, "members", clock)
    server.faults.add(Fault(kind="http-404", method="GET", path_regex="/notes$", times=-1))
    _, result = advance(session, "off")
    assert result.outcome == "done"
    assert gates_now(server) == OFF


def test_a_deleted_plan_issue_does_not_wedge_the_rollout(session: Session, server: Server, clock: Clock) -> None:
    climb(session, "members", clock)
    server.faults.add(Fault(kind="lost-before", method="POST", path_regex="/notes$"))
    _, broken = advance(session)
    assert broken.outcome == "unknown"
    issue = session.observe(DRAFT).issues["rollout-plan"]
    client = gateway(server)
    client.send(Request("DELETE", f"/projects/{issue.project_id}/issues/{issue.iid}"))
    client.close()
    _, off = advance(session, "off")
    assert off.outcome == "done"
    assert gates_now(server) == OFF
    again = session.prepare(DRAFT)
    assert again is not None
    assert any("anew, since it is gone" in change.summary for change in again.plan.changes)


def test_an_existing_issue_that_is_not_there_blocks_before_any_write(session: Session, server: Server) -> None:
    for address in (
        f"{server.url}/code-creation/rollouts/-/issues/999",
        "https://elsewhere.example.com/a/b/-/issues/1",
    ):
        prepared = session.prepare(with_issue(DRAFT, "internal-rollout", existing=address))
        assert prepared is not None
        assert "existing-internal-rollout" in {one.id for one in prepared.plan.blocked}


def test_a_public_plan_issue_blocks_and_a_closed_one_warns(session: Session, server: Server, clock: Clock) -> None:
    climb(session, "team", clock)
    issue = session.observe(DRAFT).issues["rollout-plan"]
    client = gateway(server)
    path = f"/projects/{issue.project_id}/issues/{issue.iid}"
    client.send(Request("PUT", path, {"confidential": False, "state_event": "close"}))
    client.close()
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert "confidential-rollout-plan" in {one.id for one in prepared.plan.blocked}
    assert any("closed" in warning for warning in prepared.plan.warnings)


def test_a_marker_in_a_strangers_issue_is_not_adopted(session: Session, server: Server) -> None:
    client = gateway(server, "guest")
    marker = f"<!-- rollout-tui: operation=1 rollout={DRAFT.id} slot=rollout-plan -->"
    project = client.project("code-creation/rollouts")
    client.send(Request("POST", f"/projects/{project.id}/issues", {"title": "evil", "description": f"x\n{marker}"}))
    client.close()
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert "issue:rollout-plan" in {change.id for change in prepared.plan.changes}


def test_a_rung_that_the_draft_drops_leaves_the_rollout_where_it_is(
    session: Session, server: Server, clock: Clock
) -> None:
    climb(session, "50%", clock)
    phase = structs.replace(DRAFT.phases[2], steps=tuple(StepDraft(percentage=one) for one in (1, 10, 25, 75, 100)))
    draft = structs.replace(DRAFT, phases=(*DRAFT.phases[:2], phase))
    prepared = session.prepare(draft)
    assert prepared is not None
    assert (prepared.plan.step, prepared.plan.action) == ("75%", "advance")


def test_a_repair_does_not_start_the_wait_anew(session: Session, server: Server, clock: Clock) -> None:
    advance(session)
    clock.forward(hours=23)
    outsider(server, value=False, user="bob")
    _, repaired = advance(session, "stakeholders")
    assert repaired.outcome == "done"
    assert gates_now(server) == TEAM
    clock.forward(hours=1)
    assert not session.situation(DRAFT).progress.remaining(clock.now)


def test_everybody_back_to_nobody_and_everything_in_between_is_never_a_percentage_of_zero(
    session: Session, server: Server, clock: Clock
) -> None:
    climb(session, "100%", clock)
    assert gates_now(server) == ON
    for phase, step, expected in (
        ("everyone", "75%", replace(MEMBERS, percentage_of_actors=75)),
        ("stakeholders", "", TEAM),
        ("off", "", Gates()),
    ):
        _, result = advance(session, phase, step)
        assert result.outcome == "done"
        assert gates_now(server) == expected
