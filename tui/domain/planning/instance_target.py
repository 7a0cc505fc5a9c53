"""A flag of the instance: one call of the Features API after the other, by an administrator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tui.domain.gates import OFF, Call, Route, route, tidy
from tui.domain.plan import Change, Request
from tui.domain.planning.goals import flag_of, reduces, start_of, wanted_gates
from tui.domain.planning.situation import Situation, word
from tui.domain.progress import Goal
from tui.domain.requirements import Requirement
from tui.domain.steps import ActorKey
from tui.domain.validate_flag import without_meaning


def gate_route(situation: Situation, goal: Goal) -> Route:
    """The calls from the start to the wanted gates.

    Actors that cannot be called by name (somebody's opt-out, a user who is gone) are left out of a way back rather
    than block it. ValueError when the way on needs such a name.
    """
    start, end = start_of(situation, goal), wanted_gates(situation, goal)
    names = tuple(situation.names.values())
    try:
        return route(start, end, names)
    except ValueError:
        if not reduces(situation, goal):
            raise
        known = {name.ref for name in names}
        return route(start, replace(end, actors=end.actors & known), names)


def gate_changes(situation: Situation, goal: Goal, calls: Route, after: tuple[str, ...]) -> tuple[Change, ...]:
    """The calls as changes, strictly one after the other and all after the changes in `after`."""
    changes: list[Change] = []
    flag = flag_of(situation, goal)
    before = calls.start
    spoken = {name.ref: word(key) for key, name in situation.names.items()}
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


def obstacles(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """People whom GitLab does not know, and a token that is no administrator's."""
    for parameter, name in missing_actors(situation, goal):
        text, path = f"GitLab knows no {parameter} {name}", f"phases.{goal.phase}.{parameter}s"
        yield Requirement(f"actor-{parameter}-{name}", text, "open", path=path, hard=True)
    if flag_of(situation, goal) not in situation.observed.flags:
        operator, instance = situation.observed.operator, situation.observed.instance
        text = f"{operator.username} is no administrator of {instance}, and instance flags ask for one"
        if operator.limited:
            text = f"{instance} has Admin Mode on: the token of {operator.username} needs the scope admin_mode as well"
        yield Requirement("administrator", text, "open", path="gitlab.instance", hard=True)


def unreachable(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """Turning a flag off is always tried; a part of it cannot be taken away where nobody can see the rest."""
    flag = situation.observed.flag(flag_of(situation, goal))
    if flag.unread and wanted_gates(situation, goal) != OFF:
        text = (
            f"The gates of {flag.name} could not be read, so there is no telling what a step back would leave: turn it "
            f"off for everybody with `rollout-tui rollback {situation.draft.id}`, or use an administrator's token"
        )
        yield Requirement("gates-unread", text, "open", path="gitlab.instance", hard=True)


def remarks(situation: Situation, goal: Goal, calls: Route) -> Iterable[str]:
    """Who is lost on the way back, and what GitLab will make of the first gate."""
    flag = situation.observed.flag(flag_of(situation, goal))
    if calls.start.percentage_of_time:
        yield f"{flag.name} has a percentage of time, which GitLab has deprecated: it decides anew at every check."
    for one in without_meaning(situation.draft.flag):
        yield str(one)
    if flag.default_enabled and not flag.exists:
        yield f"{flag.name} is on by default; the first gate that is set turns that default off."
    if reduces(situation, goal):
        lost = sorted(wanted_gates(situation, goal).actors - calls.end.actors)
        if lost:
            yield f"Not added again, because they cannot be called by name: {', '.join(lost)}."
        unknown = [word(key) for key in missing_actors(situation, goal)]
        if unknown:
            yield f"GitLab no longer knows {', '.join(unknown)}: not added again."


def missing_actors(situation: Situation, goal: Goal) -> tuple[ActorKey, ...]:
    """Actors that the goal wants and GitLab does not know."""
    if goal.step is None:
        return ()
    place = situation.steps.index(goal.step)
    keys = [key for step in situation.steps[: place + 1] if step.flag == goal.step.flag for key in step.actor_keys]
    return tuple(dict.fromkeys(key for key in keys if key in situation.observed.unknown))
