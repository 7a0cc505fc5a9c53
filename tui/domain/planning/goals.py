"""What a goal means for the flag, whatever its target: the action, where the flag is now, and the gates wanted."""

from __future__ import annotations

from dataclasses import replace

from tui.domain.gates import OFF, ON, Gates
from tui.domain.history import BACK, TOLD, Action
from tui.domain.planning.situation import Situation
from tui.domain.progress import Goal
from tui.domain.steps import ISSUES, OFF_PHASE


def action_of(situation: Situation, goal: Goal) -> Action:
    """What going to the goal is called from where the rollout is."""
    if goal.act is not None:
        return goal.act
    if goal.phase == ISSUES:
        return "create-issues"
    if goal.phase == OFF_PHASE or goal.step is None:
        return "roll-back"
    place = situation.steps.index(goal.step)
    if place == situation.progress.index:
        return "repair"
    return "advance" if place > situation.progress.index else "step-back"


def flag_of(situation: Situation, goal: Goal) -> str:
    """The flag that the goal is about."""
    return goal.step.flag if goal.step else situation.draft.flag.name


def reduces(situation: Situation, goal: Goal) -> bool:
    """Whether the goal is a way back: nothing may stand in the way of that.

    An undo is one as long as it opens nothing that somebody has closed since.
    """
    action = action_of(situation, goal)
    if action == "undo":
        return wanted_gates(situation, goal).within(situation.observed.flag(flag_of(situation, goal)).widest)
    return action in BACK


def opens(situation: Situation, goal: Goal) -> bool:
    """Whether going to the goal may let somebody in: a step on, or a repair of what somebody else closed."""
    action = action_of(situation, goal)
    if action == "repair":
        return not wanted_gates(situation, goal).within(start_of(situation, goal))
    return action == "advance"


def start_of(situation: Situation, goal: Goal) -> Gates:
    """The gates that the calls start from. On the way back all that may be open counts, whatever the reading says.

    Where the gates could not be read that is everybody, unless the history knows better: who cannot look must not take
    a flag for closed.
    """
    name = flag_of(situation, goal)
    flag, back = situation.observed.flag(name), reduces(situation, goal)
    if flag.unread:
        known = situation.shown(name)
        return ON if back and known == OFF else known
    return flag.widest if back else flag.gates


def wanted_gates(situation: Situation, goal: Goal) -> Gates:
    """The gates after the goal.

    Going on keeps whatever else is in the flag, so that each step contains the one before. Going back takes
    away what only later steps asked for, and any percentage of time; it gives nobody back what somebody else has taken
    away since. A step back that was broken off goes where it was going: what it has cleared can no longer be read. An
    undo restores each gate as it was before the last opening.
    """
    if goal.act == "undo" and situation.progress.opened is not None:
        return situation.progress.opened.gates_before
    start = start_of(situation, goal)
    if goal.act in TOLD:
        return start
    if goal.phase == OFF_PHASE:
        return OFF
    if goal.step is None:
        return start
    own = situation.asked(goal.step)
    if own.everybody:
        return own
    kept = replace(start, percentage_of_time=0) if start.everybody else start
    if action_of(situation, goal) == "step-back":
        if situation.gates_wanted is not None:
            return situation.gates_wanted
        later = situation.beyond(goal.step)
        kept = replace(
            start, actors=start.actors - later.actors, groups=start.groups - later.groups, percentage_of_time=0
        )
    if action_of(situation, goal) == "step-back" and not start.everybody:
        share = min(own.percentage_of_actors, start.percentage_of_actors)
        own = Gates(actors=own.actors & start.actors, groups=own.groups & start.groups, percentage_of_actors=share)
    return replace(
        kept,
        boolean=False,
        actors=kept.actors | own.actors,
        groups=kept.groups | own.groups,
        percentage_of_actors=own.percentage_of_actors,
    )
