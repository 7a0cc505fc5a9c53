"""A walk: one thing after the other happens to a rollout, and after each the screen tells what is so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from tests.walks.stage import DRAFT, STRIKES, Screen, Stage
from tui.domain.errors import Blocked, Stale
from tui.domain.gates import OFF, Gates
from tui.domain.history import BACK, TOLD, Action
from tui.domain.lifecycle import ACTIONS, refused
from tui.domain.wish import Wish
from tui.runtime.workbench import Prepared

OUTSIDE: tuple[dict[str, object], ...] = (
    {"value": False},
    {"value": True},
    {"value": 7, "key": "percentage_of_actors"},
    {"value": 60, "key": "percentage_of_actors"},
    {"value": 5, "key": "percentage_of_time"},
    {"value": True, "user": "dave"},
    {"value": False, "user": "bob"},
    {"value": True, "feature_group": "gitlab_team_members"},
    {"value": False, "feature_group": "gitlab_team_members"},
)
"""What somebody else does to the flag."""

OFTEN: Mapping[Action, int] = {"advance": 14, "resume": 4, "abandon": 1, "roll-back": 1, "create-issues": 1}
"""How often an action is tried beside the others."""

_NOBODY = ("Nobody has it yet", "Off for everybody", "Abandoned: off")


class Broken(AssertionError):
    """The screen did not show what is so, or an action did what it must not."""


@dataclass
class Walk:
    """One walk; `trail` is what happened so far."""

    stage: Stage
    random: Random
    tally: Counter[str] = field(default_factory=Counter)
    trail: list[str] = field(default_factory=list)

    def go(self, length: int) -> None:
        """So many things happen. Raises Broken with the trail."""
        try:
            for _ in range(length):
                self._one()
        except AssertionError as error:
            raise Broken(f"{error}\n" + "\n".join(self.trail[-12:])) from error

    def _one(self) -> None:
        self.stage.clock.forward(seconds=self.random.choice((5, 61, 3 * 3600, 2 * 86400, 4 * 86400)))
        if self.random.random() < 0.15:
            deed = self.random.choice(OUTSIDE)
            self.trail.append(f"outsider: {deed}")
            self.stage.outside(**deed)
            self.tally["outsider"] += 1
            self.look()
            return
        action = self.random.choices(ACTIONS, [OFTEN.get(one, 2) for one in ACTIONS])[0]
        self._act(action, self.random.random() < 0.2)

    def _act(self, action: Action, struck: bool) -> None:
        stage, before = self.stage, self.stage.truth()
        session = stage.start()
        here = session.situation(DRAFT).progress
        why = refused(here, action, "because")
        prepared, said = None, ""
        try:
            prepared = session.prepare_wish(DRAFT, Wish(act=action, reason="because"))
        except Blocked as error:
            said = str(error)
        blocked = [one.text for one in prepared.plan.blocked] if prepared else [said or "nothing"]
        self.trail.append(f"{action} from {here.position and here.position.id}: {why or blocked}")
        assert stage.truth() == before, "to plan changes nothing"
        if blocked or prepared is None:
            assert why or action not in BACK - {"undo"}, f"a way back was blocked: {blocked}"
            self.tally["refused"] += 1
            return
        assert not why, f"{action} was planned, though {why}"
        if struck:
            stage.strike = (self.random.choice(STRIKES), self.random.randrange(len(prepared.plan.changes) + 1))
            self.trail.append(f"  strike {stage.strike}")
        self._apply(action, prepared, before)

    def _apply(self, action: Action, prepared: Prepared, before: Gates) -> None:
        stage, plan = self.stage, prepared.plan
        try:
            outcome = stage.session.apply(prepared).outcome
        except Stale as error:
            outcome = "stale"
            self.trail.append(f"  {error}")
        stage.strike = None
        after = stage.truth()
        self.trail.append(f"  {outcome}: {before.as_dict()} -> {after.as_dict()}")
        self.tally[f"{outcome}"] += 1
        if action in TOLD or action == "create-issues":
            assert after == before, f"{action} changed the gates"
        if action in BACK and action != "undo":
            assert after.within(before), f"{action} opened the flag"
        screen = self.look()
        settled = outcome == "done" and not any(change.is_gate for change in plan.changes)
        if outcome == "done":
            assert after.same_audience(plan.gates.end), "the gates are not the plan's"
            self.tally[action] += 1
        if (
            not settled
            and not (outcome != "done" and self.tally["outsider"])
            and action not in TOLD
            and action != "create-issues"
        ):
            alien = [row for row in screen.warned if "Somebody else" in row]
            assert not alien, f"{alien} after what we did ourselves"

    def look(self) -> Screen:
        """The screen, held against what is so."""
        stage = self.stage
        screen, truth = Screen(stage.start().situation(DRAFT)), stage.truth()
        assert screen.gates == truth, f"status says {screen.gates}, GitLab has {truth}"
        missing = {word for word in stage.words(truth) if word not in screen.inside}
        assert not missing, f"{screen.inside!r} does not tell of {missing}"
        closed = screen.live[2:].startswith(_NOBODY)
        assert not closed or truth == OFF or screen.warned, f"{screen.live!r} and yet in: {screen.inside}"
        here = screen.situation.progress
        if here.position is not None and not screen.warned and not self.tally["outsider"]:
            asked = screen.situation.asked(here.position)
            assert asked.within(truth), f"{screen.live!r} and yet in: {screen.inside}"
        return screen
