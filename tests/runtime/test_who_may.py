"""A token that cannot do the plan is told so before anything is written, whatever it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from tests.support.rollouts import climbed, observed, sample, situation
from tui.domain.draft import Draft, Place
from tui.domain.errors import Blocked, GitLabError, ScopeMissing, TokenRefused
from tui.domain.gates import OFF
from tui.domain.plan import Plan
from tui.domain.planning import compute
from tui.domain.wish import Wish
from tui.runtime.workbench import Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations

ERAS = ("current", "13.8")
DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project="code-creation/rollouts"))


@pytest.fixture(params=ERAS)
def gitlab(request: pytest.FixtureRequest) -> Iterator[Server]:
    with Server(None, assets=ROOT, era=request.param) as running:
        yield running


def planned(home: Path, server: Server, token: str, phase: str = "", draft: Draft = DRAFT) -> Plan:
    """What the owner of the token is shown; where that is blocked it cannot be applied either."""
    with (
        Workbench(Locations.under(home), {"GITLAB_URL": server.url, "GITLAB_TOKEN": token}) as bench,
        bench.session("env") as session,
    ):
        prepared = session.prepare(draft, phase)
        assert prepared is not None
        if prepared.plan.blocked:
            with pytest.raises(Blocked):
                session.apply(prepared)
        return prepared.plan


def written(server: Server) -> list[str]:
    """The requests that could have changed something; to render a text is a read in all but its verb."""
    asked = [f"{one.method} {one.path}" for one in server.requests if one.method != "GET"]
    return [one for one in asked if one != "POST /markdown"]


def blocks(plan: Plan) -> dict[str, str]:
    """What stands in the way for good: requirement and text."""
    return {one.id: one.text for one in plan.blocked if one.hard}


@pytest.mark.parametrize(
    ("role", "ids"),
    [
        ("developer", {"administrator"}),
        ("reporter", {"administrator"}),
        ("guest", {"administrator", "project"}),
    ],
)
def test_somebody_who_is_no_administrator(tmp_path: Path, gitlab: Server, role: str, ids: set[str]) -> None:
    found = blocks(planned(tmp_path, gitlab, gitlab.tokens[role]))
    assert set(found) == ids
    assert "is no administrator of env" in found["administrator"]
    assert written(gitlab) == []


def test_a_guest_is_told_of_silent_drops_and_a_reporter_may_make_the_plan_issues(
    tmp_path: Path, gitlab: Server
) -> None:
    assert "less than a reporter" in blocks(planned(tmp_path, gitlab, gitlab.tokens["guest"], "issues"))["project"]
    assert blocks(planned(tmp_path, gitlab, gitlab.tokens["reporter"], "issues")) == {}
    assert written(gitlab) == []


@pytest.mark.parametrize(("role", "said"), [("reporter", "developer"), ("guest", "developer")])
def test_project_flags_want_a_developer(tmp_path: Path, gitlab: Server, role: str, said: str) -> None:
    own = structs.replace(DRAFT.flag, target="project", project="code-creation/rollouts", environment="production")
    draft = structs.replace(DRAFT, flag=own)
    assert any(said in text for text in blocks(planned(tmp_path, gitlab, gitlab.tokens[role], draft=draft)).values())
    assert written(gitlab) == []


def test_chat_commands_want_no_more_than_the_plan_issues_do(tmp_path: Path, gitlab: Server) -> None:
    draft = structs.replace(DRAFT, flag=structs.replace(DRAFT.flag, target="chatops"))
    assert set(blocks(planned(tmp_path, gitlab, gitlab.tokens["guest"], draft=draft))) == {"project"}
    assert blocks(planned(tmp_path, gitlab, gitlab.tokens["reporter"], draft=draft)) == {}
    assert written(gitlab) == []


def test_tokens_that_are_good_no_more(tmp_path: Path, gitlab: Server) -> None:
    for token, said in (
        (gitlab.mint("alice", expires_at=date(2020, 1, 1)), "is expired"),
        (gitlab.mint("alice", revoked=True), "was revoked"),
        ("glpat-nobody-knows-this-one", "does not know the token"),
    ):
        with pytest.raises(TokenRefused, match=said):
            planned(tmp_path, gitlab, token)
    assert written(gitlab) == []


@pytest.mark.parametrize("phase", ["", "issues"])
def test_a_token_that_may_only_read(tmp_path: Path, gitlab: Server, phase: str) -> None:
    """Also where GitLab does not tell what a token may do: there a request that changes nothing is refused."""
    token = gitlab.mint("alice", scopes=("read_api",))
    before = gitlab.snapshot()
    found = blocks(planned(tmp_path, gitlab, token, phase))
    told = "only read_api" if gitlab.era.newer_endpoints else "may only read"
    assert told in found["token-scope"]
    assert written(gitlab) == []
    assert gitlab.snapshot() == before


def test_an_oauth_token_that_may_only_read(tmp_path: Path, gitlab: Server) -> None:
    environ = {"GITLAB_URL": gitlab.url, "GITLAB_OAUTH_TOKEN": gitlab.mint("alice", kind="oauth", scopes=("read_api",))}
    with Workbench(Locations.under(tmp_path), environ) as bench, bench.session("env") as session:
        prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert "only read_api" in blocks(prepared.plan)["token-scope"]
    assert written(gitlab) == []


def test_a_token_that_may_only_read_where_nothing_tells(tmp_path: Path) -> None:
    """The first write finds out: it is refused, and nothing comes after it."""
    with Server(None, assets=ROOT, era="13.8") as gitlab:
        gitlab.faults.add(Fault("http-404", path_regex="/markdown$", times=-1))
        environ = {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.mint("alice", scopes=("read_api",))}
        before = gitlab.snapshot()
        with Workbench(Locations.under(tmp_path), environ) as bench, bench.session("env") as session:
            prepared = session.prepare(DRAFT)
            assert prepared is not None
            result = session.apply(prepared)
        assert result.outcome == "rejected"
        assert "scope api" in result.reason
        assert set(written(gitlab)) == {"POST /projects/1/issues"}
        assert gitlab.snapshot() == before


@pytest.mark.parametrize("scopes", [("read_user",), ()])
def test_a_token_that_may_not_even_read(tmp_path: Path, gitlab: Server, scopes: tuple[str, ...]) -> None:
    with pytest.raises(ScopeMissing) as caught:
        planned(tmp_path, gitlab, gitlab.mint("alice", scopes=scopes))
    assert isinstance(caught.value, GitLabError)
    assert "scope `api`" in caught.value.hint
    assert written(gitlab) == []


def test_an_archived_project_and_one_without_issues(tmp_path: Path, gitlab: Server) -> None:
    with gitlab.edit() as world:
        world.projects[1].archived = True
    assert "is archived" in blocks(planned(tmp_path, gitlab, gitlab.token))["project"]
    with gitlab.edit() as world:
        world.projects[1].archived, world.projects[1].issues_enabled = False, False
    assert "issues turned off" in blocks(planned(tmp_path, gitlab, gitlab.token))["project"]
    assert written(gitlab) == []


def test_notes_that_an_archived_project_will_not_take(tmp_path: Path, gitlab: Server) -> None:
    environ = {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.token}
    with Workbench(Locations.under(tmp_path), environ) as bench, bench.session("env") as session:
        first = session.prepare(DRAFT)
        assert first is not None
        assert session.apply(first).outcome == "done"
        with gitlab.edit() as world:
            world.projects[1].archived = True
        after = session.prepare(DRAFT, "members")
        assert after is not None
        assert "project-archived" in {one.id for one in after.plan.blocked}


def test_who_cannot_read_the_gates_never_takes_the_flag_for_closed(tmp_path: Path, gitlab: Server) -> None:
    """GitLab refuses an off by somebody who is no administrator: that is told, and nothing is recorded."""

    def session_of(name: str, token: str) -> Workbench:
        return Workbench(Locations.under(tmp_path / name), {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": token})

    with session_of("alice", gitlab.token) as bench, bench.session("env") as session:
        live = session.prepare(DRAFT)
        assert live is not None
        assert session.apply(live).outcome == "done"
        there = session.situation(DRAFT).observed.flag(DRAFT.flag.name).gates
    with session_of("bob", gitlab.tokens["maintainer"]) as bench, bench.session("env") as session:
        seen = session.situation(DRAFT)
        assert seen.observed.flag(DRAFT.flag.name).unread
        assert seen.shown(DRAFT.flag.name) == there
        assert seen.unlike(seen.observed.flag(DRAFT.flag.name)) is None
        for wish in (Wish("off", reason="x"), Wish(act="undo", reason="x"), Wish(act="abandon", reason="x")):
            prepared = session.prepare_wish(DRAFT, wish)
            assert prepared is not None
            assert [one.request.body for one in prepared.plan.changes if one.is_gate] == [{"value": False}]
            result = session.apply(prepared)
            assert (result.outcome, result.entry) == ("rejected", None)
            assert "lets only administrators" in result.reason
        assert len(bench.records.entries(DRAFT.id, "env")) == 1
        assert session.situation(DRAFT).shown(DRAFT.flag.name) == there


def test_a_step_back_is_refused_where_nobody_can_see_what_it_would_leave() -> None:
    live = situation(DRAFT, replace(observed(OFF), flags={}), climbed(1, 10))
    for step, ids in (("1%", ["gates-unread"]), ("", [])):
        goal = live.goal("everyone" if step else "off", step)
        assert goal is not None
        assert [one.id for one in compute(live, goal).blocked] == ids
