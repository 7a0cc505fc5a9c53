"""Who has the lead of a rollout, in a word, and the question before it is taken, taken over or given up."""

from __future__ import annotations

from tui.domain.planning import Situation
from tui.widgets.dialogs import Confirm
from tui.widgets.present import Tone

TOLD = (
    "While one has the lead, nobody else opens the flag further; the way back is everybody's. It is a comment on the "
    "plan issue, each apply renews it, and it ends by itself."
)


def leads(situation: Situation) -> bool:
    """Whether the operator has the lead."""
    lead = situation.lead
    return lead is not None and lead.held(situation.now) and lead.holder == situation.observed.operator.username


def leader(situation: Situation) -> tuple[str, Tone]:
    """Who has the lead, as a part of a line; nothing when nobody has it."""
    lead = situation.lead
    if lead is None or not lead.held(situation.now):
        return "", ""
    return ("  you have the lead", "muted") if leads(situation) else (f"  {lead.holder} has the lead", "warning")


def lead_question(situation: Situation) -> Confirm:
    """Whether to give the lead up, or to take it, from whoever has it."""
    lead = situation.lead
    now = f"{lead.words(situation.now) if lead else 'Nobody has the lead'}."
    if leads(situation):
        return Confirm("Give the lead up?", [now], yes="Give up")
    over = lead is not None and lead.held(situation.now)
    return Confirm("Take the lead over?" if over else "Take the lead?", [now, TOLD], yes="Take")
