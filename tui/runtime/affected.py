"""Who is affected by a rollout: from names, ids and lists to where each actor stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.domain.cohort import Place, place
from tui.domain.errors import BadInput
from tui.domain.steps import Step

if TYPE_CHECKING:
    from tui.domain.planning import Situation
    from tui.gateway.client import Gateway

_REFERENCE = re.compile(r"(User|Group|Project):[0-9]{1,18}")
_SEPARATOR = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Affected:
    """Where each actor stands at `step` (None: with the gates of now), in the order asked.

    `following` is the step after it, `unknown` who is not on GitLab; the members of `feature_groups` are in besides.
    """

    flag: str
    step: Step | None
    following: Step | None
    places: tuple[tuple[str, Place], ...]
    unknown: tuple[str, ...] = ()
    feature_groups: tuple[str, ...] = ()

    @property
    def inside(self) -> int:
        """How many are in."""
        return sum(one.is_in for _, one in self.places)

    @property
    def entering(self) -> int:
        """How many the following step takes in."""
        return sum(one.enters == self.following for _, one in self.places if self.following and not one.is_in)


def words(text: str) -> list[str]:
    """The actors in a pasted list: separated by blanks, commas or lines, with or without an @."""
    return [one.lstrip("@") for one in _SEPARATOR.split(text) if one.lstrip("@")]


def affected(
    gateway: Gateway, situation: Situation, actors: Iterable[str], *, group: str = "", step: Step | None = None
) -> Affected:
    """Where the actors stand: usernames, user ids, references such as `User:7`, and the members of a group.

    NotFound for a group that the token does not see; BadInput for a flag whose rule is another one.
    """
    if situation.draft.flag.target == "project":
        raise BadInput(
            "a project's flag is answered by the application's own client, by another rule than GitLab's",
            "Ask the application; who is named in the strategies is shown by status.",
        )
    flag = step.flag if step else situation.draft.flag.name
    gates = situation.asked(step) if step else situation.observed.flag(flag).gates
    place_of = situation.steps.index(step) if step else situation.progress.index
    ahead = [(one, situation.asked(one)) for one in situation.steps[place_of + 1 :] if one.flag == flag]
    found: dict[str, str] = {}
    unknown = []
    for asked in dict.fromkeys(actors):
        ref = _ref(gateway, asked)
        if ref:
            found.setdefault(ref, asked)
        else:
            unknown.append(asked)
    for member in gateway.members(group) if group else ():
        found.setdefault(member.ref, member.name)
    places = tuple((name, place(flag, ref, gates, ahead)) for ref, name in found.items())
    groups = tuple(sorted(gates.groups))
    return Affected(flag, step, ahead[0][0] if ahead else None, places, tuple(unknown), groups)


def _ref(gateway: Gateway, asked: str) -> str:
    """The reference that flags know the actor by; ids are taken as they are. Empty for a username nobody has."""
    if _REFERENCE.fullmatch(asked):
        return asked
    if asked.isdigit():
        return f"User:{int(asked)}"
    seen = gateway.user(asked)
    return seen.ref if seen else ""
