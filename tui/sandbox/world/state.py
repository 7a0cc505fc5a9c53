"""What the sandbox knows: plain records, mutable, JSON-able, without behaviour that needs a clock or an id source."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(slots=True)
class User:
    id: int
    username: str
    name: str
    created_at: datetime
    is_admin: bool = False
    bot: bool = False
    state: str = "active"


@dataclass(slots=True)
class Token:
    """An access token: personal, project, group, oauth or job; only its SHA-256 is known."""

    id: int
    user_id: int
    name: str
    sha256: str
    created_at: datetime
    scopes: list[str] = field(default_factory=lambda: ["api"])
    expires_at: date | None = None
    revoked: bool = False
    kind: str = "personal"


@dataclass(slots=True)
class Group:
    """Members map user ids to access levels (10 guest … 50 owner)."""

    id: int
    full_path: str
    name: str
    visibility: str
    created_at: datetime
    members: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Label:
    id: int
    name: str
    color: str
    description: str | None = None
    priority: int | None = None


@dataclass(slots=True)
class Milestone:
    id: int
    iid: int
    title: str
    created_at: datetime
    state: str = "active"
    description: str = ""
    due_date: date | None = None


@dataclass(slots=True)
class Note:
    """A comment; `thread` is the id of the thread that it belongs to, empty for one that stands alone."""

    id: int
    author_id: int
    body: str
    created_at: datetime
    updated_at: datetime
    system: bool = False
    internal: bool = False
    thread: str = ""
    resolved_by_id: int | None = None
    resolved_at: datetime | None = None


@dataclass(slots=True)
class Issue:
    """One issue; `labels` holds titles, people are ids, dates are UTC."""

    id: int
    iid: int
    project_id: int
    title: str
    description: str | None
    author_id: int
    created_at: datetime
    updated_at: datetime
    state: str = "opened"
    confidential: bool = False
    labels: list[str] = field(default_factory=list)
    assignee_ids: list[int] = field(default_factory=list)
    due_date: date | None = None
    milestone_id: int | None = None
    issue_type: str = "issue"
    discussion_locked: bool | None = None
    closed_at: datetime | None = None
    closed_by_id: int | None = None
    lock_version: int = 0
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Link:
    """A relation between two issues, by their global ids."""

    id: int
    source_id: int
    target_id: int
    link_type: str
    created_at: datetime


@dataclass(slots=True)
class Scope:
    id: int
    environment_scope: str


@dataclass(slots=True)
class Strategy:
    id: int
    name: str
    parameters: dict[str, str]
    scopes: list[Scope]
    user_list_id: int | None = None


@dataclass(slots=True)
class ProjectFlag:
    """A project feature flag (Unleash), which is another thing than an instance feature."""

    name: str
    description: str | None
    active: bool
    version: str
    created_at: datetime
    updated_at: datetime
    strategies: list[Strategy] = field(default_factory=list)


@dataclass(slots=True)
class UserList:
    id: int
    iid: int
    name: str
    user_xids: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Project:
    id: int
    path: str
    name: str
    visibility: str
    created_at: datetime
    description: str | None = None
    archived: bool = False
    issues_enabled: bool = True
    former_paths: list[str] = field(default_factory=list)
    members: dict[int, int] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    next_iid: int = 1
    flags: dict[str, ProjectFlag] = field(default_factory=dict)
    user_lists: dict[int, UserList] = field(default_factory=dict)
    next_list_iid: int = 1


@dataclass(slots=True)
class Feature:
    """The gates of one persisted instance flag; `None` is a percentage gate that is not set."""

    name: str
    boolean: bool = False
    actors: list[str] = field(default_factory=list)
    percentage_of_actors: float | None = None
    percentage_of_time: float | None = None
    groups: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Definition:
    """The YAML definition that a GitLab release ships for a flag."""

    name: str
    type: str
    group: str
    milestone: str
    default_enabled: bool = False
    introduced_by_url: str | None = None
    rollout_issue_url: str | None = None
    log_state_changes: bool | None = None


@dataclass(slots=True)
class World:
    """Everything. `feature_groups` maps a registered group to the GitLab group whose members are in it."""

    project: str
    edition: str = "ee"
    users: dict[int, User] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    features: dict[str, Feature] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    feature_groups: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def next_id(self, kind: str) -> int:
        """The next free id of `kind`; ids start at 1 and are never reused."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def user_named(self, username: str) -> User | None:
        """The user with that name, in any case, or None."""
        wanted = username.lower()
        return next((user for user in self.users.values() if user.username.lower() == wanted), None)

    def group_at(self, path: str) -> Group | None:
        """The group with that full path, in any case, or None."""
        wanted = path.lower()
        return next((group for group in self.groups.values() if group.full_path.lower() == wanted), None)

    def project_at(self, path: str) -> Project | None:
        """The project with that full path, in any case, or None."""
        wanted = path.lower()
        return next((project for project in self.projects.values() if project.path.lower() == wanted), None)

    def issue_by_id(self, issue_id: int) -> Issue | None:
        """The issue with that global id, or None."""
        for project in self.projects.values():
            for issue in project.issues.values():
                if issue.id == issue_id:
                    return issue
        return None
