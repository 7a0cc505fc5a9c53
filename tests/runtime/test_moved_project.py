"""A project that was renamed: by its former path, by its number, and in the middle of a rollout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import structs

from tests.support.rollouts import sample
from tui.domain.draft import Draft, Place
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations

DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project="code-creation/rollouts"))
FORMER: Draft = structs.replace(sample(), gitlab=Place(instance="env", project="code-creation/model-rollouts"))


@pytest.fixture(params=["current", "13.8"])
def gitlab(request: pytest.FixtureRequest) -> Iterator[Server]:
    with Server(None, assets=ROOT, era=request.param) as running:
        yield running


@pytest.fixture
def session(tmp_path_factory: pytest.TempPathFactory, gitlab: Server) -> Iterator[Session]:
    environ = {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.token}
    locations = Locations.under(tmp_path_factory.mktemp("home"))
    with Workbench(locations, environ) as bench, bench.session("env") as opened:
        yield opened


def prepared(session: Session, draft: Draft, phase: str = "") -> Prepared:
    found = session.prepare(draft, phase)
    assert found is not None
    return found


def remarks_of(plan: Prepared) -> str:
    return "\n".join(plan.situation.observed.remarks)


def test_the_former_path_is_followed_where_gitlab_redirects_and_told_where_it_does_not(
    gitlab: Server, session: Session
) -> None:
    plan = prepared(session, FORMER)
    if gitlab.era.name == "13.8":
        assert "does not know the project code-creation/model-rollouts" in remarks_of(plan)
        assert {one.id for one in plan.plan.blocked if one.hard} == {"project"}
        return
    moved = "code-creation/model-rollouts has moved to code-creation/rollouts"
    assert remarks_of(plan).count(moved) == 1
    assert any(moved in warning for warning in plan.plan.warnings)
    assert session.apply(plan).outcome == "done"
    assert not [one for one in gitlab.requests if one.method != "GET" and "model-rollouts" in one.path]


def test_the_project_of_a_flag_that_moved(gitlab: Server, session: Session) -> None:
    spec = structs.replace(DRAFT.flag, target="project", project="code-creation/model-rollouts")
    plan = prepared(session, structs.replace(DRAFT, flag=spec))
    if gitlab.era.name == "13.8":
        assert [one for one in plan.plan.blocked if one.hard]
    else:
        assert "code-creation/rollouts: write that into flag.project" in remarks_of(plan)


def test_a_rollout_goes_on_by_the_number_of_its_project_when_that_is_renamed(gitlab: Server, session: Session) -> None:
    assert session.apply(prepared(session, DRAFT)).outcome == "done"
    with gitlab.edit() as world:
        world.projects[1].path = "platform/ai/rollouts"
        world.projects[1].former_paths.append("code-creation/rollouts")
    after = prepared(session, DRAFT, "members")
    assert "has moved to platform/ai/rollouts: write that into gitlab.project" in remarks_of(after)
    assert not [one for one in after.plan.changes if one.kind == "create-issue"]
    assert session.apply(after).outcome == "done"


def test_a_path_that_never_was_the_rollouts_is_not_mended_by_the_number(gitlab: Server, session: Session) -> None:
    assert session.apply(prepared(session, DRAFT)).outcome == "done"
    typo = structs.replace(DRAFT, gitlab=Place(instance="env", project="code-creation/rolouts"))
    assert prepared(session, typo, "members").situation.observed.project is None
