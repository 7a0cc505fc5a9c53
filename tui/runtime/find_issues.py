"""Where a rollout's plan issues are: by the journal, by the addresses in the draft, by their markers on GitLab."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.domain.draft import Draft
from tui.domain.errors import BadInput
from tui.domain.guide import Guide
from tui.domain.observed import IssueSeen, ProjectSeen
from tui.domain.plan import read_marker

if TYPE_CHECKING:
    from tui.gateway.client import Gateway

REPORTER = 20
"""GitLab's access level from which a marker in somebody else's issue is believed."""

RECENT = 200
"""How many of the newest issues are looked through; the listing is read, as the search index may lag behind."""


@dataclass(frozen=True)
class IssueAddress:
    """Where a plan issue is, as the journal knows it; `ref` is the full reference that it had when it was made.

    `private` when it was asked to be confidential, by an apply that may have ended before it saw whether it was.
    """

    project_id: int
    iid: int
    ref: str = ""
    private: bool = False

    def was_in(self, path: str) -> bool:
        """Whether it was made in the project that had this path then."""
        return self.ref.rpartition("#")[0].lower() == path.strip("/").lower()


class IssueFinder:
    """Finds the plan issues of one rollout."""

    def __init__(self, gateway: Gateway, draft: Draft, guide: Guide) -> None:
        self._gateway = gateway
        self._draft = draft
        self._guide = guide

    def find(
        self, addresses: Mapping[str, IssueAddress], project: ProjectSeen | None, operator_id: int
    ) -> dict[str, IssueSeen]:
        """All plan issues that are there, by slot. Markers are looked for while any of the slots is without one."""
        found = self.read(addresses)
        for issue in self._draft.issues:
            seen = self._named(issue.existing) if issue.existing else None
            if seen is not None:
                found[issue.slot] = seen
        named = {issue.slot for issue in self._draft.issues if issue.existing}
        missing = {issue.slot for issue in self._draft.issues} | {issue.kind for issue in self._guide.issues}
        if project is not None and missing - named - found.keys():
            found = {**self.marked(project, operator_id), **found}
        return found

    def read_one(self, place: tuple[str, IssueAddress]) -> tuple[str, IssueSeen | None]:
        """The issue of one slot; None when it is gone."""
        slot, where = place
        return slot, self._gateway.issue(where.project_id, where.iid)

    def read(self, addresses: Mapping[str, IssueAddress]) -> dict[str, IssueSeen]:
        """The issues at these addresses; those that are gone are left out."""
        found = map(self.read_one, addresses.items())
        return {slot: seen for slot, seen in found if seen is not None}

    def _named(self, address: str) -> IssueSeen | None:
        """The issue that the draft names; one of another GitLab is not there, and the plan says so."""
        try:
            return self._gateway.issue_at(address)
        except BadInput:
            return None

    def marked(self, project: ProjectSeen, operator_id: int) -> dict[str, IssueSeen]:
        """The issues with this rollout's markers, the oldest of a slot, as far as their authors may be believed."""
        return self.oldest(self._gateway.search_issues(project.id, f"rollout={self._draft.id}"), operator_id)

    def oldest(self, issues: Iterable[IssueSeen], operator_id: int) -> dict[str, IssueSeen]:
        """Of some issues those of this rollout, the oldest of a slot, as far as their authors may be believed."""
        found: dict[str, IssueSeen] = {}
        for seen in issues:
            marked = read_marker(seen.description)
            if marked is None or marked.rollout != self._draft.id or not self._believed(seen, marked.slot, operator_id):
                continue
            first = found.get(marked.slot)
            found[marked.slot] = seen if first is None or seen.iid < first.iid else first
        return found

    def _believed(self, seen: IssueSeen, slot: str, operator_id: int) -> bool:
        """Anybody can write a marker into an issue: it takes a reporter, and privacy where the guide wants it."""
        issue = self._draft.issue(slot)
        plan_issue = self._guide.issue(slot.partition("@")[0])
        if plan_issue is None:
            return False
        private = plan_issue.confidential if issue is None or issue.confidential is None else issue.confidential
        if private and not seen.confidential:
            return False
        return seen.author_id == operator_id or self._gateway.level_of(seen.project_id, seen.author_id) >= REPORTER
