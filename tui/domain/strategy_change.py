"""From a project's flag to the one that is wanted, and the one request that gets there.

GitLab makes such a request as a whole or not at all, so that nobody is in who should not be, not even in between.
Only what is for the one environment alone is changed. A strategy that others share loses the environment from its
list of scopes; where its scope is a pattern nothing can be taken out of it, and it stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tui.domain.gates import OFF, Gates
from tui.domain.strategies import ProjectFlag, Scope, Strategy, UserList, union
from tui.domain.text import one_line

NEW_VERSION = "new_version_flag"
"""Said with every new flag: GitLab 13.8 makes a flag without strategies otherwise."""


def retargeted(
    flag: ProjectFlag, environment: str, wanted: Gates, lists: Mapping[str, UserList], *, narrow: bool
) -> ProjectFlag:
    """The flag that lets in `wanted` in `environment`, with the same effect elsewhere.

    What other hands put there stays; with `narrow` only what is within `wanted`. A flag that was inactive is
    activated, and what it had for this environment alone gives way: nobody had it in mind. ValueError when a user
    list is missing.
    """
    if flag.gates(environment).same_audience(wanted):
        return flag
    strict = narrow or not flag.active
    ours = [one for one in flag.strategies if _ours(one, environment)]
    others = [one for one in flag.strategies if one not in ours]
    twice = repeated(ours, {one.likeness: one for one in ours}.values())
    ours = [one for one in ours if one not in twice]
    kept = [left for one in others if (left := _left(one, environment, wanted, strict=strict)) is not None]
    given = union(one for one in kept if one.covers(environment))
    own = tuple(_own(ours, environment, _missing(wanted, given, union(ours)), lists, narrow=narrow))
    by_id = {one.id: one for one in (*kept, *own) if one.id}
    there = tuple(by_id[one.id] for one in flag.strategies if one.id in by_id)
    after = (*there, *(one for one in own if not one.id))
    return replace(flag, active=wanted != OFF or (flag.active and bool(after)), strategies=after)


def repeated(there: Iterable[Strategy], wanted: Iterable[Strategy]) -> tuple[Strategy, ...]:
    """The strategies that are there more often than `wanted`, the newest ones: a request arrived twice, or late.

    Nobody's access depends on them.
    """
    left = Counter(one.likeness for one in wanted)
    known = frozenset(left)
    extra = []
    for one in sorted(there, key=lambda strategy: strategy.id):
        left[one.likeness] -= 1
        if one.likeness in known and left[one.likeness] < 0:
            extra.append(one)
    return tuple(extra)


def shared(flag: ProjectFlag, environment: str, wanted: Gates) -> tuple[Strategy, ...]:
    """The strategies that let in more than `wanted` and cannot be taken away, since other environments have them."""
    foreign = (one for one in flag.strategies if one.covers(environment) and not one.gates.within(wanted))
    return tuple(one for one in foreign if _left(one, environment, wanted, strict=True) is one)


def elsewhere(flag: ProjectFlag, environment: str) -> tuple[Strategy, ...]:
    """The strategies that count, not only in `environment`, once the flag is active."""
    return tuple(one for one in flag.strategies if not one.only(environment))


def inside(flag: ProjectFlag, environment: str) -> tuple[Strategy, ...]:
    """The strategies for some of the environments that the pattern `environment` covers: scopes of their own."""
    pattern = Scope(environment)
    narrower = (one for one in flag.strategies if not one.covers(environment))
    return tuple(one for one in narrower if any(pattern.covers(scope.environment) for scope in one.scopes))


def _ours(strategy: Strategy, environment: str) -> bool:
    """Whether it is one that this program would have made."""
    written = strategy.name in {"default", "userWithId", "gitlabUserList"} or strategy.sticky
    return written and strategy.only(environment)


def _left(strategy: Strategy, environment: str, wanted: Gates, *, strict: bool) -> Strategy | None:
    """What is left of somebody else's strategy; None when it goes."""
    if not strict or not strategy.covers(environment) or strategy.gates.within(wanted):
        return strategy
    if strategy.only(environment):
        return None
    others = tuple(scope for scope in strategy.scopes if scope.environment != environment)
    if any(scope.covers(environment) for scope in others):
        return strategy
    return replace(strategy, scopes=others)


def _missing(wanted: Gates, given: Gates, mine: Gates) -> Gates:
    """What we have to give ourselves: all that others do not `give`, and of what they do that which we gave before."""
    if wanted.everybody:
        return OFF if given.everybody else Gates(boolean=True)
    percentage = wanted.percentage_of_actors
    ours = percentage > given.percentage_of_actors or mine.percentage_of_actors
    return Gates(
        actors=wanted.actors - (given.actors - mine.actors),
        groups=wanted.groups - (given.groups - mine.groups),
        percentage_of_actors=percentage if ours else 0,
    )


def _own(
    ours: Sequence[Strategy], environment: str, needed: Gates, lists: Mapping[str, UserList], *, narrow: bool
) -> Iterable[Strategy]:
    scopes = (Scope(environment),)
    if needed.boolean:
        yield next((one for one in ours if one.name == "default"), Strategy("default", scopes=scopes))
    if needed.actors:
        yield from _users([one for one in ours if one.name == "userWithId"], needed.actors, scopes)
    for group in sorted(needed.groups):
        there = next((one for one in ours if one.name == "gitlabUserList" and one.user_list == group), None)
        yield there or _listed(group, lists, scopes)
    if needed.percentage_of_actors:
        yield from _share([one for one in ours if one.sticky], int(needed.percentage_of_actors), scopes, narrow=narrow)


def _users(there: Sequence[Strategy], needed: frozenset[str], scopes: tuple[Scope, ...]) -> Sequence[Strategy]:
    if frozenset(one_line(user) for one in there for user in one.users) == needed:
        return there
    first = there[0] if there else Strategy("userWithId", scopes=scopes)
    stay = [user for user in first.users if one_line(user) in needed]
    users = (*stay, *sorted(needed - {one_line(user) for user in stay}))
    return [replace(first, parameters=(("userIds", ",".join(users)),))]


def _listed(name: str, lists: Mapping[str, UserList], scopes: tuple[Scope, ...]) -> Strategy:
    if name not in lists:
        raise ValueError(f"the project has no user list {name}")
    return Strategy("gitlabUserList", scopes=scopes, user_list=name, user_list_id=lists[name].id)


def _share(
    there: Sequence[Strategy], percentage: int, scopes: tuple[Scope, ...], *, narrow: bool
) -> Sequence[Strategy]:
    """The percentage; who is in one depends on group and stickiness, so those of the widest one stay.

    Other groups let in other people: on the way on they stay beside it, since nobody is to lose access by it.
    """
    if max((one.percentage for one in there), default=0) == percentage:
        return there
    fresh = Strategy("flexibleRollout", (("groupId", "default"), ("stickiness", "userId")), scopes)
    widest = max(there, key=lambda one: one.percentage, default=fresh)
    parameters = {**dict(widest.parameters), "rollout": str(percentage)}
    changed = replace(widest, parameters=tuple(sorted(parameters.items())))
    others = [] if narrow else [one for one in there if one is not widest and one.percentage]
    return [changed, *others]


def creation(name: str, description: str, after: ProjectFlag) -> dict[str, Any]:
    """The body that makes the flag."""
    strategies = [_new(one) for one in after.strategies]
    about = {"description": description} if description else {}
    return {"name": name, **about, "version": NEW_VERSION, "active": after.active, "strategies": strategies}


def update(before: ProjectFlag, after: ProjectFlag) -> dict[str, Any]:
    """The body that turns `before` into `after`; what it does not name stays as it is."""
    left = {one.id: one for one in after.strategies if one.id}
    items: list[dict[str, Any]] = []
    for one in before.strategies:
        if one.id not in left:
            items.append({"id": one.id, "_destroy": True})
        elif left[one.id] != one:
            items.append({"id": one.id, **_edit(one, left[one.id])})
    items += [_new(one) for one in after.strategies if not one.id]
    active = {"active": after.active} if after.active != before.active else {}
    return {**active, "strategies": items}


def _edit(before: Strategy, after: Strategy) -> dict[str, Any]:
    gone = [scope for scope in before.scopes if scope not in after.scopes]
    scopes = {"scopes": [{"id": scope.id, "_destroy": True} for scope in gone]} if gone else {}
    changed = before.parameters != after.parameters
    return {**({"parameters": dict(after.parameters)} if changed else {}), **scopes}


def _new(strategy: Strategy) -> dict[str, Any]:
    shape: dict[str, Any] = {"name": strategy.name, "parameters": dict(strategy.parameters)}
    if strategy.user_list_id:
        shape["user_list_id"] = strategy.user_list_id
    return {**shape, "scopes": [{"environment_scope": scope.environment} for scope in strategy.scopes]}
