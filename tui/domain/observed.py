"""What GitLab said, and when. Everything here was read; nothing is believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tui.domain.gates import OFF, ActorName, Gates
from tui.domain.history import Entry
from tui.domain.steps import ActorKey
from tui.domain.strategies import DEVELOPER, ProjectFlag, UserList
from tui.domain.text import Clean


@dataclass(frozen=True)
class Operator:
    """Who the token belongs to; `admin` is None when GitLab does not say.

    `scopes` are the token's, None when it does not tell; `reads_only` when GitLab refused a request for want of `api`.
    `limited` is an administrator whose token may not act as one: GitLab's Admin Mode is on and the token lacks the
    scope `admin_mode`.
    """

    id: int
    username: Clean
    name: Clean
    admin: bool | None = None
    scopes: tuple[Clean, ...] | None = None
    limited: bool = False
    reads_only: bool = False

    @property
    def powers(self) -> bool:
        """Whether the token has an administrator's powers."""
        return bool(self.admin) and not self.limited

    @property
    def may_write(self) -> bool:
        """Whether the token's scopes allow changes; what is not known is tried."""
        return not self.reads_only and (self.scopes is None or "api" in self.scopes)


@dataclass(frozen=True)
class ProjectSeen:
    """The project for plan issues. `access_level` is GitLab's number (30 developer, 40 maintainer), 0 no role."""

    id: int
    path: Clean
    url: Clean
    archived: bool = False
    issues_enabled: bool = True
    access_level: int = 0

    def moved_from(self, path: str) -> bool:
        """Whether it is found elsewhere than under `path`, which may also be its number."""
        return not path.isdigit() and self.path.lower() != path.strip("/").lower()


@dataclass(frozen=True)
class Template:
    """An issue template of the project."""

    name: Clean
    text: Clean


@dataclass(frozen=True)
class IssueSeen:
    """A plan issue as GitLab has it; `ref` is the full reference (`group/project#12`).

    `updated` is GitLab's own time of the last change to it, comments included.
    """

    project_id: int
    iid: int
    ref: Clean
    url: Clean
    title: Clean
    description: Clean
    confidential: bool
    open: bool
    labels: tuple[Clean, ...] = ()
    assignees: tuple[Clean, ...] = ()
    due: str = ""
    author_id: int = 0
    author: str = ""
    closed_by: str = ""
    updated: datetime | None = None


@dataclass(frozen=True)
class Threads:
    """The threads of an issue that can be resolved: how many there are, and how many of them are not."""

    open: int
    total: int


@dataclass(frozen=True)
class FlagSeen:
    """A feature flag; `exists` is false when GitLab keeps no gates for it, `defined` None when unknown.

    `left` is what our own last change left, when the reading may be older than it, until `settled_at`. An `attested`
    flag was not read: its gates are what operators said; `left` is what the `unanswered` chat command would leave.
    `project` is all of a project's flag; its gates are those of one environment. Of an `unread` flag nobody knows the
    gates: the token may not read them.
    """

    name: str
    gates: Gates = OFF
    exists: bool = False
    defined: bool | None = None
    type: str = ""
    default_enabled: bool = False
    left: Gates | None = None
    settled_at: datetime | None = None
    attested: bool = False
    unanswered: str = ""
    project: ProjectFlag | None = None
    unread: bool = False

    @property
    def widest(self) -> Gates:
        """All that may be open: the reading, and what our own last change left."""
        return self.gates.union(self.left) if self.left is not None else self.gates


CACHED = timedelta(seconds=60)
"""How long another of GitLab's processes may show a flag's former gates after a write (measured: 60 to 61 s)."""


def doubted(seen: FlagSeen, entries: Iterable[Entry], now: datetime) -> FlagSeen:
    """The flag, with what our own last change left beside the reading when the two differ and it may be a cache.

    Within a minute of our change a reading of gates that we passed through is either old or somebody undid us. Which
    of the two, only time tells: nobody may widen the flag on either guess, and narrowing it must cover both. A change
    that took access away may have passed through off for all and through anything on the way from there.
    """
    ours = [entry for entry in entries if entry.flag == seen.name and abs(now - entry.at) <= CACHED]
    if (
        not ours
        or seen.gates.same_audience(ours[-1].gates_after)
        or not any(_on_the_way(seen.gates, entry) for entry in ours)
    ):
        return seen
    return replace(seen, left=ours[-1].gates_after, settled_at=ours[-1].at + CACHED)


def _on_the_way(gates: Gates, entry: Entry) -> bool:
    before, after = entry.gates_before, entry.gates_after
    if before.within(after):
        return before.within(gates) and gates.within(after)
    return gates.within(before) or gates.within(after)


@dataclass(frozen=True)
class Observed:
    """One look at GitLab.

    `issues` by slot; `links` pairs of slots; `names` the actors that GitLab knows, `unknown` those it does not;
    `templates` the project's issue template by kind, None when they could not be read; `remarks` what could not be
    read and why. `milestones` has ids by title, as far as a text asks for one.
    `gone` are the slots whose issue we made and that is not there any more,
    `exposed` those whose issue was asked to be confidential by an apply that was broken off, and is public.
    `flag_project` is the project that owns the flag, `flag_role` the access level that its flags ask for, and
    `user_lists` are its lists by name. `threads` has those of the plan issues for feedback by slot, None where GitLab
    does not tell; a slot that is not in it was not asked about. `former` are the gates of flags that the history
    has set and the draft does not name any more, as far as they could be read.
    """

    at: datetime
    instance: str
    operator: Operator
    project: ProjectSeen | None = None
    flags: Mapping[str, FlagSeen] = field(default_factory=dict)
    issues: Mapping[str, IssueSeen] = field(default_factory=dict)
    links: frozenset[frozenset[str]] = frozenset()
    names: Mapping[ActorKey, ActorName] = field(default_factory=dict)
    unknown: frozenset[ActorKey] = frozenset()
    templates: Mapping[str, Template] | None = field(default_factory=dict)
    milestones: Mapping[str, int] = field(default_factory=dict)
    similar: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    exposed: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    flag_project: ProjectSeen | None = None
    flag_role: int = DEVELOPER
    user_lists: Mapping[str, UserList] = field(default_factory=dict)
    threads: Mapping[str, Threads | None] = field(default_factory=dict)
    former: Mapping[str, Gates] = field(default_factory=dict)

    def flag(self, name: str) -> FlagSeen:
        """The flag; one without gates when GitLab has none of that name, an unread one when none could be read."""
        return self.flags.get(name, FlagSeen(name, unread=not self.flags))


@dataclass(frozen=True)
class NoteSeen:
    """A comment on an issue; `system` ones are GitLab's own. `url` is the issue's with the note's anchor.

    `updated` is GitLab's own time of the last edit, None where it does not say.
    """

    id: int
    body: Clean
    author: Clean
    author_id: int
    at: datetime
    url: Clean
    system: bool = False
    updated: datetime | None = None

    @property
    def touched(self) -> bool:
        """Whether GitLab saved it again after it was written."""
        return self.updated is not None and self.updated > self.at
