"""Where a flag can live, and what planning asks of each place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from tui.domain.gates import Route
from tui.domain.plan import Change
from tui.domain.planning import chatops_target, instance_target, project_target
from tui.domain.planning.situation import Situation
from tui.domain.progress import Goal
from tui.domain.requirements import Requirement


class Target(Protocol):
    """One kind of place. All kinds speak of gates; each has its own way to change them."""

    def gate_route(self, situation: Situation, goal: Goal) -> Route:
        """From where the flag is to where the goal wants it. ValueError when there is no way."""
        ...

    def gate_changes(
        self, situation: Situation, goal: Goal, calls: Route, after: tuple[str, ...]
    ) -> tuple[Change, ...]:
        """The route as changes, one after the other, all after the changes in `after`."""
        ...

    def obstacles(self, situation: Situation, goal: Goal) -> Iterable[Requirement]:
        """What would make a change of the flag fail, or do more than was asked: known before anything is written."""
        ...

    def unreachable(self, situation: Situation, goal: Goal) -> Iterable[Requirement]:
        """The obstacles that even a way back cannot do without."""
        ...

    def remarks(self, situation: Situation, goal: Goal, calls: Route) -> Iterable[str]:
        """What does not block and must be known."""
        ...


_TARGETS: Mapping[str, Target] = {
    "instance": instance_target,
    "project": project_target,
    "chatops": chatops_target,
}


def target_of(situation: Situation) -> Target:
    """The target of the situation's flag."""
    return _TARGETS[situation.draft.flag.target]
