"""What GitLab said, and when. Everything here was read; nothing is believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tui.domain.gates import OFF, ActorName, Gates
from tui.domain.history import Entry
from tui.domain.steps import ActorKey
from tui.domain.text import Clean


@dataclass(frozen=True)
class Operator:
    """Who the token belongs to; `admin` is None when GitLab does not say."""

    id: int
    username: Clean
    name: Clean
    admin: bool | None = None


@dataclass(frozen=True)
class ProjectSeen:
    """The project for plan issues. `access_level` is GitLab's number (30 developer, 40 maintainer), 0 unknown."""

    id: int
    path: Clean
    url: Clean
    archived: bool = False
    issues_enabled: bool = True
    access_level: int = 0


@dataclass(frozen=True)
class IssueSeen:
    """A plan issue as GitLab has it; `ref` is the full reference (`group/project#12`)."""

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


@dataclass(frozen=True)
class FlagSeen:
    """A feature flag; `exists` is false when GitLab keeps no gates for it, `defined` None when unknown."""

    name: str
    gates: Gates = OFF
    exists: bool = False
    defined: bool | None = None
    type: str = ""
    default_enabled: bool = False


CACHED = timedelta(seconds=60)
"""How long another of GitLab's processes may show a flag's former gates after a write (measured: 60 to 61 s)."""


def freshest(seen: FlagSeen, entries: Iterable[Entry], now: datetime) -> FlagSeen:
    """The flag with the gates that our own last change left, when what was read is only an older cached state.

    The answer to our own write is always fresh, a reading is not. Gates that were never on the way of our own change
    are somebody else's and stay as they were read.
    """
    ours = [entry for entry in entries if entry.flag == seen.name and now - entry.at <= CACHED]
    if not ours or seen.gates == ours[-1].gates_after:
        return seen
    passed = any(_on_the_way(seen.gates, entry) for entry in ours)
    return replace(seen, gates=ours[-1].gates_after, exists=True) if passed else seen


def _on_the_way(gates: Gates, entry: Entry) -> bool:
    before, after = entry.gates_before, entry.gates_after
    return gates == before or (before.within(gates) and gates.within(after))


@dataclass(frozen=True)
class Observed:
    """One look at GitLab.

    `issues` by slot; `links` pairs of slots; `names` the actors that GitLab knows, `unknown` those it does not;
    `templates` the text of the project's issue template by kind; `remarks` what could not be read and why.
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
    templates: Mapping[str, str] = field(default_factory=dict)
    similar: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def flag(self, name: str) -> FlagSeen:
        """The flag; one without gates when GitLab has none of that name."""
        return self.flags.get(name, FlagSeen(name))


@dataclass(frozen=True)
class NoteSeen:
    """A comment on an issue; `system` ones are GitLab's own. `url` is the issue's with the note's anchor."""

    id: int
    body: Clean
    author: Clean
    author_id: int
    at: datetime
    url: Clean
    system: bool = False
