"""Plan issues that two machines made at the same moment: the later ones yield, before anything refers to them.

Neither saw the other's when it looked, since GitLab has no way to create an issue only if there is none. So after its
own are made each looks once more: the oldest issue of a slot stays, and whoever made a later one empties and closes it
and plans again. The later one always sees the older one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from tui.domain.observed import IssueSeen, ProjectSeen
from tui.domain.operation import Operation
from tui.domain.plan import read_marker
from tui.runtime.emptying import emptying
from tui.runtime.find_issues import RECENT, IssueFinder

if TYPE_CHECKING:
    from tui.gateway.client import Gateway

YIELDS = "yields"
"""In the result of a creation that yields: to whose issue, and where that is."""

DOUBLED = "(doubled)"
_WHY = "{author} had made the same plan issue a moment before. It goes on in {ref}."


def later(
    gateway: Gateway, finder: IssueFinder, project: ProjectSeen, operator_id: int, made: Iterable[Operation]
) -> tuple[Operation, ...]:
    """Those of our creations that somebody else's is older than, to be journalled as rejected and then emptied.

    In that order: whatever becomes of the emptying, no apply goes on in the later issue.
    """
    recent = islice(gateway.recent_issues(project.id), RECENT)
    oldest = finder.oldest(recent, operator_id)
    found = []
    for operation in made:
        first = oldest.get(operation.slot)
        if first is not None and _later(operation, first):
            found.append(_yielding(gateway, operation, first))
    return tuple(found)


def empty(gateway: Gateway, operation: Operation) -> None:
    """Empty and close the issue of a creation that yields. Raises RolloutError; `doubles` looks for those left over."""
    why = _WHY.format(**operation.result[YIELDS])
    gateway.send(emptying(operation.result["project_id"], operation.result["iid"], DOUBLED, why))


def _later(operation: Operation, first: IssueSeen) -> bool:
    marked = read_marker(first.description)
    if marked is not None and marked.operation == operation.id:  # our own request, repeated on its way: see `doubles`
        return False
    return operation.result.get("project_id") == first.project_id and int(operation.result["iid"]) > first.iid


def _yielding(gateway: Gateway, operation: Operation, first: IssueSeen) -> Operation:
    person = gateway.actor(f"User:{first.author_id}")
    author = person.name if person is not None else "somebody"
    said = (
        f"{author} made the plan issue {operation.slot} at the same moment: it goes on in {first.ref}, and ours, "
        f"{operation.result['ref']}, is emptied and closed"
    )
    result = {**operation.result, YIELDS: {"author": str(author), "ref": str(first.ref)}}
    return replace(operation, state="rejected", error=said, result=result)
