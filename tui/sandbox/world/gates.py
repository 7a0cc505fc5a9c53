"""Flipper as GitLab runs it: a flag's gates, what switching does to them, and who is in.

Nothing of the planner is used here: the two check each other.
"""

from __future__ import annotations

import zlib
from decimal import Decimal

from tui.sandbox.world.era import Era
from tui.sandbox.world.state import Feature, User, World

BUCKETS = 100_000
ALL = 100


def enable(feature: Feature, era: Era) -> None:
    """Fully on. Newer Flipper forgets all other gates doing so, the old one keeps them beside it."""
    if era.enabling_clears_gates:
        clear(feature)
    feature.boolean = True


def clear(feature: Feature) -> None:
    """Fully off: every gate is gone, actors and groups too."""
    feature.boolean = False
    feature.percentage_of_actors = feature.percentage_of_time = None
    feature.actors, feature.groups = [], []


def add(items: list[str], item: str) -> None:
    if item not in items:
        items.append(item)


def discard(items: list[str], item: str) -> None:
    if item in items:
        items.remove(item)


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def gates(feature: Feature) -> list[dict[str, object]]:
    """The wire form: boolean always, other gates when set, in Flipper 0.26 order."""
    found: list[dict[str, object]] = [{"key": "boolean", "value": feature.boolean}]
    if feature.actors:
        found.append({"key": "actors", "value": list(feature.actors)})
    if feature.percentage_of_actors:
        found.append({"key": "percentage_of_actors", "value": _number(feature.percentage_of_actors)})
    if feature.percentage_of_time:
        found.append({"key": "percentage_of_time", "value": _number(feature.percentage_of_time)})
    if feature.groups:
        found.append({"key": "groups", "value": list(feature.groups)})
    return found


def state(feature: Feature) -> str:
    """`on`, `off` or `conditional`."""
    if feature.boolean or ALL in {feature.percentage_of_actors, feature.percentage_of_time}:
        return "on"
    return "conditional" if len(gates(feature)) > 1 else "off"


def in_percentage(flag: str, actor: str, percentage: float) -> bool:
    """Flipper's rule: crc32 of flag and actor, in thousandths of a per cent."""
    return zlib.crc32(f"{flag}{actor}".encode()) % BUCKETS < Decimal(str(percentage)) * 1000


def is_enabled(world: World, flag: str, username: str) -> bool:
    """Whether that user has the flag; percentage of time is not asked, being different at each check.

    An unknown user has nothing. A flag that nobody set falls back to its definition's default.
    """
    user = world.user_named(username)
    if user is None:
        return False
    feature = world.features.get(flag)
    if feature is None:
        definition = world.definitions.get(flag)
        return definition is not None and definition.default_enabled
    actor = f"User:{user.id}"
    if f"{actor}:opt_out" in feature.actors:
        return False
    return (
        feature.boolean
        or actor in feature.actors
        or in_percentage(flag, actor, feature.percentage_of_actors or 0)
        or any(_in_group(world, group, user) for group in feature.groups)
    )


def _in_group(world: World, name: str, user: User) -> bool:
    group = world.group_at(world.feature_groups.get(name, ""))
    return group is not None and user.id in group.members
