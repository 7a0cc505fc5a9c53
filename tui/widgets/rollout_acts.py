"""What can be done with a rollout, as choices: every action with what it does, or why it is not possible now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.history import BACK, Action
from tui.domain.lifecycle import REASONED, refused
from tui.domain.planning import Situation
from tui.domain.progress import Progress
from tui.domain.steps import Step
from tui.widgets.dialogs import Ask, Choose, Option
from tui.widgets.rollout_rows import may_step_back

_ASKED = "asked for next"
"""Stands for the reason that the dialog of an action asks for."""


@dataclass(frozen=True)
class Act:
    """An action's name on a key and in the menu, and what it does."""

    title: str
    does: str


ACTS: Mapping[Action, Act] = {
    "advance": Act("Next step", "opens the flag further, after a look at the plan"),
    "hold": Act("Hold", "the flag stays as it is, and nobody goes on before the rollout is resumed"),
    "resume": Act("Resume", "takes it up again where it was; the flag stays as it is"),
    "skip": Act("Skip the next step", "passes over it; the flag stays as it is"),
    "step-back": Act("Back", "every way back, and what each comes to; nothing is sent"),
    "undo": Act("Undo", "puts every gate back as it was before the last opening"),
    "finish": Act("Finish", "closes a rollout that has had everybody in for a day"),
    "abandon": Act("Abandon", "turns the flag off for everybody and gives the rollout up"),
}


def why_not(
    action: Action, here: Progress, situation: Situation | None, read_only: str, *, watching: bool = False
) -> str:
    """Why the action is not possible now; empty when it is. The way back waits for no lock on the draft.

    Who is only `watching` has asked for an app that changes nothing: not even that. To look at the ways back is free.
    """
    if action == "step-back":
        return "" if may_step_back(situation, here) else refused(here, action)
    if watching:
        return f"read-only: {read_only}"
    if read_only and action not in BACK:
        return f"read-only: {read_only}"
    said = refused(here, action, _ASKED)
    return "Nothing is left to do" if not said and action == "advance" and here.next is None else said


def menu(refusals: Mapping[Action, str], keys: Mapping[Action, str]) -> Choose:
    """All actions with their keys; what is refused says why and cannot be chosen."""
    options = [
        Option(action, act.title, act.does, refusals[action], keys.get(action, "")) for action, act in ACTS.items()
    ]
    return Choose("What now?", options)


def reason_for(action: Action, here: Progress) -> Ask:
    """The question for the reason of an action; those that nobody understands later need one."""
    act = ACTS[action]
    title = f"Skip {here.next.title}" if action == "skip" and here.next else act.title
    needed = action in REASONED
    lines = [f"{act.does[:1].upper()}{act.does[1:]}.", "Nothing is sent yet: the plan is shown first."]
    return Ask(title, lines, "Reason" if needed else "Reason, if you like", needed=needed)


def passing(step: Step, here: Progress) -> Ask | None:
    """The question why a step that is not the next one is wanted; None when nothing lies between."""
    between = here.steps[here.index + 1 : here.steps.index(step)]
    over = [one.title for one in between if one.key not in here.skipped]
    if not over:
        return None
    return Ask(f"On to {step.title}", [f"This passes over {', '.join(over)}.", "Say why: it goes into the history."])
