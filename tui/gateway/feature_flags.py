"""Feature flags that a project owns, and its lists of users; what older servers say otherwise is settled here."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tui.domain.errors import Denied, GitLabError, Interrupted, Invalid, NotFound, ScopeMissing
from tui.domain.plan import Request
from tui.domain.strategies import DEVELOPER, NO_LISTS, NOBODY, ProjectFlag, UserList, read_flag, read_list
from tui.domain.text import one_line, shorten
from tui.gateway.transport import Transport, escape

_PATH = re.compile(r"/projects/[^/]+/feature_flags(?:/[^/]+)?")
_CAPITALS = {"default": "DEFAULT", "userId": "USERID"}
"""Stickiness as GitLab 13.8 wants it."""

_ROLES = {"developer": DEVELOPER, "maintainer": 40, "owner": 50, "no_one_allowed": NOBODY}

log = logging.getLogger("tui.gateway")


def read_one(transport: Transport, project_id: int, name: str) -> ProjectFlag | None:
    """One flag; None when the project has none of that name. Raises Denied, and Invalid for an answer without one."""
    found = transport.optional(f"/projects/{project_id}/feature_flags/{escape(name)}", dict[str, Any])
    return None if found is None else _flag(found)


def names(transport: Transport, project_id: int) -> list[str]:
    """The names of all flags of the project."""
    pages = transport.pages(f"/projects/{project_id}/feature_flags", dict[str, Any])
    return [one_line(str(one.get("name", ""))) for one in pages]


def user_lists(transport: Transport, project_id: int) -> dict[str, UserList]:
    """The user lists of the project by name; none where GitLab knows no such lists."""
    pages = transport.pages(f"/projects/{project_id}/feature_flags_user_lists", dict[str, Any])
    try:
        found = [_list(one) for one in pages]
    except NotFound:
        return {}
    return {one.name: one for one in found}


def role_to_write(transport: Transport, project_id: int) -> int:
    """The access level from which the project lets its flags be changed; a developer's before GitLab 19."""
    with suppress(NotFound, Denied, ScopeMissing):
        found = transport.read(f"/projects/{project_id}/feature_flags_settings", dict[str, Any])
        return _ROLES.get(str(found.get("minimum_role")), DEVELOPER)
    return DEVELOPER


def concerns(request: Request) -> bool:
    """Whether the request makes or changes a project's flag."""
    return _PATH.fullmatch(request.path) is not None


def write(transport: Transport, request: Request) -> dict[str, Any]:
    """Make or change a flag; the answer is the flag as it is a moment later. Raises what `Transport.write` raises.

    GitLab refuses such a request whole or does all of it, so that one that was refused for its spelling, or for taking
    away what is gone, can be sent again in another form: nobody's way back fails on that. The answer to a write shows
    what it did itself; when two clients add a strategy at once only a look afterwards shows both. It also shows a
    strategy that a doubled request made twice, and the second is taken away: nobody's access depends on it.
    """
    try:
        answer = transport.write(request)
    except Invalid as error:
        answer = transport.write(_respelled(request, error))
    except NotFound:
        left = _without_gone(transport, request)
        if left == request:
            raise
        answer = transport.write(left)
    path = "/".join(request.path.split("/")[:4]) + f"/{escape(str(answer.get('name', '')))}"
    with suppress(GitLabError, Interrupted):
        answer = transport.read(path, dict[str, Any])
        twins = _twins(request, _flag(answer))
        if twins:
            transport.write(Request("PUT", path, {"strategies": [{"id": one, "_destroy": True} for one in twins]}))
            answer = transport.read(path, dict[str, Any])
    return answer


def _twins(request: Request, flag: ProjectFlag) -> list[int]:
    """The strategies that a request which the network delivered twice has made once more; the first ones stay."""
    new = [one for one in request.body.get("strategies", ()) if "id" not in one]
    made = [(one["name"], [scope["environment_scope"] for scope in one["scopes"]]) for one in new]
    first: dict[object, int] = {}
    for one in sorted(flag.strategies, key=lambda strategy: strategy.id):
        first.setdefault(one.likeness, one.id)
    ours = [one for one in flag.strategies if (one.name, [scope.environment for scope in one.scopes]) in made]
    return [one.id for one in ours if first[one.likeness] != one.id]


def _without_gone(transport: Transport, request: Request) -> Request:
    """The request without the strategies that it takes away and that somebody else took away before."""
    answer = transport.optional(request.path, dict[str, Any]) if request.method == "PUT" else None
    if answer is None:
        return request
    there = {one.id for one in _flag(answer).strategies}
    items = request.body.get("strategies", ())
    left = [one for one in items if not one.get("_destroy") or one.get("id") in there]
    return Request(request.method, request.path, {**request.body, "strategies": left})


def _respelled(request: Request, error: Invalid) -> Request:
    """The request in the spelling of older servers; raises the error where there is none."""
    if NO_LISTS in str(error).lower():
        hint = "It takes no user lists in strategies. Apply again: the plan then names who is on the list one by one."
        raise Invalid(str(error), hint, error.status) from None
    older = _spelled_older(request.body)
    if "stickiness" not in str(error) or older == request.body:
        raise error
    log.info("again with stickiness in capitals: %s", one_line(str(error)))
    return Request(request.method, request.path, older)


def _spelled_older(body: Mapping[str, Any]) -> dict[str, Any]:
    def spelled(strategy: Mapping[str, Any]) -> dict[str, Any]:
        parameters = strategy.get("parameters", {})
        if "stickiness" not in parameters:
            return dict(strategy)
        stickiness = _CAPITALS.get(parameters["stickiness"], parameters["stickiness"])
        return {**strategy, "parameters": {**parameters, "stickiness": stickiness}}

    return {**body, "strategies": [spelled(one) for one in body.get("strategies", ())]}


def _flag(answer: Mapping[str, Any]) -> ProjectFlag:
    try:
        return read_flag(answer)
    except ValueError as error:
        raise Invalid(f"GitLab's answer is not a feature flag: {shorten(str(error), 160)}.") from None


def _list(answer: Mapping[str, Any]) -> UserList:
    try:
        return read_list(answer)
    except ValueError as error:
        raise Invalid(f"GitLab's answer is not a user list: {shorten(str(error), 160)}.") from None
