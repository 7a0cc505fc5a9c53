"""A project's own feature flag, from nothing to everybody and back, on both kinds of GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.support.clock import Clock
from tests.support.rollouts import sample, with_phase
from tui.domain.draft import Draft, FlagSpec, Place, Waiver
from tui.domain.errors import Blocked
from tui.domain.gates import OFF, ON, Gates
from tui.domain.plan import Request
from tui.domain.strategies import ProjectFlag
from tui.gateway.client import Gateway
from tui.gateway.connection import Connection
from tui.gateway.secret import Secret
from tui.gateway.transport import Transport
from tui.runtime.apply import ApplyResult
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.faults import Fault, Kind
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations

PROJECT = "code-creation/rollouts"
NAME = "use_codestral"
LIST = "gitlab_team_members"
ZOE = {"name": "userWithId", "parameters": {"userIds": "zoe"}, "scopes": [{"environment_scope": "production"}]}
STAGING = {"name": "default", "parameters": {}, "scopes": [{"environment_scope": "staging"}]}
LADDER = ["team", "members", "1%", "10%", "25%", "50%", "75%", "100%"]


SPEC = FlagSpec(name=NAME, target="project", project=PROJECT, environment="production")
DRAFT: Draft = with_phase(
    structs.replace(sample(), flag=SPEC, gitlab=Place(instance="env", project=PROJECT)),
    "stakeholders",
    users=("alice", "bob"),
    groups=(),
)


@pytest.fixture(params=["current", "13.8"])
def old_or_new(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Server]:
    with Server(None, assets=ROOT, clock=clock, era=request.param) as running:
        yield running


class Rig:
    """An operator's workbench, and a look at the same GitLab with other means."""

    def __init__(self, server: Server, home: Path, clock: Clock, role: str = "maintainer") -> None:
        self.server, self.clock = server, clock
        environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.tokens[role]}
        self.bench = Workbench(Locations.under(home), environ, clock)
        self.session: Session = self.bench.session("env")
        self.other = Gateway(Connection("check", server.url, Secret(server.tokens["admin"])))
        self.base = f"/projects/{self.other.project(PROJECT).id}"

    def close(self) -> None:
        self.session.close()
        self.bench.close()
        self.other.close()

    def send(self, method: str, path: str, **body: object) -> dict[str, Any]:
        return self.other.send(Request(method, f"{self.base}/{path}", body))

    def keep_list(self, *members: str) -> None:
        self.send("POST", "feature_flags_user_lists", name=LIST, user_xids=",".join(members))

    def flag(self) -> ProjectFlag:
        found = self.other.project_flag(int(self.base.split("/")[-1]), NAME)
        assert found is not None
        return found

    def kinds(self) -> list[tuple[str, dict[str, str]]]:
        """The strategies by name and parameters."""
        return [(one.name, dict(one.parameters)) for one in self.flag().strategies]

    def go(self, phase: str = "", step: str = "", draft: Draft = DRAFT) -> tuple[Prepared, ApplyResult]:
        prepared = self.session.prepare(draft, phase, step)
        assert prepared is not None
        assert prepared.plan.blocked == ()
        result = self.session.apply(prepared)
        self.clock.forward(days=3)
        return prepared, result

    def climb(self, to: str, draft: Draft = DRAFT) -> None:
        for step in LADDER[: LADDER.index(to) + 1]:
            prepared, result = self.go(draft=draft)
            assert (prepared.plan.step, result.outcome, result.reason) == (step, "done", "")

    def writes(self) -> list[tuple[str, str, Any]]:
        return [
            (one.method, one.path, one.body)
            for one in self.server.requests
            if one.method != "GET" and "/feature_flags" in one.path and "user_lists" not in one.path
        ]


@pytest.fixture
def rig(old_or_new: Server, tmp_path: Path, clock: Clock) -> Iterator[Rig]:
    made = Rig(old_or_new, tmp_path / "home", clock)
    yield made
    made.close()


@pytest.fixture
def new_rig(server: Server, tmp_path: Path, clock: Clock) -> Iterator[Rig]:
    made = Rig(server, tmp_path / "home", clock)
    yield made
    made.close()


def as_planned(rig: Rig, prepared: Prepared) -> bool:
    """Whether the strategies are those that the plan's one request was to leave."""
    aims = [change.aim for change in prepared.plan.changes if change.aim]
    return (
        len(aims) == 1
        and rig.flag().like(aims[0].after)
        and aims[0].after.gates("production") == prepared.plan.gates.end
    )


def test_from_nothing_to_everybody_down_to_half_and_off(rig: Rig) -> None:
    rig.keep_list("alice", "carol", "dave")
    before = OFF
    for expected in LADDER:
        prepared, result = rig.go()
        assert (prepared.plan.step, result.outcome, result.reason, result.remarks) == (expected, "done", "", ())
        assert as_planned(rig, prepared)
        assert before.within(rig.flag().gates("production"))
        before = rig.flag().gates("production")
    assert before == ON
    assert rig.session.prepare(DRAFT) is None
    prepared, result = rig.go("everyone", "50%")
    assert (result.outcome, as_planned(rig, prepared)) == ("done", True)
    half = rig.flag().gates("production")
    assert half.percentage_of_actors == 50
    inside = half.actors | ({"carol", "dave"} if half.groups else set())
    assert inside == {"alice", "bob", "carol", "dave"}
    prepared, result = rig.go("off")
    assert (result.outcome, as_planned(rig, prepared)) == ("done", True)
    assert (rig.flag().gates("production"), rig.flag().active, rig.flag().strategies) == (OFF, False, ())
    entries = rig.bench.records.entries(DRAFT.id, "env")
    assert [one.gates_after for one in entries][-3:] == [ON, half, OFF]
    assert rig.go()[0].plan.step == "team"


def test_an_old_gitlab_that_takes_no_lists_is_told_once_and_the_list_is_spelled_out(rig: Rig) -> None:
    rig.keep_list("carol", "dave")
    draft = with_phase(DRAFT, "stakeholders", users=("alice",), feature_groups=(LIST,))
    prepared, result = rig.go(draft=draft)
    if rig.server.era.name == "current":
        assert rig.flag().gates("production") == Gates(actors=frozenset({"alice"}), groups=frozenset({LIST}))
        return
    assert result.outcome == "rejected"
    assert "no user lists in strategies" in result.reason
    prepared, result = rig.go(draft=draft)
    assert any("named one by one" in one for one in prepared.plan.warnings)
    assert result.outcome == "done"
    assert rig.flag().gates("production").actors == {"alice", "carol", "dave"}
    refused = [body for _, _, body in rig.writes() if "gitlabUserList" in str(body)]
    assert len(refused) == 1


def test_stepping_back_takes_the_percentage_and_leaves_other_hands_and_places_alone(rig: Rig) -> None:
    rig.keep_list("carol")
    rig.climb("25%")
    rig.send("PUT", f"feature_flags/{NAME}", strategies=[STAGING, ZOE])
    prepared, result = rig.go("members")
    assert (result.outcome, as_planned(rig, prepared)) == ("done", True)
    left = rig.flag()
    assert left.gates("staging") == ON
    assert left.gates("production").percentage_of_actors == 0
    assert {"alice", "bob", "zoe"} <= left.gates("production").actors
    prepared, result = rig.go("off")
    assert (result.outcome, left.gates("staging")) == ("done", ON)
    assert (rig.flag().gates("production"), rig.flag().gates("staging"), rig.flag().active) == (OFF, ON, True)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_another_client_adds_in_the_same_moment_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    rig.climb("team")
    rig.keep_list("carol")
    really, others = Transport.write, iter([ZOE])

    def write(transport: Transport, request: Request, **more: bool) -> dict[str, Any]:
        theirs = next(others, None) if request.path.endswith(NAME) else None
        body = {"strategies": [theirs]}
        if theirs and moment == "before":
            really(transport, Request("PUT", request.path, body))
        answer = really(transport, request, **more)
        if theirs and moment == "after":
            really(transport, Request("PUT", request.path, body))
        return answer

    monkeypatch.setattr(Transport, "write", write)
    _, result = rig.go()
    assert result.outcome == "stale"
    assert "zoe" in result.reason
    assert any("zoe" in one for one in result.remarks)


def test_a_change_while_the_plan_issues_are_made_stops_before_the_flag(
    new_rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_rig.send("POST", "feature_flags", name=NAME, strategies=[])
    gateway, others = new_rig.session.gateway, iter([STAGING])
    really = gateway.send

    def send(request: Request, **more: bool) -> dict[str, Any]:
        answer = really(request, **more)
        theirs = next(others, None) if request.path.endswith("/issues") else None
        if theirs:
            new_rig.send("PUT", f"feature_flags/{NAME}", strategies=[theirs])
        return answer

    monkeypatch.setattr(gateway, "send", send)
    _, result = new_rig.go()
    assert result.outcome == "stale"
    assert "strategies" in result.reason
    assert new_rig.kinds() == [("default", {})]


def test_off_does_not_fail_on_a_strategy_that_somebody_else_took_away(
    new_rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_rig.keep_list("carol")
    new_rig.climb("members")
    gateway = new_rig.session.gateway
    first = new_rig.flag().strategies[0].id
    really = gateway.send

    def send(request: Request, **more: bool) -> dict[str, Any]:
        if request.path.endswith(NAME):
            new_rig.send("PUT", f"feature_flags/{NAME}", strategies=[{"id": first, "_destroy": True}])
        return really(request, **more)

    monkeypatch.setattr(gateway, "send", send)
    _, result = new_rig.go("off")
    assert result.outcome == "done"
    assert (new_rig.flag().active, new_rig.flag().strategies) == (False, ())


def test_a_change_for_another_environment_since_the_plan_is_refused_before_anything_is_written(new_rig: Rig) -> None:
    new_rig.climb("team")
    new_rig.keep_list("carol")
    prepared = new_rig.session.prepare(DRAFT)
    assert prepared is not None
    new_rig.send("PUT", f"feature_flags/{NAME}", strategies=[STAGING])
    before = len(new_rig.server.requests)
    result = new_rig.session.apply(prepared)
    assert result.outcome == "stale"
    assert "strategies" in result.reason
    assert not [one for one in list(new_rig.server.requests)[before:] if one.method != "GET"]


def test_making_an_inactive_flag_active_asks_for_a_reason_when_that_opens_other_places(new_rig: Rig) -> None:
    old = {"name": "default", "parameters": {}, "scopes": [{"environment_scope": "production"}]}
    new_rig.send("POST", "feature_flags", name=NAME, active=False, strategies=[STAGING, old])
    prepared = new_rig.session.prepare(DRAFT)
    assert prepared is not None
    assert [one.id for one in prepared.plan.blocked] == ["flag-inactive"]
    assert "everybody in staging" in prepared.plan.blocked[0].text
    waived = structs.replace(DRAFT, waivers=(Waiver(requirement="flag-inactive", reason="Staging may have it."),))
    _, result = new_rig.go(draft=waived)
    assert result.outcome == "done"
    assert new_rig.flag().gates("production") == Gates(actors=frozenset({"alice", "bob"}))
    assert new_rig.flag().gates("staging") == ON


@pytest.mark.parametrize("kind", ["lost-after", "lost-before", "http-500"])
@pytest.mark.parametrize("step", ["team", "members"])
def test_an_answer_that_is_lost_is_looked_for_and_the_strategies_are_there_once(
    new_rig: Rig, kind: Kind, step: str
) -> None:
    new_rig.keep_list("carol")
    if step == "members":
        new_rig.climb("team")
    new_rig.server.faults.add(
        Fault(kind=kind, path_regex="/feature_flags", method="PUT" if step == "members" else "POST")
    )
    _, result = new_rig.go()
    assert result.outcome == "unknown"
    prepared, result = new_rig.go()
    assert (prepared.plan.step, result.outcome) == (step, "done")
    assert bool(prepared.situation.adopted) == (kind == "lost-after")
    expected = [("userWithId", {"userIds": "alice,bob"}), ("gitlabUserList", {})]
    assert new_rig.kinds() == (expected if step == "members" else expected[:1])


def test_a_request_that_the_network_doubles_leaves_one_strategy(new_rig: Rig) -> None:
    new_rig.keep_list("carol")
    new_rig.climb("team")
    new_rig.server.faults.add(Fault(kind="doubled", path_regex="/feature_flags", method="PUT"))
    prepared, result = new_rig.go()
    assert (result.outcome, result.remarks, as_planned(new_rig, prepared)) == ("done", (), True)
    assert [name for name, _ in new_rig.kinds()] == ["userWithId", "gitlabUserList"]


def test_a_strategy_that_arrives_again_while_the_step_is_noted_is_taken_away_at_the_end(
    new_rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)
    new_rig.keep_list("carol")
    new_rig.climb("team")
    new_rig.server.faults.add(Fault(kind="lost-before", path_regex="/feature_flags", method="PUT"))
    assert new_rig.go()[1].outcome == "unknown"
    (first,) = new_rig.bench.records.unsettled(DRAFT.id, "env")
    gateway, there, late = new_rig.session.gateway, list[str](), iter([Request(first.method, first.path, first.body)])
    really = gateway.send

    def send(request: Request, **more: bool) -> dict[str, Any]:
        answer = really(request, **more)
        for one in late if request.path.endswith("/notes") else ():
            new_rig.other._transport.write(one)  # as the network does it, without a look afterwards
            there.extend(name for name, _ in new_rig.kinds())
        return answer

    monkeypatch.setattr(gateway, "send", send)
    _, result = new_rig.go()
    assert (result.outcome, result.reason) == ("done", "")
    assert there == ["userWithId", "gitlabUserList", "gitlabUserList"]
    assert any("made twice" in one for one in result.remarks)
    assert [name for name, _ in new_rig.kinds()] == ["userWithId", "gitlabUserList"]


def test_what_was_never_done_is_not_taken_for_done_because_the_flag_looks_otherwise(new_rig: Rig) -> None:
    new_rig.keep_list("carol")
    new_rig.climb("1%")
    new_rig.server.faults.add(Fault(kind="lost-before", path_regex="/feature_flags", method="PUT"))
    assert new_rig.go()[1].outcome == "unknown"
    ours = new_rig.flag().strategies[-1]
    anew = {"name": ours.name, "parameters": dict(ours.parameters), "scopes": [{"environment_scope": "production"}]}
    new_rig.send("PUT", f"feature_flags/{NAME}", strategies=[{"id": ours.id, "_destroy": True}, anew])
    prepared, result = new_rig.go()
    assert (prepared.plan.step, prepared.situation.adopted, result.outcome) == ("10%", (), "done")


@pytest.mark.parametrize(("role", "told"), [("reporter", "developer"), ("guest", "developer"), ("developer", "")])
def test_whoever_may_not_set_the_flag_is_told_before_anything_is_written(
    old_or_new: Server, tmp_path: Path, clock: Clock, role: str, told: str
) -> None:
    rig = Rig(old_or_new, tmp_path / "home", clock, role)
    prepared = rig.session.prepare(DRAFT)
    assert prepared is not None
    blocked = {one.id: one for one in prepared.plan.blocked}
    assert ("developer" in blocked) == bool(told)
    if told:
        assert blocked["developer"].hard
        with pytest.raises(Blocked, match="less than a developer"):
            rig.session.apply(prepared)
    assert not [one for one in old_or_new.requests if one.method != "GET" and one.path != "/markdown"]
    rig.close()
