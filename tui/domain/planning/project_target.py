"""A flag of a project: its strategies, changed by one request a step."""

from __future__ import annotations

from collections.abc import Iterable

from tui.domain.gates import Route
from tui.domain.plan import Change
from tui.domain.planning import instance_target
from tui.domain.planning.situation import Situation
from tui.domain.progress import Goal
from tui.domain.requirements import Requirement


def gate_route(situation: Situation, goal: Goal) -> Route:
    """The way."""
    return instance_target.gate_route(situation, goal)


def gate_changes(situation: Situation, goal: Goal, calls: Route, after: tuple[str, ...]) -> tuple[Change, ...]:
    """The calls as changes."""
    return instance_target.gate_changes(situation, goal, calls, after)


def obstacles(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """What stands in the way."""
    return unreachable(situation, goal)


def unreachable(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """A project flag is another flag than the instance's of the same name."""
    text = f"Flags with the target {situation.draft.flag.target} cannot be set yet; use the target instance"
    yield Requirement("target", text, "open", path="flag.target", hard=True)


def remarks(situation: Situation, goal: Goal, calls: Route) -> Iterable[str]:
    """What an operator of a project flag should know."""
    return ()
