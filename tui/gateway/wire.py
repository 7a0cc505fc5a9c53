"""The parts of GitLab's answers that we read. Unknown fields are ignored; what old versions lack is optional."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType


class Person(Struct):
    id: int
    username: str = ""
    name: str = ""


class Myself(Struct):
    id: int
    username: str
    name: str = ""
    is_admin: bool | None = None
    web_url: str = ""


class Version(Struct):
    version: str = ""


class Access(Struct):
    access_level: int = 0


class Permissions(Struct):
    project_access: Access | None = None
    group_access: Access | None = None


class Project(Struct):
    id: int
    path_with_namespace: str
    web_url: str = ""
    archived: bool = False
    issues_enabled: bool | None = None
    issues_access_level: str | None = None
    permissions: Permissions | None = None


class Group(Struct):
    id: int
    full_path: str


class Definition(Struct):
    name: str = ""
    type: str | None = None
    default_enabled: bool | str | None = None


class Gate(Struct):
    key: str
    value: Any = None


class Feature(Struct):
    name: str
    gates: list[Gate] = msgspec.field(default_factory=list)
    definition: Definition | UnsetType | None = UNSET


class References(Struct):
    full: str = ""


class Label(Struct):
    name: str


class Issue(Struct):
    iid: int
    project_id: int
    title: str = ""
    description: str | None = None
    state: str = ""
    confidential: bool | None = None
    labels: list[str | Label] = msgspec.field(default_factory=list)
    assignees: list[Person] | None = None
    due_date: str | None = None
    web_url: str = ""
    references: References | None = None
    author: Person | None = None
    closed_by: Person | None = None
    updated_at: datetime | None = None


class Note(Struct):
    id: int
    created_at: datetime
    body: str | None = None
    author: Person | None = None
    system: bool = False
    updated_at: datetime | None = None


class ThreadNote(Struct):
    system: bool = False
    resolvable: bool = False
    resolved: bool | None = None


class Discussion(Struct):
    individual_note: bool = False
    notes: list[ThreadNote] = msgspec.field(default_factory=list)


class TemplateKey(Struct):
    key: str
    name: str = ""


class Milestone(Struct):
    id: int
    title: str


class Template(Struct):
    content: str = ""
