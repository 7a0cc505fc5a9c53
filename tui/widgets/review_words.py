"""A plan in words: its title, what is asked before it is applied, and why it cannot be."""

from __future__ import annotations

from tui.domain.guide import Guide
from tui.domain.plan import Change, ChangeKind, Plan
from tui.domain.requirements import Requirement
from tui.domain.text import counted

_NOUNS: dict[ChangeKind, str] = {
    "hide-issue": "hidden issue",
    "create-issue": "issue",
    "link-issues": "link",
    "set-gate": "gate change",
    "run-command": "chat command",
    "add-note": "note",
    "edit-issue": "timeline update",
}


def title_of(plan: Plan, guide: Guide) -> str:
    """What the plan does, in a few words; a step on is called by its phase too."""
    phase = guide.phase(plan.phase) if plan.action == "advance" else None
    title = plan.title[:1].upper() + plan.title[1:]
    return f"{phase.title}: {plan.title}" if phase is not None else title


def sure_lines(plan: Plan, guide: Guide, reason: str = "") -> list[str]:
    """What is asked once more before it is applied: the step and the reason that was given, how many changes of each
    kind, who is affected.
    """
    kinds = [change.kind for change in plan.changes]
    made = [counted(kinds.count(kind), noun) for kind, noun in _NOUNS.items() if kind in kinds]
    made = made or ([work_of(plan)] if plan.twice else [])
    effect = plan.effect.removesuffix(".").split(". ") if plan.gates.after else []
    said = [f"Reason: {reason}"] if reason else []
    return [title_of(plan, guide), *said, ", ".join(made), *effect]


def work_of(plan: Plan) -> str:
    """How much an apply has to do: changes, or else what is there twice and goes."""
    if plan.twice and not plan.changes:
        return counted(len(plan.twice), "removal")
    return counted(len(plan.changes), "change")


def why_not(plan: Plan, read_only: str = "", *, watching: bool = False) -> str:
    """Why the plan cannot be applied; empty when it can. Reducing exposure waits for no lock on the draft.

    Who is only `watching` has asked for an app that changes nothing.
    """
    if plan.blocked:
        return f"blocked by {counted(len(plan.blocked), 'requirement')}"
    if plan.empty:
        return "nothing to apply"
    return f"read-only: {read_only}" if read_only and (watching or not plan.reduces) else ""


def refusal(action: str, unready: str, requirement: Requirement | None, change: Change | None, read_only: str) -> str:
    """Why a key of the review does nothing now; `requirement` or `change` is what the cursor is on."""
    if action == "apply":
        return f"Cannot be applied: {unready}" if unready else ""
    if action == "waive":
        if requirement is None or requirement.state != "open":
            return "Go to an open requirement first"
        return "This cannot be waived: change first what it names" if requirement.hard else read_only
    if action.startswith("copy("):
        return "This change has no such form" if change else "Go to a change first"
    return "The plan issues are made already" if action == "issues" else ""
