"""Who can be in a flag: users, groups and projects by name, and who is behind a gate's reference."""

from __future__ import annotations

import re

from tui.domain.gates import ActorName
from tui.domain.text import one_line, shorten
from tui.gateway import wire
from tui.gateway.transport import Transport, escape

_REFERENCE = re.compile(r"(?P<kind>User|Group|Project):(?P<id>[0-9]{1,18})")
_USERNAME = re.compile(r"[\w.-]+")


def user(transport: Transport, username: str) -> ActorName | None:
    """The user of that name; None when there is none."""
    if not _USERNAME.fullmatch(username):
        return None
    people = transport.read("/users", list[wire.Person], query={"username": username})
    exact = next((one for one in people if one.username.lower() == username.lower()), None)
    return ActorName("user", one_line(exact.username), f"User:{exact.id}") if exact else None


def group(transport: Transport, path: str) -> ActorName | None:
    """The group at that full path or with that id; None when the token sees none."""
    found = transport.optional(f"/groups/{escape(path)}", wire.Group, query={"with_projects": "false"})
    return ActorName("group", one_line(found.full_path), f"Group:{found.id}") if found else None


def members(transport: Transport, path: str) -> tuple[ActorName, ...]:
    """All members of the group at that full path, inherited ones too. Raises NotFound."""
    subject = f"the group {shorten(path, 100)}"
    people = transport.pages(f"/groups/{escape(path)}/members/all", wire.Person, subject=subject)
    found = {one.id: ActorName("user", one_line(one.username), f"User:{one.id}") for one in people}
    return tuple(found.values())


def project(transport: Transport, path: str) -> ActorName | None:
    """The project at that full path or with that id; None when the token sees none."""
    found = transport.optional(f"/projects/{escape(path)}", wire.Project)
    return ActorName("project", one_line(found.path_with_namespace), f"Project:{found.id}") if found else None


def behind(transport: Transport, ref: str) -> ActorName | None:
    """Who is behind a reference such as `User:7`; None for other kinds and for those that are gone."""
    parts = _REFERENCE.fullmatch(ref)
    if parts is None:
        return None
    if parts["kind"] == "Group":
        return group(transport, parts["id"])
    if parts["kind"] == "Project":
        return project(transport, parts["id"])
    person = transport.optional(f"/users/{parts['id']}", wire.Person)
    return ActorName("user", one_line(person.username), ref) if person else None
