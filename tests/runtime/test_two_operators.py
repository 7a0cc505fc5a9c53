"""Two operators and an outsider on one rollout: what no interleaving of their requests may do.

Each test ends with both operators taking up what was broken off and wanting the same step. `finish` fails when a gate
call left other gates than its operator had reviewed and nobody was told, when one was sent beyond the windows (one
round trip; what another process of GitLab still shows from its cache), when an issue or a note is there twice, and when
the two do not agree in the end. `python -m tests.interleavings` plays as many as are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.interleavings.play import WAITS, finish, play
from tests.interleavings.site import STEPS, Base, Site, bases, opened
from tests.interleavings.targets import DEEDS, DRAFT
from tests.support.rollouts import FLAG, MEMBERS
from tui.domain.gates import OFF, ON

WISHES = st.lists(st.sampled_from([("", ""), ("", ""), *STEPS, ("off", "")]), min_size=1, max_size=2)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with opened() as stage:
        yield stage


@pytest.fixture(scope="module")
def beginnings(site: Site) -> list[Base]:
    """Before anything, and before each step."""
    return bases(site)


def test_whatever_two_operators_and_an_outsider_do_between_requests(site: Site, beginnings: list[Base]) -> None:
    class Rollout(RuleBasedStateMachine):
        @initialize(base=st.sampled_from(beginnings[1:]), cached=st.booleans(), first=WISHES, second=WISHES)
        def begin(self, base: Base, cached: bool, first: list[tuple[str, str]], second: list[tuple[str, str]]) -> None:
            site.restore(base, cached=cached)
            for operator, wishes in zip(site.operators, (first, second), strict=True):
                operator.start(wishes)

        @rule(who=st.sampled_from((0, 1)), requests=st.sampled_from((1, 1, 1, 5, 20)))
        def go_on(self, who: int, requests: int) -> None:
            for _ in range(requests):
                site.operators[who].step()

        @rule(who=st.sampled_from((0, 1)))
        def go_up_to_the_gate(self, who: int) -> None:
            site.operators[who].up_to(lambda received: received.path == f"/features/{FLAG}")

        @rule(deed=st.sampled_from(sorted(DEEDS)))
        def somebody_else(self, deed: str) -> None:
            site.outside(deed)

        @rule(seconds=st.sampled_from(WAITS))
        def time_passes(self, seconds: int) -> None:
            site.wait(seconds)

        def teardown(self) -> None:
            while any(operator.busy for operator in site.operators):
                for operator in site.operators:
                    operator.step()
            finish(site, ("members", ""))

    limits = settings(
        max_examples=12,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),  # what fails shows its trail of requests; making that shorter takes minutes
    )
    run_state_machine_as_test(Rollout, settings=limits)


@pytest.mark.parametrize("number", range(12))
def test_a_slice_of_the_random_ones(site: Site, beginnings: list[Base], number: int) -> None:
    play(site, beginnings, f"slice:{number}")


def test_a_slice_of_the_random_ones_with_a_flag_of_a_project() -> None:
    with opened(of="project") as stage:
        starts = bases(stage)
        for number in range(3):
            play(stage, starts, f"project:{number}")
        assert stage.tally["gate calls"] > len(STEPS)


def test_of_plan_issues_that_two_machines_make_at_the_same_moment_one_stays(site: Site, beginnings: list[Base]) -> None:
    site.restore(beginnings[0])
    alice, bob = site.operators
    for operator in (alice, bob):
        operator.start([("issues", "")])
        operator.up_to(lambda received: received.method == "POST")
    while alice.busy or bob.busy:
        for operator in (alice, bob):
            operator.step()
    assert sorted(one.ended[-1] for one in (alice, bob)) == ["done", "stale"]
    late = alice if alice.ended[-1] == "stale" else bob
    assert "at the same moment" in late.said[-1]
    finish(site, ("issues", ""))
    assert alice.session.observe(DRAFT).issues == bob.session.observe(DRAFT).issues


def test_an_off_in_the_last_round_trip_before_a_step_is_told_of_by_the_steps_own_answer(
    site: Site, beginnings: list[Base]
) -> None:
    site.restore(beginnings[3])
    alice, _ = site.operators
    alice.start([("", "")])
    alice.up_to(lambda received: received.path == f"/features/{FLAG}")
    site.outside("off")
    while alice.busy:
        alice.step()
    assert alice.ended == ["stale"]
    assert "1 % of users" in alice.said[-1]
    assert site.true() != OFF
    assert not MEMBERS.within(site.true())


def test_an_off_by_a_colleague_right_before_the_last_step_is_told_of_although_the_answer_is_as_reviewed(
    site: Site, beginnings: list[Base]
) -> None:
    for noted_first in (True, False):
        site.restore(beginnings[-2])
        alice, bob = site.operators
        for operator, wish in ((alice, ("", "")), (bob, ("off", ""))):
            operator.start([wish])
            operator.up_to(lambda received: received.path == f"/features/{FLAG}")
        bob.step()
        first, second = (bob, alice) if noted_first else (alice, bob)
        for operator in (first, second):
            while operator.busy:
                operator.step()
        assert [one.ended for one in (alice, bob)] == [["done"], ["done"]]
        assert site.true() == ON
        last, other = ("100%", "bob") if noted_first else ("off", "alice")
        result = next(one.result for one in site.accounts if one.operator == second.name)
        assert result is not None
        assert result.entry is not None
        assert f"While this was applied, {other} noted at " in result.remarks[0], last
        assert "GitLab shows in now: everybody" in result.remarks[1]
        assert f"rollout-tui panic {FLAG}" in result.remarks[1]
        kept = second.bench.records.entries(DRAFT.id, "env")[-1]
        assert kept.meanwhile == result.entry.meanwhile == result.remarks


def test_who_stopped_a_step_by_an_off_right_before_it_is_named_where_they_noted_it(
    site: Site, beginnings: list[Base]
) -> None:
    site.restore(beginnings[3])
    alice, bob = site.operators
    alice.start([("", "")])
    alice.up_to(lambda received: received.path == f"/features/{FLAG}")
    assert bob.go("off") == "done"
    while alice.busy:
        alice.step()
    result = site.accounts[0].result
    assert result is not None
    assert result.outcome == "stale"
    assert result.remarks[-2].startswith("While this was applied, bob noted at ")


def test_what_is_in_one_history_only_does_not_have_two_operators_rewrite_the_report_for_ever(
    site: Site, beginnings: list[Base]
) -> None:
    site.restore(beginnings[0])
    alice, bob = site.operators
    site.outside("on")
    assert alice.go("off") == "done"  # there is no plan issue yet to note it on
    site.wait(61)
    assert alice.go("issues") == "done"
    assert [one.go("issues") for one in (bob, alice, bob)] == ["nothing"] * 3


def test_a_step_that_a_colleague_made_is_in_both_histories(site: Site, beginnings: list[Base]) -> None:
    site.restore(beginnings[3])
    alice, bob = site.operators
    for operator, phase, step in ((alice, "", ""), (bob, "", ""), (alice, "", ""), (bob, "off", "")):
        assert operator.go(phase, step) == "done"
        site.wait(61)
    histories = [one.session.situation(DRAFT).entries for one in (alice, bob)]
    assert histories[0] == histories[1]
    assert [entry.step for entry in histories[0]][-4:] == ["1%", "10%", "25%", ""]
    assert [entry.operator for entry in histories[0]][-4:] == ["alice", "bob", "alice", "bob"]


def test_what_was_broken_off_is_not_taken_up_after_somebody_has_gone_on_from_it(
    site: Site, beginnings: list[Base]
) -> None:
    site.restore(beginnings[3])
    alice, bob = site.operators
    alice.start([("", "")])
    alice.up_to(lambda received: received.path == f"/features/{FLAG}")
    site.outside("off")
    while alice.busy:
        alice.step()
    site.wait(61)
    assert bob.go("off") == "done"
    site.wait(61)
    prepared = alice.session.prepare(DRAFT)
    assert prepared is not None
    assert prepared.plan.step == "team"
    assert prepared.situation.gates_before is None
