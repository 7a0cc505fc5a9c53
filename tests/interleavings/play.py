"""One interleaving from its number: where it begins, who wants what, and whose turn it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

from tests.interleavings.site import STEPS, Base, Operator, Site
from tests.interleavings.targets import DEEDS, DRAFT
from tui.domain.plan import read_marker

WAITS = (1, 1, 5, 20, 61)
"""Seconds that may pass between two requests."""

ROUNDS = 8
"""How often an operator tries at most until nothing is left to do."""


class Broken(AssertionError):
    """An interleaving that did what none may do."""


def play(site: Site, bases: Sequence[Base], number: str) -> None:
    """The interleaving of that number, from its beginning until both operators have what they want. Raises Broken."""
    random = Random(number)  # noqa: S311 - to be played again, not to be secret
    site.restore(random.choice(bases), cached=random.random() < 0.5)
    for operator in site.operators:
        operator.start([_wish(random) for _ in range(random.choice((1, 1, 2)))])
    deeds = random.choices(DEEDS, k=random.choice((0, 1, 1, 2, 3)))
    while any(operator.busy for operator in site.operators):
        at_the_gate = [one for one in site.operators if one.at_the_gate]
        if deeds and random.random() < (0.3 if at_the_gate else 0.03):
            site.outside(deeds.pop())
        elif random.random() < 0.04:
            site.wait(random.choice(WAITS))
        else:
            random.choice([one for one in site.operators if one.busy]).step()
    finish(site, random.choice((("off", ""), ("members", ""), ("everyone", "10%"))))


def _wish(random: Random) -> tuple[str, str]:
    """Mostly what is due next; else some step, or off."""
    if random.random() < 0.6:
        return "", ""
    return random.choice([*STEPS, ("off", "")])


def finish(site: Site, goal: tuple[str, str]) -> None:
    """Both take up what was broken off and then want the same: they get it, once. Raises Broken."""
    site.wait(61)
    for operator in site.operators:
        for wish in (("", ""), goal):
            _settle(site, operator, *wish)
    site.operators[0].ended.clear()
    faults = [fault for operator in site.operators for fault in operator.faults]
    faults += site.tally.judge_returns(site.accounts)
    faults += _effects(site)
    faults += [fault for operator in site.operators for fault in _left_over(operator, goal)]
    site.tally["interleavings"] += 1
    if faults:
        raise Broken("\n".join([*faults, "", *site.trail]))


def _settle(site: Site, operator: Operator, phase: str, step: str) -> None:
    """Apply until nothing is left; without a wish, take up what was broken off."""
    for _ in range(ROUNDS):
        if not phase and operator.bench.records.unfinished(DRAFT.id, "env") is None:
            return
        ended = operator.go(phase, step)
        operator.ended.append(ended)
        if ended == "nothing" or not phase:
            return
        site.wait(61)
        if ended.startswith("blocked"):
            _climb(site, operator, (phase, step))


def _climb(site: Site, operator: Operator, goal: tuple[str, str]) -> None:
    """Off, and up again from the bottom: what blocks a way on does not block this one."""
    places = [place for place, one in enumerate(STEPS) if one[0] == goal[0] and goal[1] in {one[1], ""}]
    for wish in (("off", ""), *STEPS[: places[0] if places else 0]):
        operator.go(*wish)
        site.wait(61)


def _left_over(operator: Operator, goal: tuple[str, str]) -> list[str]:
    """What is not as the operator wants it, or what they would be asked to take up again."""
    found = []
    if operator.ended[-1:] != ["nothing"]:  # the other one may have done something since
        operator.ended.append(operator.go(*goal))
    if operator.ended[-1] != "nothing":
        found.append(f"{operator.name} still had something to do: {operator.ended[-3:]}")
    if operator.bench.records.unsettled(DRAFT.id, "env"):
        found.append(f"{operator.name} has operations that nobody knows the end of")
    return found


def _effects(site: Site) -> list[str]:
    """Issues and notes that are there twice."""
    issues: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    with site.instance.edit() as world:
        for issue in (one for project in world.projects.values() for one in project.issues.values()):
            marked = read_marker(issue.description or "")
            if marked is not None and issue.state == "opened":
                issues[marked.slot] += 1
            for note in issue.notes:
                told = read_marker(note.body)
                if told is not None:
                    notes[told.operation] += 1
    found = [f"{number} open issues for {slot}" for slot, number in issues.items() if number > 1]
    found += [f"{number} notes of the operation {name}" for name, number in notes.items() if number > 1]
    site.tally["doubled"] += len(found)
    return found
