"""Lists of users that strategies of project feature flags can name."""

from __future__ import annotations

from tui.sandbox.world import params
from tui.sandbox.world.access import DEVELOPER, find_project, level
from tui.sandbox.world.http import ApiError, Call, Response, forbidden, not_found, paginate, stamp
from tui.sandbox.world.state import Project, UserList


def _project(call: Call) -> Project:
    project = find_project(call, call.args["id"])
    _ = call.user
    if level(call, project) < DEVELOPER:
        raise forbidden()
    return project


def _find(call: Call) -> tuple[Project, UserList]:
    project, wanted = _project(call), call.args["iid"]
    found = project.user_lists.get(int(wanted)) if wanted.isdigit() else None
    if found is None:
        raise not_found()
    return project, found


def render(project: Project, each: UserList) -> dict[str, object]:
    return {
        "name": each.name,
        "user_xids": each.user_xids,
        "id": each.id,
        "iid": each.iid,
        "project_id": project.id,
        "created_at": stamp(each.created_at),
        "updated_at": stamp(each.updated_at),
    }


def index(call: Call) -> Response:
    project = _project(call)
    search = (params.text(call.params, "search") or "").lower()
    found = [each for each in project.user_lists.values() if search in each.name.lower()]
    return paginate(call, found, lambda each: render(project, each))


def show(call: Call) -> Response:
    project, found = _find(call)
    return Response(200, render(project, found))


def create(call: Call) -> Response:
    """201. A missing parameter is told under `message` here, not under `error`."""
    project = _project(call)
    for name in ("name", "user_xids"):
        if name not in call.params:
            raise ApiError(400, {"message": f"{name} is missing"})
    name = params.required(call.params, "name")
    _check(project, name, None)
    iid, project.next_list_iid = project.next_list_iid, project.next_list_iid + 1
    xids = _clean(params.required(call.params, "user_xids"))
    made = UserList(call.world.next_id("user_list"), iid, name, xids, call.now, call.now)
    project.user_lists[iid] = made
    return Response(201, render(project, made))


def _check(project: Project, name: str, own: UserList | None) -> None:
    if not name.strip():
        raise ApiError(400, {"message": ["Name can't be blank"]})
    if any(each.name == name for each in project.user_lists.values() if each is not own):
        raise ApiError(400, {"message": ["Name has already been taken"]})


def _clean(xids: str) -> str:
    return ",".join(dict.fromkeys(item.strip() for item in xids.split(",") if item.strip()))


def update(call: Call) -> Response:
    project, found = _find(call)
    name = params.text(call.params, "name")
    if name is not None:
        _check(project, name, found)
        found.name = name
    xids = params.text(call.params, "user_xids")
    if xids is not None:
        found.user_xids = _clean(xids)
    found.updated_at = call.now
    return Response(200, render(project, found))


def delete(call: Call) -> Response:
    """204; 409 while a strategy names the list."""
    project, found = _find(call)
    strategies = (strategy for flag in project.flags.values() for strategy in flag.strategies)
    if any(strategy.user_list_id == found.id for strategy in strategies):
        raise ApiError(409, {"message": ["User list is associated with a strategy"]})
    del project.user_lists[found.iid]
    return Response(204)
