"""From a look at GitLab to all that a plan is computed from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.announcing import marks_in, with_marks
from tui.domain.errors import GitLabError
from tui.domain.gates import Gates
from tui.domain.history import in_order
from tui.domain.planning import Situation
from tui.runtime.concerns import concerns
from tui.runtime.halfway import broken_off
from tui.runtime.reading import Reading
from tui.runtime.rebuild import Learned, learn, plan_issues

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.observed import Observed
    from tui.runtime.workbench import Session


def situation(session: Session, draft: Draft, reason: str, wanted: Gates | None, *, reducing: bool) -> Situation:
    """What `Session.situation` promises."""
    bench, name = session.workbench, session.instance.name
    guide = bench.guide(draft)
    observed = session.observe(draft, wanted, reducing=reducing)
    learned, remarks = _learn(session, draft, observed, reducing=reducing)
    if learned.added:  # the flag is looked at again in the light of what others did
        observed = session.observe(draft, wanted, reducing=reducing)
    observed = replace(observed, remarks=(*observed.remarks, *learned.remarks, *remarks))
    marks = [mark for issue in plan_issues(observed) for mark in marks_in(issue.description)]
    return Situation(
        draft=with_marks(draft, marks),
        guide=guide,
        skeletons={issue.skeleton: bench.assets.skeleton(issue.skeleton) for issue in guide.issues},
        observed=observed,
        entries=in_order(bench.records.entries(draft.id, name)),
        now=bench.clock(),
        reason=reason,
        vocabulary=bench.assets.vocabulary(),
        chat=bench.settings.instance(name, bench.environ).chat,
        concerns=() if reducing else concerns(session, draft),
        lead=learned.lead,
        broken=broken_off(bench.records, draft.id, name),
    )


def _learn(session: Session, draft: Draft, observed: Observed, *, reducing: bool) -> tuple[Learned, tuple[str, ...]]:
    """What the notes on GitLab tell of others' steps, and what is to be said of them.

    Where a history is known here, it will do for now; a way back does without any.
    """
    records = session.workbench.records
    try:
        with Reading(lenient=reducing).pace():
            return learn(session.gateway, records, observed, draft.id), ()
    except GitLabError as error:
        if not reducing and not records.entries(draft.id, session.instance.name):
            raise
        return Learned(), (
            f"The notes on the plan issues could not be read, so only what is known here counts: {error}",
        )
