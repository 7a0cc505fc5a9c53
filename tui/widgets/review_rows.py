"""A plan as rows for its review: what stands in the way, who gains and loses, what to know, and what is sent."""

from __future__ import annotations

from collections.abc import Collection

from tui.domain.audience import who
from tui.domain.drift import PlanDifference, Refused, plan_difference
from tui.domain.errors import RolloutError
from tui.domain.history import TOLD
from tui.domain.plan import Plan
from tui.domain.planning import Situation
from tui.domain.requirements import Requirement
from tui.domain.text import counted
from tui.domain.wizard import STEPS, step_of
from tui.runtime.workbench import Prepared
from tui.widgets.change_list import change_list_rows
from tui.widgets.gate_view import route_rows
from tui.widgets.outline import BLANK, Row, heading
from tui.widgets.present import Tone, line

REQUIREMENT = "requirement:"
MET = "met"
"""The key of the row that opens the requirements that are met."""

_TITLES = {step.id: step.title for step in STEPS}


def error_rows(error: RolloutError, retry: str) -> list[Row]:
    """What happened, what to do about it, and the key that tries again."""
    rows = [Row(line(("✗ ", "error"), (str(error), "strong")), hang=2)]
    if error.hint:
        rows.append(Row(line(f"  {error.hint}"), hang=2))
    return [*rows, BLANK, Row(line(("  r ", "accent"), retry))]


def difference_from(refused: Refused | None, plan: Plan) -> PlanDifference:
    """How the plan differs from the refused one; not at all when there is none."""
    return plan_difference(refused.plan, plan) if refused is not None else PlanDifference()


def refused_rows(refused: Refused | None, plan: Plan) -> list[Row]:
    """Why the plan before this one was refused, and how this one differs from it."""
    if refused is None:
        return []
    difference = difference_from(refused, plan)
    which = f": {refused.plan.title}" if refused.plan.title != plan.title else ""
    rows = [heading(f"The plan before was refused{which}", "warning")]
    rows += [Row(line("  ", ("! ", "warning"), text), hang=4) for text in refused.since]
    words = "This one makes the same changes." if difference.empty else "What differs from it is marked."
    rows.append(Row(line((f"  {words}", "muted")), hang=2))
    rows += [Row(line("  ", ("– ", "warning"), ("no longer: ", "warning"), text), hang=4) for text in difference.gone]
    return [*rows, BLANK]


def left_rows(prepared: Prepared, strictness: str, *, show_met: bool, refused: Refused | None = None) -> list[Row]:
    """Refused before, blocked, effect, gates, calls, what to know, and the requirements that are met or waived."""
    plan, situation = prepared.plan, prepared.situation
    rows = [*refused_rows(refused, plan), *blocked_rows(plan), *said_rows(situation)]
    if plan.action in TOLD:
        now = who(plan.gates.start, situation.labels)
        rows += [heading("The flag stays as it is"), Row(line(("  In now    ", "muted"), (now, "strong")), hang=12)]
    elif plan.phase == "issues":
        rows += [heading("The flag is not touched"), Row(line(("  Only the plan issues are made.", "muted")))]
    else:
        mark = " (another one than in the refused plan)" if difference_from(refused, plan).effect else ""
        attested = situation.observed.flag(plan.flag).attested
        effect = route_rows(plan.gates, plan.flag, situation.labels, attested=attested)
        rows += [heading(_effect_title(plan) + mark), *effect]
    rows += warning_rows(prepared)
    return [*rows, *settled_rows(plan, strictness, show_met=show_met)]


def said_rows(situation: Situation) -> list[Row]:
    """What the operator said of it, as it will be in the history: the verdict on the live step, and the reason."""
    verdict, rows = situation.verdict, list[Row]()
    if verdict is not None:
        against = f", against the numbers: they propose to {_plain(verdict.proposed)}" if verdict.overrules else ""
        rows.append(Row(line(("Verdict  ", "muted"), (_plain(verdict.decision), "strong"), against), hang=9))
    if situation.reason:
        rows.append(Row(line(("Reason   ", "muted"), (situation.reason, "strong")), hang=9))
    return [*rows, BLANK] if rows else []


def _plain(word: str) -> str:
    return word.replace("-", " ")


def _effect_title(plan: Plan) -> str:
    return "Effect" if plan.gates.after else "Effect: the gates are as they should be"


def blocked_rows(plan: Plan) -> list[Row]:
    """What must be answered or waived first; none when nothing is in the way."""
    if not plan.blocked:
        return []
    rows = [heading(f"Open: {counted(len(plan.blocked), 'requirement')}", "error")]
    for one in plan.blocked:
        rows.extend(_requirement(one, "✗", "error"))
        goes = [f"enter goes to it in {_TITLES[step_of(one.path)]}"] if one.path else []
        waive = "cannot be waived" if one.hard else "w waives it with a reason"
        rows.append(_under(" · ".join([*goes, waive]), one))
    return [*rows, BLANK]


def _requirement(one: Requirement, glyph: str, tone: Tone) -> list[Row]:
    rows = [Row(line("  ", (f"{glyph} ", tone), one.text), f"{REQUIREMENT}{one.id}", 4)]
    return [*rows, _under(f"“{one.sentence}”", one)] if one.sentence else rows


def _under(text: str, one: Requirement) -> Row:
    return Row(line("    ", (text, "muted")), f"{REQUIREMENT}{one.id}", 4)


def warning_rows(prepared: Prepared) -> list[Row]:
    """What does not block and must be known; a recommendation can be followed to its field."""
    plan = prepared.plan
    keys = {one.text: f"{REQUIREMENT}{one.id}" for one in plan.requirements if one.state == "open"}
    texts = list(plan.warnings)
    if prepared.adopted:
        found = counted(len(prepared.adopted), "change")
        texts.insert(0, f"{found} of an apply that was broken off was found on GitLab and is not made again.")
    if not texts:
        return []
    rows = [BLANK, heading(f"! {counted(len(texts), 'thing')} to know", "warning")]
    return rows + [Row(line("  ", ("! ", "warning"), text), keys.get(text, ""), 4) for text in texts]


def settled_rows(plan: Plan, strictness: str, *, show_met: bool) -> list[Row]:
    """Waived requirements with their reasons, and those that are met when they are asked for."""
    waived = [one for one in plan.requirements if one.state == "waived"]
    met = [one for one in plan.requirements if one.state == "met"]
    rows: list[Row] = []
    if waived:
        rows += [BLANK, heading(f"{counted(len(waived), 'requirement')} waived")]
        rows += [Row(line("  ", ("– ", "warning"), one.text, (f"  {one.reason}", "muted")), hang=4) for one in waived]
    if met:
        sign = "▾" if show_met else "▸"
        rows += [
            BLANK,
            Row(
                line(
                    (f"{sign} ", "muted"),
                    f"{counted(len(met), 'requirement')} met",
                    (f"  strictness: {strictness}", "muted"),
                ),
                MET,
            ),
        ]
    for one in met if show_met else ():
        rows.extend(_requirement(one, "✓", "success"))
    return rows


def right_rows(
    prepared: Prepared, opened: Collection[str], chat_prefix: str, refused: Refused | None = None
) -> list[Row]:
    """The changes; those that the refused plan did not have are marked."""
    plan = prepared.plan
    if plan.empty:
        return [Row(line(("✓ ", "success"), "GitLab is as this plan wants it: nothing is sent."), hang=2)]
    if plan.twice and not plan.changes:
        said = "GitLab is as this plan wants it, but something is there twice: applying takes that away."
        return [Row(line(("! ", "warning"), said), hang=2)]
    return change_list_rows(plan, prepared.situation, opened, chat_prefix, difference_from(refused, plan).marks)


def nothing_rows() -> list[Row]:
    """There is no next step."""
    return [
        Row(line(("✓ ", "success"), ("Nothing is left to do: the last step is live.", "strong")), hang=2),
        Row(line(("  Stepping back is on the rollout's own screen.", "muted"))),
    ]
