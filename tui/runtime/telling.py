"""What people are told beside the steps: the texts for chat, and the report on the plan issue kept up to date."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.announcing import not_posted
from tui.domain.errors import GitLabError, InUse, OutcomeUnknown, Stale
from tui.domain.planning.compute import report_change
from tui.domain.readback import stored
from tui.domain.telling import FILES, Message, messages

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.planning import Situation
    from tui.runtime.workbench import Session
    from tui.store.assets import Assets


def texts(assets: Assets, situation: Situation) -> tuple[Message, ...]:
    """The texts for this moment. Raises BadInput for a template of the operator's own that cannot be used."""
    return messages(situation, {name: assets.message(name) for name in FILES})


def refresh_if_possible(session: Session, draft: Draft) -> None:
    """`refresh` after something else was done: what stands in its way is left to the next step."""
    with suppress(Stale, InUse, GitLabError):
        refresh(session, draft)


def refresh(session: Session, draft: Draft, taken_back: str = "") -> Situation:
    """Bring the report on the plan issue up to date, where something else than a step has changed it.

    `taken_back` is a channel that is no longer marked; the marks for others that colleagues made stay.

    It is an edit that says the same however often it is made, so a lost answer loses nothing: the next refresh, and
    the next step, look at what is there. Raises GitLabError, InUse while a rollout is applied, Stale when GitLab
    stored something else.
    """
    with session.turn(draft.id, needed=True):
        situation = session.situation(draft)
        if taken_back:
            situation = replace(situation, draft=not_posted(situation.draft, taken_back))
        change = report_change(situation)
        if change is None:
            return situation
        seen = situation.observed.issues[change.slot]
        before = session.gateway.issue(seen.project_id, seen.iid)
        if before is None or before.description != seen.description:
            raise Stale(f"{seen.ref} was edited by somebody else at the same moment", hint="Try again.")
        try:
            answer = session.gateway.issue_from(session.gateway.send(change.request))
        except OutcomeUnknown:
            found = session.gateway.issue(seen.project_id, seen.iid)
            if found is None or found.description == seen.description:
                raise
            answer = found
    if stored(answer.description) != stored(str(change.request.body["description"])):
        raise Stale(f"{seen.ref} has another description than the one that was sent", hint="Look at it on GitLab.")
    issues = {**situation.observed.issues, change.slot: answer}
    return replace(situation, observed=replace(situation.observed, issues=issues))
