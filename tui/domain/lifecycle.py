"""What can be done with a rollout in each of its states, and why not: one table for every screen and command.

Taking access away is in no row refused where there is something to take away: `roll-back` is possible in every state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from tui.domain.history import TOLD, Action
from tui.domain.progress import Goal, Progress
from tui.domain.steps import ISSUES, OFF_PHASE

State = Literal["planned", "ready", "live", "held", "full", "off", "finished", "abandoned"]
"""`planned` before the plan issues, `ready` with them, `full` with everybody in, `off` after a way back."""

STATES: tuple[State, ...] = ("planned", "ready", "live", "held", "full", "off", "finished", "abandoned")

_HELD = "The rollout is on hold: resume it first"
_FINISHED = "The rollout is finished: resume it first, or begin a new draft"
_ABANDONED = "The rollout is abandoned: resume it first, or begin a new draft"
_NOTHING = "Nothing is live yet"
_OFF = "The flag is off"
_OVER: Mapping[State, str] = {"finished": _FINISHED, "abandoned": _ABANDONED}
_BEFORE: Mapping[State, str] = {"planned": _NOTHING, "ready": _NOTHING}

REFUSED: Mapping[Action, Mapping[State, str]] = {
    "create-issues": _OVER,
    "advance": {"held": _HELD, "full": "Everybody is in: finish the rollout when it has been stable", **_OVER},
    "repair": {**_BEFORE, "off": _OFF, "abandoned": _OFF},
    "step-back": {**_BEFORE, "off": _OFF, "abandoned": _OFF},
    "roll-back": {},
    "undo": {**_BEFORE, "off": "The last change took access away: go on to open the flag again", "abandoned": _OFF},
    "skip": {"held": _HELD, "full": "Nothing is left to skip", **_OVER},
    "hold": {**_BEFORE, "held": "The rollout is on hold already", "off": "The flag is off: nothing goes on", **_OVER},
    "resume": {
        **_BEFORE,
        "live": "The rollout is not on hold",
        "full": "The rollout is not on hold",
        "off": "The rollout is not on hold: go on to open the flag again",
    },
    "finish": {
        **_BEFORE,
        "live": "Not everybody is in yet",
        "held": _HELD,
        "off": "The flag is off: abandon the rollout, or go on",
        "finished": "The rollout is finished already",
        "abandoned": _ABANDONED,
    },
    "abandon": {
        "finished": "The rollout is finished: roll back to turn the flag off",
        "abandoned": "The rollout is abandoned already",
    },
}
"""Why an action is not possible in a state; what is not named here is possible."""

ACTIONS: tuple[Action, ...] = tuple(REFUSED)

REASONED: frozenset[Action] = frozenset({"skip", "hold", "abandon"})
"""Actions that nobody understands later without a reason, so they ask for one."""


def state_of(here: Progress) -> State:
    """The state of a rollout."""
    if here.abandoned is not None:
        return "abandoned"
    if here.finished is not None:
        return "finished"
    if here.held is not None:
        return "held"
    if here.position is not None:
        return "full" if here.done else "live"
    if here.rolled_back:
        return "off"
    return "ready" if here.issues_done else "planned"


def refused(here: Progress, action: Action, reason: str = "") -> str:
    """Why `action` is not possible now, in words; empty when it is. `reason` is the operator's."""
    said = REFUSED[action].get(state_of(here), "")
    if not said and action == "skip" and here.next is None:
        said = "Nothing is left to skip"
    if not said and action == "step-back" and here.index == 0:
        said = "There is no step before this one: roll back to turn the flag off"
    if not said and action == "undo" and here.opened is None:
        said = "There is nothing to undo: step back instead, or turn it off"
    if not said and action in REASONED and not reason.strip():
        said = f"To {action} asks for a reason"
    return said


def goal_of(here: Progress, action: Action) -> Goal | None:
    """Where the action leads by itself; None when it leads nowhere from here."""
    if action in {"hold", "resume", "finish"}:
        return _told(here, action)
    if action == "undo":
        return here.undone()
    if action in _PLACES:
        return _PLACES[action]
    before = here.steps[here.index - 1] if here.index > 0 else None
    step = {"advance": here.next, "skip": here.next, "repair": here.position, "step-back": before}[action]
    return Goal(step.phase, step, "skip" if action == "skip" else None) if step else None


_PLACES: Mapping[Action, Goal] = {
    "create-issues": Goal(ISSUES),
    "roll-back": Goal(OFF_PHASE),
    "abandon": Goal(OFF_PHASE, act="abandon"),
}


def taken_up(here: Progress, phase: str, step: str, action: str) -> Goal | None:
    """The goal of an apply that was broken off, by what the journal says of it; None when its step is gone."""
    goal = here.goal(phase, step)
    act = next((one for one in (*TOLD, "undo", "abandon") if one == action), None)
    return replace(goal, act=act) if goal and act else goal


def _told(here: Progress, action: Action) -> Goal:
    """An action that only leaves a record, where the rollout is."""
    at = here.position
    return Goal(at.phase, at, action) if at else Goal(OFF_PHASE if here.rolled_back else ISSUES, None, action)
