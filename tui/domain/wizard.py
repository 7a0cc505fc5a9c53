"""The wizard's steps, and what is open in each: problems, empty fields, leftovers and requirements as one list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tui.domain.draft import Draft, IssueDraft
from tui.domain.edit import canonical, default_plan_issue, within
from tui.domain.guide import Guide, PlanIssue, Section
from tui.domain.history import Entry
from tui.domain.leftover_fields import field_leftovers
from tui.domain.lint import leftovers
from tui.domain.problem import Problem
from tui.domain.progress import progress
from tui.domain.requirements import Facts, requirements
from tui.domain.steps import default_phase, ladder
from tui.domain.validate import validate

StepId = Literal["model", "checklist", "issues", "phases", "review", "apply"]
Level = Literal["error", "open", "warning", "later"]


@dataclass(frozen=True)
class WizardStep:
    """One step of the wizard."""

    id: StepId
    title: str


STEPS = (
    WizardStep("model", "Model & flag"),
    WizardStep("checklist", "Checklist"),
    WizardStep("issues", "Plan issues"),
    WizardStep("phases", "Phases"),
    WizardStep("review", "Review"),
    WizardStep("apply", "Apply"),
)

_BLANKS = (
    ("title", "The rollout has no title"),
    ("model.name", "The model has no name"),
    ("model.feature", "The feature is not named"),
    ("team.dri", "Nobody is named as directly responsible"),
    ("gitlab.project", "The project for the plan issues is not named"),
    ("flag.name", "The flag has no name"),
)


@dataclass(frozen=True)
class OpenItem:
    """Something to look at. `path` is the field that answers it, as `edit.canonical` gives it.

    `error` is wrong, `open` is missing, `warning` deserves a look, `later` is asked by a phase that is not due yet.
    """

    step: StepId
    path: str
    text: str
    level: Level
    sentence: str = ""


def step_of(path: str) -> StepId:
    """The step of the wizard whose form has the field."""
    head = path.replace("[", ".").split(".", 1)[0]
    if head in {"checks", "capacity"}:
        return "checklist"
    if head == "issues":
        return "issues"
    return "phases" if head in {"phases", "findings", "criteria", "baseline", "waivers", "announcement"} else "model"


def open_items(
    draft: Draft, guide: Guide, guides: Mapping[str, Guide], entries: Sequence[Entry] = ()
) -> tuple[OpenItem, ...]:
    """All that is open, by step and then errors first; `entries` (oldest first) tell which phase is due."""
    problems = [_problem(draft, one) for one in validate(draft, guide, guides)]
    blanks = {one.path: one for one in (*_blanks(draft), *_reach(draft, guide))}
    wrong = {one.path for one in problems if one.level == "error"}
    found = [
        *(one for path, one in blanks.items() if path not in wrong),
        *(one for one in problems if one.level == "error" or not any(within(path, one.path) for path in blanks)),
        *_leftovers(draft),
        *(one for one in _required(draft, guide, entries) if one.path not in blanks),
        *_issues(draft, guide),
    ]
    order = {one.id: place for place, one in enumerate(STEPS)}
    ranks = ("error", "open", "warning", "later")
    return tuple(sorted(found, key=lambda one: (order[one.step], ranks.index(one.level))))


def first_open(items: Iterable[OpenItem]) -> StepId:
    """The first step with an error or something missing; the review when there is none."""
    return next((one.step for one in items if one.level in {"error", "open"}), "review")


def _blanks(draft: Draft) -> Iterator[OpenItem]:
    values = {
        "title": draft.title,
        "model.name": draft.model.name,
        "model.feature": draft.model.feature,
        "team.dri": draft.team.dri,
        "gitlab.project": draft.gitlab.project,
        "flag.name": draft.flag.name,
    }
    for path, text in _BLANKS:
        if not values[path].strip():
            yield OpenItem(step_of(path), path, text, "open")


def _reach(draft: Draft, guide: Guide) -> Iterator[OpenItem]:
    """Phases that would reach nobody, or everybody in one go though percentages are the method."""
    for phase in guide.phases:
        chosen = draft.phase(phase.id) or default_phase(phase)
        if not chosen.selected or phase.audience == "opt-out":
            continue
        path = f"phases[{phase.id}]"
        if phase.audience == "everyone":
            if chosen.method == "percentage-of-actors" and not chosen.steps:
                yield OpenItem("phases", f"{path}.steps", f"{phase.title}: no percentages are given", "open")
        elif not (chosen.users or chosen.groups or chosen.feature_groups):
            yield OpenItem("phases", f"{path}.users", f"{phase.title}: nobody is named", "open")


def _problem(draft: Draft, problem: Problem) -> OpenItem:
    path = canonical(draft, problem.path)
    allowed = f" ({problem.allowed})" if problem.allowed else ""
    return OpenItem(step_of(path), path, f"{_name(path)} {problem.message}{allowed}", problem.level)


_LABELS: Mapping[str, str] = {"flag.name": "Flag", "flag.project": "Flag's project", "team.dri": "Responsible"}
"""The fields that the wizard calls by another word than the last of their path."""


def _name(path: str) -> str:
    """What a person calls the field: its label, as a rule the last word of its path."""
    last = path.replace("[", ".").replace("]", "").rsplit(".", 1)[-1]
    return _LABELS.get(path) or last.replace("_", " ").capitalize()


def _leftovers(draft: Draft) -> Iterator[OpenItem]:
    """What somebody meant to replace, in the fields that are not a plan issue's own."""
    for path, one in field_leftovers(draft):
        yield OpenItem(step_of(path), path, f"{_name(path)} still has {one.text}", "error")


def _required(draft: Draft, guide: Guide, entries: Sequence[Entry]) -> Iterator[OpenItem]:
    """Open requirements of the selected phases that are still ahead, each once, for the first phase that asks."""
    state = progress(ladder(draft, guide), entries)
    ahead = [
        one
        for one in guide.phases
        if (draft.phase(one.id) or default_phase(one)).selected and not state.reached(one.id)
    ]
    facts = Facts(reached=frozenset(one.id for one in guide.phases))
    seen: set[str] = set()
    for place, phase in enumerate(ahead):
        for one in requirements(draft, guide, phase, facts):
            if one.state != "open" or one.id in seen or one.id.endswith("-fields"):
                continue
            seen.add(one.id)
            level: Level = "later" if place else "open" if one.blocks(draft.strictness) else "warning"
            text = f"{one.text} (before: {phase.title})" if place else one.text
            path = canonical(draft, one.path)
            yield OpenItem(step_of(path), path, text, level, one.sentence)


def issue_slots(draft: Draft, guide: Guide, kind: str) -> list[str]:
    """The slots of the plan issues of a kind: the general one, unless each phase that asks has its own; then those."""
    own = [one.slot for one in draft.issues if one.kind == kind and one.phase]
    asked = {f"{kind}@{phase.id}" for phase in guide.phases if kind in phase.issues}
    general = draft.issue(kind) is not None or not asked or not asked <= set(own)
    return [kind, *own] if general else own


def _issues(draft: Draft, guide: Guide) -> Iterator[OpenItem]:
    for rule in guide.issues:
        for slot in issue_slots(draft, guide, rule.kind):
            issue = draft.issue(slot) or default_plan_issue(slot, guide)
            if issue.body.strip() and not issue.skip and not issue.existing:
                yield from _own_text(rule, issue)
            elif not issue.skip and not issue.existing:
                for section in rule.fields:
                    yield from _field(rule, issue, section)


def _own_text(rule: PlanIssue, issue: IssueDraft) -> Iterator[OpenItem]:
    for one in leftovers(issue.body):
        text = f"{rule.name}: your own text still has {one.text} in line {one.line}"
        yield OpenItem("issues", f"issues[{issue.slot}].body", text, "error")


def _field(rule: PlanIssue, issue: IssueDraft, section: Section) -> Iterator[OpenItem]:
    value = issue.fields.get(section.key, "")
    path = f"issues[{issue.slot}].fields.{section.key}"
    where = f"{rule.name}: {section.title}"
    if not value and section.level == "required":
        yield OpenItem("issues", path, f"{where} is empty", "open")
    text = value if isinstance(value, str) else "\n".join(value)
    for one in leftovers(text):
        yield OpenItem("issues", path, f"{where} still has {one.text} in line {one.line}", "error")
