"""A project's feature flag: its strategies, which environments they are for, and whom they let in, as gates.

Strategies are OR-ed, as gates are, so the gates of an instance's flag are the language for both:

- `default` lets everybody in;
- `userWithId` names users, by whatever the application sends as the user's id;
- `gitlabUserList` names a list of users that the project keeps; it stands where an instance has a feature group;
- `flexibleRollout` by `userId` or `default`, and the older `gradualRolloutUserId`, are percentages of users;
- `flexibleRollout` by `sessionId` or `random` gives the same user another answer next time: a percentage of time.

A strategy counts where one of its scopes covers the environment; nothing counts while the flag is inactive.
(Strategy parameters: GitLab's `Operations::FeatureFlags::Strategy`.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from tui.domain.gates import FULL, OFF, Gates
from tui.domain.text import one_line

T = TypeVar("T")

EVERYWHERE = "*"
"""The scope that covers every environment."""

DEVELOPER, NOBODY = 30, 100
"""GitLab's access level from which a project's flags can be seen and set, and one that nobody has."""

NO_LISTS = "user list can't be blank"
"""How GitLab refuses a list of users that it has not, or, before user lists came to strategies, any."""

STICKY = frozenset({"default", "userid"})
"""Stickiness under which a user keeps what they got, in small letters: GitLab 13.8 writes it in capitals."""


@dataclass(frozen=True)
class UserList:
    """A project's list of users; `members` are ids as the application sends them."""

    id: int
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """An environment, or a pattern of environments with `*`; `id` 0 when GitLab has not made it yet."""

    environment: str
    id: int = 0

    def covers(self, environment: str) -> bool:
        """Whether the scope is for `environment`, which may be a pattern itself."""
        parts = (re.escape(part) for part in self.environment.split("*"))
        return re.fullmatch(".*".join(parts), environment, re.DOTALL) is not None


@dataclass(frozen=True)
class Strategy:
    """One strategy; `id` 0 when GitLab has not made it yet. `parameters` are sorted by name."""

    name: str
    parameters: tuple[tuple[str, str], ...] = ()
    scopes: tuple[Scope, ...] = ()
    id: int = 0
    user_list: str = ""
    user_list_id: int = 0

    def parameter(self, name: str) -> str:
        """The value of a parameter; empty when there is none of that name."""
        return dict(self.parameters).get(name, "")

    @property
    def users(self) -> tuple[str, ...]:
        """The users that `userWithId` names."""
        found = (one.strip() for one in self.parameter("userIds").split(","))
        return tuple(one for one in found if one) if self.name == "userWithId" else ()

    @property
    def sticky(self) -> bool:
        """Whether it is a percentage under which users keep what they got, and that this program would write."""
        return self.name == "flexibleRollout" and self.parameter("stickiness").lower() in STICKY

    @property
    def percentage(self) -> int:
        """The percentage of a gradual strategy; 0 for all others."""
        given = self.parameter("rollout") or self.parameter("percentage")
        return int(given) if given.isascii() and given.isdigit() else 0

    @property
    def gates(self) -> Gates:
        """Whom it lets in where it counts. A kind that nobody here knows lets in nobody that we could name."""
        match self.name:
            case "default":
                return Gates(boolean=True)
            case "userWithId":
                return Gates(actors=frozenset(one_line(user) for user in self.users))
            case "gitlabUserList":
                return Gates(groups=frozenset({self.user_list or f"user list {self.user_list_id}"}))
            case "flexibleRollout" if not self.sticky:
                return Gates(percentage_of_time=self.percentage)
            case "flexibleRollout" | "gradualRolloutUserId":
                full = self.percentage >= FULL
                return Gates(boolean=True) if full else Gates(percentage_of_actors=self.percentage)
        return OFF

    def covers(self, environment: str) -> bool:
        """Whether it counts in `environment`."""
        return any(scope.covers(environment) for scope in self.scopes)

    def only(self, environment: str) -> bool:
        """Whether it counts in `environment` and nowhere else."""
        return tuple(scope.environment for scope in self.scopes) == (environment,)

    @property
    def likeness(self) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...], str]:
        """What two strategies of the same effect share, whatever their ids."""
        plain = {key: value.lower() if key == "stickiness" else value for key, value in self.parameters}
        if self.name == "userWithId":
            plain["userIds"] = ",".join(sorted(set(self.users)))
        scopes = tuple(sorted(scope.environment for scope in self.scopes))
        return self.name, tuple(sorted(plain.items())), scopes, self.user_list


@dataclass(frozen=True)
class ProjectFlag:
    """A project's flag. `lists` is whether this GitLab knows user lists in strategies, None when nothing tells.

    A `legacy` flag is of GitLab's first kind, which takes no strategies and no changes.
    """

    active: bool = True
    strategies: tuple[Strategy, ...] = ()
    legacy: bool = False
    lists: bool | None = None

    def gates(self, environment: str) -> Gates:
        """Whom the flag lets in in `environment`."""
        return union(one for one in self.strategies if one.covers(environment)) if self.active else OFF

    def like(self, other: ProjectFlag) -> bool:
        """Whether the two have the same effect in every environment."""
        mine, theirs = (sorted(one.likeness for one in flag.strategies) for flag in (self, other))
        return self.active == other.active and mine == theirs


@dataclass(frozen=True)
class Aim:
    """What a change of a project's flag is to leave there; its gates are those of `environment`."""

    environment: str
    after: ProjectFlag


def union(strategies: Iterable[Strategy]) -> Gates:
    """Everybody whom one of them lets in."""
    gates = OFF
    for one in strategies:
        gates = gates.union(one.gates)
    return gates


class _Scope(msgspec.Struct):
    environment_scope: str
    id: int = 0


class _UserList(msgspec.Struct):
    id: int
    name: str = ""
    user_xids: str = ""


class _Strategy(msgspec.Struct):
    name: str
    id: int = 0
    parameters: dict[str, Any] = {}
    scopes: list[_Scope] = []
    user_list: _UserList | UnsetType | None = UNSET


class _Flag(msgspec.Struct):
    active: bool | None = None
    version: str | None = None
    strategies: list[_Strategy] = []


def read_flag(answer: Mapping[str, Any]) -> ProjectFlag:
    """The flag in an answer of GitLab's. Raises ValueError when there is none in it."""
    found = _converted(answer, _Flag)
    shown = [one.user_list is not UNSET for one in found.strategies]
    return ProjectFlag(
        active=found.active is not False,
        strategies=tuple(_strategy(one) for one in found.strategies),
        legacy=found.version == "legacy_flag",
        lists=any(shown) if shown else None,
    )


def _strategy(found: _Strategy) -> Strategy:
    listed = found.user_list if isinstance(found.user_list, _UserList) else None
    return Strategy(
        found.name,
        tuple(sorted((key, str(value)) for key, value in found.parameters.items())),
        tuple(Scope(one.environment_scope, one.id) for one in found.scopes),
        found.id,
        one_line(listed.name) if listed else "",
        listed.id if listed else 0,
    )


def read_list(answer: Mapping[str, Any]) -> UserList:
    """The user list in an answer of GitLab's. Raises ValueError when there is none in it."""
    found = _converted(answer, _UserList)
    members = (one.strip() for one in found.user_xids.split(","))
    return UserList(found.id, one_line(found.name), tuple(one for one in members if one))


def _converted(answer: Mapping[str, Any], kind: type[T]) -> T:
    try:
        return msgspec.convert(answer, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
