"""What speaks against opening a flag further just now: asked for with each plan, and again before its first write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.concerns import Concern, frozen
from tui.domain.draft import Draft
from tui.domain.errors import Stale
from tui.domain.freeze import covers
from tui.domain.planning.goals import opens
from tui.domain.planning.readiness import unforeseen
from tui.domain.working_day import WorkingDay
from tui.runtime.incidents import open_incidents
from tui.store.calendar import freezes, working_day

if TYPE_CHECKING:
    from tui.runtime.workbench import Prepared, Session

PRODUCTION = "production"
"""What an instance's own flags are for, as windows call it, where the settings say that it is one."""


def concerns(session: Session, draft: Draft | None) -> tuple[Concern, ...]:
    """All of them; without a draft those of an instance's own flags. Without settings there is none to ask for."""
    settings, now = session.workbench.settings, session.workbench.clock()
    place = scope(session, draft)
    found = frozen(freezes(settings.windows, settings.freezes), now, place)
    if covers(settings.incidents.environments, place):
        found = (*found, *open_incidents(session, now))
    day = working_day(settings.working_day, settings.zone)
    return (*found, *(day.concerns(now) if isinstance(day, WorkingDay) else ()))


def scope(session: Session, draft: Draft | None) -> str:
    """Which environment a change of the draft's flag is for; empty for all."""
    if draft is not None and draft.flag.target == "project":
        return "" if draft.flag.environment == "*" else draft.flag.environment
    return PRODUCTION if session.instance.production else session.instance.name


def timely(session: Session, prepared: Prepared) -> None:
    """Raises Stale when something speaks against the plan by now that did not when it was made and reviewed."""
    situation = prepared.situation
    if not opens(situation, prepared.goal):
        return
    known = [one.id for one in situation.concerns]
    found = unforeseen(situation, prepared.goal, known, concerns(session, situation.draft))
    if found:
        hint = "Wait, or make a new plan with a reason (--reason)."
        raise Stale(f"{prepared.plan.rollout}: since this plan was made: {'; '.join(found)}", hint=hint)
