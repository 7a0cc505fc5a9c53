"""A project's own flag from nothing to everybody, to half and off, on whatever GitLab is under test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from msgspec import structs

from tests.runtime.conftest import gateway
from tests.support.clock import Clock
from tests.support.gitlab_under_test import UnderTest, draft
from tests.support.rollouts import FLAG, with_phase
from tui.domain.draft import Draft, FlagSpec
from tui.domain.errors import GitLabError
from tui.domain.gates import OFF, ON
from tui.domain.plan import Request
from tui.domain.strategies import ProjectFlag
from tui.runtime.workbench import Session

pytestmark = pytest.mark.any_gitlab
LIST = "rollout_tui_staff"


@pytest.fixture
def rollout(server: UnderTest) -> Iterator[Draft]:
    """A draft for a flag of the project under test, with a list of two users; both are deleted afterwards."""
    spec = FlagSpec(name=FLAG, target="project", project=server.project, environment="production")
    people = draft().team.stakeholders[:1]
    made = structs.replace(with_phase(draft(), "stakeholders", users=people, groups=()), flag=spec)
    client = gateway(server)
    place = f"/projects/{client.project(server.project).id}"
    kept = client.send(
        Request("POST", f"{place}/feature_flags_user_lists", {"name": LIST, "user_xids": "carol,dave"}),
    )
    yield with_phase(made, "members", feature_groups=(LIST,))
    for path in (f"feature_flags/{FLAG}", f"feature_flags_user_lists/{kept['iid']}"):
        with suppress(GitLabError):
            client.send(Request("DELETE", f"{place}/{path}"))
    client.close()


def flag(server: UnderTest) -> ProjectFlag:
    with gateway(server, "developer") as client:
        found = client.project_flag(client.project(server.project).id, FLAG)
    assert found is not None
    return found


def test_from_nothing_to_everybody_to_half_and_off(
    session: Session, server: UnderTest, clock: Clock, rollout: Draft
) -> None:
    before = OFF
    goals = [("", "")] * 8 + [("everyone", "50%"), ("off", "")]
    for phase, step in goals:
        prepared = session.prepare(rollout, phase, step)
        assert prepared is not None
        assert prepared.plan.blocked == ()
        result = session.apply(prepared)
        assert (result.outcome, result.reason, result.remarks) == ("done", "", ())
        aim = next(change.aim for change in prepared.plan.changes if change.aim)
        assert flag(server).like(aim.after)
        gates = flag(server).gates("production")
        assert gates == prepared.plan.gates.end
        assert prepared.plan.reduces or before.within(gates)
        assert (prepared.plan.step == "100%") == (gates == ON)
        before = gates
        clock.forward(days=3)
    assert before == OFF
    assert (flag(server).active, flag(server).strategies) == (False, ())
