"""GitLab's answers as what we observed: cleaned, and in the domain's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from msgspec import UNSET

from tui.domain.gates import Gates
from tui.domain.observed import FlagSeen, IssueSeen, NoteSeen, Operator, ProjectSeen
from tui.domain.text import clean, one_line
from tui.gateway import wire
from tui.gateway.addresses import project_of


def note_url(issue_url: str, note_id: int | str) -> str:
    """The address of a note: the issue's with the note's anchor."""
    return f"{issue_url.partition('#')[0]}#note_{note_id}"


def operator(me: wire.Myself) -> Operator:
    """Who the token belongs to."""
    return Operator(me.id, one_line(me.username), one_line(me.name), me.is_admin)


def project(found: wire.Project, access_level: int) -> ProjectSeen:
    """The project; issues count as enabled unless GitLab says that they are not."""
    return ProjectSeen(
        found.id,
        one_line(found.path_with_namespace),
        one_line(found.web_url),
        archived=found.archived,
        issues_enabled=found.issues_enabled is not False and found.issues_access_level != "disabled",
        access_level=access_level,
    )


def access_level(found: wire.Project) -> int:
    """The highest level in the project's `permissions`; 0 when they name none."""
    both = found.permissions or wire.Permissions()
    return max(one.access_level if one else 0 for one in (both.project_access, both.group_access))


def issue(found: wire.Issue, base: str) -> IssueSeen:
    """The issue; where GitLab gives no reference it is computed from the issue's address below `base`."""
    given = found.references.full if found.references else ""
    return IssueSeen(
        found.project_id,
        found.iid,
        one_line(given or f"{project_of(found.web_url, base) or found.project_id}#{found.iid}"),
        one_line(found.web_url),
        one_line(found.title),
        clean(found.description or ""),
        confidential=bool(found.confidential),
        open=found.state != "closed",
        labels=tuple(one_line(label if isinstance(label, str) else label.name) for label in found.labels),
        assignees=tuple(one_line(person.username) for person in found.assignees or ()),
        due=one_line(found.due_date or ""),
        author_id=found.author.id if found.author else 0,
        author=one_line(found.author.username if found.author else ""),
        closed_by=one_line(found.closed_by.username if found.closed_by else ""),
        updated=in_utc(found.updated_at) if found.updated_at else None,
    )


def in_utc(moment: datetime) -> datetime:
    """A time as GitLab gave it; it is UTC when it names no zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def note(found: wire.Note, issue_url: str) -> NoteSeen:
    """The note."""
    author = found.author or wire.Person(0)
    return NoteSeen(
        found.id,
        clean(found.body or ""),
        one_line(author.username),
        author.id,
        in_utc(found.created_at),
        one_line(note_url(issue_url, found.id)),
        found.system,
        in_utc(found.updated_at) if found.updated_at else None,
    )


def flag(found: wire.Feature) -> FlagSeen:
    """A flag that GitLab keeps gates for. Whether it is defined is unknown where the answer does not say."""
    about = None if found.definition is UNSET else found.definition
    return FlagSeen(
        one_line(found.name),
        gates(found.gates),
        exists=True,
        defined=None if found.definition is UNSET else about is not None,
        type=one_line(about.type or "") if about else "",
        default_enabled=bool(about and about.default_enabled is True),
    )


def with_definition(known: FlagSeen | None, definition: wire.Definition) -> FlagSeen:
    """A flag, or one without gates, with what its definition says."""
    return replace(
        known or FlagSeen(one_line(definition.name)),
        defined=True,
        type=one_line(definition.type or ""),
        default_enabled=definition.default_enabled is True,
    )


def gates(found: list[wire.Gate]) -> Gates:
    """The gates of a flag; those that are absent are closed, and those that we do not know are left out."""
    values = {gate.key: gate.value for gate in found}
    return Gates(
        boolean=values.get("boolean") is True,
        actors=_names(values.get("actors")),
        groups=_names(values.get("groups")),
        percentage_of_actors=_number(values.get("percentage_of_actors")),
        percentage_of_time=_number(values.get("percentage_of_time")),
    )


def _names(value: object) -> frozenset[str]:
    return frozenset(one_line(str(item)) for item in value) if isinstance(value, list) else frozenset()


def _number(value: object) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
