"""The changes that make the plan issues and link them to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from tui.domain import render
from tui.domain.carried_out import ME, CarriedOut, carry_out
from tui.domain.draft import IssueDraft
from tui.domain.history import Entry
from tui.domain.observed import Template
from tui.domain.plan import Change, Request, reference
from tui.domain.planning.exposed import hide_changes
from tui.domain.planning.situation import Situation
from tui.domain.progress import Goal
from tui.domain.quick_actions import take_out


@dataclass(frozen=True)
class IssueChanges:
    """The changes, and the description of each issue that is to be created, by slot."""

    changes: tuple[Change, ...]
    bodies: dict[str, str]
    slots: tuple[str, ...]


def issue_changes(situation: Situation, goal: Goal) -> IssueChanges:
    """Create what the goal needs and GitLab does not have, each after the issues its text refers to; then link."""
    issues = situation.slots(goal)
    missing = [one for one in issues if one.slot not in situation.observed.issues and not one.existing]
    created = [one.slot for one in missing]
    bodies = {one.slot: body(situation, one, created, situation.noted) for one in missing}
    creates = _in_order([_create(situation, one, bodies[one.slot], created) for one in missing])
    there = [one.slot for one in issues if one in missing or one.slot in situation.observed.issues]
    slots = tuple(dict.fromkeys(there + list(situation.observed.issues)))
    links = [
        _link(situation, first, second, created)
        for first, second in combinations(slots, 2)
        if frozenset({first, second}) not in situation.observed.links
    ]
    hides = hide_changes(situation)
    first = tuple(one.id for one in hides)
    others = [replace(one, after=(*first, *one.after)) for one in (*creates, *links)]
    return IssueChanges((*hides, *others), bodies, slots)


def _in_order(changes: Sequence[Change]) -> list[Change]:
    """Each after those it comes after. Guides whose issues mention each other in a circle are cut where they close."""
    ordered: list[Change] = []
    waiting = list(changes)
    while waiting:
        done = {change.id for change in ordered}
        ready = [change for change in waiting if set(change.after) <= done]
        if not ready:
            ready = [replace(waiting[0], after=tuple(name for name in waiting[0].after if name in done))]
        ordered.extend(ready)
        taken = {change.id for change in ready}
        waiting = [change for change in waiting if change.id not in taken]
    return ordered


def body(situation: Situation, issue: IssueDraft, created: Sequence[str], entries: Sequence[Entry]) -> str:
    """The description of one plan issue, with references to those that are created in the same plan."""
    plan_issue = situation.guide.issue(issue.kind)
    if plan_issue is None:
        return ""
    drafted = render.default_issue(plan_issue, situation.draft, issue)
    template = template_of(situation, issue)
    return render.issue_body(
        situation.skeletons[plan_issue.skeleton],
        draft=situation.draft,
        guide=situation.guide,
        issue=drafted,
        steps=situation.steps,
        entries=tuple(entries),
        references=_references(situation, plan_issue.mentions, created),
        template=template.text if template else "",
        vocabulary=situation.vocabulary,
        prefix=situation.chat.prefix,
        lead=situation.lead,
    )


def template_of(situation: Situation, issue: IssueDraft) -> Template | None:
    """The project's template for the issue."""
    return (situation.observed.templates or {}).get(issue.kind)


def carried_out(situation: Situation, issue: IssueDraft) -> CarriedOut:
    """The issue as it will be asked for, with the quick actions of its own text or of the template carried out."""
    plan_issue = situation.guide.issue(issue.kind)
    template = template_of(situation, issue)
    asked = render.default_issue(plan_issue, situation.draft, issue) if plan_issue else issue
    actions = take_out(issue.body or (template.text if template else "")).actions
    operator = situation.observed.operator.username
    people = {name for action in actions if action.assigns for name in action.people}
    known = {name for sort, name in situation.observed.names if sort == "user"} | {operator, ME}
    return carry_out(
        issue,
        asked,
        actions,
        today=situation.now.date(),
        operator=operator,
        unknown=people - known,
        milestones=situation.observed.milestones,
    )


def _references(situation: Situation, mentions: Sequence[str], created: Sequence[str]) -> dict[str, str]:
    known = {slot: str(seen.ref) for slot, seen in situation.observed.issues.items()}
    return {slot: reference("ref", slot) for slot in created if slot in mentions} | known


def _create(situation: Situation, issue: IssueDraft, text: str, created: Sequence[str]) -> Change:
    plan_issue = situation.guide.issue(issue.kind)
    project = situation.observed.project
    if plan_issue is None:
        raise ValueError(f"the guide has no plan issue of the kind {issue.kind}")
    carried = carried_out(situation, issue)
    drafted = carried.issue
    request: dict[str, Any] = {
        "title": render.issue_title(plan_issue, situation.draft, issue),
        "description": text,
        "confidential": bool(drafted.confidential),
    }
    if drafted.labels:
        request["labels"] = list(drafted.labels)
    ids = _ids(situation, drafted.assignees)
    if ids:
        request["assignee_ids"] = ids
    if drafted.due:
        request["due_date"] = drafted.due.isoformat()
    if carried.milestone:
        request["milestone_id"] = situation.observed.milestones[carried.milestone]
    privacy = "confidential " if drafted.confidential else ""
    anew = " anew, since it is gone from GitLab" if issue.slot in situation.observed.gone else ""
    return Change(
        id=f"issue:{issue.slot}",
        kind="create-issue",
        summary=f"Create the {privacy}issue “{request['title']}”{anew}",
        request=Request("POST", f"/projects/{project.id if project else 0}/issues", request),
        after=tuple(f"issue:{slot}" for slot in plan_issue.mentions if slot in created),
        slot=issue.slot,
    )


def _ids(situation: Situation, usernames: Sequence[str]) -> list[int]:
    """The ids of those that GitLab knows."""
    operator, names = situation.observed.operator, situation.observed.names
    refs = {name: seen.ref for (sort, name), seen in names.items() if sort == "user"}
    known = {str(operator.username): operator.id} | {name: int(ref.partition(":")[2]) for name, ref in refs.items()}
    return [known[name] for name in usernames if name in known]


def _link(situation: Situation, first: str, second: str, created: Sequence[str]) -> Change:
    body_ = {"target_project_id": _project(situation, second), "target_issue_iid": iid(situation, second)}
    return Change(
        id=f"link:{first}:{second}",
        kind="link-issues",
        summary=f"Link {first} to {second}",
        request=Request("POST", f"/projects/{_project(situation, first)}/issues/{iid(situation, first)}/links", body_),
        after=tuple(f"issue:{slot}" for slot in (first, second) if slot in created),
        slot=first,
    )


def _project(situation: Situation, slot: str) -> int:
    seen, project = situation.observed.issues.get(slot), situation.observed.project
    return seen.project_id if seen else project.id if project else 0


def iid(situation: Situation, slot: str) -> str:
    """The issue's number in its project, or a reference to it while it does not exist."""
    seen = situation.observed.issues.get(slot)
    return str(seen.iid) if seen else reference("iid", slot)


def issue_path(situation: Situation, slot: str) -> str:
    """The API path of the issue in `slot`."""
    return f"/projects/{_project(situation, slot)}/issues/{iid(situation, slot)}"
