"""A flag of a project: its strategies for one environment, changed by one request a step that GitLab does whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tui.domain.audience import Labels, gains, loses, who
from tui.domain.gates import OFF, Gates, Route
from tui.domain.plan import Change, Request
from tui.domain.planning.goals import action_of, flag_of, reduces, start_of, wanted_gates
from tui.domain.planning.situation import Situation
from tui.domain.progress import Goal
from tui.domain.requirements import Requirement, waivable
from tui.domain.steps import Step
from tui.domain.strategies import DEVELOPER, EVERYWHERE, NOBODY, Aim, ProjectFlag, Strategy
from tui.domain.strategy_change import creation, elsewhere, inside, retargeted, shared, update
from tui.domain.text import counted, listing, one_line, shorten

_ROLES = {DEVELOPER: "a developer", 40: "a maintainer", 50: "an owner"}

DESCRIPTION = 255
"""Characters of a flag's description."""


def gate_route(situation: Situation, goal: Goal) -> Route:
    """One request, or none when the same people are in already."""
    before, after = _flag(situation, goal), _after(situation, goal)
    start = start_of(situation, goal)
    return Route(start, after=(after.gates(_environment(situation)),)) if after != before else Route(start)


def gate_changes(situation: Situation, goal: Goal, calls: Route, after: tuple[str, ...]) -> tuple[Change, ...]:
    """The request: a new flag with its strategies, or what is different in those that are there."""
    if not calls.after:
        return ()
    name, environment, aim = flag_of(situation, goal), _environment(situation), _after(situation, goal)
    project = situation.observed.flag_project
    path = f"/projects/{project.id if project else 0}/feature_flags"
    if situation.observed.flag(name).exists:
        request = Request("PUT", f"{path}/{name}", update(_flag(situation, goal), aim))
    else:
        request = Request("POST", path, creation(name, shorten(situation.draft.title, DESCRIPTION), aim))
    change = Change(
        id="gate:1",
        kind="set-gate",
        summary=_summary(situation, goal, calls),
        request=request,
        after=after,
        flag=name,
        before=calls.start,
        expected=calls.end,
        aim=Aim(environment, aim),
    )
    return (change,)


def _environment(situation: Situation) -> str:
    return situation.draft.flag.environment or EVERYWHERE


def _flag(situation: Situation, goal: Goal) -> ProjectFlag:
    return situation.observed.flag(flag_of(situation, goal)).project or ProjectFlag()


def _wanted(situation: Situation, goal: Goal) -> Gates:
    """The wanted gates without user lists that are not there; on the way on they block."""
    wanted = situation.spelled(wanted_gates(situation, goal))
    return replace(wanted, groups=wanted.groups - _absent(situation, goal, wanted.groups))


def _absent(situation: Situation, goal: Goal, groups: Iterable[str]) -> frozenset[str]:
    there = {one.user_list for one in _flag(situation, goal).strategies}
    return frozenset(groups) - situation.observed.user_lists.keys() - there


def _after(situation: Situation, goal: Goal) -> ProjectFlag:
    wanted, lists = _wanted(situation, goal), situation.observed.user_lists
    narrow = reduces(situation, goal)
    return retargeted(_flag(situation, goal), _environment(situation), wanted, lists, narrow=narrow)


def _summary(situation: Situation, goal: Goal, calls: Route) -> str:
    name, flag = flag_of(situation, goal), _flag(situation, goal)
    where = f"{name} in {situation.draft.flag.project} for {situation.labels.place}"
    if calls.end == OFF:
        rest = "" if flag.active and not _after(situation, goal).active else ", and leave the rest of it as it is"
        return f"Turn {where} off: take its strategies away{rest or ' and make it inactive'}"
    if not situation.observed.flag(name).exists:
        return f"Make {where}, on for {who(calls.end, situation.labels)}"
    if calls.end.everybody:
        return f"Turn {where} on for everybody"
    words = Labels(situation.labels.names, unit=situation.labels.unit)
    gained, lost = gains(calls.start, calls.end, words), loses(calls.start, calls.end, words)
    parts = [*([f"add {gained}"] if gained else []), *([f"take away {lost}"] if lost else [])]
    return f"Change {where}: {'; '.join(parts) or 'other strategies for the same people'}"


def obstacles(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """A project, a role, and what strategies cannot say."""
    project, operator = situation.observed.flag_project, situation.observed.operator
    role = situation.observed.flag_role
    if project is not None and project.access_level < role and not operator.powers:
        least = _ROLES.get(role, _ROLES[DEVELOPER])
        text = f"{operator.username} is less than {least} in {project.path}, and its feature flags ask for one"
        if role >= NOBODY:
            text = f"{project.path} lets nobody change its feature flags: its settings say so"
        yield Requirement("developer", text, "open", path="flag.project", hard=True)
    else:
        yield from unreachable(situation, goal)
    if goal.step is not None:
        yield from _unsayable(situation, goal)
        yield from _wider(situation, goal)
    yield from _activation(situation, goal)


def unreachable(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """Without the strategies that are there, not even the way back can be asked for."""
    name, project = flag_of(situation, goal), situation.observed.flag_project
    path = situation.draft.flag.project
    if project is None:
        text = f"The project {path or '(none given)'} of the flag is not there, or the token may not see it"
        yield Requirement("flag-project", text, "open", path="flag.project", hard=True)
    elif name not in situation.observed.flags:
        text = f"{situation.observed.operator.username} may not see the feature flags of {project.path}: developers may"
        yield Requirement("flag-readable", text, "open", path="flag.project", hard=True)
    elif _flag(situation, goal).legacy:
        text = f"{name} is a flag of GitLab's first kind, which takes no changes: delete it there, or take a new name"
        yield Requirement("flag-legacy", text, "open", path="flag.name", hard=True)


def _steps(situation: Situation, goal: Goal) -> list[Step]:
    """The steps whose audience the goal asks for."""
    if goal.step is None:
        return []
    upto = situation.steps[: situation.steps.index(goal.step) + 1]
    return [step for step in upto if step.flag == goal.step.flag]


def _unsayable(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    project = situation.draft.flag.project
    for step in _steps(situation, goal):
        if step.groups:
            text = (
                f"A project's flag cannot name groups ({', '.join(step.groups)}): name their people, "
                f"or a user list of {project} as a feature group"
            )
            yield Requirement(f"groups-{step.phase}", text, "open", path=f"phases.{step.phase}.groups", hard=True)
        for name in sorted(_absent(situation, goal, step.feature_groups)):
            text = f"{project} has no user list {name} to stand for the feature group: make one under its feature flags"
            where = f"phases.{step.phase}.feature_groups"
            yield Requirement(f"user-list-{name}", text, "open", path=where, hard=True)
    if goal.step is not None and goal.step.percentage != int(goal.step.percentage):
        text = f"A project's flag takes whole percentages only, not {goal.step.percentage:g} %"
        yield Requirement("whole-percentage", text, "open", path=f"phases.{goal.phase}.steps", hard=True)


def _activation(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """An inactive flag has no effect anywhere: activating it for one environment opens the others too."""
    flag, after = _flag(situation, goal), _after(situation, goal)
    opened = elsewhere(after, _environment(situation))
    if not flag.active and after.active and opened:
        text = (
            f"{flag_of(situation, goal)} is inactive, and making it active also opens what it has for other "
            f"environments: {'; '.join(_said(one, situation.labels) for one in opened)}"
        )
        yield waivable(situation.draft, Requirement("flag-inactive", text, "open", path="flag.project"))


def _wider(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """Strategies of other hands are kept on the way on: the step may come out wider than it says."""
    start, end = start_of(situation, goal), _after(situation, goal).gates(_environment(situation))
    advancing = action_of(situation, goal) == "advance"
    if advancing and start.within(end) and not end.within(_wanted(situation, goal)):
        then = who(end, situation.labels)
        text = f"{flag_of(situation, goal)} is open further than this rollout knows, and this step leaves in {then}"
        yield waivable(situation.draft, Requirement("gates-ahead", text, "open", path="flag.name"))


def _said(strategy: Strategy, labels: Labels) -> str:
    scopes = listing([one_line(scope.environment) for scope in strategy.scopes])
    return f"{who(strategy.gates, labels)} in {scopes}"


def remarks(situation: Situation, goal: Goal, calls: Route) -> Iterable[str]:
    """What stays open, what is spelled out, and which names nobody could check."""
    name, flag, environment = flag_of(situation, goal), _flag(situation, goal), _environment(situation)
    if reduces(situation, goal):
        for one in shared(flag, environment, _wanted(situation, goal)):
            yield (
                f"{name} stays open for {_said(one, situation.labels)}: other environments share that strategy. "
                "Change it in the project by hand if it must go."
            )
    for one in inside(flag, environment):
        yield f"{name} has {_said(one, situation.labels)}, which this rollout neither opens nor closes."
    if calls.end == OFF and flag.active and not _after(situation, goal).active:
        yield f"Nothing else is in {name}, so it is made inactive."
    if goal.step is None or action_of(situation, goal) == "roll-back":
        return
    steps = _steps(situation, goal)
    groups = sorted({group for step in steps for group in step.feature_groups})
    if not situation.lists_taken and groups:
        yield (
            f"This GitLab takes no user lists in strategies: who is on {listing(groups)} is named one by one, "
            "and who joins the list later is not in."
        )
    unknown = {user for step in steps for user in step.users if ("user", user) in situation.observed.unknown}
    if unknown:
        yield (
            f"GitLab knows no {'user' if len(unknown) == 1 else 'users'} {listing(sorted(unknown))}. "
            "A project's flag takes any word: it must be what the application sends as the user's id."
        )
    if environment == EVERYWHERE and calls.after:
        yield f"No environment is named, so the strategies of {name} count in all of them."
    if situation.draft.flag.actor != "user":
        yield f"A percentage of a project's flag is of users, not of {situation.draft.flag.actor}s."
    others = len(flag.strategies) - sum(one.only(environment) for one in flag.strategies)
    if others:
        left = "is left as it is" if others == 1 else "are left as they are"
        yield f"{counted(others, 'strategy', 'strategies')} of {name} for other environments {left}."
