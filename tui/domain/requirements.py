"""What a phase needs before it may begin: met, open, or waived with a reason.

Two strengths. `guide` blocks only on what the chosen wording requires; `strict` blocks on recommendations too.
Reducing exposure asks for none of this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tui.domain.draft import Capacity, Draft
from tui.domain.feedback import answered, asked, heard, joined
from tui.domain.guide import Check, Guide, Phase
from tui.domain.heard import Heard
from tui.domain.steps import default_phase
from tui.domain.text import counted, listing

State = Literal["met", "open", "waived"]

CAPACITY_LIMIT = 0.8
"""The share of a quota that the peak may use before the capacity counts as short (reference: red above 80 %)."""

POSTED = "announcement.posted_at"
"""The draft's field that says in one go that the announcement is posted."""


@dataclass(frozen=True)
class Requirement:
    """One requirement. `sentence` is the guide's own; `path` the draft's field that answers it.

    `hard` ones cannot be waived: the call would fail.
    """

    id: str
    text: str
    state: State
    required: bool = True
    sentence: str = ""
    reason: str = ""
    path: str = ""
    hard: bool = False

    def blocks(self, strictness: str) -> bool:
        """Whether it stands in the way of the phase."""
        return self.state == "open" and (self.required or strictness == "strict")


@dataclass(frozen=True)
class Facts:
    """What the draft cannot know: which issue slots exist, which phases were reached, the flag's definition.

    `told` is what the history tells of the phases, oldest first.
    """

    slots: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    flag_defined: bool | None = None
    flag_exists: bool = True
    similar: tuple[str, ...] = ()
    told: tuple[Heard, ...] = ()


def requirements(draft: Draft, guide: Guide, phase: Phase, facts: Facts) -> tuple[Requirement, ...]:
    """All requirements of `phase`, in the order in which an operator meets them."""
    known = joined(draft, facts.told)
    found = [
        *(_check(draft, check) for check in guide.checks if phase.id in check.before),
        *_issues(draft, guide, phase, facts),
        *_phases(guide, phase, facts),
        *_audience(draft, phase),
        *_skipped(draft, guide, phase),
        *_flag(draft, guide, facts),
        *_announcement(draft, phase),
        *_questions(known, guide, phase),
        *_findings(known, guide, phase),
        *_capacity(draft, phase),
    ]
    return tuple(waivable(draft, requirement) for requirement in found)


def issue_requirements(draft: Draft, guide: Guide, facts: Facts) -> tuple[Requirement, ...]:
    """What creating the plan issues alone asks for: nothing but fields worth filling in."""
    found = [one for issue in guide.issues for one in _fields(draft, guide, issue.kind, facts)]
    return tuple(waivable(draft, requirement) for requirement in found)


def waivable(draft: Draft, requirement: Requirement) -> Requirement:
    """The requirement, waived when it is open, can be waived, and the draft gives a reason."""
    waiver = draft.waiver(requirement.id)
    if requirement.state != "open" or requirement.hard or waiver is None:
        return requirement
    return Requirement(
        id=requirement.id,
        text=requirement.text,
        state="waived",
        required=requirement.required,
        sentence=requirement.sentence,
        reason=waiver.reason.strip(),
        path=requirement.path,
    )


def _state(*, met: bool) -> State:
    return "met" if met else "open"


def _check(draft: Draft, check: Check) -> Requirement:
    answer = draft.check(check.id)
    needs_reason = answer.state == "not-applicable" and not answer.note.strip()
    text = f"{check.text} (not applicable, but it does not say why)" if needs_reason else check.text
    return Requirement(
        check.id,
        text,
        _state(met=answer.state != "open" and not needs_reason),
        check.level == "required",
        check.sentence,
        path=f"checks.{check.id}",
    )


def _issues(draft: Draft, guide: Guide, phase: Phase, facts: Facts) -> Iterable[Requirement]:
    for kind in phase.issues:
        issue = guide.issue(kind)
        if issue is None:
            continue
        planned = [one for one in draft.issues if one.kind == kind and one.phase in {"", phase.id}]
        left_out = bool(planned) and all(one.skip for one in planned)
        exists = any(slot in facts.slots for slot in (kind, f"{kind}@{phase.id}"))
        text = f"{issue.name} issue" + (" is left out of this rollout" if left_out else "")
        state = _state(met=exists or not left_out)
        yield Requirement(f"{kind}-issue", text, state, sentence=issue.sentence, path=f"issues.{kind}")
        if not left_out:
            yield from _fields(draft, guide, kind, facts)


def _fields(draft: Draft, guide: Guide, kind: str, facts: Facts) -> Iterable[Requirement]:
    issue = guide.issue(kind)
    drafted = [one for one in draft.issues if one.kind == kind and not one.skip and not one.existing]
    if issue is None or kind in facts.slots or (drafted and drafted[0].body.strip()):
        return
    values = drafted[0].fields if drafted else {}
    empty = [one.title for one in issue.fields if one.level == "required" and not values.get(one.key)]
    if empty:
        text = f"{issue.name} issue: {listing(empty)} still empty"
        yield Requirement(f"{kind}-fields", text, "open", required=False, path=f"issues.{kind}")


def _audience(draft: Draft, phase: Phase) -> Iterable[Requirement]:
    """A phase that reaches nobody would be done without having been."""
    chosen = draft.phase(phase.id) or default_phase(phase)
    if phase.audience in {"people", "feature-group"} and chosen.selected:
        named = chosen.users or chosen.groups or chosen.feature_groups or phase.feature_groups
        text = f"{phase.title}: {'somebody' if named else 'nobody'} is named"
        yield Requirement(f"{phase.id}-audience", text, _state(met=bool(named)), path=f"phases.{phase.id}.users")


def _phases(guide: Guide, phase: Phase, facts: Facts) -> Iterable[Requirement]:
    for needed in phase.phases:
        other = guide.phase(needed)
        if other is not None:
            state = _state(met=needed in facts.reached)
            text = f"{other.title} comes first"
            yield Requirement(f"{needed}-phase", text, state, sentence=other.sentence, path=f"phases.{needed}")


def _skipped(draft: Draft, guide: Guide, phase: Phase) -> Iterable[Requirement]:
    """A recommended phase before this one that is left out wants a reason."""
    for other in guide.phases[: guide.phases.index(phase)]:
        chosen = draft.phase(other.id) or default_phase(other)
        if other.level == "recommended" and not chosen.selected:
            text = f"{other.title} is left out: the guide recommends it, so say why"
            yield Requirement(
                f"{other.id}-skipped",
                text,
                _state(met=bool(chosen.reason.strip())),
                required=False,
                sentence=other.sentence,
                path=f"phases.{other.id}.reason",
            )


def _flag(draft: Draft, guide: Guide, facts: Facts) -> Iterable[Requirement]:
    if not facts.flag_exists and facts.flag_defined is False:
        near = f"; did you mean {listing(list(facts.similar), 'or')}?" if facts.similar else ""
        where = f"{draft.flag.project} has" if draft.flag.target == "project" else "GitLab defines"
        text = f"{where} no flag {draft.flag.name}, and setting it creates a new one{near}"
        yield Requirement("flag-defined", text, "open", required=False, path="flag.name")
    rule = guide.flag
    if rule.type and draft.flag.type != rule.type:
        text = f"The guide expects a flag of type {rule.type}; this one is {draft.flag.type}"
        required = rule.level == "required"
        yield Requirement("flag-type", text, "open", required, rule.sentence, path="flag.type")


def _announcement(draft: Draft, phase: Phase) -> Iterable[Requirement]:
    if not phase.announced:
        return
    announcement = draft.announcement
    written = bool(announcement.channels) and bool(announcement.text.strip())
    yield Requirement(
        "announcement",
        "Announced in the appropriate channels: which channels, with which text",
        _state(met=written),
        sentence=phase.announced_sentence,
        path="announcement",
    )
    if written:
        left = announcement.unposted
        how = f"note it with `rollout-tui tell {draft.id} --posted CHANNEL` (m on the rollout screen)"
        where = f"not yet in {listing(list(left))}: {how}" if left else f"in {listing(list(announcement.channels))}"
        text = f"Announcement posted before everybody outside gets it: {where}"
        sentence = phase.announced_sentence
        yield Requirement("announcement-posted", text, _state(met=not left), sentence=sentence, path=POSTED)


def _questions(draft: Draft, guide: Guide, phase: Phase) -> Iterable[Requirement]:
    for other, question in asked(draft, guide):
        if question.before == phase.id:
            state = _state(met=answered(draft, other, question))
            path = f"phases.{other.id}.answers.{question.id}"
            required = question.level == "required"
            yield Requirement(question.id, question.text, state, required, question.sentence, path=path)


def _findings(draft: Draft, guide: Guide, phase: Phase) -> Iterable[Requirement]:
    """What was found in an earlier phase and has to be settled before this one."""
    for other, question in asked(draft, guide):
        mine = [one for one in draft.findings if one.question == question.id and question.unsettling(one.answer)]
        if mine and (question.settle_before or question.before) == phase.id:
            left = [one for one in heard(draft, guide, {other.id}) if one.question == question.id and one.open]
            said = listing([f"{one.by or 'somebody'}: {one.words}" for one in left])
            text = f"{question.text} {counted(len(left), 'finding')} to be settled ({said})" if left else question.text
            path, name = f"findings.{question.id}", f"findings-{question.id}"
            yield Requirement(name, text, _state(met=not left), sentence=question.sentence, path=path)


def _capacity(draft: Draft, phase: Phase) -> Iterable[Requirement]:
    if phase.audience != "everyone":
        return
    for row in draft.capacity:
        short = shortage(row)
        if short:
            text = f"Capacity in {row.region}: {short}"
            yield Requirement(f"capacity-{row.region}", text, "open", required=False, path=f"capacity.{row.region}")


def shortage(row: Capacity) -> str:
    """Why the capacity of a region is not enough for everyone; empty when it is or nothing is known."""
    pairs = (
        ("requests", row.peak_requests_per_minute, row.quota_requests_per_minute),
        ("tokens", row.peak_tokens_per_minute, row.quota_tokens_per_minute),
    )
    for unit, peak, quota in pairs:
        if peak and quota and peak > quota * CAPACITY_LIMIT and not (row.approved and row.verified):
            share = round(100 * peak / quota)
            return (
                f"the peak of {peak:,} {unit} a minute is {share} % of the quota, and no raise is approved and verified"
            )
    return ""
