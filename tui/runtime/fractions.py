"""Whether this GitLab keeps fractions of a percentage: a hint for the review, before its own answer decides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.domain.errors import GitLabError
from tui.domain.gates import tidy
from tui.domain.planning import Goal

if TYPE_CHECKING:
    from tui.runtime.workbench import Session

KEPT_SINCE = 14
"""GitLab's first major version that is not known to cut fractions off; 13.8 was seen to."""


def fraction_remarks(session: Session, rollout: str, goal: Goal) -> tuple[str, ...]:
    """What the operator should know before a step with a fraction is sent: from the journal, else from the version."""
    percentage = goal.step.percentage if goal.step else 0
    if percentage == int(percentage):
        return ()
    made = session.workbench.records.confirmed(rollout, session.instance.name, "set-gate")
    for operation in reversed(made):
        asked, kept = operation.body.get("value"), _kept(operation.result)
        if isinstance(asked, float) and asked != int(asked) and kept is not None:
            return () if kept == asked else (f"This GitLab keeps whole percentages only: it made {kept} of {asked}.",)
    try:
        version = session.gateway.version()
    except GitLabError:
        return ()
    major = re.match(r"\d+", version)
    if major is None or int(major[0]) >= KEPT_SINCE:
        return ()
    made_of = f"{int(percentage)} of {tidy(percentage)}"
    return (f"GitLab {version} may keep whole percentages only, making {made_of}. Better choose a whole percentage.",)


def _kept(result: Mapping[str, object]) -> float | None:
    gates = result.get("gates")
    return gates.get("percentage_of_actors") if isinstance(gates, dict) else None
