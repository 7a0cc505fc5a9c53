"""Where a rollout is, as rows: the gates that GitLab has, what the next step still needs, plan issues, last entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tui.domain.audience import who
from tui.domain.gates import OFF
from tui.domain.history import ACTION_WORDS, BACK, TOLD, Entry
from tui.domain.lifecycle import refused
from tui.domain.planning import Situation
from tui.domain.planning.checks import left_open
from tui.domain.planning.readiness import led, untimely
from tui.domain.progress import Progress
from tui.domain.requirements import Requirement, requirements
from tui.domain.steps import ISSUES, OFF_PHASE, Step, default_phase, find, named
from tui.domain.text import counted
from tui.widgets.gate_view import gate_rows, gates_title
from tui.widgets.outline import BLANK, Row, heading, keyed
from tui.widgets.present import Tone, due, line, moment, soon
from tui.widgets.rollout_words import Words

ISSUE = "issue:"
HISTORY = "history"
REPAIR = "repair"
REQUIREMENT = "requirement:"
ENTRIES = 5
"""How many of the last entries are shown; the history has them all."""


_WARNED = BACK | {"hold"}
"""Actions that a reader of the last entries should not miss."""


def drifted(situation: Situation) -> str:
    """Who is in now, where somebody else has changed a flag of the rollout; empty when nobody has."""
    for flag in situation.observed.flags.values():
        found = situation.unlike(flag)
        if found is not None and found.others:
            return who(flag.gates, situation.labels)
    return ""


def gates_rows(situation: Situation) -> list[Row]:
    """The gates of each flag of the rollout, who is in, and whether somebody else changed them."""
    observed, labels = situation.observed, situation.labels
    rows: list[Row] = []
    for name, flag in observed.flags.items():
        rows += [BLANK] if rows else []
        rows.append(heading(gates_title(name, labels.place, attested=flag.attested)))
        rows.append(Row(line("  ", ("In now  ", "muted"), (who(flag.gates, labels), "strong")), hang=10))
        if flag.unanswered:
            text = f"Nobody said whether this command ran: {flag.unanswered}"
            rows.append(Row(line("  ", ("! ", "warning"), text), hang=4))
        rows.extend(gate_rows(flag.gates, labels))
    remarks = (*observed.remarks, *left_open(situation))
    return rows + [Row(line("  ", ("! ", "warning"), remark), hang=4) for remark in remarks]


def drift_rows(situation: Situation) -> list[Row]:
    """The flags that are not as this rollout left them, and the way to put them back; none when all are."""
    rows: list[Row] = []
    flags = situation.observed.flags
    for name, flag in flags.items():
        found = situation.unlike(flag)
        if found is None:
            continue
        which = f" of {name}" if len(flags) > 1 else ""
        told = [
            heading(f"The gates{which} are not as the history says", "warning"),
            Row(line("  ", found.text), hang=2),
            Row(line("  In now  ", (who(flag.gates, situation.labels), "strong")), hang=10),
        ]
        way = Row(line("  ", ("enter plans to put it back", "muted")), hang=4)
        rows += keyed(REPAIR, [*told, way]) if found.others else told
    return rows


def needed(situation: Situation, step: Step) -> list[Requirement]:
    """What is open of what the step's phase asks for, and of what the time itself does."""
    phase = situation.guide.phase(step.phase)
    if phase is None:
        return []
    found = requirements(situation.draft, situation.guide, phase, situation.facts)
    return [one for one in (*led(situation), *untimely(situation, situation.concerns), *found) if one.state == "open"]


def needed_rows(situation: Situation, now: datetime) -> list[Row]:
    """What the next step still needs; what blocks it first. A wait that runs is told with its end."""
    step = situation.progress.next
    if step is None or situation.broken is not None:
        return []
    said = refused(situation.progress, "advance")
    if said:
        return [Row(line(("– ", "muted"), said), hang=2)]
    strictness = situation.draft.strictness
    found = sorted(needed(situation, step), key=lambda one: not one.blocks(strictness))
    if not found:
        at = situation.progress.due_at() if situation.progress.remaining(now) else None
        if at is None:
            if drifted(situation):
                return []
            return [Row(line(("✓ ", "success"), f"Nothing stands in the way of {step.title}"), hang=2)]
        wait = f"Only the wait stands in the way of {step.title}: due {due(at, now)}"
        return [Row(line(("○ ", "muted"), wait, (f" (at {soon(at, now)})", "muted")), hang=2)]
    rows = [heading(f"Before {step.title}: {counted(len(found), 'requirement')} open")]
    for one in found:
        blocks = one.blocks(strictness)
        glyph: Words = ("✗ ", "error") if blocks else ("! ", "warning")
        word = "  blocks" if blocks else "  recommended"
        rows.append(Row(line("  ", glyph, one.text, (word, "muted")), f"{REQUIREMENT}{one.path}", 4))
    return rows


def issue_rows(situation: Situation) -> list[Row]:
    """The plan issues with their addresses, and those that the selected phases ask for and that are not there."""
    seen = situation.observed.issues
    names = {issue.kind: issue.name for issue in situation.guide.issues}
    rows = [heading("Plan issues")]
    for slot, issue in seen.items():
        kind, _, phase = slot.partition("@")
        name = names.get(kind, kind) + (f" ({phase})" if phase else "")
        closed = "" if issue.open else "  closed"
        key = f"{ISSUE}{slot}"
        rows.append(Row(line("  ", ("✓ ", "success"), f"{name}  ", (f"{issue.ref}{closed}", "muted")), key, 4))
        rows.append(Row(line("    ", (issue.url, "muted")), key, 4))
    present = {slot.partition("@")[0] for slot in seen}
    asked = {kind for phase in situation.guide.phases for kind in phase.issues if _selected(situation, phase.id)}
    for kind, name in names.items():
        if kind in asked - present:
            rows.append(Row(line("  ", ("○ ", "muted"), f"{name}  ", ("not there yet", "muted")), hang=4))
    if situation.lead is not None:
        rows.append(Row(line("  ", (situation.lead.words(situation.now), "muted")), hang=2))
    return rows if len(rows) > 1 else []


def _selected(situation: Situation, phase_id: str) -> bool:
    phase = situation.guide.phase(phase_id)
    chosen = situation.draft.phase(phase_id) or (default_phase(phase) if phase else None)
    return chosen is not None and chosen.selected


def entry_rows(entries: Sequence[Entry], steps: Sequence[Step]) -> list[Row]:
    """The last entries, the newest first; Enter opens the history."""
    if not entries:
        return []
    more = f"  the last {ENTRIES} of {len(entries)}" if len(entries) > ENTRIES else ""
    rows = [Row(line(("History", "strong"), (more, "muted")), HISTORY)]
    for entry in reversed(entries[-ENTRIES:]):
        what = f"{ACTION_WORDS[entry.action]}{_where(entry, steps)}"
        reason = f": {entry.reason}" if entry.reason else ""
        tone: Tone = "warning" if entry.action in _WARNED else ""
        by = f"  {entry.operator}"
        rows.append(
            Row(line("  ", (moment(entry.at), "muted"), "  ", (what, tone), reason, (by, "muted")), HISTORY, 20)
        )
    return rows


def _where(entry: Entry, steps: Sequence[Step]) -> str:
    if entry.phase in {ISSUES, OFF_PHASE}:
        return ""
    step = find(steps, entry.phase, entry.step)
    to = "" if entry.action == "skip" else " at" if entry.action in TOLD else " to"
    return f"{to} {step.title if step else named(entry.phase, entry.step)}"


def may_step_back(situation: Situation | None, progress: Progress) -> bool:
    """Whether anybody could have the feature: by the history, or by what GitLab says."""
    if progress.position is not None:
        return True
    return situation is not None and any(flag.gates != OFF for flag in situation.observed.flags.values())
