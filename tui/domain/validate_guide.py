"""What is wrong with a guide that has the right types: its questions, which requirements and waivers go by."""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.guide import Guide, Phase, Question
from tui.domain.problem import Problem
from tui.domain.validate_parts import nearest


def guide_problems(guide: Guide) -> list[Problem]:
    """All problems of the questions of a guide, each with its place in the file."""
    found: list[Problem] = []
    seen: dict[str, str] = {}
    for place, phase in enumerate(guide.phases):
        for number, question in enumerate(phase.questions):
            path = f"phases[{place}].questions[{number}]"
            if question.id in seen:
                text = f'"{question.id}" is there already, as {seen[question.id]}'
                found.append(Problem(f"{path}.id", text, "a name of its own for each question of the guide"))
            seen.setdefault(question.id, path)
            found.extend(_order(path, guide, phase, question))
            found.extend(_choices(path, question))
    return found


def _order(path: str, guide: Guide, phase: Phase, question: Question) -> Iterator[Problem]:
    """What a phase showed can be asked for by later phases only."""
    known = [one.id for one in guide.phases]
    after = known[known.index(phase.id) + 1 :]
    for key, named in (("before", question.before), ("settle_before", question.settle_before)):
        if named not in known and (named or key == "before"):
            yield Problem(f"{path}.{key}", f'there is no phase "{named}"', nearest(named, known))
        elif named and named not in after:
            text = f'the phase "{named}" does not come after "{phase.id}", which is to show it'
            yield Problem(f"{path}.{key}", text, f"one of: {', '.join(after)}" if after else "ask in an earlier phase")


def _choices(path: str, question: Question) -> Iterator[Problem]:
    for number, choice in enumerate(question.choices):
        if not choice.strip() or choice in question.choices[:number]:
            said = "is there twice" if choice.strip() else "is empty"
            yield Problem(f"{path}.choices[{number}]", said, "leave it out")
    for number, choice in enumerate(question.settle):
        if choice not in question.choices:
            yield Problem(f"{path}.settle[{number}]", f'"{choice}" is no choice', nearest(choice, question.choices))
