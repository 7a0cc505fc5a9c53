"""Whole rollouts over a real socket, on the sandbox or any GitLab: what the plan said is what GitLab then has."""

from __future__ import annotations

from itertools import combinations

import pytest
from msgspec import structs

from tests.runtime.conftest import gateway
from tests.support.clock import Clock
from tests.support.gitlab_under_test import UnderTest, reader, settle
from tests.support.gitlab_under_test import draft as draft_under_test
from tests.support.rollouts import FLAG, with_issue
from tui.domain.draft import Draft, Waiver
from tui.domain.errors import Blocked, DraftInvalid
from tui.domain.gates import Gates
from tui.domain.history import read_entry
from tui.domain.lint import leftovers
from tui.runtime.apply import ApplyResult
from tui.runtime.workbench import Prepared, Session

pytestmark = pytest.mark.any_gitlab
DRAFT: Draft = draft_under_test()
LADDER = ["team", "members", "1%", "10%", "25%", "50%", "75%", "100%"]


def gates_now(server: UnderTest) -> Gates:
    """What GitLab has, read without the client that is tested."""
    return reader(server).gates(FLAG)


def advance(session: Session, phase: str = "", step: str = "", draft: Draft = DRAFT) -> tuple[Prepared, ApplyResult]:
    prepared = session.prepare(draft, phase, step)
    assert prepared is not None
    return prepared, session.apply(prepared)


def climb(session: Session, to: str, clock: Clock) -> None:
    for step in LADDER:
        _, result = advance(session)
        assert result.outcome == "done", result
        clock.forward(days=3)
        if step == to:
            return


def test_from_nothing_to_100_percent_the_gates_equal_the_simulation_at_each_step(
    session: Session, server: UnderTest, clock: Clock
) -> None:
    """Equal means the very same gates; for everybody an old GitLab keeps those that stand beside it."""
    for expected in LADDER:
        before = len(server.requests)
        prepared, result = advance(session)
        assert prepared.plan.step == expected
        assert prepared.plan.blocked == ()
        assert result.outcome == "done"
        assert gates_now(server).same_audience(prepared.plan.gates.end)
        *writes, lead = [one for one in list(server.requests)[before:] if one.method in {"POST", "PUT", "DELETE"}]
        planned = sorted((change.request.method, change.kind) for change in prepared.plan.changes)
        assert len(writes) == len(planned)
        assert "has the lead" in str(lead.body)
        clock.forward(days=3)
    assert gates_now(server).boolean
    assert session.prepare(DRAFT) is None


def test_nothing_ever_sends_a_number_without_a_key(session: Session, server: UnderTest, clock: Clock) -> None:
    climb(session, "100%", clock)
    advance(session, "everyone", "50%")
    advance(session, "members")
    advance(session, "off")
    bodies = [one.body for one in server.requests if one.method == "POST" and "/features/" in one.path]
    assert bodies
    for body in bodies:
        assert isinstance(body, dict)
        if not isinstance(body["value"], bool):
            assert body["key"] == "percentage_of_actors"
            assert 0 < body["value"] < 100


def test_the_four_plan_issues_are_filled_private_where_they_should_be_and_linked(
    session: Session, server: UnderTest
) -> None:
    advance(session)
    seen = session.observe(DRAFT).issues
    assert sorted(seen) == ["flag-rollout", "internal-feedback", "internal-rollout", "rollout-plan"]
    for slot, issue in seen.items():
        assert leftovers(issue.description) == ()
        assert "⟪" not in issue.description
        drafted = DRAFT.issue(slot)
        assert drafted is not None
        if drafted.confidential is not None:
            assert issue.confidential == drafted.confidential
    assert seen["rollout-plan"].confidential
    client = gateway(server)
    for one, other in combinations(seen.values(), 2):
        assert other.iid in {linked.iid for linked in client.links(one.project_id, one.iid)}
    client.close()
    assert seen["flag-rollout"].ref in seen["rollout-plan"].description


def test_each_step_leaves_one_note_that_carries_the_entry(session: Session, server: UnderTest, clock: Clock) -> None:
    climb(session, "10%", clock)
    plan_issue = session.observe(DRAFT).issues["rollout-plan"]
    client = gateway(server)
    notes = [note for note in client.notes(plan_issue.project_id, plan_issue.iid) if not note.system]
    client.close()
    told = [read_entry(note.body) for note in notes]
    entries = session.workbench.records.entries(DRAFT.id, "env")
    assert [entry.step for entry in entries] == LADDER[:4]
    assert {entry.id for entry in told if entry} == {entry.id for entry in entries}
    for entry in entries:
        assert entry.gates_before != entry.gates_after
        assert entry.note_url.startswith(plan_issue.url)
        same = next(one for one in told if one and one.id == entry.id)
        assert (same.gates_before, same.gates_after, same.at) == (entry.gates_before, entry.gates_after, entry.at)


def test_the_timeline_of_the_plan_issue_follows(session: Session, clock: Clock) -> None:
    climb(session, "members", clock)
    text = session.observe(DRAFT).issues["rollout-plan"].description
    rows = [
        line
        for line in text.splitlines()
        if line.startswith("|") and ("live" in line or "planned" in line or "done" in line)
    ]
    assert "done" in rows[0]
    assert "live" in rows[1]
    assert "planned" in rows[2]


def test_back_from_25_percent_to_the_members_keeps_team_and_members(
    session: Session, server: UnderTest, clock: Clock
) -> None:
    climb(session, "25%", clock)
    before = gates_now(server)
    prepared, result = advance(session, "members")
    assert result.outcome == "done"
    after = gates_now(server)
    assert (after.actors, after.groups, after.percentage_of_actors) == (before.actors, before.groups, 0)
    assert after == prepared.plan.gates.end
    entry = session.workbench.records.entries(DRAFT.id, "env")[-1]
    assert (entry.action, entry.phase) == ("step-back", "members")


def test_back_from_100_percent_to_50(session: Session, server: UnderTest, clock: Clock) -> None:
    climb(session, "75%", clock)
    below = gates_now(server)
    advance(session)
    _, result = advance(session, "everyone", "50%")
    assert result.outcome == "done"
    after = gates_now(server)
    assert (after.actors, after.groups) == (below.actors, below.groups)
    assert after.percentage_of_actors == 50
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert prepared.plan.step == "75%"


def test_off_clears_everything_and_the_way_up_starts_again(session: Session, server: UnderTest, clock: Clock) -> None:
    climb(session, "10%", clock)
    advance(session, "off")
    assert gates_now(server) == Gates()
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert (prepared.plan.step, prepared.plan.action) == ("team", "advance")
    assert not [change for change in prepared.plan.changes if change.kind == "create-issue"]


def test_the_plan_issues_alone_leave_the_flag_as_it_is(session: Session, server: UnderTest) -> None:
    _, result = advance(session, "issues")
    assert result.outcome == "done"
    assert not [one for one in server.requests if one.method == "POST" and "/features/" in one.path]
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert [change.kind for change in prepared.plan.changes if change.kind == "create-issue"] == []


def test_a_plan_applied_twice_changes_nothing_the_second_time(session: Session, server: UnderTest) -> None:
    advance(session)
    settle(server)
    prepared = session.prepare(DRAFT, "stakeholders")
    assert prepared is not None
    assert prepared.plan.empty


def test_a_waiver_shows_in_the_history_and_on_the_issue(session: Session) -> None:
    reason = "Covered by the company-wide announcement."
    draft = with_issue(DRAFT, "internal-rollout", skip=True)
    blocked = session.prepare(draft)
    assert blocked is not None
    with pytest.raises(Blocked, match="internal-rollout-issue"):
        session.apply(blocked)
    waived = structs.replace(draft, waivers=(Waiver(requirement="internal-rollout-issue", reason=reason),))
    advance(session, draft=waived)
    assert reason in session.workbench.records.entries(DRAFT.id, "env")[-1].reason
    assert reason in session.observe(waived).issues["rollout-plan"].description


def test_an_outsiders_change_between_plan_and_apply_is_refused(session: Session, server: UnderTest) -> None:
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    client = gateway(server)
    client.send(prepared.plan.changes[-3].request)
    client.close()
    settle(server)
    before = len(server.requests)
    result = session.apply(prepared)
    assert result.outcome == "stale"
    assert FLAG in result.reason
    assert not [one for one in list(server.requests)[before:] if one.method != "GET"]


def test_another_machine_finds_the_plan_issues_on_gitlab(
    session: Session, server: UnderTest, tmp_path: object, clock: Clock
) -> None:
    advance(session, "issues")
    session.workbench.close()
    session.workbench.locations.records.unlink()
    assert len(session.observe(DRAFT).issues) == 4


def test_a_draft_with_errors_can_still_be_turned_off_and_stepped_back_but_not_advanced(
    session: Session, server: UnderTest, clock: Clock
) -> None:
    climb(session, "25%", clock)
    broken = structs.replace(DRAFT, announcement=DRAFT.announcement, checks=(*DRAFT.checks, *DRAFT.checks))
    with pytest.raises(DraftInvalid):
        session.prepare(broken)
    _, back = advance(session, "members", draft=broken)
    assert back.outcome == "done"
    _, off = advance(session, "off", draft=broken)
    assert off.outcome == "done"
    assert gates_now(server) == Gates()
