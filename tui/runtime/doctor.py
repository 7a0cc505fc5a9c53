"""What a rollout needs, checked read-only, in the order in which it would fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.domain.errors import RolloutError
from tui.domain.text import counted, listing
from tui.runtime.doctor_row import NEXT, Row, failed

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.runtime.workbench import Session

_WAY = ("address", "proxy", "TLS", "GitLab", "sign-in", "expiry", "scopes", "operator", "administrator")
_PROJECT = ("project", "role", "templates", "flags")
NAMES = _WAY + _PROJECT
"""What is always told of, in this order, beside the instance and where its token comes from."""

ESSENTIAL = frozenset({"address", "proxy", "TLS", "GitLab", "sign-in", "operator"})
"""What nothing can be asked without."""


def diagnose(session: Session, project: str = "", draft: Draft | None = None) -> Iterator[Row]:
    """The rows, each as soon as it is known; the last one says what to do next.

    What a failed row makes pointless is reported as skipped. With a draft also what its flag's target needs; its
    project stands for `project` when that is empty.
    """
    found: list[Row] = []
    for row in _rows(session, project or (draft.gitlab.project if draft else ""), draft):
        found.append(row)
        yield row
    yield _next(found, draft)


def _rows(session: Session, project: str, draft: Draft | None) -> Iterator[Row]:
    from tui.runtime import checkup, checkup_project, checkup_time

    yield Row("instance", "ok", session.instance.label)
    try:
        gateway = session.gateway
    except RolloutError as error:
        yield failed("token", error)
        yield from (Row(name, "skipped", "not checked: there is no token to ask with") for name in NAMES)
        return
    yield Row("token", "ok", session.instance.token or "there is one; it is not shown")
    subject = checkup.Subject(session, gateway, project, draft)
    done: set[str] = set()
    for check in (*checkup.CHECKS, *checkup_project.CHECKS, *checkup_time.CHECKS):
        for row in check(subject):
            yield row
            done.add(row.name)
            if row.state == "failed" and row.name in ESSENTIAL:
                left = [name for name in NAMES if name not in done]
                yield from (Row(name, "skipped", f"not checked: {row.name} failed") for name in left)
                return


def _next(found: list[Row], draft: Draft | None) -> Row:
    """What to do now."""
    wrong = [row for row in found if row.state == "failed"]
    if wrong:
        names = listing([row.name for row in wrong])
        return Row(NEXT, "failed", f"put right first: {names}", wrong[0].hint)
    doubtful = [row.name for row in found if row.state == "warning"]
    ready = f"rollout-tui plan {draft.id}" if draft else "rollout-tui, or rollout-tui plan DRAFT"
    if doubtful:
        return Row(NEXT, "ok", f"{ready}; {counted(len(doubtful), 'warning')} to read before: {listing(doubtful)}")
    return Row(NEXT, "ok", ready)
