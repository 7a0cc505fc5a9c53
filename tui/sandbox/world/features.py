"""The instance Features API: who may, which parameters, what happens, in GitLab's order of decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from tui.sandbox.world import gates, params
from tui.sandbox.world.access import require_admin
from tui.sandbox.world.http import ApiError, Call, Response, bad_parameter, bad_request, server_error
from tui.sandbox.world.state import Feature

KEYS = ("percentage_of_actors", "percentage_of_time")
_ORDER = ("feature_group", "user", "group", "namespace", "project", "organization", "repository", "runner", "endpoint")
_NUMBER = re.compile(r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$")
_LEADING = re.compile(r"^\s*[-+]?\d+")


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody a gate names: a Flipper actor or a feature group, and how GitLab refers to it in errors."""

    reference: str
    actor: str | None = None
    group: str | None = None


def index(call: Call) -> Response:
    require_admin(call)
    return Response(200, [render(call, feature) for feature in _shown(call)])


def _shown(call: Call) -> Iterable[Feature]:
    seconds = call.conditions.cache_seconds
    return call.flag_cache.read(call.world, call.now, seconds) if seconds else call.world.features.values()


def definitions(call: Call) -> Response:
    require_admin(call)
    return Response(200, [asdict(each) for each in call.world.definitions.values()])


def delete(call: Call) -> Response:
    """204, also when there was nothing to delete."""
    require_admin(call)
    call.world.features.pop(_name(call), None)
    return Response(204)


def update(call: Call) -> Response:
    """POST /features/:name: 201 with the whole flag; nothing is written when it answers otherwise."""
    require_admin(call)
    _check(call)
    set_flag(call, _name(call))
    return Response(201, render(call, call.world.features.get(_name(call)) or Feature(_name(call))))


def _name(call: Call) -> str:
    """A dot ends the name: what follows it is taken for a format."""
    return call.args["name"].partition(".")[0]


def render(call: Call, feature: Feature) -> dict[str, object]:
    definition = call.world.definitions.get(feature.name)
    return {
        "name": feature.name,
        "state": gates.state(feature),
        "gates": gates.gates(feature),
        "definition": asdict(definition) if definition else None,
    }


def _check(call: Call) -> None:
    problems = []
    if "value" not in call.params:
        problems.append("value is missing")
    key = params.text(call.params, "key")
    if call.era.strict_flag_values and key is not None and key not in KEYS:
        problems.append("key does not have a valid value")
    if "key" in call.params:
        present = (name for name in _ORDER if name in call.era.targets and name in call.params)
        problems += [f"key, {name} are mutually exclusive" for name in present]
    if problems:
        raise bad_parameter(", ".join(problems))


def set_flag(call: Call, name: str) -> None:
    """Decide what `value`, `key` and the targets mean, and do it to the flag, which is made when missing."""
    value = params.text(call.params, "value") or ""
    named = [each for each in _ORDER if each in call.era.targets and each in call.params]
    if call.era.strict_flag_values:
        if named:
            _set_targets(call, name, value, _resolve(call, named))
        else:
            _set_globally(call, name, value)
    else:
        _set_old(call, name, value, named)


def _feature(call: Call, name: str) -> Feature:
    return call.world.features.setdefault(name, Feature(name))


def _boolean(value: str) -> bool | None:
    """True for true and 100, False for false and 0, None for everything between and beside."""
    if value == "true" or (_NUMBER.match(value) and float(value) == gates.ALL):
        return True
    if value == "false" or (_NUMBER.match(value) and float(value) == 0):
        return False
    return None


def _set_globally(call: Call, name: str, value: str) -> None:
    switch, key = _boolean(value), params.text(call.params, "key")
    if switch is not None:
        feature = _feature(call, name)
        if switch:
            gates.enable(feature, call.era)
        else:
            gates.clear(feature)
        return
    if not _NUMBER.match(value):
        raise bad_request("Not a percentage" if key else f"Cannot set '{name}' to \"{value}\"")
    gate = key or "percentage_of_time"
    percentage = float(value)
    existing = call.world.features.get(name)
    if existing is not None and existing.boolean:
        raise bad_request(f"Cannot enable {gate.replace('_', ' ')} for a fully-enabled flag")
    _set_percentage(call, name, gate, percentage)


def _set_percentage(call: Call, name: str, gate: str, percentage: float) -> None:
    """Out of 0..100 Flipper raises and GitLab answers 500 without a change."""
    if not 0 <= percentage <= gates.ALL:
        raise server_error()
    setattr(_feature(call, name), gate, percentage or None)


def _resolve(call: Call, named: list[str]) -> list[Target]:
    """All names before any write: one that is unknown stops the whole call."""
    found: list[Target] = []
    for parameter in named:
        given = params.text(call.params, parameter) or ""
        if parameter == "feature_group":
            found += [Target(given, group=given)] if given else []
        else:
            found += [_look_up(call, parameter, item) for item in given.split(",") if item]
    return found


def _look_up(call: Call, parameter: str, item: str) -> Target:
    world = call.world
    if parameter in {"user", "namespace"} and (user := world.user_named(item)):
        kind = "User" if parameter == "user" else "Namespaces::UserNamespace"
        return Target(f"@{user.username}", f"{kind}:{user.id}")
    if parameter in {"group", "namespace"} and (group := world.group_at(item)):
        return Target(f"@{group.full_path}", f"Group:{group.id}")
    if parameter in {"project", "repository"} and (project := world.project_at(item)):
        actor = f"Project:{project.id}" if parameter == "project" else f"Repository:{project.path}"
        return Target(project.path, actor)
    raise bad_request(f"{item} is not found!")


def _set_targets(call: Call, name: str, value: str, targets: list[Target]) -> None:
    switch = _boolean(value)
    for target in targets:
        _refuse(call, name, value, target)
    for target in targets:
        feature = _feature(call, name)
        if target.group is not None:
            (gates.add if switch else gates.discard)(feature.groups, target.group)
        elif target.actor is not None:
            opted_out = value.endswith("opt_out")
            entry = f"{target.actor}:opt_out" if opted_out else target.actor
            (gates.add if switch or value == "opt_out" else gates.discard)(feature.actors, entry)


def _refuse(call: Call, name: str, value: str, target: Target) -> None:
    """400 for what cannot be done to this target."""
    feature = call.world.features.get(name)
    out = feature is not None and f"{target.actor}:opt_out" in feature.actors
    switch = _boolean(value)
    if switch is None and (value not in {"opt_out", "remove_opt_out"} or target.actor is None):
        raise bad_request(f"Cannot set '{name}' to \"{value}\" for {target.reference}")
    if value == "remove_opt_out" and not out:
        raise bad_request(f"No opt-out exists for {target.reference}")
    if switch and out:
        raise bad_request(f"Opt-out exists for {target.reference} - remove opt-out before enabling")


def _set_old(call: Call, name: str, value: str, named: list[str]) -> None:
    """13.8: anything is a number, unknown parameters are not there, unknown projects and groups change nothing."""
    if value not in {"true", "false"} and (not _NUMBER.match(value) or float(value) != 0 or "." in value):
        leading = _LEADING.match(value)
        gate = params.text(call.params, "key") or "percentage_of_time"
        number = float(leading[0]) if leading else 0.0
        _set_percentage(call, name, gate if gate in KEYS else "percentage_of_time", number)
        return
    switch = value == "true"
    if not named:
        feature = _feature(call, name)
        if switch:
            gates.enable(feature, call.era)
        else:
            gates.clear(feature)
        return
    _set_targets(call, name, value, _resolve_old(call, named))


def _resolve_old(call: Call, named: list[str]) -> list[Target]:
    found: list[Target] = []
    for parameter in named:
        given = params.text(call.params, parameter) or ""
        if parameter == "feature_group":
            found += [Target(given, group=given)] if given else []
        elif parameter == "user":
            user = call.world.user_named(given)
            if user is None:
                raise ApiError(404, {"message": "404 Not found"})
            found.append(Target(f"@{user.username}", f"User:{user.id}"))
        else:
            place = call.world.group_at(given) if parameter == "group" else call.world.project_at(given)
            found += [Target(given, f"{parameter.title()}:{place.id}")] if place else []
    return found
