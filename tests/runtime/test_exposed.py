"""A plan issue that was left public by an apply that broke off: the next plan names it, and its apply hides it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from tests.runtime.test_templates import demote
from tests.runtime.test_whole_rollouts import DRAFT
from tests.support.clock import Clock
from tui.domain.draft import Waiver
from tui.domain.plan import read_marker
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.sandbox.world.state import Issue
from tui.store.assets import ROOT
from tui.store.locations import Locations


def serving(era: str, clock: Clock) -> Server:
    return Server(None, assets=ROOT, clock=clock, era=era)


@contextmanager
def opened(gitlab: Server, home: Path, clock: Clock, role: str = "admin") -> Iterator[Session]:
    environ = {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.tokens[role]}
    with Workbench(Locations.under(home), environ, clock) as bench, bench.session("env") as session:
        yield session


def planned(session: Session) -> Prepared:
    found = session.prepare(DRAFT, "issues")
    assert found is not None
    return found


def left_public(session: Session, gitlab: Server, lost: str) -> tuple[str, Issue]:
    """An apply loses an answer and ends; a plan issue that it has made is public. Its slot, and the issue."""
    gitlab.faults.add(Fault("lost-after", method="POST", path_regex=lost))
    result = session.apply(planned(session))
    assert result.outcome == "unknown"
    with gitlab.edit() as world:
        marked = [(read_marker(one.description or ""), one) for one in world.projects[1].issues.values()]
        slot, made = next((mark.slot, one) for mark, one in marked if mark is not None and one.confidential)
        made.confidential = False
        return slot, made


def now(gitlab: Server, issue: Issue) -> Issue:
    return gitlab.snapshot().projects[1].issues[issue.iid]


@pytest.mark.parametrize(("era", "lost"), [("current", "/issues$"), ("13.8", "/links$")])
def test_it_is_named_and_hidden_by_the_next_apply(clock: Clock, tmp_path: Path, era: str, lost: str) -> None:
    """Whether its own answer was lost, or the apply ended between that answer and what it asked for."""
    with serving(era, clock) as gitlab, opened(gitlab, tmp_path, clock) as session:
        slot, issue = left_public(session, gitlab, lost)
        plan = planned(session).plan
        hide = plan.changes[0]
        assert (hide.kind, hide.slot) == ("hide-issue", slot)
        assert "confidential: GitLab had made it public" in hide.summary
        assert plan.blocked == ()
        assert not now(gitlab, issue).confidential, "to plan changes nothing"
        waiver = Waiver(requirement=f"confidential-{slot}", reason="It is public now.", by="alice", at=clock())
        left = session.prepare(structs.replace(DRAFT, waivers=(waiver,)), "issues")
        assert left is not None
        assert (left.plan.blocked, {"hide-issue"} & {one.kind for one in left.plan.changes}) == ((), set())
        result = session.apply(planned(session))
        assert (result.outcome, result.reason) == ("done", "")
        assert now(gitlab, issue).confidential
        assert not [one for one in planned(session).plan.changes if one.kind == "hide-issue"]
        assert len([one for one in gitlab.snapshot().projects[1].issues.values() if one.title == issue.title]) == 1


def test_it_is_emptied_where_gitlab_drops_that_too(clock: Clock, tmp_path: Path) -> None:
    with serving("13.8", clock) as gitlab, opened(gitlab, tmp_path, clock, "reporter") as session:
        slot, issue = left_public(session, gitlab, "/links$")
        demote(gitlab)
        plan = planned(session)
        result = session.apply(replace(plan, plan=replace(plan.plan, blocked=())))
        left = now(gitlab, issue)
        assert result.outcome == "rejected"
        assert "emptied and closed" in result.reason
        assert (left.title, left.state, "Codestral" in str(left.description)) == ("(emptied)", "closed", False)
        again = [one for one in planned(session).plan.changes if one.slot == slot]
        assert "create-issue" in {one.kind for one in again}
        assert "hide-issue" not in {one.kind for one in again}
