"""The last defence of a plan issue that should be confidential and came back public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.domain.errors import RolloutError
from tui.domain.operation import Operation
from tui.domain.plan import Request
from tui.runtime.created import from_answer
from tui.runtime.emptying import emptying

if TYPE_CHECKING:
    from tui.gateway.client import Gateway
    from tui.store.records import Records

EMPTIED = "(emptied)"
_GONE = "emptied"
_WHY = "GitLab made this issue public although it was asked to be confidential."


def shield(gateway: Gateway, answer: Mapping[str, Any], operation: Operation) -> tuple[Operation, str]:
    """Make the issue confidential by a request of its own, else empty and close it.

    `answer` is GitLab's to the creation. Returns the operation as it is to be journalled (only a confidential issue
    counts as created) and what happened in words.
    """
    made = from_answer(answer)
    path = f"/projects/{made['project_id']}/issues/{made['iid']}"
    known = replace(operation, url=made["url"])
    gone: dict[str, Any] = {}
    try:
        if gateway.send(Request("PUT", path, {"confidential": True}), regardless=True).get("confidential"):
            done = replace(known, state="confirmed", result=made)
            return done, "GitLab had made the issue public; it was made confidential a moment later"
        gateway.send(emptying(made["project_id"], made["iid"], EMPTIED, _WHY), regardless=True)
    except RolloutError as error:
        said = f"{made['url']} is PUBLIC and could not be made safe ({error}): close or delete it by hand"
    else:
        said = f"GitLab made {made['url']} public and would not make it confidential; it was emptied and closed"
        gone = {_GONE: made["ref"]}
    return replace(known, state="rejected", error=said, result=gone), said


def disown(records: Records, operation: Operation, now: datetime) -> None:
    """What was emptied is no plan issue any more: the creation that the journal knows it by counts as refused."""
    if _GONE not in operation.result:
        return
    for one in records.confirmed(operation.rollout, operation.instance, "create-issue"):
        if operation.path == f"/projects/{one.result['project_id']}/issues/{one.result['iid']}":
            records.settled(one.id, "rejected", now, url=one.url, error=operation.error)
