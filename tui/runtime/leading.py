"""Taking the lead of a rollout, giving it up, and keeping it while one applies."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.errors import BadInput, GitLabError, Stale
from tui.domain.lease import HOURS, Lease, body, current, read_lease
from tui.domain.observed import IssueSeen, Observed
from tui.domain.plan import Request
from tui.domain.planning.goals import opens
from tui.runtime.rebuild import plan_issues, trusted

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.runtime.workbench import Prepared, Session


def lead(session: Session, draft: Draft) -> Lease | None:
    """Who has the lead, or had it last."""
    return _look(session, session.observe(draft), draft.id)


def take(session: Session, draft: Draft) -> Lease | None:
    """Take the lead, whoever has it, or renew it; what GitLab says afterwards. BadInput without a plan issue."""
    return _write(session, draft, HOURS)


def release(session: Session, draft: Draft) -> Lease | None:
    """Give the lead up, where it is one's own; what GitLab says afterwards."""
    here = lead(session, draft)
    if here is None or here.released or here.holder != session.gateway.operator().username:
        return here
    return _write(session, draft, 0)


def keep(session: Session, prepared: Prepared) -> None:
    """Right before an apply: renew the lead if it is one's own. Without any lead nothing is asked.

    Raises Stale when somebody else has taken it since the plan was made and the plan opens the flag further; what
    takes access away waits for nobody, and renewing is not worth an error.
    """
    situation = prepared.situation
    if situation.lead is None or not opens(situation, prepared.goal):
        return
    draft, me = situation.draft, session.gateway.operator().username
    with suppress(GitLabError):
        found = _look(session, situation.observed, draft.id)
        now = session.workbench.clock()
        if found is not None and found.held_against(me, now):
            raise Stale(f"{draft.id}: {found.words(now)}", hint="Ask, or take over with lead --take.")
        if found is not None and found.holder == me and found.held(now):
            issue = _issue(situation.observed)
            _send(session, issue, found.note, body(draft.id, me, socket.gethostname(), found.since, now))


def _look(session: Session, observed: Observed, rollout: str) -> Lease | None:
    issues = plan_issues(observed)
    if not issues:
        return None
    issue = issues[0]
    notes = session.gateway.notes(issue.project_id, issue.iid, issue_url=issue.url)
    return current(notes, rollout, trusted(session.gateway, issue))


def _write(session: Session, draft: Draft, hours: int) -> Lease | None:
    """Edit one's own comment; it is made only where there is none, so that it is never there twice."""
    observed, now = session.observe(draft), session.workbench.clock()
    issue, me = _issue(observed), session.gateway.operator().username
    notes = list(session.gateway.notes(issue.project_id, issue.iid, issue_url=issue.url))
    mine = [one for one in (read_lease(note, draft.id) for note in notes) if one is not None and one.holder == me]
    before = current(notes, draft.id, trusted(session.gateway, issue))
    goes_on = before is not None and before.holder == me and before.held(now)
    since = before.since if before is not None and goes_on else now
    text = body(draft.id, me, socket.gethostname(), since, now, hours=hours)
    _send(session, issue, mine[0].note if mine else None, text)
    return _look(session, observed, draft.id)


def _send(session: Session, issue: IssueSeen, note: int | None, text: str) -> None:
    path = f"/projects/{issue.project_id}/issues/{issue.iid}/notes"
    request = Request("POST", path) if note is None else Request("PUT", f"{path}/{note}")
    session.gateway.send(replace(request, body={"body": text}))


def _issue(observed: Observed) -> IssueSeen:
    issues = plan_issues(observed)
    if not issues:
        raise BadInput("there is no rollout plan issue yet to note the lead on", "Make the first step: apply.")
    return issues[0]
