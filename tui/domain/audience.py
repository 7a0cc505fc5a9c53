"""Who is in, in words: the gates as an operator reads them, and who gains or loses between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.domain.gates import OFF, Gates, tidy
from tui.domain.text import listing

GAP = "For a moment, between two calls, the flag is off for everybody."
"""The sentence about a change that passes through off."""


@dataclass(frozen=True)
class Labels:
    """Words for actors: `names` by reference; `team` the references that together are called the team.

    `place` is for a project's flag: the environment whose strategies the gates stand for.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    team: frozenset[str] = frozenset()
    unit: str = "users"
    place: str = ""

    def actors(self, refs: frozenset[str]) -> list[str]:
        """The team under its name when all of it is there, everybody else one by one."""
        words = []
        rest = refs
        if self.team and self.team <= refs:
            words.append(f"the team ({', '.join(self._name(ref) for ref in sorted(self.team))})")
            rest = refs - self.team
        return words + [self._name(ref) for ref in sorted(rest)]

    def _name(self, ref: str) -> str:
        return self.names.get(ref, ref)


def who(gates: Gates, labels: Labels) -> str:
    """`nobody`, `everybody`, or `the team (alice, bob), gitlab_team_members or 25 % of users`."""
    return listing(_parts(gates, labels), "or") or "nobody"


def _parts(gates: Gates, labels: Labels) -> list[str]:
    if gates.everybody:
        return ["everybody"]
    parts = [*labels.actors(gates.actors), *sorted(gates.groups)]
    if gates.percentage_of_actors:
        parts.append(f"{tidy(gates.percentage_of_actors)} % of {labels.unit}")
    if gates.percentage_of_time:
        parts.append(f"{tidy(gates.percentage_of_time)} % of the time")
    return parts


def gains(before: Gates, after: Gates, labels: Labels) -> str:
    """Who is in `after` and was not in `before`, in words; empty for nobody."""
    return listing(_difference(before, after, labels, " more"))


def loses(before: Gates, after: Gates, labels: Labels) -> str:
    """Who was in `before` and is not in `after`, in words; empty for nobody."""
    return listing(_difference(after, before, labels, ""))


def _difference(small: Gates, large: Gates, labels: Labels, word: str) -> list[str]:
    if small.everybody or large == OFF:
        return []
    if large.everybody:
        return ["everybody else" if small != OFF else "everybody"]
    parts = [*labels.actors(large.actors - small.actors), *sorted(large.groups - small.groups)]
    points = large.percentage_of_actors - small.percentage_of_actors
    if points > 0:
        parts.append(f"{_points(points)}{word} of {labels.unit}")
    if large.percentage_of_time > small.percentage_of_time:
        parts.append(f"{_points(large.percentage_of_time - small.percentage_of_time)}{word} of the time")
    return parts


def _points(number: float) -> str:
    tidied = tidy(round(number, 3))
    return f"{tidied} percentage {'point' if tidied == 1 else 'points'}"


def effect(before: Gates, after: Gates, labels: Labels, *, dips: bool = False) -> str:
    """The whole change in words: who is in now and then, who gains, who loses, and a moment of off for all."""
    sentences = [f"In now: {who(before, labels)}.", f"In after: {who(after, labels)}."]
    gained, lost = gains(before, after, labels), loses(before, after, labels)
    sentences.append(f"Gains: {gained}." if gained else "Nobody gains access.")
    sentences.append(f"Loses: {lost}." if lost else "Nobody loses access.")
    if dips:
        sentences.append(GAP)
    return " ".join(sentences)
