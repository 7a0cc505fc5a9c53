"""How an issue looks on the wire."""

from __future__ import annotations

import re

from tui.sandbox.world import milestones
from tui.sandbox.world.http import Call, stamp
from tui.sandbox.world.people import basic, basic_by_id
from tui.sandbox.world.projects import label_named, label_view
from tui.sandbox.world.state import Issue, Project

_TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[([ xX~])\]\s", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_NO_TIME = {"time_estimate": 0, "total_time_spent": 0, "human_time_estimate": None, "human_total_time_spent": None}


def issue_url(call: Call, project: Project, issue: Issue) -> str:
    return f"{call.base_url}/{project.path}/-/issues/{issue.iid}"


def tasks(description: str | None) -> tuple[int, int]:
    """How many checkboxes there are, and how many are ticked; those in fenced code do not count."""
    boxes = _TASK.findall(_FENCED.sub("", description or "") + "\n")
    return len(boxes), sum(box in "xX" for box in boxes)


def render(
    call: Call, project: Project, issue: Issue, *, subscribed: bool = True, details: bool = False
) -> dict[str, object]:
    """The issue entity; lists leave `subscribed` out, `details` asks for label objects."""
    people = [basic(call, call.world.users[user_id]) for user_id in issue.assignee_ids]
    milestone = milestones.of_id(project, issue.milestone_id)
    shown: dict[str, object] = {
        "id": issue.id,
        "iid": issue.iid,
        "project_id": project.id,
        "title": issue.title,
        "description": issue.description,
        "state": issue.state,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp(issue.closed_at),
        "closed_by": basic_by_id(call, issue.closed_by_id),
        "labels": _labels(project, issue, details=details),
        "milestone": milestones.render(call, project, milestone) if milestone else None,
        "assignees": people,
        "author": basic_by_id(call, issue.author_id),
        "assignee": people[0] if people else None,
        "user_notes_count": sum(not note.system for note in issue.notes),
        "merge_requests_count": 0,
        "upvotes": 0,
        "downvotes": 0,
        "due_date": issue.due_date.isoformat() if issue.due_date else None,
        "confidential": issue.confidential,
        "discussion_locked": issue.discussion_locked,
        "web_url": issue_url(call, project, issue),
        "time_stats": dict(_NO_TIME),
    }
    shown |= _task_fields(call, issue) | _reference_fields(call, project, issue)
    if call.era.newer_fields:
        shown |= _newer_fields(issue)
    if call.licensed:
        shown |= {"weight": None, "blocking_issues_count": 0}
    if subscribed:
        shown["subscribed"] = call.account is not None and call.account.id in {issue.author_id, *issue.assignee_ids}
    return shown


def _labels(project: Project, issue: Issue, *, details: bool) -> list[object]:
    if not details:
        return list(issue.labels)
    found = (label_named(project, name) for name in issue.labels)
    return [label_view(label) for label in found if label]


def _task_fields(call: Call, issue: Issue) -> dict[str, object]:
    """`has_tasks` is inverted in newer servers; `task_completion_status` is right everywhere."""
    count, done = tasks(issue.description)
    newer = call.era.newer_fields
    words = "checklist items" if newer else "tasks"
    status = f"{done} of {count} {words[:-1] if count == 1 else words} completed"
    shown: dict[str, object] = {
        "task_completion_status": {"count": count, "completed_count": done},
        "has_tasks": (count == 0) if newer else (count > 0),
    }
    return shown | ({"task_status": status} if newer or count else {})


def _reference_fields(call: Call, project: Project, issue: Issue) -> dict[str, object]:
    api = f"{call.base_url}/api/v4/projects/{project.id}"
    links: dict[str, str | None] = {
        "self": f"{api}/issues/{issue.iid}",
        "notes": f"{api}/issues/{issue.iid}/notes",
        "award_emoji": f"{api}/issues/{issue.iid}/award_emoji",
        "project": api,
    }
    if call.era.newer_fields:
        links["closed_as_duplicate_of"] = None
    references = {"short": f"#{issue.iid}", "relative": f"#{issue.iid}", "full": f"{project.path}#{issue.iid}"}
    return {"_links": links, "references": references}


def _newer_fields(issue: Issue) -> dict[str, object]:
    return {
        "type": issue.issue_type.upper(),
        "issue_type": issue.issue_type,
        "severity": "UNKNOWN",
        "imported": False,
        "imported_from": "none",
        "moved_to_id": None,
        "service_desk_reply_to": None,
    }
