"""Comments on issues, and the commands in them."""

from __future__ import annotations

from tui.sandbox.world import params
from tui.sandbox.world.access import MAINTAINER, PLANNER, find_issue, find_project, level
from tui.sandbox.world.http import (
    Call,
    Response,
    bad_parameter,
    bad_request,
    forbidden,
    not_found,
    paginate,
    server_error,
    stamp,
)
from tui.sandbox.world.issue_changes import Changes, Ran, run_commands
from tui.sandbox.world.issues import apply, may_comment, unmodified_since
from tui.sandbox.world.people import basic_by_id
from tui.sandbox.world.quick_actions import extract
from tui.sandbox.world.state import Issue, Note, Project

BODY_LIMIT = 1_000_000
_FILTERS = ("all_notes", "only_comments", "only_activity")


def place(call: Call) -> tuple[Project, Issue]:
    project = find_project(call, call.args["id"])
    return project, find_issue(call, project, call.args["iid"])


def render(call: Call, issue: Issue, note: Note, changes: dict[str, object] | None = None) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": note.id,
        "type": "DiscussionNote" if note.thread else None,
        "body": note.body,
        "author": basic_by_id(call, note.author_id),
        "created_at": stamp(note.created_at),
        "updated_at": stamp(note.updated_at),
        "system": note.system,
        "noteable_id": issue.id,
        "noteable_type": "Issue",
        "project_id": issue.project_id,
        "resolvable": bool(note.thread) and call.era.resolvable_threads,
        "confidential": note.internal,
        "noteable_iid": issue.iid,
        "commands_changes": changes or {},
    }
    if shown["resolvable"]:
        by = note.resolved_by_id
        shown |= {"resolved": by is not None, "resolved_by": basic_by_id(call, by) if by is not None else None}
        shown["resolved_at"] = stamp(note.resolved_at) if note.resolved_at else None
    if call.era.newer_fields:
        return shown | {"internal": note.internal, "imported": False, "imported_from": "none"}
    return shown | {"attachment": None}


def index(call: Call) -> Response:
    """A page may hold fewer notes than asked for: internal ones are counted, then left out for those below planner."""
    project, issue = place(call)
    kind = params.choice(call.params, "activity_filter", _FILTERS, "all_notes")
    order = params.choice(call.params, "order_by", ("created_at", "updated_at"), "created_at")
    falling = params.choice(call.params, "sort", ("asc", "desc"), "desc") == "desc"
    found = [note for note in issue.notes if kind == "all_notes" or note.system == (kind == "only_activity")]
    found.sort(
        key=lambda note: (note.created_at if order == "created_at" else note.updated_at, note.id), reverse=falling
    )
    trusted = level(call, project) >= PLANNER
    page = paginate(call, found, lambda note: render(call, issue, note) if trusted or not note.internal else None)
    rows = page.body if isinstance(page.body, list) else []
    return Response(page.status, [row for row in rows if row is not None], page.headers)


def find(call: Call, project: Project, issue: Issue) -> Note:
    wanted = call.args["note_id"]
    note = next((note for note in issue.notes if str(note.id) == wanted), None)
    if note is None or (note.internal and level(call, project) < PLANNER):
        raise not_found()
    return note


def show(call: Call) -> Response:
    project, issue = place(call)
    return Response(200, render(call, issue, find(call, project, issue)))


def create(call: Call, thread: str = "") -> Response:
    """A comment of its own, or one in a thread."""
    _ = call.user
    body = params.required(call.params, "body")
    project, issue = place(call)
    if not may_comment(call, project):
        raise forbidden(call) if project.archived else not_found("Note")
    if len(body) > BODY_LIMIT:
        raise bad_request(f'Note {{:note=>["is too long (maximum is {BODY_LIMIT} characters)"]}}')
    text, ran = _run(call, project, issue, body)
    if not text.strip():
        if ran.summary:
            return Response(202, {"commands_changes": ran.changes, "summary": ran.summary})
        raise bad_request('Note {:note=>["can\'t be blank"]}')
    note = Note(call.world.next_id("note"), call.user.id, text, call.now, call.now, internal=_internal(call, project))
    note.thread = thread
    issue.notes.append(note)
    issue.updated_at = call.now
    return Response(201, render(call, issue, note, ran.changes))


def _internal(call: Call, project: Project) -> bool:
    names = ("internal", "confidential") if call.era.internal_notes else ("confidential",)
    asked = any(params.boolean(call.params, name) for name in names)
    return asked and level(call, project) >= PLANNER


def _run(call: Call, project: Project, issue: Issue, body: str) -> tuple[str, Ran]:
    taken = extract(body, comments_protect=not call.era.commands_in_comments)
    if not taken.commands:
        return taken.text, Ran()
    wanted = Changes()
    ran = run_commands(call, project, issue, wanted, taken.commands)
    if ran.summary:
        apply(call, project, issue, wanted)
    return taken.text, ran


def update(call: Call) -> Response:
    """A body of commands only runs them, deletes the note and answers 500, as GitLab was seen to do."""
    project, issue = place(call)
    if "body" not in call.params:
        raise bad_parameter("body is missing")
    note = find(call, project, issue)
    if note.system or not (note.author_id == call.user.id or level(call, project) >= MAINTAINER):
        raise forbidden()
    text, ran = _run(call, project, issue, params.required(call.params, "body"))
    if not text.strip():
        if ran.summary:
            issue.notes.remove(note)
            raise server_error()
        raise bad_request('Note {:note=>["can\'t be blank"]}')
    note.body, note.updated_at = text, call.now
    return Response(200, render(call, issue, note, ran.changes))


def delete(call: Call) -> Response:
    project, issue = place(call)
    note = find(call, project, issue)
    if note.system or not (note.author_id == call.user.id or level(call, project) >= MAINTAINER):
        raise forbidden()
    unmodified_since(call, stamp(note.updated_at))
    issue.notes.remove(note)
    return Response(204)
