"""Lists of a project's issues. They are read from the list and not from the search index: no delay, no extra limit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from tui.domain.text import shorten
from tui.gateway import wire
from tui.gateway.transport import escape

if TYPE_CHECKING:
    from tui.gateway.transport import Transport


def issues_path(project_id: int | str) -> str:
    """Where the issues of a project are."""
    return f"/projects/{escape(project_id)}/issues"


def recent(
    transport: Transport, project_id: int | str, author_id: int | None, since: datetime | None, *, newest_first: bool
) -> Iterator[wire.Issue]:
    """The issues of an author (None for anybody) that were created at or after `since`, page by page."""
    query = {"scope": "all", "order_by": "created_at", "sort": "desc" if newest_first else "asc"}
    if author_id is not None:
        query["author_id"] = str(author_id)
    if since is not None:
        query["created_after"] = since.isoformat()
    yield from transport.pages(issues_path(project_id), wire.Issue, query=query)


class Dated(wire.Issue, kw_only=True):
    """An issue with the time at which it was made."""

    created_at: datetime


def labelled(transport: Transport, project_id: int | str, labels: str) -> list[Dated]:
    """The newest 100 open issues that have all `labels`, which commas part. Raises NotFound."""
    query = {"scope": "all", "state": "opened", "labels": labels, "per_page": 100}
    subject = f"the project {shorten(str(project_id), 100)}"
    return transport.read(issues_path(project_id), list[Dated], query=query, subject=subject)
