"""A way back needs the flag and nothing else of GitLab: what cannot be read besides is told, and stops nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.conftest import gateway
from tests.runtime.test_project_target import DRAFT as PROJECT_DRAFT
from tests.runtime.test_project_target import Rig
from tests.runtime.test_whole_rollouts import DRAFT, climb, gates_now
from tests.support.clock import Clock
from tests.support.rollouts import FLAG, MEMBERS, TEAM
from tui.domain.errors import GitLabError
from tui.domain.gates import OFF, Gates
from tui.domain.plan import Request
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations

READS = {
    "owner": "/user$",
    "token": "/personal_access_tokens/self$",
    "names": "/users$",
    "references": "/users/",
    "groups": "/groups/",
    "project": "/projects/[^/]+$",
    "issues": r"/issues(/\d+)?$",
    "notes": "/notes$",
    "links and templates": "/(links|templates/.*)$",
    "members": "/members/",
    "everything but the flag": "/api/v4/(?!features$)",
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path, Clock]]:
    """A rollout at 1 %, with its home."""
    clock, home = Clock(), tmp_path_factory.mktemp("live")
    with Server(None, assets=ROOT, clock=clock) as gitlab:
        for session in opened(gitlab, home, clock):
            climb(session, "1%", clock)
        yield gitlab, home, clock


def opened(gitlab: Server, home: Path, clock: Clock) -> Iterator[Session]:
    """A session that has not asked anything yet."""
    environ = {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.token}
    with Workbench(Locations.under(home), environ, clock) as bench, bench.session("env") as session:
        yield session


@pytest.mark.parametrize("broken", READS)
def test_a_step_back_is_planned_whatever_else_cannot_be_read(live: tuple[Server, Path, Clock], broken: str) -> None:
    gitlab, home, clock = live
    gitlab.faults.add(Fault("http-409", method="GET", path_regex=READS[broken], times=-1))
    try:
        for session in opened(gitlab, home, clock):
            prepared = session.prepare(DRAFT, "members")
            assert prepared is not None
            assert prepared.plan.reduces
            assert prepared.plan.blocked == ()
            assert prepared.plan.gates.end == MEMBERS
            assert next(one.kind for one in prepared.plan.changes) == "set-gate"
            unread = [one for one in prepared.plan.warnings if "409" in one or "Resource lock" in one]
            assert bool(unread) == (broken not in {"references", "members"})
    finally:
        gitlab.faults.clear()


def test_nothing_is_tried_for_long_before_a_way_back(live: tuple[Server, Path, Clock]) -> None:
    """A server that fails is asked four times for what is needed, and twice for what is not."""
    gitlab, home, clock = live
    gitlab.faults.add(Fault("http-500", method="GET", path_regex=READS["owner"], times=-1))
    gitlab.requests.clear()
    for session in opened(gitlab, home, clock):
        assert session.prepare(DRAFT, "off") is not None
    looked = [one.path for one in gitlab.requests].index("/features")
    gitlab.faults.clear()
    assert [one.path for one in list(gitlab.requests)[:looked]].count("/user") == 2


def test_the_same_errors_stop_the_way_on(live: tuple[Server, Path, Clock]) -> None:
    gitlab, home, clock = live
    for path in ("owner", "names", "issues", "project"):
        gitlab.faults.add(Fault("http-409", method="GET", path_regex=READS[path], times=-1))
        for session in opened(gitlab, home, clock):
            with pytest.raises(GitLabError):
                session.prepare(DRAFT)
        gitlab.faults.clear()


def test_back_from_everybody_and_off_while_nothing_but_the_flag_answers(clock: Clock, tmp_path: Path) -> None:
    """Names come from the history then: without them the team could not be let in again."""
    with Server(None, assets=ROOT, clock=clock) as gitlab:
        for session in opened(gitlab, tmp_path, clock):
            climb(session, "members", clock)
        client = gateway(gitlab)
        client.send(Request("POST", f"/features/{FLAG}", {"value": True}))
        client.close()
        everything = Fault("http-409", method="GET", path_regex=READS["everything but the flag"], times=-1)
        for phase, gates in (("stakeholders", TEAM), ("off", OFF)):
            gitlab.faults.add(everything)
            for session in opened(gitlab, tmp_path, clock):
                prepared = session.prepare(DRAFT, phase)
                assert prepared is not None
                assert session.apply(prepared).outcome == "done"
                assert session.workbench.records.entries(DRAFT.id, "env")[-1].gates_after == gates
            gitlab.faults.clear()
            assert gates_now(gitlab) == gates


def test_off_waits_for_nobody_and_leaves_what_others_wrote(clock: Clock, tmp_path: Path) -> None:
    """Between review and apply somebody edits the plan issue and opens the flag further."""
    with Server(None, assets=ROOT, clock=clock) as gitlab:
        for session in opened(gitlab, tmp_path, clock):
            climb(session, "team", clock)
            prepared = session.prepare(DRAFT, "off")
            assert prepared is not None
            seen = prepared.situation.observed.issues["rollout-plan"]
            client = gateway(gitlab)
            path = f"/projects/{seen.project_id}/issues/{seen.iid}"
            client.send(Request("PUT", path, {"description": f"{seen.description}\n\nA remark of bob's."}))
            client.send(Request("POST", f"/features/{FLAG}", {"value": 30, "key": "percentage_of_actors"}))
            result = session.apply(prepared)
            assert (result.outcome, result.reason, result.remarks) == ("done", "", ())
            assert gates_now(gitlab) == OFF
            after = client.issue(seen.project_id, seen.iid)
            client.close()
            assert after is not None
            assert after.description.endswith("A remark of bob's.")
            assert after.description.count("off for everybody") > seen.description.count("off for everybody")


def test_a_report_that_cannot_be_read_after_an_off_is_no_change_by_others(clock: Clock, tmp_path: Path) -> None:
    with Server(None, assets=ROOT, clock=clock) as gitlab:
        for session in opened(gitlab, tmp_path, clock):
            climb(session, "team", clock)
            prepared = session.prepare(DRAFT, "off")
            assert prepared is not None
            gitlab.faults.add(Fault("http-409", method="GET", path_regex=READS["issues"], times=-1))
            result = session.apply(prepared)
            assert gates_now(gitlab) == OFF
            assert (result.outcome, result.entry is not None) == ("rejected", True)
            assert result.reason.startswith("Update the report in rollout-plan: ")


def test_a_step_back_does_not_open_what_somebody_closed_further(live: tuple[Server, Path, Clock]) -> None:
    gitlab, home, clock = live
    for session in opened(gitlab, home, clock):
        prepared = session.prepare(DRAFT, "members")
        assert prepared is not None
        before = gitlab.snapshot()
        client = gateway(gitlab)
        client.send(Request("POST", f"/features/{FLAG}", {"value": False}))
        client.close()
        assert session.apply(prepared).outcome == "stale"
        assert gates_now(gitlab) == OFF
        gitlab.restore(before)


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path, Clock]]:
    """A project's flag that members are in, with its home; the administrator is no member of the project."""
    clock, home = Clock(), tmp_path_factory.mktemp("projects")
    with Server(None, assets=ROOT, clock=clock) as gitlab:
        rig = Rig(gitlab, home, clock, "admin")
        rig.keep_list("alice", "carol", "dave")
        rig.climb("members", PROJECT_DRAFT)
        rig.close()
        with gitlab.edit() as world:
            world.projects[1].members.pop(1, None)
            world.groups[1].members.pop(1, None)
        yield gitlab, home, clock


@pytest.mark.parametrize(
    "broken", ["/user$", "/members/", "user_lists", "settings$", "/api/v4/(?!.*(use_codestral|rollouts)$)"]
)
def test_a_projects_flag_goes_back_likewise(projects: tuple[Server, Path, Clock], broken: str) -> None:
    gitlab, home, clock = projects
    gitlab.faults.add(Fault("http-409", method="GET", path_regex=broken, times=-1))
    last = broken.startswith("/api")
    try:
        for session in opened(gitlab, home, clock):
            prepared = session.prepare(PROJECT_DRAFT, "stakeholders")
            assert prepared is not None
            assert prepared.plan.blocked == ()
            assert prepared.plan.gates.end == Gates(actors=frozenset({"alice", "bob"}))
            assert next(one.kind for one in prepared.plan.changes) == "set-gate"
            assert not last or session.apply(prepared).outcome == "done"
    finally:
        gitlab.faults.clear()
    kept = [(one.name, one.parameters) for one in gitlab.snapshot().projects[1].flags["use_codestral"].strategies]
    assert not last or kept == [("userWithId", {"userIds": "alice,bob"})]
