"""Relations between issues."""

from __future__ import annotations

from tui.sandbox.world import params
from tui.sandbox.world.access import PLANNER, find_issue, find_project, level, sees
from tui.sandbox.world.http import ApiError, Call, Response, not_found, stamp
from tui.sandbox.world.issue_view import render
from tui.sandbox.world.issues import system_note
from tui.sandbox.world.state import Issue, Link, Project

_TYPES = ("relates_to", "blocks", "is_blocked_by")
_REVERSED = {"blocks": "is_blocked_by", "is_blocked_by": "blocks", "relates_to": "relates_to"}
_SAID = {
    "relates_to": ("marked this issue as related to {}", "marked this issue as related to {}"),
    "blocks": ("marked this issue as blocking {}", "marked this issue as blocked by {}"),
}


def _place(call: Call) -> tuple[Project, Issue]:
    project = find_project(call, call.args["id"])
    return project, find_issue(call, project, call.args["iid"])


def _project_of(call: Call, issue: Issue) -> Project:
    return call.world.projects[issue.project_id]


def _view(call: Call, issue: Issue, *, subscribed: bool) -> dict[str, object]:
    return render(call, _project_of(call, issue), issue, subscribed=subscribed)


def _link_view(call: Call, source: Issue, target: Issue, link_type: str) -> dict[str, object]:
    ends = {"source_issue": _view(call, source, subscribed=True), "target_issue": _view(call, target, subscribed=True)}
    return ends | {"link_type": link_type}


def index(call: Call) -> Response:
    """Not paginated; issues that the caller may not see are left out."""
    _, issue = _place(call)
    rows = []
    for link in call.world.links:
        if issue.id not in {link.source_id, link.target_id}:
            continue
        forward = link.source_id == issue.id
        other = call.world.issue_by_id(link.target_id if forward else link.source_id)
        if other is None or not sees(call, _project_of(call, other), other):
            continue
        made = stamp(link.created_at)
        details = {
            "issue_link_id": link.id,
            "link_type": link.link_type if forward else _REVERSED[link.link_type],
            "link_created_at": made,
            "link_updated_at": made,
        }
        rows.append(_view(call, other, subscribed=False) | details)
    return Response(200, rows)


def create(call: Call) -> Response:
    """201; 409 for a pair linked in either direction; `blocks` without a licence becomes `relates_to` silently."""
    _ = call.user
    wanted_project = params.required(call.params, "target_project_id")
    wanted_iid = params.required(call.params, "target_issue_iid")
    link_type = params.choice(call.params, "link_type", _TYPES, "relates_to")
    project, source = _place(call)
    target_project = find_project(call, wanted_project)
    target = find_issue(call, target_project, wanted_iid)
    if min(level(call, project), level(call, target_project)) < PLANNER:
        raise ApiError(404, {"message": "No Issue found for given params"})
    if target.id == source.id:
        raise ApiError(422, {"message": f"#{source.iid} cannot be added: cannot be related to itself"})
    if _between(call, source, target):
        raise ApiError(409, {"message": "Issue(s) already assigned"})
    kind = link_type if call.licensed else "relates_to"
    first, second = (target, source) if kind == "is_blocked_by" else (source, target)
    stored = "blocks" if kind == "is_blocked_by" else kind
    call.world.links.append(Link(call.world.next_id("link"), first.id, second.id, stored, call.now))
    _announce(call, first, second, stored)
    return Response(201, _link_view(call, source, target, kind))


def _between(call: Call, one: Issue, other: Issue) -> bool:
    return any({link.source_id, link.target_id} == {one.id, other.id} for link in call.world.links)


def _announce(call: Call, first: Issue, second: Issue, link_type: str) -> None:
    forward, backward = _SAID[link_type]
    system_note(call, first, forward.format(_reference(call, first, second)))
    system_note(call, second, backward.format(_reference(call, second, first)))


def _reference(call: Call, seen_from: Issue, issue: Issue) -> str:
    same = seen_from.project_id == issue.project_id
    return f"#{issue.iid}" if same else f"{_project_of(call, issue).path}#{issue.iid}"


def _find(call: Call, issue: Issue) -> tuple[Link, Issue, Issue]:
    wanted = call.args["link_id"]
    link = next((link for link in call.world.links if str(link.id) == wanted), None)
    if link is None or issue.id not in {link.source_id, link.target_id}:
        raise not_found()
    source, target = call.world.issue_by_id(link.source_id), call.world.issue_by_id(link.target_id)
    if source is None or target is None:
        raise not_found()
    return link, source, target


def show(call: Call) -> Response:
    _, issue = _place(call)
    link, source, target = _find(call, issue)
    return Response(200, _link_view(call, source, target, link.link_type))


def delete(call: Call) -> Response:
    """200 with the link, not 204."""
    project, issue = _place(call)
    link, source, target = _find(call, issue)
    if level(call, project) < PLANNER:
        raise not_found()
    call.world.links.remove(link)
    system_note(call, source, f"removed the relation with {_reference(call, source, target)}")
    system_note(call, target, f"removed the relation with {_reference(call, target, source)}")
    return Response(200, _link_view(call, source, target, link.link_type))
