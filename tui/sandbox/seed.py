"""From a scenario file to a world and the faults it rehearses."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from tui.sandbox.errors import SandboxError
from tui.sandbox.faults import Fault
from tui.sandbox.world.access import DEVELOPER, GUEST, MAINTAINER, OWNER, REPORTER, fingerprint
from tui.sandbox.world.conditions import Conditions
from tui.sandbox.world.state import (
    Definition,
    Feature,
    Group,
    Issue,
    Label,
    Milestone,
    Note,
    Project,
    Token,
    User,
    World,
)

LEVELS = {"guest": GUEST, "reporter": REPORTER, "developer": DEVELOPER, "maintainer": MAINTAINER, "owner": OWNER}
_NAME = re.compile(r"^[\w.-]+$")


class _Person(msgspec.Struct, forbid_unknown_fields=True):
    username: str
    name: str
    admin: bool = False
    bot: bool = False
    state: str = "active"


class _Group(msgspec.Struct, forbid_unknown_fields=True):
    path: str
    name: str
    visibility: str = "private"
    members: dict[str, str] = {}


class _Label(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    color: str = "#428BCA"
    description: str | None = None


class _Issue(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    author: str
    created_at: datetime
    description: str | None = None
    labels: list[str] = []
    assignees: list[str] = []
    confidential: bool = False
    closed: bool = False
    notes: list[str] = []


class _Project(msgspec.Struct, forbid_unknown_fields=True):
    path: str
    name: str
    visibility: str = "private"
    description: str | None = None
    members: dict[str, str] = {}
    former_paths: list[str] = []
    archived: bool = False
    issues_enabled: bool = True
    labels: list[_Label] = []
    milestones: list[str] = []
    templates: list[str] = []
    issues: list[_Issue] = []


class _Scenario(msgspec.Struct, forbid_unknown_fields=True):
    since: datetime
    project: str
    edition: str = "ee"
    users: list[_Person] = []
    roles: dict[str, str] = {}
    groups: list[_Group] = []
    projects: list[_Project] = []
    definitions: list[Definition] = []
    features: list[Feature] = []
    feature_groups: dict[str, str] = {}
    templates: dict[str, list[str]] = {}
    faults: list[Fault] = []
    conditions: Conditions = Conditions()


def names(assets: Path) -> list[str]:
    """The scenarios there are."""
    return sorted(path.stem for path in (assets / "sandbox").glob("*.toml"))


def load(assets: Path, scenario: str) -> tuple[World, list[Fault], Conditions]:
    """World, faults and conditions of `assets/sandbox/<scenario>.toml`. Raises SandboxError: what is wrong in it."""
    merged = _merged(assets, scenario)
    try:
        parsed = msgspec.convert(merged, _Scenario)
    except msgspec.ValidationError as error:
        raise SandboxError(f"Scenario {scenario}: {error}", "Correct the file under assets/sandbox.") from error
    return _build(parsed, assets / "sandbox" / "templates"), parsed.faults, parsed.conditions


def origin(assets: Path, scenario: str) -> str:
    """The scenario that the world comes from: one that only adds trouble shares the world of the one it extends."""
    document = _document(assets, scenario)
    shares = "extends" in document and set(document) <= {"extends", "faults", "conditions"}
    return origin(assets, str(document["extends"])) if shares else scenario


def _merged(assets: Path, scenario: str) -> dict[str, Any]:
    """A scenario laid over the one it extends: lists are appended, tables merged, values replaced."""
    document = _document(assets, scenario)
    parent = document.pop("extends", None)
    return document if parent is None else _laid_over(_merged(assets, str(parent)), document)


def _document(assets: Path, scenario: str) -> dict[str, Any]:
    if not _NAME.match(scenario) or scenario not in names(assets):
        known = ", ".join(names(assets)) or "none"
        raise SandboxError(f"There is no sandbox scenario called {scenario!r}.", f"Known scenarios: {known}.")
    path = assets / "sandbox" / f"{scenario}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SandboxError(f"{path}: {error}", "Correct the file.") from error


def _laid_over(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        held = result.get(key)
        if isinstance(held, list) and isinstance(value, list):
            result[key] = held + value
        elif isinstance(held, dict) and isinstance(value, dict):
            result[key] = held | value
        else:
            result[key] = value
    return result


def _build(scenario: _Scenario, templates: Path) -> World:
    world = World(project=scenario.project, edition=scenario.edition, roles=dict(scenario.roles))
    for person in scenario.users:
        user_id = world.next_id("user")
        world.users[user_id] = User(
            user_id, person.username, person.name, scenario.since, person.admin, person.bot, person.state
        )
    for group in scenario.groups:
        made = add_group(world, group.path, scenario.since, name=group.name, visibility=group.visibility)
        made.members = _members(world, group.members)
    for each in scenario.projects:
        _add_described(world, each, scenario.since, templates)
    for path, wanted in scenario.templates.items():
        _project(world, path).templates |= _templates(templates, wanted)
    world.definitions = {definition.name: definition for definition in scenario.definitions}
    world.features = {feature.name: feature for feature in scenario.features}
    world.feature_groups = dict(scenario.feature_groups)
    return world


def _user_id(world: World, username: str) -> int:
    user = world.user_named(username)
    if user is None:
        raise SandboxError(f"The scenario names a user {username!r} that it does not have.", "Add it to [[users]].")
    return user.id


def _project(world: World, path: str) -> Project:
    project = world.project_at(path)
    if project is None:
        raise SandboxError(f"The scenario names a project {path!r} that it does not have.", "Add it to [[projects]].")
    return project


def _members(world: World, given: dict[str, str]) -> dict[int, int]:
    try:
        return {_user_id(world, username): LEVELS[role] for username, role in given.items()}
    except KeyError as error:
        raise SandboxError(f"The scenario has a role {error}.", f"Known roles: {', '.join(LEVELS)}.") from None


def _templates(folder: Path, wanted: list[str]) -> dict[str, str]:
    try:
        return {name: (folder / f"{name}.md").read_text(encoding="utf-8") for name in wanted}
    except OSError as error:
        raise SandboxError(f"A template of the scenario cannot be read: {error}", f"Put it into {folder}.") from error


def _add_described(world: World, given: _Project, since: datetime, templates: Path) -> None:
    project = add_project(world, given.path, since, name=given.name, visibility=given.visibility)
    project.description, project.former_paths = given.description, list(given.former_paths)
    project.archived, project.issues_enabled = given.archived, given.issues_enabled
    project.members = _members(world, given.members)
    project.templates = _templates(templates, given.templates)
    project.labels = [Label(world.next_id("label"), each.name, each.color, each.description) for each in given.labels]
    for iid, title in enumerate(given.milestones, 1):
        project.milestones.append(Milestone(world.next_id("milestone"), iid, title, since))
    for issue in given.issues:
        _add_issue(world, project, issue)


def _add_issue(world: World, project: Project, given: _Issue) -> None:
    author = _user_id(world, given.author)
    issue = Issue(
        id=world.next_id("issue"),
        iid=project.next_iid,
        project_id=project.id,
        title=given.title,
        description=given.description,
        author_id=author,
        created_at=given.created_at,
        updated_at=given.created_at,
        confidential=given.confidential,
        labels=sorted(given.labels, key=str.lower),
        assignee_ids=[_user_id(world, name) for name in given.assignees],
    )
    if given.closed:
        issue.state, issue.closed_at, issue.closed_by_id = "closed", given.created_at, author
    moment = given.created_at
    issue.notes = [Note(world.next_id("note"), author, body, moment, moment) for body in given.notes]
    project.issues[issue.iid] = issue
    project.next_iid += 1


def add_group(world: World, path: str, now: datetime, *, name: str = "", visibility: str = "private") -> Group:
    """A new group with that full path."""
    group = Group(world.next_id("group"), path, name or path.rpartition("/")[2], visibility, now)
    world.groups[group.id] = group
    return group


def add_project(world: World, path: str, now: datetime, *, name: str = "", visibility: str = "private") -> Project:
    """A new, empty project with that full path, and the group it is in when that is missing."""
    parent = path.rpartition("/")[0]
    if parent and world.group_at(parent) is None:
        add_group(world, parent, now)
    project = Project(world.next_id("project"), path, name or path.rpartition("/")[2], visibility, now)
    world.projects[project.id] = project
    return project


def add_role_project(world: World, path: str, now: datetime) -> Project:
    """A second, empty, private project in which each role of the scenario has its level; the one there is, if any."""
    existing = world.project_at(path)
    if existing is not None:
        return existing
    project = add_project(world, path, now)
    levels = LEVELS | {"admin": OWNER}
    project.members = {_user_id(world, name): levels[role] for role, name in world.roles.items()}
    return project


def add_token(
    world: World,
    username: str,
    secret: str,
    now: datetime,
    scopes: tuple[str, ...] = ("api",),
    kind: str = "personal",
) -> Token:
    """Accept `secret` from now on; only its hash is kept."""
    token = Token(
        world.next_id("token"),
        _user_id(world, username),
        "rollout-tui sandbox",
        fingerprint(secret),
        now,
        list(scopes),
        kind=kind,
    )
    world.tokens[token.sha256] = token
    return token


def add_bot(world: World, path: str, level: str, now: datetime) -> tuple[Literal["project", "group"], str]:
    """A bot user for the project or group with that path, with that level there; which of the two, and its name."""
    place = world.project_at(path) or world.group_at(path)
    if place is None:
        raise SandboxError(f"The sandbox has no project and no group {path!r}.", "Choose one that the scenario has.")
    kind: Literal["project", "group"] = "project" if isinstance(place, Project) else "group"
    user_id = world.next_id("user")
    username = f"{kind}_{place.id}_bot_{user_id:08x}"
    world.users[user_id] = User(user_id, username, f"{place.name} bot", now, bot=True)
    place.members[user_id] = LEVELS[level]
    return kind, username
