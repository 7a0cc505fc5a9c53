"""Strategies of a project feature flag: their parameters' rules, and nested changes as Rails takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy

from tui.sandbox.world.http import ApiError, Call, bad_parameter, not_found
from tui.sandbox.world.state import Project, Scope, Strategy

_PARAMETERS = {
    "default": frozenset[str](),
    "gradualRolloutUserId": frozenset({"groupId", "percentage"}),
    "flexibleRollout": frozenset({"groupId", "rollout", "stickiness"}),
    "userWithId": frozenset({"userIds"}),
    "gitlabUserList": frozenset[str](),
}
_PERCENTAGE = re.compile(r"^(100|[1-9]?[0-9])$")
_GROUP_ID = re.compile(r"^[a-z]{1,32}$")
USER_ID_LIMIT = 256


def changed(call: Call, project: Project, current: list[Strategy], given: object) -> tuple[list[Strategy], list[str]]:
    """The strategies afterwards and what is wrong with them; `current` is not touched. 404 for an unknown nested id."""
    kept = deepcopy(current)
    for item in _objects(given, "strategies"):
        strategy = _by_id(kept, item)
        if strategy is None:
            kept.append(_new(call, item))
        elif _destroyed(item):
            kept.remove(strategy)
        else:
            _edit(call, strategy, item)
    problems = [problem for strategy in kept for problem in _problems(call, project, strategy)]
    return kept, list(dict.fromkeys(problems))


def _objects(given: object, name: str) -> list[Mapping[str, object]]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        raise bad_parameter(f"{name} is invalid")
    return given


def _by_id(strategies: list[Strategy], item: Mapping[str, object]) -> Strategy | None:
    if item.get("id") is None:
        return None
    found = next((each for each in strategies if str(each.id) == str(item["id"])), None)
    if found is None:
        raise not_found()
    return found


def _destroyed(item: Mapping[str, object]) -> bool:
    return str(item.get("_destroy", "")).lower() in {"true", "1"}


def _strings(given: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in given.items()} if isinstance(given, Mapping) else {}


def _new(call: Call, item: Mapping[str, object]) -> Strategy:
    made = Strategy(call.world.next_id("strategy"), str(item.get("name") or ""), {}, [])
    _edit(call, made, item)
    return made


def _edit(call: Call, strategy: Strategy, item: Mapping[str, object]) -> None:
    if item.get("name"):
        strategy.name = str(item["name"])
    if "parameters" in item:
        strategy.parameters = _strings(item["parameters"])
    if item.get("user_list_id") and call.era.user_list_strategies:
        strategy.user_list_id = int(str(item["user_list_id"])) if str(item["user_list_id"]).isdigit() else None
    for scope in _objects(item.get("scopes"), "scopes"):
        _edit_scope(call, strategy, scope)
    names = [scope.environment_scope for scope in strategy.scopes]
    if len(set(names)) < len(names):
        raise ApiError(500, {"status": 500, "error": "Internal Server Error"})


def _edit_scope(call: Call, strategy: Strategy, item: Mapping[str, object]) -> None:
    if item.get("id") is None:
        scope = Scope(call.world.next_id("scope"), str(item.get("environment_scope") or "*"))
        strategy.scopes.append(scope)
        return
    found = next((each for each in strategy.scopes if str(each.id) == str(item["id"])), None)
    if found is None:
        raise not_found()
    if _destroyed(item):
        strategy.scopes.remove(found)
    elif item.get("environment_scope"):
        found.environment_scope = str(item["environment_scope"])


def _problems(call: Call, project: Project, strategy: Strategy) -> list[str]:
    wanted = _PARAMETERS.get(strategy.name)
    if wanted is None:
        return ["Strategies name strategy name is invalid"]
    if strategy.name == "gitlabUserList":
        known = {each.id for each in project.user_lists.values()}
        return [] if strategy.user_list_id in known else ["Strategies user list can't be blank"]
    given = strategy.parameters
    if set(given) != wanted:
        return ["Strategies parameters parameters are invalid"]
    found = [
        f"Strategies parameters {name} must be a string between 0 and 100 inclusive"
        for name in ("percentage", "rollout")
        if name in given and not _PERCENTAGE.match(given[name])
    ]
    if "stickiness" in given and given["stickiness"] not in call.era.stickiness:
        found.append("Strategies parameters stickiness parameter must be " + ", ".join(sorted(call.era.stickiness)))
    if "groupId" in given and not _GROUP_ID.match(given["groupId"]):
        found.append("Strategies parameters groupId parameter is invalid")
    if any(len(item) > USER_ID_LIMIT for item in given.get("userIds", "").split(",")):
        found.append(f"Strategies parameters userIds must be unique and each no longer than {USER_ID_LIMIT} characters")
    return found
