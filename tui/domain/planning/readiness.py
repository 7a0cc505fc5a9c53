"""Whether it is time: the state of the rollout, the verdict on the live step, the size of the step, a day at 100 %."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta

from tui.domain import duration
from tui.domain.concerns import KINDS, Concern
from tui.domain.gates import FULL, tidy
from tui.domain.lifecycle import refused
from tui.domain.planning.goals import action_of, opens
from tui.domain.planning.situation import Situation
from tui.domain.progress import Goal
from tui.domain.requirements import Requirement, waivable
from tui.domain.text import counted, listing

STABLE = timedelta(days=1)
"""How long everybody is in before a rollout is finished (GitLab's flag template: at least one day at 100 %)."""

_TOLD = 3
"""How many concerns of one kind a requirement names."""

BIG_JUMP = 25
"""Percentage points from which a step is called big (reference: warn above 25)."""


def readiness(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """What the moment asks for; nothing of it ever concerns a way back."""
    action = action_of(situation, goal)
    if action == "repair" and situation.progress.position is None:
        return
    said = refused(situation.progress, action, situation.reason)
    if said:
        yield Requirement("state", said, "open", hard=True)
    if action == "undo":
        text = "Somebody has closed the flag further since, and this would open it again: go on by a step instead"
        yield Requirement("undo-opens", text, "open", hard=True)
    if action == "advance":
        yield from _verdict(situation)
        yield from _size(situation, goal)
    if action == "finish":
        yield from _stable(situation)
    if opens(situation, goal):
        yield from led(situation)
        yield from untimely(situation, situation.concerns)


def led(situation: Situation) -> Iterable[Requirement]:
    """Two people do not open a flag at once: the one who has not the lead takes over first."""
    lead = situation.lead
    if lead is not None and lead.held_against(situation.observed.operator.username, situation.now):
        over = f"take over with `rollout-tui lead {situation.draft.id} --take` (l on the rollout screen)"
        text = f"{lead.words(situation.now)}: ask, or {over}"
        yield Requirement("lead", text, "open", hard=True)


def untimely(situation: Situation, concerns: Iterable[Concern]) -> Iterable[Requirement]:
    """What the time itself asks of opening the flag: one requirement for each kind of concern.

    It passes and comes back, so a waiver counts only for what it was given for.
    """
    given = tuple(concerns)
    for kind in KINDS:
        mine = [one for one in given if one.kind == kind]
        if mine:
            text = "; ".join(_few([one.text for one in mine]))
            waiver = situation.draft.waiver(kind)
            late = any(waiver.at is None or waiver.at < one.since for one in mine) if waiver else False
            again = " (the waiver is older than this, or does not say when it was given)" if late else ""
            required = any(one.required for one in mine)
            asked = f"{text}: wait, or say why{again}"
            found = _reasoned(situation, kind, asked, required=required, waivers=not late)
            named = listing(_few([one.key for one in mine]))
            yield replace(found, reason=f"{found.reason} ({named})") if found.state == "waived" else found


def _few(words: list[str]) -> list[str]:
    return words if len(words) <= _TOLD else [*words[:_TOLD], f"{len(words) - _TOLD} more"]


def unforeseen(
    situation: Situation, goal: Goal, known: Collection[str], concerns: Iterable[Concern]
) -> tuple[str, ...]:
    """What stands in the way among concerns that are not in `known` (their ids), as requirements in words.

    The reason for the step does not count: it was given for what was known then. A waiver in the draft does.
    """
    if not opens(situation, goal):
        return ()
    new = [one for one in concerns if one.id not in known]
    found = untimely(replace(situation, reason=""), new)
    return tuple(one.text for one in found if one.blocks(situation.draft.strictness))


def _verdict(situation: Situation) -> Iterable[Requirement]:
    """Going past a live step wants a verdict where the draft has criteria; going against one wants a reason."""
    verdict, draft = situation.verdict, situation.draft
    if situation.progress.position is None:
        return
    judged = [one for one in draft.criteria if one.kind != "success"]
    if verdict is None:
        if judged:
            criteria = counted(len(judged), "criterion", "criteria")
            text = f"No verdict on {situation.progress.position.title}: {criteria} not looked at"
            yield waivable(draft, Requirement("verdict", text, "open", required=False, path="criteria"))
    elif verdict.decision != "continue":
        why = (
            f", since {listing(list(verdict.fired))}" if verdict.fired and verdict.decision == verdict.proposed else ""
        )
        said = f"The verdict is to {verdict.decision.replace('-', ' ')}{why}: this would go on"
        yield Requirement("verdict", said, "open", hard=True)
    elif verdict.overrules:
        fired = listing(list(verdict.fired)) or "the provider has an incident"
        text = f"The numbers propose to {verdict.proposed.replace('-', ' ')}: {fired}"
        yield _reasoned(situation, "verdict", text)


def _size(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """A step that is larger than planned asks for a reason (guide reference: step-size guard)."""
    step, here = goal.step, situation.progress
    if step is None:
        return
    between = situation.steps[here.index + 1 : situation.steps.index(step)]
    passed = [one for one in between if one.key not in here.skipped]
    if passed:
        reach = here.position.percentage if here.position else 0
        points = step.percentage - reach
        jump = f", {tidy(points)} points at once" if points > BIG_JUMP and step.percentage < FULL else ""
        over = f"{counted(len(passed), 'step')} ({listing([one.title for one in passed])})"
        text = f"This passes over {over}{jump}: say why"
        yield _reasoned(situation, "step-size", text)


def _stable(situation: Situation) -> Iterable[Requirement]:
    since = situation.progress.since
    if since is not None and situation.progress.done and situation.now - since < STABLE:
        left = duration.words(STABLE - (situation.now - since))
        text = f"Everybody has been in for less than a day: {left} left"
        yield waivable(situation.draft, Requirement("stable", text, "open", path="phases.everyone"))


def _reasoned(
    situation: Situation, name: str, text: str, *, required: bool = True, waivers: bool = True
) -> Requirement:
    """Met by the reason that the operator gives for this very step, or by a waiver where `waivers` count."""
    if situation.reason.strip():
        return Requirement(name, text, "waived", required, reason=situation.reason.strip())
    asked = Requirement(name, text, "open", required, path="phases")
    return waivable(situation.draft, asked) if waivers else asked
