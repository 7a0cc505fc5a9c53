"""The same rollout on installations and with tokens of every kind; what a GitLab lacks is told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from tests.support.rollouts import FLAG, sample
from tui.domain.draft import Draft, Place
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.sandbox.world.conditions import Conditions
from tui.store.assets import ROOT
from tui.store.locations import Locations
from tui.store.settings import Instance, Settings, save

PROJECT = "code-creation/rollouts"
DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project=PROJECT))


@contextmanager
def session(home: Path, environ: Mapping[str, str], name: str = "env") -> Iterator[Session]:
    with Workbench(Locations.under(home), environ) as bench, bench.session(name) as opened:
        yield opened


def planned(opened: Session, draft: Draft = DRAFT, phase: str = "") -> Prepared:
    found = opened.prepare(draft, phase)
    assert found is not None
    return found


def done(server: Server, opened: Session, draft: Draft = DRAFT) -> None:
    """The next step is applied, and GitLab has what the plan said."""
    plan = planned(opened, draft)
    assert opened.apply(plan).outcome == "done"
    assert server.snapshot().features[FLAG].actors


@pytest.mark.parametrize("era", ["current", "13.8"])
def test_below_a_path_with_issues_addressed_as_people_do(tmp_path: Path, era: str) -> None:
    with Server(None, assets=ROOT, era=era, prefix="/gitlab") as gitlab:
        assert gitlab.url.endswith("/gitlab")
        with session(tmp_path, {"GITLAB_URL": f"{gitlab.url}/", "GITLAB_TOKEN": gitlab.token}) as opened:
            done(gitlab, opened)
            seen = opened.situation(DRAFT).observed.issues
            assert all(one.url.startswith(f"{gitlab.url}/{PROJECT}/-/issues/") for one in seen.values())
            plan = seen["rollout-plan"]
            other = structs.replace(
                DRAFT,
                id="another",
                issues=tuple(
                    structs.replace(one, existing=plan.url) if one.kind == "rollout-plan" else one
                    for one in DRAFT.issues
                ),
            )
            assert opened.situation(other).observed.issues["rollout-plan"].iid == plan.iid


def test_an_oauth_token_from_the_environment_and_from_a_variable_that_the_settings_name(tmp_path: Path) -> None:
    with Server(None, assets=ROOT) as gitlab:
        token = gitlab.mint("alice", kind="oauth")
        with session(tmp_path, {"GITLAB_URL": gitlab.url, "GITLAB_OAUTH_TOKEN": token}) as opened:
            done(gitlab, opened)
        own = Instance(name="work", url=gitlab.url, token_env="WORK", oauth=True)
        save(Locations.under(tmp_path), Settings(instances=(own,)))
        with session(tmp_path, {"WORK": token}, "work") as opened:
            assert opened.gateway.operator().username == "alice"


@pytest.mark.parametrize("path", [PROJECT, "code-creation"], ids=["project", "group"])
def test_a_bot_of_a_project_or_group_makes_the_plan_issues(tmp_path: Path, path: str) -> None:
    with Server(None, assets=ROOT) as gitlab:
        token = gitlab.mint_bot(path, "maintainer")
        with session(tmp_path, {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": token}) as opened:
            plan = planned(opened, phase="issues")
            assert opened.apply(plan).outcome == "done"
            assert "administrator" in {one.id for one in planned(opened).plan.blocked if one.hard}


def test_admin_mode_is_named_before_anything_is_written(tmp_path: Path) -> None:
    with Server(None, assets=ROOT, conditions=Conditions(admin_mode=True)) as gitlab:
        with session(tmp_path, {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.token}) as opened:
            (block,) = [one for one in planned(opened).plan.blocked if one.hard]
            assert (block.id, "admin_mode" in block.text) == ("administrator", True)
        assert not [one for one in gitlab.requests if one.method != "GET"]
        token = gitlab.mint("alice", scopes=("api", "admin_mode"))
        with session(tmp_path, {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": token}) as opened:
            done(gitlab, opened)


def test_a_token_that_ends_before_the_next_step_is_told(tmp_path: Path) -> None:
    with Server(None, assets=ROOT) as gitlab:
        for days, told in ((2, 1), (30, 0)):
            token = gitlab.mint("alice", expires_at=datetime.now(UTC).date() + timedelta(days=days))
            with session(tmp_path, {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": token}) as opened:
                remarks = opened.situation(DRAFT).observed.remarks
                assert len([one for one in remarks if "The token ends on" in one]) == told


def test_what_a_gitlab_lacks_is_told_once_and_worked_around(tmp_path: Path) -> None:
    with Server(None, assets=ROOT) as gitlab:
        for path in ("/features/definitions", "/templates/issues", "/personal_access_tokens/self", "/version"):
            gitlab.faults.add(Fault("http-404", path_regex=path, times=-1))
        with session(tmp_path, {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.token}) as opened:
            plan = planned(opened)
            told = [one for one in plan.plan.warnings if "does not tell which flags" in one]
            assert len(told) == 1
            assert FLAG in told[0]
            assert opened.apply(plan).outcome == "done"
