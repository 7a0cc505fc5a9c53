"""The changes that set gates: from what GitLab has to what the goal wants, one call at a time."""

from __future__ import annotations

from dataclasses import replace

from tui.domain.gates import OFF, Call, Gates, Route, route, tidy
from tui.domain.history import Action
from tui.domain.plan import Change, Request
from tui.domain.planning.situation import Situation, word
from tui.domain.progress import Goal
from tui.domain.steps import ISSUES, OFF_PHASE, ActorKey, beyond, wanted


def action_of(situation: Situation, goal: Goal) -> Action:
    """What going to the goal is called from where the rollout is."""
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
    """Whether the goal is a way back: nothing may stand in the way of that."""
    return action_of(situation, goal) in {"step-back", "roll-back"}


def start_of(situation: Situation, goal: Goal) -> Gates:
    """The gates that the calls start from. On the way back all that may be open counts, whatever the reading says."""
    flag = situation.observed.flag(flag_of(situation, goal))
    return flag.widest if reduces(situation, goal) else flag.gates


def wanted_gates(situation: Situation, goal: Goal) -> Gates:
    """The gates after the goal.

    Going on keeps whatever else is in the flag, so that each step contains the one before. Going back takes
    away what only later steps asked for, and any percentage of time. A step back that was broken off goes where
    it was going: what it has cleared can no longer be read.
    """
    start = start_of(situation, goal)
    if goal.phase == OFF_PHASE:
        return OFF
    if goal.step is None:
        return start
    own = wanted(situation.steps, goal.step, situation.observed.names)
    if own.boolean:
        return own
    kept = start
    if action_of(situation, goal) == "step-back":
        if situation.gates_wanted is not None:
            return situation.gates_wanted
        later = beyond(situation.steps, goal.step, situation.observed.names)
        kept = replace(
            start, actors=start.actors - later.actors, groups=start.groups - later.groups, percentage_of_time=0
        )
    return replace(
        kept,
        boolean=False,
        actors=kept.actors | own.actors,
        groups=kept.groups | own.groups,
        percentage_of_actors=own.percentage_of_actors,
    )


def gate_route(situation: Situation, goal: Goal) -> Route:
    """The calls from the start to the wanted gates.

    Actors that cannot be called by name (somebody's opt-out, a user who is gone) are left out of a way back rather
    than block it; `unnamed` lists them. ValueError when the way on needs such a name.
    """
    start, end = start_of(situation, goal), wanted_gates(situation, goal)
    names = tuple(situation.observed.names.values())
    try:
        return route(start, end, names)
    except ValueError:
        if not reduces(situation, goal):
            raise
        known = {name.ref for name in names}
        return route(start, replace(end, actors=end.actors & known), names)


def unnamed(situation: Situation, goal: Goal) -> tuple[str, ...]:
    """The actors that the goal would keep and the calls cannot add again."""
    if goal.phase == ISSUES:
        return ()
    return tuple(sorted(wanted_gates(situation, goal).actors - gate_route(situation, goal).end.actors))


def gate_changes(situation: Situation, goal: Goal, calls: Route, after: tuple[str, ...]) -> tuple[Change, ...]:
    """The calls as changes, strictly one after the other and all after the changes in `after`."""
    changes: list[Change] = []
    flag = flag_of(situation, goal)
    before = calls.start
    spoken = {name.ref: word(key) for key, name in situation.observed.names.items()}
    for number, (call, gates) in enumerate(zip(calls.calls, calls.after, strict=True), start=1):
        change = Change(
            id=f"gate:{number}",
            kind="set-gate",
            summary=summary(call, flag, spoken, situation.labels.unit),
            request=Request("POST", f"/features/{flag}", call.body),
            after=(changes[-1].id,) if changes else after,
            flag=flag,
            before=before,
            expected=gates,
        )
        changes.append(change)
        before = gates
    return tuple(changes)


def summary(call: Call, flag: str, spoken: dict[str, str], unit: str) -> str:
    """The call in words."""
    actor = spoken.get(call.actor.ref, call.actor.name) if call.actor else call.group
    match call.kind:
        case "on":
            return f"Turn {flag} on for everybody"
        case "off":
            return f"Turn {flag} off for everybody, clearing all of its gates"
        case "percentage":
            return f"Set {flag} to {tidy(call.percentage)} % of {unit}"
        case "add-actor" | "add-group":
            return f"Add {actor} to {flag}"
        case "remove-actor" | "remove-group":
            return f"Remove {actor} from {flag}"


def missing_actors(situation: Situation, goal: Goal) -> tuple[ActorKey, ...]:
    """Actors that the goal wants and GitLab does not know."""
    if goal.step is None:
        return ()
    place = situation.steps.index(goal.step)
    keys = [key for step in situation.steps[: place + 1] if step.flag == goal.step.flag for key in step.actor_keys]
    return tuple(dict.fromkeys(key for key in keys if key in situation.observed.unknown))
