"""Plan issues that GitLab made public although they were asked to be confidential, with nobody there to put it right.

An apply that sees it does so at once. One that died before it could leaves them to the next plan.
"""

from __future__ import annotations

from tui.domain.plan import Change, Request
from tui.domain.planning.situation import Situation


def hidden(situation: Situation, slot: str) -> bool:
    """Whether the plan makes the issue confidential; a waiver leaves it as it is."""
    waived = {one.requirement for one in situation.draft.waivers}
    return slot in situation.observed.exposed and f"confidential-{slot}" not in waived


def hide_changes(situation: Situation) -> tuple[Change, ...]:
    """One change for each of them, to be made before anything is added to them."""
    observed = situation.observed
    found = [(slot, observed.issues[slot]) for slot in sorted(observed.exposed) if hidden(situation, slot)]
    return tuple(
        Change(
            id=f"hide:{slot}",
            kind="hide-issue",
            summary=f"Make {seen.ref} ({slot}) confidential: GitLab had made it public",
            request=Request("PUT", f"/projects/{seen.project_id}/issues/{seen.iid}", {"confidential": True}),
            slot=slot,
        )
        for slot, seen in found
    )
