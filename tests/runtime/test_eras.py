"""The instance target on the GitLab of today and on 13.8: after each call the gates are as simulated.

13.8 differs in one thing on this way: `true` keeps the gates that stand beside it. So there the gates after that call
are those before it with boolean true, and the same people are in as in the simulation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.runtime.conftest import gateway
from tests.runtime.test_whole_rollouts import DRAFT, LADDER, gates_now
from tests.support.clock import Clock
from tests.support.rollouts import FLAG, MEMBERS, TEAM, with_phase
from tui.domain.draft import Draft, StepDraft
from tui.domain.gates import OFF, Gates
from tui.domain.history import Entry
from tui.domain.operation import Operation
from tui.domain.plan import Request
from tui.runtime.apply import ApplyResult
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations


@pytest.fixture(params=["current", "13.8"])
def era(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def server(clock: Clock, era: str) -> Iterator[Server]:
    with Server(None, assets=ROOT, clock=clock, era=era) as running:
        yield running


def go(
    session: Session, server: Server, phase: str = "", step: str = "", draft: Draft = DRAFT
) -> tuple[Prepared, ApplyResult, list[tuple[Gates, Gates]]]:
    """Plan and apply; what each gate call was to leave beside what GitLab had right after it."""
    prepared = session.prepare(draft, phase, step)
    assert prepared is not None
    expected = {one.id: one.expected for one in prepared.plan.changes}
    calls: list[tuple[Gates, Gates]] = []

    def look(operation: Operation) -> None:
        wanted = expected[operation.change]
        if operation.kind == "set-gate" and operation.state == "confirmed" and wanted is not None:
            calls.append((wanted, gates_now(server)))

    return prepared, session.apply(prepared, look), calls


def stepwise(percentage: float) -> Draft:
    """The sample with one percentage before all."""
    return with_phase(DRAFT, "everyone", steps=(StepDraft(percentage=percentage), StepDraft(percentage=100)))


def test_from_nothing_to_everybody_and_back_the_gates_are_as_simulated_after_each_call(
    session: Session, server: Server, clock: Clock, era: str
) -> None:
    passed = OFF
    for phase, step in [*(("", one) for one in LADDER), ("everyone", "50%"), ("off", "")]:
        prepared, result, calls = go(session, server, phase, step if phase else "")
        assert result.outcome == "done", result
        assert prepared.plan.step == step
        assert len(calls) == len(prepared.plan.gates.calls) > 0
        for wanted, got in calls:
            beside = era == "13.8" and wanted.boolean
            assert got == (replace(passed, boolean=True) if beside else wanted)
            assert got.same_audience(wanted)
            passed = got
        assert result.entry is not None
        assert result.entry.gates_after == passed
        assert session.workbench.records.entries(DRAFT.id, "env")[-1] == result.entry
        if prepared.plan.step == "100%":
            nothing_is_left_to_do(session)
            assert bool(passed.actors) == (era == "13.8")
            assert history_elsewhere(session)[-1] == result.entry
        clock.forward(days=3)
    assert passed == OFF


def nothing_is_left_to_do(session: Session) -> None:
    """Nothing is in doubt, nobody is blamed, and the same step once more is no change."""
    prepared = session.prepare(DRAFT, "everyone", "100%")
    assert prepared is not None
    assert prepared.plan.empty
    assert prepared.situation.observed.flag(FLAG).left is None
    assert not [one for one in prepared.plan.warnings if "Somebody else" in one]


def history_elsewhere(session: Session) -> tuple[Entry, ...]:
    """What another machine reads from the notes on GitLab."""
    here = session.workbench
    there = Workbench(Locations.under(here.locations.data / "elsewhere"), here.environ, here.clock)
    with there as bench, bench.session("env") as other:
        return other.situation(DRAFT).entries


@pytest.mark.parametrize(("asked", "made"), [(25.5, 25), (0.5, 0)])
def test_a_fraction_is_kept_or_the_apply_stops_and_says_what_this_gitlab_does(
    session: Session, server: Server, clock: Clock, era: str, asked: float, made: int
) -> None:
    draft = stepwise(asked)
    for _ in ("team", "members"):
        go(session, server, draft=draft)
        clock.forward(days=3)
    prepared, result, _ = go(session, server, draft=draft)
    hinted = [one for one in prepared.plan.warnings if "whole percentages" in one]
    if era == "current":
        assert (result.outcome, hinted) == ("done", [])
        assert gates_now(server).percentage_of_actors == asked
        return
    assert "13.8" in hinted[0]
    assert result.outcome == "stale"
    assert f"it made {made} of {asked}" in result.reason
    assert gates_now(server) == replace(MEMBERS, percentage_of_actors=made)
    again = session.prepare(draft)
    assert again is not None
    assert again.plan.blocked == ()
    assert [one for one in again.plan.warnings if f"it made {made} of {asked}" in one]
    whole, done, _ = go(session, server, draft=stepwise(25))
    assert (whole.plan.step, done.outcome) == ("25%", "done")
    assert gates_now(server) == replace(MEMBERS, percentage_of_actors=25)


def test_everybody_by_percentage_is_everybody(session: Session, server: Server, clock: Clock, era: str) -> None:
    """13.8 keeps 100 as a percentage when somebody sets it by hand; newer ones make it boolean."""
    for _ in ("team", "members"):
        go(session, server)
        clock.forward(days=3)
    client = gateway(server)
    client.send(Request("POST", f"/features/{FLAG}", {"value": 100, "key": "percentage_of_actors"}))
    client.close()
    assert gates_now(server).boolean == (era == "current")
    ahead = session.prepare(DRAFT)
    assert ahead is not None
    assert [one.id for one in ahead.plan.blocked] == ["gates-ahead"]
    _, back, _ = go(session, server, "stakeholders")
    assert back.outcome == "done"
    assert gates_now(server) == TEAM
