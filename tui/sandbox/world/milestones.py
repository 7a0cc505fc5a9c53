"""Milestones of a project, and how issues name them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.sandbox.world import params
from tui.sandbox.world.access import PLANNER, find_project, level
from tui.sandbox.world.http import Call, Response, bad_parameter, forbidden, invalid, not_found, paginate, stamp
from tui.sandbox.world.state import Milestone, Project

_NAMED = re.compile(r'^%?"([^"]+)"|^%?(\S+)')


def render(call: Call, project: Project, milestone: Milestone) -> dict[str, object]:
    due = milestone.due_date
    return {
        "id": milestone.id,
        "iid": milestone.iid,
        "project_id": project.id,
        "title": milestone.title,
        "description": milestone.description,
        "state": milestone.state,
        "created_at": stamp(milestone.created_at),
        "updated_at": stamp(milestone.created_at),
        "due_date": due.isoformat() if due else None,
        "start_date": None,
        "expired": due is not None and due < call.now.date(),
        "web_url": f"{call.base_url}/{project.path}/-/milestones/{milestone.iid}",
    }


def of_id(project: Project, milestone_id: int | None) -> Milestone | None:
    return next((each for each in project.milestones if each.id == milestone_id), None)


def titled(project: Project, title: str) -> Milestone | None:
    return next((each for each in project.milestones if each.title == title), None)


def in_command(project: Project, argument: str) -> Milestone | None:
    """The milestone that `/milestone %"17.9 beta"` means; a closed one is none."""
    found = _NAMED.match(argument)
    milestone = titled(project, found[1] or found[2]) if found else None
    return milestone if milestone and milestone.state == "active" else None


def asked(call: Call, project: Project, given: Mapping[str, object]) -> int | None:
    """The wanted milestone's id: 0 for none or one that is not there, None when it is not mentioned.

    By title only where the era takes that; both at once are refused there.
    """
    by_title = call.era.newer_fields and "milestone" in given
    if by_title and "milestone_id" in given:
        raise bad_parameter("milestone_id, milestone are mutually exclusive")
    if by_title:
        milestone = titled(project, params.text(given, "milestone") or "")
        return milestone.id if milestone else 0
    if "milestone_id" not in given:
        return None
    milestone = of_id(project, params.integer(given, "milestone_id"))
    return milestone.id if milestone else 0


def index(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    state, title = params.text(call.params, "state"), params.text(call.params, "title")
    search = (params.text(call.params, "search") or "").lower()
    found = [
        each
        for each in reversed(project.milestones)
        if state in {None, each.state} and title in {None, each.title} and search in each.title.lower()
    ]
    return paginate(call, found, lambda each: render(call, project, each))


def show(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    found = of_id(project, int(call.args["milestone_id"]) if call.args["milestone_id"].isdigit() else None)
    if found is None:
        raise not_found("Milestone")
    return Response(200, render(call, project, found))


def create(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    title = params.required(call.params, "title")
    if level(call, project) < PLANNER or project.archived:
        raise forbidden()
    if not title.strip():
        raise invalid("title", "can't be blank")
    if titled(project, title):
        raise invalid("title", "has already been taken")
    made = Milestone(call.world.next_id("milestone"), len(project.milestones) + 1, title, call.now)
    made.description, made.due_date = params.text(call.params, "description") or "", params.day(call.params, "due_date")
    project.milestones.append(made)
    return Response(201, render(call, project, made))
