"""`compute`: the pure heart. The same situation and goal give the same plan, to the letter."""

from __future__ import annotations

from collections.abc import Mapping

from tui.domain import timeline
from tui.domain.audience import effect
from tui.domain.draft import IssueDraft
from tui.domain.feedback import joined, news
from tui.domain.gates import Route
from tui.domain.heard import Heard
from tui.domain.history import TOLD, Action, Entry
from tui.domain.note import NOTE, note_text
from tui.domain.plan import Change, Plan, Request, fingerprint
from tui.domain.planning.checks import all_requirements, warnings
from tui.domain.planning.goals import action_of, flag_of, reduces, start_of
from tui.domain.planning.issues import IssueChanges, body, issue_changes, issue_path
from tui.domain.planning.situation import Situation
from tui.domain.planning.targets import target_of
from tui.domain.progress import Goal
from tui.domain.report import Source, apart_from_lead, report
from tui.domain.requirements import Requirement
from tui.domain.steps import ISSUES, OFF_PHASE


def compute(situation: Situation, goal: Goal) -> Plan:
    """The plan that takes GitLab from what was observed to the goal.

    Changes come in an order in which they can be made one by one; `after` says which may run side by side.
    """
    action = action_of(situation, goal)
    none = IssueChanges((), {}, tuple(situation.observed.issues))
    issues = none if goal.act is not None or reduces(situation, goal) else issue_changes(situation, goal)
    calls, impossible = _route(situation, goal)
    gates = target_of(situation).gate_changes(situation, goal, calls, tuple(change.id for change in issues.changes))
    found = (*all_requirements(situation, goal, calls, (*issues.changes, *gates), issues.bodies), *impossible)
    entry = _entry(situation, goal, calls, (*issues.changes, *gates), found)
    changes = (*issues.changes, *gates)
    new = bool(changes) or not _recorded(situation, goal)
    if new:
        record, remarks = _record(situation, goal, issues, entry, changes)
        changes = (*changes, *record)
    else:
        changes, remarks = _late_timeline(situation, goal, issues)
    strictness = situation.draft.strictness
    unmet = [one for one in found if one.state == "open" and not one.blocks(strictness)]
    return Plan(
        rollout=situation.draft.id,
        instance=situation.observed.instance,
        phase=goal.phase,
        step=goal.step_id,
        title=_title(goal, action),
        action=action,
        flag=flag_of(situation, goal),
        fingerprint=fingerprint(situation.observed),
        changes=changes,
        requirements=found,
        blocked=tuple(one for one in found if one.blocks(strictness)),
        warnings=(*warnings(situation, goal, calls, unmet, issues.bodies), *remarks),
        effect=effect(calls.start, calls.end, situation.labels, dips=calls.dips),
        gates=calls,
        entry=entry if new else None,
        bodies=issues.bodies,
    )


_VERBS: Mapping[Action, str] = {
    "repair": "put back: ",
    "step-back": "back to ",
    "undo": "undo, back to ",
    "abandon": "abandon: ",
    "skip": "skip ",
    "hold": "hold at ",
    "resume": "resume at ",
    "finish": "finish at ",
}
"""What the title says before the place, for all that does not just go on to it."""


def _title(goal: Goal, action: Action) -> str:
    if action in TOLD and goal.step is None:
        return action
    where = goal.step.title if goal.step else "the plan issues" if goal.phase == ISSUES else "off for everybody"
    return f"{_VERBS.get(action, '')}{where}"


def _route(situation: Situation, goal: Goal) -> tuple[Route, tuple[Requirement, ...]]:
    """The gate calls; an actor that nobody can name makes the route impossible and blocks."""
    start = start_of(situation, goal)
    if goal.phase == ISSUES or goal.act in TOLD:
        return Route(start), ()
    try:
        return target_of(situation).gate_route(situation, goal), ()
    except ValueError as error:
        problem = Requirement("gates", f"The gates cannot be reached: {error}", "open", path="flag.name", hard=True)
        return Route(start), (problem,)


def _recorded(situation: Situation, goal: Goal) -> bool:
    """Whether the history already ends with this goal, so that nothing is left to tell."""
    if goal.act is not None:
        told = [(one.action, one.phase, one.step) for one in situation.entries[-1:]]
        return told == [(goal.act, goal.phase, goal.step_id)]
    if goal.phase == ISSUES:
        return situation.progress.issues_done
    if goal.phase == OFF_PHASE:
        return situation.progress.rolled_back or not situation.entries
    return situation.progress.position == goal.step


def _entry(
    situation: Situation, goal: Goal, calls: Route, changes: tuple[Change, ...], found: tuple[Requirement, ...]
) -> Entry:
    waivers = {one.id: one.reason for one in found if one.state == "waived"}
    reasons = [situation.reason, *(f"waived {name}: {reason}" for name, reason in waivers.items())]
    since = situation.progress.since
    start = situation.gates_before or calls.start
    return Entry(
        id="",
        at=situation.now,
        rollout=situation.draft.id,
        operator=situation.observed.operator.username,
        instance=situation.observed.instance,
        flag=flag_of(situation, goal),
        phase=goal.phase,
        step=goal.step_id,
        action=action_of(situation, goal),
        gates_before=start,
        gates_after=calls.end,
        changes=tuple(change.summary for change in changes),
        waivers=waivers,
        reason="; ".join(filter(None, reasons)),
        effect=effect(start, calls.end, situation.labels, dips=calls.dips),
        names=_names(situation, start.actors | calls.end.actors),
        live_seconds=int((situation.now - since).total_seconds()) if since else None,
        attested=situation.draft.flag.target == "chatops",
        adopted=situation.adopted,
        feedback=_feedback(situation),
        verdict=situation.verdict,
    )


def _feedback(situation: Situation) -> tuple[Heard, ...]:
    told = situation.facts.told
    begun = {entry.phase for entry in situation.entries}
    return news(joined(situation.draft, told), situation.guide, begun, told)


def _record(
    situation: Situation, goal: Goal, issues: IssueChanges, entry: Entry, changes: tuple[Change, ...]
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """The note and the timeline on the plan issue; a warning instead where there is no plan issue."""
    slot = note_slot(issues.slots, goal.phase)
    if slot is None:
        return (), ("No plan issue to leave the step's note on: the history is kept on this machine only.",)
    after = tuple(change.id for change in changes)
    note = Change(
        id=NOTE,
        kind="add-note",
        summary=f"Note the step on {slot}",
        request=Request("POST", f"{issue_path(situation, slot)}/notes", {"body": note_text(entry, slot)}),
        after=after,
        slot=slot,
    )
    edit, remark = _timeline(situation, slot, issues.bodies, (*situation.noted, entry), after)
    return (note, *edit), remark


def _timeline(
    situation: Situation, slot: str, bodies: Mapping[str, str], entries: tuple[Entry, ...], after: tuple[str, ...]
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    seen = situation.observed.issues.get(slot)
    if seen is not None:
        text = timeline.replace_block(seen.description, _report(situation, entries))
        if text is None:
            return (), (f"The place of the report is gone from the description of {seen.ref}, so it is not updated.",)
        if text == seen.description:
            return (), ()
    else:
        drafted = situation.draft.issue(slot) or IssueDraft(kind=slot.partition("@")[0], phase=slot.partition("@")[2])
        text = body(situation, drafted, tuple(bodies), entries)
        if text == bodies.get(slot):
            return (), ()
    change = Change(
        id=f"timeline:{slot}",
        kind="edit-issue",
        summary=f"Update the report in {slot}",
        request=Request("PUT", issue_path(situation, slot), {"description": text}),
        after=after,
        slot=slot,
    )
    return (change,), ()


def _report(situation: Situation, entries: tuple[Entry, ...]) -> str:
    return report(Source(situation.draft, situation.steps, entries, situation.lead))


def report_change(situation: Situation) -> Change | None:
    """The edit that brings the report on the plan issue up to date by itself, where no step is made; None for none."""
    here = situation.progress.position
    slot = note_slot(tuple(situation.observed.issues), here.phase if here else ISSUES)
    edit = _timeline(situation, slot, {}, situation.noted, ())[0] if slot else ()
    return edit[0] if edit else None


def _late_timeline(
    situation: Situation, goal: Goal, issues: IssueChanges
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """The timeline of a step that is recorded already: an apply may have been broken off just before it.

    That somebody else has the lead now is nothing that an apply would be for.
    """
    slot = note_slot(issues.slots, goal.phase)
    if slot is None or slot not in situation.observed.issues:
        return (), ()
    edit, remarks = _timeline(situation, slot, {}, situation.noted, ())
    there = apart_from_lead(situation.observed.issues[slot].description)
    return tuple(one for one in edit if apart_from_lead(str(one.request.body["description"])) != there), remarks


def note_slot(slots: tuple[str, ...], phase: str) -> str | None:
    """Where a step's note goes: the phase's own rollout plan, the rollout plan, or any other plan issue."""
    order = [f"rollout-plan@{phase}", "rollout-plan", *slots]
    return next((slot for slot in order if slot in slots), None)


def _names(situation: Situation, refs: frozenset[str]) -> dict[str, str]:
    names = situation.labels.names
    return {ref: names[ref] for ref in sorted(refs) if ref in names}
