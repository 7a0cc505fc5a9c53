"""What is wrong with a draft that has the right types: all problems at once, each with place, fault and remedy.

Errors are what no plan can be made from; warnings are what somebody probably did not mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tui.domain import announcing
from tui.domain.concerns import KINDS
from tui.domain.draft import SCHEMA, Draft, IssueDraft
from tui.domain.guide import Guide, PlanIssue
from tui.domain.problem import Problem
from tui.domain.render import TITLE_LENGTH
from tui.domain.validate_findings import findings, question_ids
from tui.domain.validate_flag import flag
from tui.domain.validate_parts import nearest, project_path, twice, unknown, usernames
from tui.domain.validate_phases import phases

ID_ALLOWED = "small letters, digits and hyphens, a letter or digit first, at most 63 characters"
URL_ALLOWED = "such as https://gitlab.example.com/group/project/-/issues/12"

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_ISSUE_URL = re.compile(r"https?://[^\s/]+(?:/[^\s/]+){2,}/(?:issues|work_items)/\d+/?(?:#\S*)?")


def validate(draft: Draft, guide: Guide | None, guides: Mapping[str, Guide]) -> list[Problem]:
    """All problems of `draft`; `guide` is the one it names, None when there is none of that name."""
    found = [
        *_root(draft, guides),
        *flag(draft),
        *_team(draft),
        *_capacity(draft),
        *_waiver_reasons(draft),
        *announcing.problems(draft),
    ]
    if guide is not None:
        found.extend(_checks(draft, guide, guides))
        found.extend(_issues(draft, guide, guides))
        found.extend(phases(draft, guide, guides))
        found.extend(findings(draft, guide, guides))
        found.extend(_waived(draft, guide, guides))
    return found


def _root(draft: Draft, guides: Mapping[str, Guide]) -> Iterator[Problem]:
    if draft.schema != SCHEMA:
        yield Problem("schema", f"is {draft.schema}", f"this program reads schema {SCHEMA}")
    if not _ID.fullmatch(draft.id):
        yield Problem("id", f'"{draft.id}" cannot be an id', ID_ALLOWED)
    if draft.guide not in guides:
        yield Problem("guide", f'there is no guide "{draft.guide}"', nearest(draft.guide, guides))
    if draft.gitlab.project:
        yield from project_path("gitlab.project", draft.gitlab.project)
    else:
        yield Problem("gitlab.project", "is empty", "the project for plan issues, such as group/project", "warning")


def _team(draft: Draft) -> Iterator[Problem]:
    yield from usernames("team.stakeholders", draft.team.stakeholders)
    for problem in usernames("team.dri", (draft.team.dri,) if draft.team.dri else ()):
        yield Problem("team.dri", problem.message, problem.allowed, problem.level)


def _capacity(draft: Draft) -> Iterator[Problem]:
    yield from twice("capacity", "region", [one.region for one in draft.capacity])
    for index, row in enumerate(draft.capacity):
        for key in ("peak_requests", "quota_requests", "peak_tokens", "quota_tokens"):
            value = getattr(row, f"{key}_per_minute")
            if value is not None and value < 0:
                yield Problem(f"capacity[{index}].{key}_per_minute", f"is {value}", "0 or more")


def _waiver_reasons(draft: Draft) -> Iterator[Problem]:
    for index, one in enumerate(draft.waivers):
        if not one.reason.strip():
            text = f"the waiver of {one.requirement} has no reason and does not count"
            yield Problem(f"waivers[{index}].reason", text, "say why", "warning")


def _checks(draft: Draft, guide: Guide, guides: Mapping[str, Guide]) -> Iterator[Problem]:
    yield from twice("checks", "id", [one.id for one in draft.checks])
    known = [one.id for one in guide.checks]
    others = {one.id for other in guides.values() for one in other.checks}
    for index, answer in enumerate(draft.checks):
        if answer.id not in known:
            yield unknown(f"checks[{index}].id", "check", answer.id, known, others)
        elif answer.state == "not-applicable" and not answer.note.strip():
            yield Problem(f"checks[{index}].note", "is empty", "why the check is not applicable", "warning")


def _issues(draft: Draft, guide: Guide, guides: Mapping[str, Guide]) -> Iterator[Problem]:
    yield from twice("issues", "kind", [one.slot for one in draft.issues])
    kinds = [one.kind for one in guide.issues]
    others = {one.kind for other in guides.values() for one in other.issues}
    phase_ids = [one.id for one in guide.phases]
    for index, issue in enumerate(draft.issues):
        path = f"issues[{index}]"
        plan_issue = guide.issue(issue.kind)
        if plan_issue is None:
            yield unknown(f"{path}.kind", "plan issue", issue.kind, kinds, others)
        else:
            yield from _fields(path, issue, plan_issue)
        if issue.phase and issue.phase not in phase_ids:
            yield Problem(f"{path}.phase", f'there is no phase "{issue.phase}"', nearest(issue.phase, phase_ids))
        yield from _issue(path, issue)


def _fields(path: str, issue: IssueDraft, plan_issue: PlanIssue) -> Iterator[Problem]:
    known = [one.key for one in plan_issue.fields]
    for key in issue.fields:
        if key not in known:
            yield Problem(f"{path}.fields.{key}", f"the {plan_issue.name} issue has no such field", nearest(key, known))


def _issue(path: str, issue: IssueDraft) -> Iterator[Problem]:
    if len(issue.title) > TITLE_LENGTH:
        yield Problem(f"{path}.title", f"has {len(issue.title)} characters", f"at most {TITLE_LENGTH}")
    if issue.existing and not _ISSUE_URL.fullmatch(issue.existing):
        yield Problem(f"{path}.existing", f'"{issue.existing}" is no address of an issue', URL_ALLOWED)
    for place, label in enumerate(issue.labels or ()):
        if not label.strip():
            yield Problem(f"{path}.labels[{place}]", "is empty", "leave it out")
        elif "," in label:
            text = f'"{label}" has a comma, where GitLab splits labels'
            yield Problem(f"{path}.labels[{place}]", text, "one label an entry, without commas")
    yield from usernames(f"{path}.assignees", issue.assignees)


def _waived(draft: Draft, guide: Guide, guides: Mapping[str, Guide]) -> Iterator[Problem]:
    yield from twice("waivers", "requirement", [one.requirement for one in draft.waivers])
    known = list(requirement_ids(draft, guide))
    others = {one for other in guides.values() for one in requirement_ids(draft, other)}
    for index, waiver in enumerate(draft.waivers):
        if waiver.requirement not in known:
            yield unknown(f"waivers[{index}].requirement", "requirement", waiver.requirement, known, others)


def requirement_ids(draft: Draft, guide: Guide) -> Iterator[str]:
    """The ids of all requirements that a rollout through `guide` can have and that can be waived."""
    yield from (one.id for one in guide.checks)
    for issue in guide.issues:
        yield from (f"{issue.kind}-issue", f"{issue.kind}-fields", f"leftovers-{issue.kind}")
        yield from (f"leftovers-{issue.kind}@{phase.id}" for phase in guide.phases)
        yield from (f"confidential-{issue.kind}", *(f"confidential-{issue.kind}@{phase.id}" for phase in guide.phases))
    for phase in guide.phases:
        yield from (f"{phase.id}-phase", f"{phase.id}-skipped", f"{phase.id}-audience")
    for question in question_ids(guide):
        yield from (question, f"findings-{question}")
    yield from (
        "flag-defined",
        "flag-renamed",
        "flag-type",
        "announcement",
        "announcement-posted",
        "leftovers-announcement",
        "gates-ahead",
        "flag-inactive",
        "project-archived",
        "verdict",
        "step-size",
        "stable",
        *KINDS,
    )
    yield from (f"capacity-{row.region}" for row in draft.capacity)
