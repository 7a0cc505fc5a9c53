"""The ways back from where a rollout is, and what each comes to, before anybody asks for it.

Nothing here decides: a way is asked for by its wish and planned like any other. Where GitLab did not answer, what the
history remembers must do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tui.domain.audience import who
from tui.domain.draft import Draft
from tui.domain.gates import OFF, ActorName, Gates, Route
from tui.domain.guide import Guide
from tui.domain.history import TOLD, Action, Entry
from tui.domain.lifecycle import goal_of, refused, state_of
from tui.domain.observed import FlagSeen, Observed, Operator
from tui.domain.plan import Plan
from tui.domain.planning import Situation, compute
from tui.domain.planning.goals import flag_of, wanted_gates
from tui.domain.planning.readiness import readiness
from tui.domain.progress import Goal, Progress
from tui.domain.requirements import Requirement, requirements
from tui.domain.steps import OFF_PHASE, ActorKey, Step
from tui.domain.strategies import EVERYWHERE
from tui.domain.strategy_change import elsewhere
from tui.domain.text import Clean, listing, one_line
from tui.domain.wish import Wish

DIRECT = timedelta(hours=1)
"""How long who is connected to the model directly may keep it: until the token ends (GitLab's own flag issues)."""

NOT_ASKED = "not asked"
"""Who the operator is where GitLab did not say."""

_ASKED = "asked for next"
"""Stands for the reason that is asked for when a way is chosen."""


@dataclass(frozen=True)
class Way:
    """One way: its `key`, what it is called, what asks for it, and why it is not possible now (empty when it is)."""

    key: str
    action: Action
    title: str
    wish: Wish
    goal: Goal | None
    refused: str = ""


def ways(situation: Situation) -> tuple[Way, ...]:
    """All ways there are from here, the mildest first; those that are not possible now say why."""
    here = situation.progress
    hold = f"Hold at {here.position.title}" if here.position else "Hold"
    before = [_step_back(step) for step in reversed(here.steps[: max(0, here.index)])]
    undo = f"Undo: back to {here.came_from.title if here.came_from else 'off for everybody'}"
    return (
        _acting(here, "hold", hold),
        *_repair(situation),
        *before,
        _acting(here, "undo", undo if here.opened else "Undo the last opening"),
        Way("off", "roll-back", "Off for everybody", Wish(OFF_PHASE), Goal(OFF_PHASE)),
        _acting(here, "abandon", "Off, and abandon the rollout"),
    )


def _acting(here: Progress, action: Action, title: str) -> Way:
    return Way(action, action, title, Wish(act=action), goal_of(here, action), refused(here, action, _ASKED))


def _step_back(step: Step) -> Way:
    key = f"{step.phase}:{step.id}"
    return Way(key, "step-back", f"Back to {step.title}", Wish(step.phase, step.id), Goal(step.phase, step))


def _repair(situation: Situation) -> Iterable[Way]:
    """Where somebody else has opened the flag further: back to what the live step asks for."""
    step = situation.progress.position
    if step is None or refused(situation.progress, "repair"):
        return
    goal = Goal(step.phase, step)
    if not situation.observed.flag(step.flag).gates.within(wanted_gates(situation, goal)):
        yield Way("repair", "repair", f"Back to {step.title}, as it was applied", Wish(step.phase, step.id), goal)


@dataclass(frozen=True)
class Outcome:
    """What a way comes to: the plan, the gates on the way, where the rollout is then, and what going on asks for then.

    `again` are the steps that are walked once more, `asks` the requirements of the first of them, `kept` what else
    could be thought to change and does not.
    """

    plan: Plan
    route: Route
    then: Progress
    again: tuple[Step, ...]
    asks: tuple[Requirement, ...]
    kept: tuple[str, ...]


def outcome(situation: Situation, goal: Goal) -> Outcome:
    """What going to the goal comes to, were it done now."""
    plan = compute(situation, goal)
    route = plan.gates
    if situation.draft.flag.target == "project" and situation.observed.flag_project is None and goal.act not in TOLD:
        route = Route(plan.gates.start, after=(wanted_gates(situation, goal),))
    after = _after(situation, plan, route.end)
    here, then = situation.progress, after.progress
    again = then.steps[then.index + 1 : here.index + 1]
    return Outcome(plan, route, then, again, tuple(_asks(after)), tuple(_kept(situation, goal)))


def _after(situation: Situation, plan: Plan, gates: Gates) -> Situation:
    """The situation when the plan has been applied."""
    seen = situation.observed.flag(plan.flag)
    flags = {**situation.observed.flags, plan.flag: replace(seen, gates=gates, left=None, unanswered="")}
    entries = situation.entries if plan.entry is None else (*situation.entries, plan.entry)
    look = replace(situation.observed, flags=flags)
    return replace(situation, observed=look, entries=entries, reason="", verdict=None)


def _asks(after: Situation) -> Iterable[Requirement]:
    """What is open before the step that is next then."""
    step = after.progress.next
    phase = after.guide.phase(step.phase) if step else None
    if step is None or phase is None or state_of(after.progress) in {"held", "abandoned", "finished"}:
        return
    goal = Goal(step.phase, step)
    found = (*readiness(after, goal), *requirements(after.draft, after.guide, phase, after.facts))
    yield from (one for one in found if one.state == "open")


def _kept(situation: Situation, goal: Goal) -> Iterable[str]:
    """Other environments, and the rollout's other flags."""
    name, spec = flag_of(situation, goal), situation.draft.flag
    labels = situation.labels
    if spec.target == "project":
        environment = spec.environment or EVERYWHERE
        seen = situation.observed.flag(name).project
        others = elsewhere(seen, environment) if seen and environment != EVERYWHERE else ()
        for one in others:
            scopes = listing([one_line(scope.environment) for scope in one.scopes])
            yield f"{name} in {scopes}: {who(one.gates, labels)}"
    else:
        yield f"{name} on other instances, such as staging"
    for other, flag in situation.observed.flags.items():
        if other != name:
            yield f"{other}: on for {who(flag.gates, labels)}"


def remembered(draft: Draft, guide: Guide, entries: Sequence[Entry], now: datetime, instance: str) -> Situation:
    """The situation as the history alone has it: each flag as our own last change left it."""
    flags = {one.flag: FlagSeen(one.flag, one.gates_after, exists=one.gates_after != OFF) for one in entries}
    called = {_key(word): ref for one in entries for ref, word in one.names.items()}
    look = Observed(
        at=now,
        instance=instance,
        operator=Operator(0, Clean(NOT_ASKED), Clean(NOT_ASKED)),
        flags={draft.flag.name: FlagSeen(draft.flag.name), **flags},
        names={key: ActorName(*key, ref) for key, ref in called.items()},
    )
    return Situation(draft, guide, {}, look, tuple(entries), now)


def _key(word: str) -> ActorKey:
    """The actor that an entry calls by this word: a username alone, anything else with its sort."""
    sort, _, name = word.partition(" ")
    if name and sort == "group":
        return ("group", name)
    return ("project", name) if name and sort == "project" else ("user", word)
