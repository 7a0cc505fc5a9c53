"""Project feature flags: list, show, create, change, delete."""

from __future__ import annotations

import re

from tui.sandbox.world import params
from tui.sandbox.world.access import DEVELOPER, find_project, level
from tui.sandbox.world.http import ApiError, Call, Response, forbidden, not_found, paginate, stamp
from tui.sandbox.world.state import Project, ProjectFlag, Strategy
from tui.sandbox.world.strategies import changed

_NAME = re.compile(r"^[a-z]([a-z0-9_-]*[a-z0-9])?$")
_NAME_RULE = (
    "Name can contain only lowercase letters, digits, '_' and '-'. "
    "Must start with a letter, and cannot end with '-' or '_'"
)
NAME_LENGTHS = (2, 63)
DESCRIPTION_LIMIT = 255
_VERSIONS = ("new_version_flag", "legacy_flag")


def _project(call: Call) -> Project:
    project = find_project(call, call.args["id"])
    _ = call.user
    if level(call, project) < DEVELOPER:
        raise forbidden()
    return project


def _find(call: Call) -> tuple[Project, ProjectFlag]:
    project = _project(call)
    flag = project.flags.get(call.args["name"])
    if flag is None or (flag.version == "legacy_flag" and call.era.new_flag_version):
        raise not_found()
    return project, flag


def _strategy(call: Call, project: Project, strategy: Strategy) -> dict[str, object]:
    listed = next((each for each in project.user_lists.values() if each.id == strategy.user_list_id), None)
    shown: dict[str, object] = {
        "id": strategy.id,
        "name": strategy.name,
        "parameters": dict(strategy.parameters),
        "scopes": [{"id": scope.id, "environment_scope": scope.environment_scope} for scope in strategy.scopes],
    }
    if call.era.user_list_strategies:
        fields = ("id", "iid", "name", "user_xids")
        shown["user_list"] = {name: getattr(listed, name) for name in fields} if listed else None
    return shown


def render(call: Call, project: Project, flag: ProjectFlag) -> dict[str, object]:
    return {
        "name": flag.name,
        "description": flag.description,
        "active": flag.active,
        "version": flag.version,
        "created_at": stamp(flag.created_at),
        "updated_at": stamp(flag.updated_at),
        "scopes": [],
        "strategies": [_strategy(call, project, each) for each in flag.strategies],
    }


def index(call: Call) -> Response:
    project = _project(call)
    scope = params.choice(call.params, "scope", ("enabled", "disabled"), "")
    found = [flag for flag in project.flags.values() if not scope or flag.active == (scope == "enabled")]
    return paginate(call, sorted(found, key=lambda flag: flag.name), lambda flag: render(call, project, flag))


def show(call: Call) -> Response:
    project, flag = _find(call)
    return Response(200, render(call, project, flag))


def _problems(project: Project, name: str, description: str | None, own: ProjectFlag | None) -> list[str]:
    shortest, longest = NAME_LENGTHS
    found = []
    if len(name) < shortest:
        found.append(f"Name is too short (minimum is {shortest} characters)")
    if len(name) > longest:
        found.append(f"Name is too long (maximum is {longest} characters)")
    if not _NAME.match(name):
        found.append(_NAME_RULE)
    if name in project.flags and project.flags[name] is not own:
        found.append("Name has already been taken")
    if len(description or "") > DESCRIPTION_LIMIT:
        found.append(f"Description is too long (maximum is {DESCRIPTION_LIMIT} characters)")
    return found


def create(call: Call) -> Response:
    project = _project(call)
    name, description = params.required(call.params, "name"), params.text(call.params, "description")
    version = params.text(call.params, "version")
    if version is not None and version not in _VERSIONS[: 1 if call.era.new_flag_version else 2]:
        raise ApiError(400, {"message": "Version is invalid"})
    version = version or _VERSIONS[0 if call.era.new_flag_version else 1]
    strategies, problems = changed(call, project, [], call.params.get("strategies"))
    if version == "legacy_flag" and strategies:
        problems.append("Version associations version 1 feature flags may not have strategies")
    problems = _problems(project, name, description, None) + problems
    if problems:
        raise ApiError(400, {"message": problems})
    active = params.boolean(call.params, "active")
    flag = ProjectFlag(name, description, active is not False, version, call.now, call.now, strategies)
    project.flags[name] = flag
    return Response(201, render(call, project, flag))


def update(call: Call) -> Response:
    """All or nothing; strategies without an id are added, `_destroy` takes one out, an empty list changes nothing."""
    project, flag = _find(call)
    if flag.version == "legacy_flag":
        raise ApiError(422, {"message": "PUT operations are not supported for legacy feature flags"})
    name = params.text(call.params, "name")
    description = params.text(call.params, "description") if "description" in call.params else flag.description
    active = params.boolean(call.params, "active")
    strategies, problems = changed(call, project, flag.strategies, call.params.get("strategies"))
    problems = _problems(project, name or flag.name, description, flag) + problems
    if problems:
        raise ApiError(400, {"message": problems})
    del project.flags[flag.name]
    flag.name, flag.description, flag.strategies = name or flag.name, description, strategies
    flag.active = flag.active if active is None else active
    flag.updated_at = call.now
    project.flags[flag.name] = flag
    return Response(200, render(call, project, flag))


def delete(call: Call) -> Response:
    """200 with the deleted flag, whose strategies are shown as none."""
    project, flag = _find(call)
    del project.flags[flag.name]
    return Response(200, render(call, project, flag) | {"strategies": []})
