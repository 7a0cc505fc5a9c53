"""Every action in every state: allowed or refused as the table says, and no walk leaves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from tests.domain.shipped import guides, samples
from tests.support.rollouts import NOW, entry
from tui.domain.gates import OFF
from tui.domain.history import BACK, TOLD, Action, Entry
from tui.domain.lifecycle import ACTIONS, REFUSED, STATES, goal_of, refused, state_of
from tui.domain.progress import Progress, progress
from tui.domain.steps import ladder, wanted

DRAFT = samples()["sample-codestral-2501"]
STEPS = ladder(DRAFT, guides()["v1"])
WALKS = 100_000
LENGTH = 12


class Rollout:
    """The world beside the domain: gates that only actions change, and the entries that they leave."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()
        self.gates = OFF

    @property
    def here(self) -> Progress:
        return progress(STEPS, self.entries)

    def do(self, *actions: Action) -> None:
        """Carry allowed actions out, as applies would."""
        for action in actions:
            self._do(action)

    def _do(self, action: Action) -> None:
        here = self.here
        goal = goal_of(here, action)
        assert goal is not None, f"{action} is allowed in {state_of(here)} and leads nowhere"
        after = self.gates
        if action == "undo":
            assert here.opened is not None
            after = here.opened.gates_before
        elif goal.phase == "off" and action not in TOLD:
            after = OFF
        elif goal.step is not None and action not in TOLD:
            after = wanted(STEPS, goal.step, {})
        number = len(self.entries)
        entry = Entry(
            id=f"e{number}",
            at=NOW + timedelta(hours=number),
            rollout=DRAFT.id,
            operator="zoe",
            instance="sandbox",
            flag=DRAFT.flag.name,
            phase=goal.phase,
            step=goal.step_id,
            action=action,
            gates_before=self.gates,
            gates_after=after,
        )
        self.entries, self.gates = (*self.entries, entry), after


def test_each_action_is_in_the_table_and_each_reason_is_a_sentence() -> None:
    for action in ACTIONS:
        assert set(REFUSED[action]) <= set(STATES)
        assert all(reason[0].isupper() and not reason.endswith(".") for reason in REFUSED[action].values())


def test_taking_everything_away_is_refused_in_no_state() -> None:
    assert REFUSED["roll-back"] == {}
    for action in BACK - {"abandon"}:
        assert not {"live", "held", "full", "finished"} & set(REFUSED[action])


def test_a_hundred_thousand_walks_stay_within_the_table() -> None:
    """Distinct histories are folded once: a hundred thousand walks share most of their beginnings."""
    random = Random(20261122)  # noqa: S311 - a walk, not a secret
    known: dict[tuple[Action, ...], Rollout] = {(): Rollout()}
    refusals = 0
    for _ in range(WALKS):
        path: tuple[Action, ...] = ()
        for _ in range(random.randrange(2, LENGTH)):
            rollout = known[path]
            here = rollout.here
            action = random.choice(ACTIONS)
            if refused(here, action, "because"):
                refusals += 1
                continue
            path = (*path, action)
            if path not in known:
                known[path] = step(rollout, action)
    assert len(known) > 10_000
    assert refusals > WALKS


def step(before: Rollout, action: Action) -> Rollout:
    """One action on a copy, and everything that has to hold after it."""
    was = before.here
    after = Rollout()
    after.entries, after.gates = before.entries, before.gates
    after.do(action)
    here = after.here
    if action in TOLD:
        assert after.gates == before.gates
        assert here.position == was.position
    if action in BACK:
        assert after.gates.within(before.gates)
    if action in {"roll-back", "abandon"}:
        assert after.gates == OFF
        assert here.position is None
    if action == "advance":
        assert before.gates.within(after.gates)
        assert was.next == here.position
    expected = {"hold": "held", "finish": "finished", "abandon": "abandoned"}.get(action)
    assert expected is None or state_of(here) == expected
    live = wanted(STEPS, here.position, {}) if here.position else OFF
    assert after.gates == live, "the gates are those of the step that the screen shows as live"
    return after


@pytest.mark.parametrize("action", ["skip", "hold", "abandon"])
def test_what_nobody_understands_later_asks_for_a_reason(action: Action) -> None:
    rollout = Rollout()
    rollout.do("create-issues")
    rollout.do("advance")
    assert refused(rollout.here, action) == f"To {action} asks for a reason"
    assert refused(rollout.here, action, "the provider is down") == ""


def test_a_hold_stays_through_a_step_back_and_ends_with_resume() -> None:
    rollout = Rollout()
    rollout.do("create-issues", "advance", "advance", "hold", "step-back")
    assert state_of(rollout.here) == "held"
    assert refused(rollout.here, "advance") == "The rollout is on hold: resume it first"
    rollout.do("resume")
    assert state_of(rollout.here) == "live"


def test_what_was_skipped_is_not_due_and_comes_again_after_off() -> None:
    rollout = Rollout()
    rollout.do("create-issues")
    rollout.do("skip")
    assert rollout.here.next == STEPS[1]
    rollout.do("advance")
    rollout.do("roll-back")
    assert rollout.here.next == STEPS[0]


def test_a_skipped_step_that_is_gone_to_after_all_is_skipped_no_more() -> None:
    there = [entry("everyone", "25%", OFF, OFF, action=action) for action in ("skip", "step-back")]
    assert progress(STEPS, there[:1]).skipped == {("everyone", "25%")}
    assert not progress(STEPS, there).skipped


def test_undo_from_everybody_restores_the_step_and_the_gates_before() -> None:
    rollout = Rollout()
    rollout.do("create-issues")
    for _ in STEPS:
        rollout.do("advance")
    assert state_of(rollout.here) == "full"
    rollout.do("undo")
    assert rollout.here.position == STEPS[-2]
    assert rollout.gates == wanted(STEPS, STEPS[-2], {})
    assert refused(rollout.here, "undo") == "There is nothing to undo: step back instead, or turn it off"


def test_the_wait_does_not_begin_anew_with_a_hold() -> None:
    rollout = Rollout()
    rollout.do("create-issues", "advance", "hold", "resume")
    assert rollout.here.since == NOW + timedelta(hours=1)
    assert replace(rollout.here, since=None).held is None
