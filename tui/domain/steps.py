"""The steps of a rollout, in order, and the gates each one wants.

Later steps contain earlier ones: gates are OR-ed by GitLab, so the team keeps its access at 25 % because its
actors stay in the flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tui.domain.draft import Draft, PhaseDraft
from tui.domain.gates import FULL, OFF, ON, ActorName, ActorParameter, Gates, tidy
from tui.domain.guide import Guide, Phase

ISSUES = "issues"
"""The name that stands for "the plan issues alone" where a phase is asked for."""

OFF_PHASE = "off"
"""The name that stands for "off for everybody" where a phase is asked for."""

ActorKey = tuple[ActorParameter, str]


@dataclass(frozen=True)
class Step:
    """One move inside a phase: one audience or one percentage. `id` is unique in its phase (`team`, `25%`)."""

    phase: str
    id: str
    title: str
    flag: str
    wait: str = ""
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    feature_groups: tuple[str, ...] = ()
    percentage: float = 0

    @property
    def key(self) -> tuple[str, str]:
        """Phase and step: what history remembers."""
        return self.phase, self.id

    @property
    def actor_keys(self) -> tuple[ActorKey, ...]:
        """The actors of this step as the API's parameters name them."""
        users: list[ActorKey] = [("user", name) for name in self.users]
        return (*users, *(("group", path) for path in self.groups))


def ladder(draft: Draft, guide: Guide) -> tuple[Step, ...]:
    """All steps of the selected phases, in the guide's order."""
    found: list[Step] = []
    for phase in guide.phases:
        chosen = draft.phase(phase.id) or default_phase(phase)
        if chosen.selected:
            found.extend(_steps(draft, phase, chosen))
    return tuple(found)


def default_phase(phase: Phase) -> PhaseDraft:
    """What a phase is when the draft does not mention it: optional ones are left out."""
    return PhaseDraft(id=phase.id, selected=phase.level != "optional", feature_groups=phase.feature_groups)


def _steps(draft: Draft, phase: Phase, chosen: PhaseDraft) -> Iterable[Step]:
    if phase.audience == "everyone":
        return _percentages(draft, phase, chosen)
    wait = chosen.wait or phase.wait
    if phase.audience == "opt-out":
        return [Step(phase.id, "opt-out", phase.short, chosen.flag, wait, groups=chosen.groups)] if chosen.flag else []
    step_id = "team" if phase.audience == "people" else "members"
    audience = Step(
        phase.id,
        step_id,
        phase.short,
        draft.flag.name,
        wait,
        users=chosen.users,
        groups=chosen.groups,
        feature_groups=chosen.feature_groups or phase.feature_groups,
    )
    return [audience]


def _percentages(draft: Draft, phase: Phase, chosen: PhaseDraft) -> list[Step]:
    rungs = [(float(step.percentage), step.wait) for step in chosen.steps]
    if chosen.method == "all-at-once" or not rungs:
        rungs = [(float(FULL), "")]
    if rungs[-1][0] != FULL:
        rungs.append((float(FULL), ""))
    return [
        Step(phase.id, f"{tidy(number)}%", _reach(number), draft.flag.name, wait or phase.wait, percentage=number)
        for number, wait in rungs
    ]


def _reach(number: float) -> str:
    return "everyone" if number == FULL else f"{tidy(number)} % of users"


def find(steps: Iterable[Step], phase: str, step: str) -> Step | None:
    """The step of that phase and id."""
    return next((one for one in steps if one.key == (phase, step)), None)


def named(phase: str, step: str) -> str:
    """Phase and step in one name: a step without one of its own, or with its phase's, adds nothing."""
    return phase if step in {"", phase} else f"{phase} {step}"


def wanted(steps: tuple[Step, ...], target: Step, names: Mapping[ActorKey, ActorName]) -> Gates:
    """The gates that `target` asks for by itself: its own audience and those of all steps before it on its flag.

    Actors without a name on GitLab are left out; the planner blocks on them.
    """
    if target.percentage == FULL:
        return ON
    gates = OFF
    for step in steps[: steps.index(target) + 1]:
        if step.flag == target.flag:
            gates = _join(gates, step, names)
    return gates


def beyond(steps: tuple[Step, ...], target: Step, names: Mapping[ActorKey, ActorName]) -> Gates:
    """What only the steps after `target` ask for: stepping back takes this away."""
    gates = OFF
    for step in steps[steps.index(target) + 1 :]:
        if step.flag == target.flag and step.percentage != FULL:
            gates = _join(gates, step, names)
    own = wanted(steps, target, names) if target.percentage != FULL else gates
    return replace(gates, actors=gates.actors - own.actors, groups=gates.groups - own.groups)


def _join(gates: Gates, step: Step, names: Mapping[ActorKey, ActorName]) -> Gates:
    refs = frozenset(names[key].ref for key in step.actor_keys if key in names)
    return replace(
        gates,
        actors=gates.actors | refs,
        groups=gates.groups | frozenset(step.feature_groups),
        percentage_of_actors=step.percentage or gates.percentage_of_actors,
    )
