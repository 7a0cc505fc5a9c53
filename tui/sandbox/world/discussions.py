"""Threads on issues: comments that belong together and can be resolved. A comment that stands alone is one too."""

from __future__ import annotations

import hashlib

from tui.sandbox.world import notes, params
from tui.sandbox.world.access import DEVELOPER, PLANNER, level
from tui.sandbox.world.http import Call, Response, bad_parameter, forbidden, not_found, paginate
from tui.sandbox.world.state import Issue, Note, Project


def _id(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _threads(call: Call, project: Project, issue: Issue) -> dict[str, list[Note]]:
    """The notes that the caller may see, the oldest first, by thread; the oldest thread first."""
    trusted = level(call, project) >= PLANNER
    found: dict[str, list[Note]] = {}
    for note in sorted(issue.notes, key=lambda one: (one.created_at, one.id)):
        if trusted or not note.internal:
            found.setdefault(note.thread or _id(f"note {note.id}"), []).append(note)
    return found


def _render(call: Call, issue: Issue, name: str, found: list[Note]) -> dict[str, object]:
    return {
        "id": name,
        "individual_note": not found[0].thread,
        "notes": [notes.render(call, issue, note) for note in found],
    }


def _find(call: Call, project: Project, issue: Issue) -> tuple[str, list[Note]]:
    name = call.args["discussion_id"]
    found = _threads(call, project, issue).get(name)
    if found is None:
        raise not_found("Discussion")
    return name, found


def index(call: Call) -> Response:
    project, issue = notes.place(call)
    found = list(_threads(call, project, issue).items())
    return paginate(call, found, lambda item: _render(call, issue, *item))


def show(call: Call) -> Response:
    project, issue = notes.place(call)
    return Response(200, _render(call, issue, *_find(call, project, issue)))


def create(call: Call) -> Response:
    """A new thread with its first note."""
    name = _id(f"thread {call.world.next_id('thread')}")
    made = notes.create(call, name)
    project, issue = notes.place(call)
    found = _threads(call, project, issue).get(name)
    return Response(made.status, _render(call, issue, name, found)) if found else made


def reply(call: Call) -> Response:
    """One more note in a thread; a comment that stands alone becomes one by it."""
    project, issue = notes.place(call)
    name, found = _find(call, project, issue)
    made = notes.create(call, name)
    for note in found:
        note.thread = name
    return made


def update(call: Call) -> Response:
    """Another text, or the thread resolved or taken up again: by a developer or the author of the issue."""
    project, issue = notes.place(call)
    _, found = _find(call, project, issue)
    if "resolved" not in call.params:
        return notes.update(call)
    note = notes.find(call, project, issue)
    if "body" in call.params:
        raise bad_parameter("body, resolved are mutually exclusive")
    if level(call, project) < DEVELOPER and issue.author_id != call.user.id:
        raise forbidden()
    resolved = params.boolean(call.params, "resolved")
    if found[0].thread and call.era.resolvable_threads:
        for one in found:
            one.resolved_by_id = call.user.id if resolved else None
            one.resolved_at = call.now if resolved else None
    return Response(200, notes.render(call, issue, note))
