"""Everything that a rollout asks of GitLab, in the domain's words. Slow to import: call it from a worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Self, TypeVar

import msgspec

from tui.domain.concerns import Incident
from tui.domain.errors import BadInput, Denied, Invalid, NotFound, ScopeMissing
from tui.domain.gates import ActorName
from tui.domain.observed import FlagSeen, IssueSeen, NoteSeen, Operator, ProjectSeen, Threads
from tui.domain.plan import Request
from tui.domain.strategies import ProjectFlag, UserList
from tui.domain.text import Clean, clean, one_line, shorten
from tui.gateway import actors, feature_flags, flags, issue_lists, seen, threads, wire
from tui.gateway.addresses import base_of, inside, issue_in
from tui.gateway.cancel import Cancel
from tui.gateway.connection import Connection
from tui.gateway.flags import Flags
from tui.gateway.identity import Identity
from tui.gateway.issue_lists import issues_path
from tui.gateway.tokens import TokenSeen
from tui.gateway.transport import Limits, Transport, escape

T = TypeVar("T")


class Gateway:
    """One instance through one token. Its methods may be called from several threads at once.

    Every method may raise Interrupted (once `cancel` is set) and, of the GitLabErrors, TokenRefused, ScopeMissing,
    Denied, Throttled, Unreachable and ServerFault; docstrings name what else. `timeouts` are the seconds to connect
    and between two pieces of an answer (the connection's own, if it has one), `total` those for one call with its
    repetitions; an iterator has them for each page.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        cancel: Cancel | None = None,
        timeouts: tuple[float, float] = (5, 30),
        total: float = 60,
    ) -> None:
        self.connection: Final = connection
        self.cancel: Final = cancel or Cancel()
        connect, read = timeouts
        limits = Limits(connect, connection.timeout or read, max(total, 2 * connection.timeout))
        self._transport = Transport(connection, self.cancel, limits)
        self._identity = Identity(self._transport)

    def close(self) -> None:
        """Give the connections back to the system."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The instance and the token

    def version(self) -> Clean:
        """GitLab's version, such as `17.5.1-ee`; empty when it keeps that to itself."""
        for path in ("/version", "/metadata"):
            try:
                return one_line(self._transport.read(path, wire.Version).version)
            except (NotFound, Denied, ScopeMissing):
                continue
        return one_line("")

    def operator(self) -> Operator:
        """Who the token belongs to, asked once, with what else is known of the token by now."""
        return self._identity.operator()

    def token(self) -> TokenSeen | None:
        """What the token says about itself, asked once; None when GitLab does not tell (access tokens: before 15.5)."""
        return self._identity.token()

    def writes(self) -> bool | None:
        """Whether the token has the scope `api`, asked once together with `token`; None when that cannot be told."""
        return self._identity.writes()

    # Feature flags and their actors

    def flags(self) -> Flags:
        """All flags that have gates or a definition, by name. Raises NotAdmin."""
        with self._identity.as_administrator():
            return flags.read_all(self._transport)

    def gates(self) -> Flags:
        """The flags that have gates, by name, and nothing else of them: the quick look. Raises NotAdmin."""
        with self._identity.as_administrator():
            return flags.read_gates(self._transport)

    def flag(self, name: str) -> FlagSeen:
        """One flag; when it has no definition, `defined` tells whether that is certain. Raises NotAdmin."""
        with self._identity.as_administrator():
            return flags.read_one(self._transport, name)

    def project_flag(self, project_id: int, name: str) -> ProjectFlag | None:
        """A flag that a project owns; None when it has none of that name."""
        return feature_flags.read_one(self._transport, project_id, name)

    def project_flag_names(self, project_id: int) -> list[str]:
        """The names of a project's flags. Raises NotFound where the project has no such feature."""
        return feature_flags.names(self._transport, project_id)

    def flag_role(self, project_id: int) -> int:
        """The access level from which a project lets its flags be changed."""
        return feature_flags.role_to_write(self._transport, project_id)

    def user_lists(self, project_id: int) -> dict[str, UserList]:
        """The lists of users that a project keeps for its flags, by name."""
        return feature_flags.user_lists(self._transport, project_id)

    def user(self, username: str) -> ActorName | None:
        """The user of that name; None when there is none."""
        return actors.user(self._transport, username)

    def group(self, path: str) -> ActorName | None:
        """The group at that full path; None when the token sees none."""
        return actors.group(self._transport, path)

    def members(self, group: str) -> tuple[ActorName, ...]:
        """All members of the group at that full path. Raises NotFound."""
        return actors.members(self._transport, group)

    def actor(self, ref: str) -> ActorName | None:
        """Who is behind a gate's reference such as `User:7`; None for other kinds and for those that are gone."""
        return actors.behind(self._transport, ref)

    # The project for plan issues

    def project(self, path: str, *, level: bool = True) -> ProjectSeen:
        """The project at a path or with an id, and the operator's `level` if it may be asked for. Raises NotFound."""
        subject = f"the project {shorten(path, 100)}"
        found = self._transport.read(f"/projects/{escape(path)}", wire.Project, subject=subject)
        told = seen.access_level(found)
        return seen.project(found, told or (self.level_of(found.id, self._identity.me().id) if level else 0))

    def project_numbered(self, project_id: int) -> ProjectSeen | None:
        """The project with that id; None when the token sees none."""
        try:
            return self.project(str(project_id))
        except NotFound:
            return None

    def level_of(self, project_id: int | str, user_id: int) -> int:
        """The access level of a user in a project, inherited ones included; 0 for none."""
        member = self._transport.optional(f"/projects/{escape(project_id)}/members/all/{user_id}", wire.Access)
        return member.access_level if member else 0

    def milestones(self, project_id: int) -> dict[str, int]:
        """The ids of the open milestones of a project and of the groups above it, by title."""
        query = {"state": "active", "include_parent_milestones": True, "include_ancestors": True}  # until 16.7, since
        found = self._transport.pages(f"/projects/{project_id}/milestones", wire.Milestone, query=query)
        return {one_line(one.title): one.id for one in found}

    def templates(self, project_id: int | str) -> dict[str, str]:
        """The issue templates of a project, name to key; empty when it has none or GitLab is too old for them."""
        path = f"/projects/{escape(project_id)}/templates/issues"
        try:
            found = list(self._transport.pages(path, wire.TemplateKey))
        except NotFound:
            return {}
        return {one_line(one.name or one.key): one.key for one in found}

    def template(self, project_id: int | str, name: str) -> Clean:
        """The text of an issue template by its key. Raises NotFound."""
        path = f"/projects/{escape(project_id)}/templates/issues/{escape(name)}"
        subject = f"the issue template {shorten(name, 100)}"
        return clean(self._transport.read(path, wire.Template, subject=subject).content)

    def labels(self, project_id: int | str) -> list[Clean]:
        """The names of the labels that a project can use."""
        path = f"/projects/{escape(project_id)}/labels"
        return [one_line(one.name) for one in self._transport.pages(path, wire.Label)]

    # Plan issues

    def issue(self, project_id: int | str, iid: int) -> IssueSeen | None:
        """An issue by number; None when the token sees none."""
        found = self._transport.optional(f"{issues_path(project_id)}/{int(iid)}", wire.Issue)
        return self._issue(found) if found else None

    def issue_at(self, url: str) -> IssueSeen | None:
        """An issue by its web address; None when the token sees none.

        The address may be the one that we use or the one that GitLab believes to have.
        Raises BadInput when it is not an issue's address or not one of this instance.
        """
        path = inside(url, self.connection.url)
        if path is None:
            me = self._identity.me()
            path = inside(url, base_of(me.web_url, me.username))
        if path is None:
            raise BadInput(
                f'"{shorten(url, 120)}" is not an address on {self.connection.name}.',
                f"It must start with {self.connection.url}/",
            )
        place = issue_in(path)
        if place is None:
            raise BadInput(
                f'"{shorten(url, 120)}" is not the address of an issue.',
                f"It looks like {self.connection.url}/group/project/-/issues/12",
            )
        return self.issue(*place)

    def recent_issues(
        self,
        project_id: int | str,
        *,
        author_id: int | None = None,
        since: datetime | None = None,
        newest_first: bool = True,
    ) -> Iterator[IssueSeen]:
        """The issues of an author that were created at or after `since`, the newest or the oldest first."""
        for found in issue_lists.recent(self._transport, project_id, author_id, since, newest_first=newest_first):
            yield self._issue(found)

    def incidents(self, project_id: int | str, labels: str) -> list[Incident]:
        """The newest 100 open issues of a project that have all `labels`, which commas part. Raises NotFound."""
        found = issue_lists.labelled(self._transport, project_id, labels)
        return [Incident(self._issue(one).ref, one_line(one.title), seen.in_utc(one.created_at)) for one in found]

    def search_issues(self, project_id: int | str, text: str) -> list[IssueSeen]:
        """Up to 100 issues with `text` in title or description, the newest first. GitLab limits the rate of these."""
        query = {"scope": "all", "search": text, "order_by": "created_at", "sort": "desc", "per_page": 100}
        return [
            self._issue(one) for one in self._transport.read(issues_path(project_id), list[wire.Issue], query=query)
        ]

    def links(self, project_id: int | str, iid: int) -> list[IssueSeen]:
        """The issues that an issue is linked to. Raises NotFound."""
        path = f"{issues_path(project_id)}/{int(iid)}/links"
        return [self._issue(one) for one in self._transport.read(path, list[wire.Issue])]

    def notes(self, project_id: int | str, iid: int, *, issue_url: str = "") -> Iterator[NoteSeen]:
        """The notes of an issue, the oldest first; the issue is asked for its address if need be. Raises NotFound."""
        path = f"{issues_path(project_id)}/{int(iid)}"
        url = issue_url or self._transport.read(path, wire.Issue, subject=f"the issue #{iid}").web_url
        query = {"sort": "asc", "order_by": "created_at"}
        for found in self._transport.pages(f"{path}/notes", wire.Note, query=query):
            yield seen.note(found, url)

    def threads(self, project_id: int | str, iid: int) -> Threads | None:
        """The threads of an issue that can be resolved; None where GitLab does not tell. Raises NotFound."""
        return threads.read(self._transport, f"{issues_path(project_id)}/{int(iid)}")

    # Changes

    def send(self, request: Request, *, regardless: bool = False) -> dict[str, Any]:
        """Make one change: sent once, never repeated. The answer is as GitLab gave it, not cleaned.

        Raises OutcomeUnknown when it was sent and nobody can tell whether it had an effect; every other error means
        that it had none: NotAdmin, NotFound, Invalid, Conflict, Throttled, Unreachable, and Interrupted before it
        was sent. What makes an accident good is sent `regardless` of a stop.
        """
        if feature_flags.concerns(request):
            return feature_flags.write(self._transport, request)
        return self._transport.write(request, regardless=regardless)

    def issue_from(self, answer: Mapping[str, Any]) -> IssueSeen:
        """The issue in the answer to a write. Raises Invalid when there is none in it."""
        try:
            return self._issue(msgspec.convert(answer, wire.Issue, strict=False))
        except msgspec.ValidationError as error:
            raise Invalid(f"GitLab's answer is not what was asked for: {shorten(str(error), 160)}.") from None

    def _issue(self, found: wire.Issue) -> IssueSeen:
        return seen.issue(found, self.connection.url)
