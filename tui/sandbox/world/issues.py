"""Creating, changing, reading and deleting issues."""

from __future__ import annotations

from tui.sandbox.world import params
from tui.sandbox.world.access import (
    GUEST,
    OWNER,
    find_issue,
    find_project,
    level,
    may_update,
    require_admin,
    require_issues,
)
from tui.sandbox.world.http import ApiError, Call, Response, bad_parameter, forbidden, invalid, not_found, stamp
from tui.sandbox.world.issue_changes import Changes, asked, drop_forbidden, run_commands, wanted_labels
from tui.sandbox.world.issue_view import render
from tui.sandbox.world.quick_actions import extract, new_commands
from tui.sandbox.world.state import Issue, Note, Project

TITLE_LIMIT = 255
DESCRIPTION_LIMIT = 1_048_576
_TYPES = ("issue", "incident", "test_case", "task")
_UPDATABLE = (
    *(
        "assignee_id",
        "assignee_ids",
        "confidential",
        "created_at",
        "description",
        "discussion_locked",
        "due_date",
        "labels",
        "add_labels",
    ),
    *(
        "remove_labels",
        "milestone",
        "milestone_id",
        "state_event",
        "title",
        "issue_type",
        "severity",
        "weight",
        "epic_id",
        "epic_iid",
        "updated_at",
    ),
)


def create(call: Call) -> Response:
    _ = call.user
    params.required(call.params, "title")
    params.choice(call.params, "issue_type", _TYPES, "issue")
    project = find_project(call, call.args["id"])
    require_issues(call, project)
    wanted = asked(call, project)
    taken = extract(params.text(call.params, "description") or "", comments_protect=not call.era.commands_in_comments)
    run_commands(call, project, None, wanted, taken.commands)
    drop_forbidden(call, project, wanted, new=True)
    _check(wanted.title or "", taken.text)
    issue = _build(call, project, wanted, None if call.params.get("description") is None else taken.text)
    return Response(201, render(call, project, issue))


def _check(title: str, description: str) -> None:
    if not title.strip():
        raise invalid("title", "can't be blank")
    if len(title) > TITLE_LIMIT:
        raise invalid("title", f"is too long (maximum is {TITLE_LIMIT} characters)")
    if len(description) > DESCRIPTION_LIMIT:
        raise invalid("description", f"is too long (maximum is {DESCRIPTION_LIMIT} characters)")


def _build(call: Call, project: Project, wanted: Changes, description: str | None) -> Issue:
    privileged = level(call, project) >= OWNER
    iid = params.integer(call.params, "iid") if privileged else None
    if iid is not None and iid in project.issues:
        raise ApiError(409, {"message": "Duplicated issue"})
    created_at = (params.moment(call.params, "created_at") if privileged else None) or call.now
    issue = Issue(
        id=call.world.next_id("issue"),
        iid=iid or project.next_iid,
        project_id=project.id,
        title=(wanted.title or "").strip(),
        description=description,
        author_id=call.user.id,
        created_at=created_at,
        updated_at=created_at,
        confidential=bool(wanted.confidential),
        labels=wanted_labels(call, project, [], wanted),
        assignee_ids=wanted.assignees or [],
        due_date=wanted.due_date,
        milestone_id=wanted.milestone or None,
        issue_type=wanted.issue_type or "issue",
        discussion_locked=wanted.locked,
    )
    project.issues[issue.iid] = issue
    project.next_iid = max(project.next_iid, issue.iid + 1)
    if issue.assignee_ids:
        system_note(call, issue, f"assigned to {_mentions(call, issue.assignee_ids)}")
    return issue


def show(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    return Response(200, render(call, project, find_issue(call, project, call.args["iid"])))


def show_by_id(call: Call) -> Response:
    """GET /issues/:id, by the global id and for administrators only."""
    require_admin(call)
    wanted = call.args["issue_id"]
    issue = call.world.issue_by_id(int(wanted)) if wanted.isdigit() else None
    if issue is None:
        raise not_found()
    return Response(200, render(call, call.world.projects[issue.project_id], issue))


def update(call: Call) -> Response:
    _ = call.user
    if not any(name in call.params for name in _UPDATABLE):
        raise bad_parameter(f"{', '.join(sorted(_UPDATABLE))} are missing, at least one parameter must be provided")
    event = params.choice(call.params, "state_event", ("reopen", "close"), "")
    project = find_project(call, call.args["id"])
    issue = find_issue(call, project, call.args["iid"])
    if project.archived or not may_update(call, project, issue):
        raise forbidden(call)
    wanted = asked(call, project)
    wanted.state = event or None
    protect = not call.era.commands_in_comments
    taken = extract(params.text(call.params, "description") or "", comments_protect=protect)
    description = taken.text if "description" in call.params else None
    if description is not None:
        fresh = new_commands(issue.description or "", taken, comments_protect=protect)
        run_commands(call, project, issue, wanted, fresh)
    if wanted.title is not None or description is not None:
        _check(issue.title if wanted.title is None else wanted.title, description or "")
    apply(call, project, issue, wanted, description)
    return Response(200, render(call, project, issue))


def apply(call: Call, project: Project, issue: Issue, wanted: Changes, description: str | None = None) -> None:
    """Make `wanted` of an existing issue so, as far as the caller may, with the system notes that GitLab writes."""
    drop_forbidden(call, project, wanted, new=False)
    _lock(call, issue, wanted, description)
    if wanted.title is not None and wanted.title.strip() != issue.title:
        system_note(call, issue, f"changed title from **{issue.title}** to **{wanted.title.strip()}**")
        issue.title = wanted.title.strip()
    if description is not None and description != issue.description:
        issue.description = description
        system_note(call, issue, "changed the description")
    issue.labels = wanted_labels(call, project, issue.labels, wanted)
    _apply_people_and_date(call, issue, wanted)
    if wanted.confidential is not None and wanted.confidential != issue.confidential:
        issue.confidential = wanted.confidential
        system_note(call, issue, f"made the issue {'confidential' if issue.confidential else 'visible to everyone'}")
    if wanted.locked is not None and wanted.locked != bool(issue.discussion_locked):
        issue.discussion_locked = wanted.locked
        system_note(call, issue, f"{'locked' if wanted.locked else 'unlocked'} the discussion in this issue")
    if wanted.issue_type:
        issue.issue_type = wanted.issue_type
    _apply_state(call, issue, wanted.state)
    issue.updated_at = call.now


def _lock(call: Call, issue: Issue, wanted: Changes, description: str | None) -> None:
    """409 when the record was saved by somebody else since the request came in; labels and people are not in it."""
    asked = {
        "title": wanted.title and wanted.title.strip(),
        "description": description,
        "confidential": wanted.confidential,
        "discussion_locked": wanted.locked,
        "due_date": wanted.due_date,
        "state": {"close": "closed", "reopen": "opened"}.get(wanted.state or ""),
    }
    moved = wanted.milestone is not None and wanted.milestone != (issue.milestone_id or 0)
    changed = moved or any(value is not None and value != getattr(issue, name) for name, value in asked.items())
    if not changed and not (wanted.clear_due and issue.due_date):
        return
    if call.loaded is not None and call.loaded != issue.lock_version:
        raise ApiError(409, {"message": "409 Conflict: Resource lock"})
    issue.lock_version += 1


def _apply_people_and_date(call: Call, issue: Issue, wanted: Changes) -> None:
    if wanted.assignees is not None and wanted.assignees != issue.assignee_ids:
        added = [user_id for user_id in wanted.assignees if user_id not in issue.assignee_ids]
        removed = [user_id for user_id in issue.assignee_ids if user_id not in wanted.assignees]
        said = [f"assigned to {_mentions(call, added)}"] if added else []
        said += [f"unassigned {_mentions(call, removed)}"] if removed else []
        issue.assignee_ids = wanted.assignees
        system_note(call, issue, " and ".join(said))
    if wanted.milestone is not None and wanted.milestone != (issue.milestone_id or 0):
        issue.milestone_id = wanted.milestone or None
        system_note(
            call, issue, f"changed milestone to %{wanted.milestone}" if wanted.milestone else "removed milestone"
        )
    day = None if wanted.clear_due else wanted.due_date or issue.due_date
    if day != issue.due_date:
        issue.due_date = day
        system_note(call, issue, f"changed due date to {day:%B} {day.day}, {day.year}" if day else "removed due date")


def _apply_state(call: Call, issue: Issue, event: str | None) -> None:
    """A change of state is an event of its own in GitLab, not a note."""
    if event == "close" and issue.state == "opened":
        issue.state, issue.closed_at, issue.closed_by_id = "closed", call.now, call.user.id
    elif event == "reopen" and issue.state == "closed":
        issue.state, issue.closed_at, issue.closed_by_id = "opened", None, None


def delete(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    wanted = call.args["iid"]
    if not wanted.isdigit() or int(wanted) not in project.issues:
        raise not_found("Issue")
    issue = find_issue(call, project, wanted)
    if level(call, project) < OWNER:
        raise forbidden()
    unmodified_since(call, stamp(issue.updated_at))
    del project.issues[issue.iid]
    call.world.links = [link for link in call.world.links if issue.id not in {link.source_id, link.target_id}]
    return Response(204)


def unmodified_since(call: Call, updated_at: str | None) -> None:
    """412 when If-Unmodified-Since names another moment than the record's."""
    condition = call.headers.get("if-unmodified-since")
    if condition and updated_at and not updated_at.startswith(condition.removesuffix("Z")):
        raise ApiError(412, {"message": "412 Precondition Failed"})


def system_note(call: Call, issue: Issue, body: str) -> None:
    """What GitLab itself writes under an issue when something changes."""
    note_id = call.world.next_id("note")
    issue.notes.append(Note(note_id, call.user.id, body, call.now, call.now, system=True))


def _mentions(call: Call, user_ids: list[int]) -> str:
    names = [f"@{call.world.users[user_id].username}" for user_id in user_ids]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def may_comment(call: Call, project: Project) -> bool:
    return not project.archived and level(call, project) >= GUEST
