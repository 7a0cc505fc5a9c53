"""What is wrong with the phases of a draft: whom they reach, by how much and after which wait."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from tui.domain import duration
from tui.domain.draft import Draft, PhaseDraft
from tui.domain.gates import FULL
from tui.domain.guide import Guide, Phase
from tui.domain.problem import Problem
from tui.domain.validate_parts import flag_name, group_paths, nearest, twice, unknown, usernames

PERCENTAGE_ALLOWED = "above 0, at most 100, at most 3 decimals"


def phases(draft: Draft, guide: Guide, guides: Mapping[str, Guide]) -> Iterator[Problem]:
    """All problems of the draft's phases."""
    yield from twice("phases", "id", [one.id for one in draft.phases])
    known = [one.id for one in guide.phases]
    others = {one.id for other in guides.values() for one in other.phases}
    for index, chosen in enumerate(draft.phases):
        path = f"phases[{index}]"
        phase = guide.phase(chosen.id)
        if phase is None:
            yield unknown(f"{path}.id", "phase", chosen.id, known, others)
        elif chosen.selected:
            yield from _audience(path, draft, phase, chosen)
        if phase is not None:
            questions = [one.id for one in phase.questions]
            for key in chosen.answers:
                if key not in questions:
                    yield Problem(f"{path}.answers.{key}", "the guide asks no such question", nearest(key, questions))
        yield from usernames(f"{path}.users", chosen.users)
        yield from group_paths(f"{path}.groups", chosen.groups)
        yield from _wait(f"{path}.wait", chosen.wait, phase)
        yield from _steps(path, chosen, phase)


def _audience(path: str, draft: Draft, phase: Phase, chosen: PhaseDraft) -> Iterator[Problem]:
    if chosen.feature_groups and draft.flag.actor != "user":
        text = f"a feature group reaches nobody when the flag's actor is {draft.flag.actor}"
        yield Problem(f"{path}.feature_groups", text, 'actor = "user", or no feature group')
    if phase.audience == "everyone":
        yield from _not_for_everyone(path, chosen)
    elif phase.audience == "opt-out":
        yield from _opt_out(path, chosen, draft)
    elif not (chosen.users or chosen.groups or chosen.feature_groups):
        text = f"{phase.title}: nobody is named, so the phase reaches nobody"
        yield Problem(path, text, "users, groups or feature_groups", "warning")


def _not_for_everyone(path: str, chosen: PhaseDraft) -> Iterator[Problem]:
    for key in ("users", "groups", "feature_groups"):
        if getattr(chosen, key):
            yield Problem(f"{path}.{key}", "have no meaning in a phase for everyone", "leave them out", "warning")


def _opt_out(path: str, chosen: PhaseDraft, draft: Draft) -> Iterator[Problem]:
    if chosen.flag:
        yield from flag_name(f"{path}.flag", chosen.flag)
    else:
        yield Problem(f"{path}.flag", "is empty", "the ops flag that opts customers out")
    if chosen.flag and chosen.flag == draft.flag.name:
        yield Problem(f"{path}.flag", "is the flag of the rollout itself", "an opt-out needs a flag of its own")
    if not chosen.groups:
        yield Problem(f"{path}.groups", "is empty: nobody is opted out", "the customers' groups", "warning")


def _wait(path: str, text: str, phase: Phase | None) -> Iterator[Problem]:
    wait = duration.parse(text)
    least = duration.parse(phase.least_wait) if phase else None
    if wait is None:
        yield Problem(path, f'"{text}" is no duration', duration.ALLOWED)
    elif phase and least and text.strip() and wait < least:
        yield Problem(path, f"{text} is less than the guide's least wait", f"at least {phase.least_wait}", "warning")


def _steps(path: str, chosen: PhaseDraft, phase: Phase | None) -> Iterator[Problem]:
    before = 0.0
    for index, step in enumerate(chosen.steps):
        place = f"{path}.steps[{index}]"
        if not _is_percentage(step.percentage):
            yield Problem(f"{place}.percentage", f"is {step.percentage}", PERCENTAGE_ALLOWED)
        elif step.percentage <= before:
            text = f"{step.percentage} does not rise: the step before has {before:g}"
            yield Problem(f"{place}.percentage", text, "each step more than the one before")
        before = max(before, step.percentage) if math.isfinite(step.percentage) else before
        yield from _wait(f"{place}.wait", step.wait, phase)
    if chosen.steps and phase is not None and phase.audience != "everyone":
        yield Problem(f"{path}.steps", "have a meaning in the phase for everyone only", "leave them out", "warning")
    if chosen.method == "all-at-once" and [one.percentage for one in chosen.steps] not in ([], [FULL]):
        yield Problem(f"{path}.steps", "are not used: the method is all-at-once", "percentage-of-actors", "warning")


def _is_percentage(number: float) -> bool:
    return 0 < number <= FULL and round(number, 3) == number
