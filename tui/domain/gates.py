"""The gate algebra of an instance feature flag: calls, what each does, and the shortest way from here to there.

GitLab's transitions (`Admin::SetFeatureFlagService` over Flipper) are not what intuition says:

- `false`, and `0` with any key, clears every gate: the team and the employees too;
- `true`, and `100` with any key, clears every other gate (GitLab 13.8 keeps them beside it, and keeps 100 as a
  percentage: everybody is in all the same, so gates are compared by whom they let in);
- a percentage on a fully-on flag is refused (13.8 takes it, and nobody's access changes);
- a percentage leaves actors and groups alone, and 1..99 is the only way to change it without clearing.

So "100 % back to 50 %" and "25 % back to the members" both pass through off-for-all, and the operator is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

CallKind = Literal["on", "off", "add-actor", "remove-actor", "add-group", "remove-group", "percentage"]
ActorParameter = Literal["user", "group", "project"]

FULL = 100


@dataclass(frozen=True)
class Gates:
    """A flag's gates as a set; `actors` are GitLab's references such as `User:7`, `groups` are feature groups."""

    boolean: bool = False
    actors: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    percentage_of_actors: float = 0
    percentage_of_time: float = 0

    @property
    def state(self) -> Literal["on", "off", "conditional"]:
        """GitLab's own word for the flag."""
        if self.boolean or FULL in (self.percentage_of_time, self.percentage_of_actors):
            return "on"
        return "conditional" if self != OFF else "off"

    @property
    def everybody(self) -> bool:
        """Whether all are in, whatever else stands beside it."""
        return self.boolean or self.percentage_of_actors >= FULL or self.percentage_of_time >= FULL

    def same_audience(self, other: Gates) -> bool:
        """Whether the same people are in: equal gates, or everybody in both."""
        return self == other or (self.everybody and other.everybody)

    def within(self, other: Gates) -> bool:
        """Whether everybody who is in here is in `other` too, whoever they are."""
        if other.everybody:
            return True
        return (
            not self.everybody
            and self.actors <= other.actors
            and self.groups <= other.groups
            and self.percentage_of_actors <= other.percentage_of_actors
            and self.percentage_of_time <= other.percentage_of_time
        )

    def union(self, other: Gates) -> Gates:
        """All gates that are in either."""
        return Gates(
            boolean=self.boolean or other.boolean,
            actors=self.actors | other.actors,
            groups=self.groups | other.groups,
            percentage_of_actors=max(self.percentage_of_actors, other.percentage_of_actors),
            percentage_of_time=max(self.percentage_of_time, other.percentage_of_time),
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain data with a stable order, for JSON and fingerprints."""
        return {
            "boolean": self.boolean,
            "actors": sorted(self.actors),
            "groups": sorted(self.groups),
            "percentage_of_actors": tidy(self.percentage_of_actors),
            "percentage_of_time": tidy(self.percentage_of_time),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Gates:
        """The inverse of `as_dict`; missing keys are closed gates."""
        return cls(
            boolean=bool(data.get("boolean", False)),
            actors=frozenset(data.get("actors", ())),
            groups=frozenset(data.get("groups", ())),
            percentage_of_actors=data.get("percentage_of_actors", 0),
            percentage_of_time=data.get("percentage_of_time", 0),
        )


OFF = Gates()
ON = Gates(boolean=True)


def tidy(number: float) -> int | float:
    """A whole number as an int, as GitLab prints percentages."""
    return int(number) if number == int(number) else number


@dataclass(frozen=True)
class ActorName:
    """An actor as the operator names it and as GitLab keeps it: `user`, `alice`, `User:2`."""

    parameter: ActorParameter
    name: str
    ref: str


@dataclass(frozen=True)
class Call:
    """One call of `POST /features/:name`: at most one actor or group, never a number without `key`."""

    kind: CallKind
    actor: ActorName | None = None
    group: str = ""
    percentage: float = 0

    @property
    def body(self) -> dict[str, Any]:
        """The request body."""
        value = self.kind in {"on", "add-actor", "add-group"}
        if self.kind == "percentage":
            return {"value": tidy(self.percentage), "key": "percentage_of_actors"}
        if self.actor is not None:
            return {"value": value, self.actor.parameter: self.actor.name}
        if self.group:
            return {"value": value, "feature_group": self.group}
        return {"value": value}


def simulate(gates: Gates, call: Call) -> Gates:
    """The gates after `call`. Raises ValueError for a call that GitLab refuses."""
    match call.kind:
        case "on":
            return ON
        case "off":
            return OFF
        case "percentage":
            return _with_percentage(gates, call.percentage)
        case "add-actor" | "remove-actor":
            one = frozenset({call.actor.ref}) if call.actor else frozenset[str]()
            return replace(gates, actors=gates.actors | one if call.kind == "add-actor" else gates.actors - one)
        case "add-group" | "remove-group":
            group = frozenset({call.group})
            return replace(gates, groups=gates.groups | group if call.kind == "add-group" else gates.groups - group)


def _with_percentage(gates: Gates, percentage: float) -> Gates:
    if gates.boolean:
        raise ValueError("GitLab refuses a percentage on a flag that is fully on")
    if not 0 < percentage < FULL:
        raise ValueError("0 and 100 are not percentages to GitLab: they clear every gate")
    return replace(gates, percentage_of_actors=percentage)


@dataclass(frozen=True)
class Route:
    """The calls from observed to wanted gates, with the gates after each call."""

    start: Gates
    calls: tuple[Call, ...] = ()
    after: tuple[Gates, ...] = field(default=())

    @property
    def end(self) -> Gates:
        """The gates after the last call."""
        return self.after[-1] if self.after else self.start

    @property
    def dips(self) -> bool:
        """Whether the flag is off for all on the way to something that is not off."""
        return any(gates == OFF for gates in self.after[:-1])


def route(observed: Gates, wanted: Gates, names: Iterable[ActorName] = ()) -> Route:
    """The shortest sequence of calls that turns `observed` into `wanted` and is off for all only if it must be.

    `names` tells how to call each actor. Actors that GitLab knows only as `User:7` can be kept, but neither
    removed nor added again without a name: ValueError then says which. Every step of a route that only widens
    contains the one before it.
    """
    known = {name.ref: name for name in names}
    calls = _calls(observed, wanted, known)
    after: list[Gates] = []
    gates = observed
    for call in calls:
        gates = simulate(gates, call)
        after.append(gates)
    return Route(observed, tuple(calls), tuple(after))


def _calls(observed: Gates, wanted: Gates, known: Mapping[str, ActorName]) -> list[Call]:
    if observed.same_audience(wanted):
        return []
    if wanted.everybody:
        return [Call("on")]
    if wanted == OFF:
        return [Call("off")]
    if wanted.percentage_of_time not in {0, observed.percentage_of_time}:
        raise ValueError("a plan wants either everybody, or people, groups and a percentage of actors")
    if _must_clear(observed, wanted):
        return [Call("off"), *_widen(OFF, wanted, known)]
    return [*_widen(observed, wanted, known), *_narrow(observed, wanted, known)]


def _must_clear(observed: Gates, wanted: Gates) -> bool:
    """Some gates close only together with all others."""
    loses_percentage = bool(observed.percentage_of_actors) and not wanted.percentage_of_actors
    loses_time = bool(observed.percentage_of_time) and not wanted.percentage_of_time
    return observed.boolean or loses_time or loses_percentage


def _widen(observed: Gates, wanted: Gates, known: Mapping[str, ActorName]) -> list[Call]:
    """Additions, the largest audience first, so that a rebuilt flag is off for the most people for the least time."""
    calls = [Call("add-group", group=group) for group in sorted(wanted.groups - observed.groups)]
    calls += [Call("add-actor", actor=_named(ref, known)) for ref in sorted(wanted.actors - observed.actors)]
    if wanted.percentage_of_actors != observed.percentage_of_actors:
        calls.append(Call("percentage", percentage=wanted.percentage_of_actors))
    return calls


def _narrow(observed: Gates, wanted: Gates, known: Mapping[str, ActorName]) -> list[Call]:
    calls = [Call("remove-group", group=group) for group in sorted(observed.groups - wanted.groups)]
    return calls + [Call("remove-actor", actor=_named(ref, known)) for ref in sorted(observed.actors - wanted.actors)]


def _named(ref: str, known: Mapping[str, ActorName]) -> ActorName:
    if ref not in known:
        raise ValueError(f"nobody here knows the name of the actor {ref}")
    return known[ref]
