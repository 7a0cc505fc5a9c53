"""Projects, their labels and their issue templates; the version of the instance."""

from __future__ import annotations

import re

from tui.sandbox.world import params
from tui.sandbox.world.access import PLANNER, find_project, level, member_level, visible
from tui.sandbox.world.http import ApiError, Call, Response, forbidden, invalid, not_found, paginate, stamp
from tui.sandbox.world.state import Group, Label, Project

_COLOR = re.compile(r"^#(?:[0-9A-Fa-f]{3}){1,2}$")


def version(call: Call) -> Response:
    _ = call.user
    return Response(200, {"version": call.era.version, "revision": call.era.revision})


def metadata(call: Call) -> Response:
    _ = call.user
    kas = {"enabled": False, "externalUrl": None, "externalK8sProxyUrl": None, "version": None}
    shown = {"version": call.era.version, "revision": call.era.revision, "kas": kas, "enterprise": call.era.enterprise}
    return Response(200, shown)


def _permissions(call: Call, project: Project) -> dict[str, object]:
    """Both null for an admin without membership, as GitLab does: `is_admin` must be asked separately."""

    def access(held: int) -> dict[str, int] | None:
        return {"access_level": held, "notification_level": 3} if held else None

    user = call.user
    inherited = member_level(call.world, project, user)
    direct = project.members.get(user.id, 0)
    through_group = inherited if inherited > direct else 0
    return {"project_access": access(direct), "group_access": access(through_group)}


def _namespace(call: Call, project: Project) -> dict[str, object]:
    path = project.path.rpartition("/")[0]
    group: Group | None = call.world.group_at(path)
    return {
        "id": group.id if group else 0,
        "name": group.name if group else path,
        "path": path.rpartition("/")[2],
        "kind": "group",
        "full_path": path,
        "parent_id": None,
        "avatar_url": None,
        "web_url": f"{call.base_url}/groups/{path}",
    }


def render(call: Call, project: Project) -> dict[str, object]:
    url = f"{call.base_url}/{project.path}"
    namespace = _namespace(call, project)
    shown: dict[str, object] = {
        "id": project.id,
        "description": project.description,
        "name": project.name,
        "name_with_namespace": f"{namespace['name']} / {project.name}",
        "path": project.path.rpartition("/")[2],
        "path_with_namespace": project.path,
        "created_at": stamp(project.created_at),
        "default_branch": "main",
        "tag_list": [],
        "topics": [],
        "ssh_url_to_repo": f"git@127.0.0.1:{project.path}.git",
        "http_url_to_repo": f"{url}.git",
        "web_url": url,
        "readme_url": None,
        "avatar_url": None,
        "forks_count": 0,
        "star_count": 0,
        "last_activity_at": stamp(project.created_at),
        "namespace": namespace,
        "visibility": project.visibility,
        "archived": project.archived,
        "issues_enabled": project.issues_enabled,
        "issues_access_level": "enabled" if project.issues_enabled else "disabled",
        "open_issues_count": sum(issue.state == "opened" for issue in project.issues.values()),
        "feature_flags_access_level": "enabled",
        "_links": {"self": f"{call.base_url}/api/v4/projects/{project.id}", "issues": f"{url}/-/issues"},
    }
    return shown | ({"permissions": _permissions(call, project)} if call.account else {})


def index(call: Call) -> Response:
    found = [project for project in call.world.projects.values() if visible(call, project)]
    search = (params.text(call.params, "search") or "").lower()
    found = [project for project in found if search in project.path.lower()]
    if params.boolean(call.params, "membership"):
        found = [project for project in found if member_level(call.world, project, call.user)]
    return paginate(call, found[::-1], lambda project: render(call, project))


def show(call: Call) -> Response:
    return Response(200, render(call, find_project(call, call.args["id"])))


def label_view(label: Label) -> dict[str, object]:
    return {
        "id": label.id,
        "name": label.name,
        "description": label.description,
        "description_html": label.description or "",
        "text_color": "#FFFFFF",
        "color": label.color,
        "subscribed": False,
        "priority": label.priority,
        "is_project_label": True,
    }


def label_named(project: Project, name: str) -> Label | None:
    return next((label for label in project.labels if label.name.lower() == name.lower()), None)


def ensure_label(call: Call, project: Project, name: str) -> str:
    """The stored title of a label, which is created when missing (GitLab's `find_or_create_by_titles`)."""
    label = label_named(project, name)
    if label is None:
        label = Label(call.world.next_id("label"), name, "#428BCA")
        project.labels.append(label)
    return label.name


def labels(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    search = (params.text(call.params, "search") or "").lower()
    found = sorted((each for each in project.labels if search in each.name.lower()), key=lambda each: each.name)
    counts = params.boolean(call.params, "with_counts") or False

    def row(label: Label) -> dict[str, object]:
        if not counts:
            return label_view(label)
        used = [issue.state for issue in project.issues.values() if label.name in issue.labels]
        tally = {"open_issues_count": used.count("opened"), "closed_issues_count": used.count("closed")}
        return label_view(label) | tally | {"open_merge_requests_count": 0}

    return paginate(call, found, row)


def label(call: Call) -> Response:
    project, wanted = find_project(call, call.args["id"]), call.args["label"]
    by_id = next((each for each in project.labels if str(each.id) == wanted), None)
    found = by_id or label_named(project, wanted)
    if found is None:
        raise not_found("Label")
    return Response(200, label_view(found))


def create_label(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    name, color = params.required(call.params, "name"), params.required(call.params, "color")
    if level(call, project) < PLANNER or project.archived:
        raise forbidden()
    if label_named(project, name):
        raise ApiError(409, {"message": "Label already exists"})
    if not name:
        raise invalid("title", "can't be blank")
    if not _COLOR.match(color):
        raise invalid("color", "must be a valid color code")
    created = Label(call.world.next_id("label"), name, color, params.text(call.params, "description"))
    created.priority = params.integer(call.params, "priority")
    project.labels.append(created)
    return Response(201, label_view(created))


def issue_templates(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    return paginate(call, sorted(project.templates), lambda name: {"key": name, "name": name})


def issue_template(call: Call) -> Response:
    project, name = find_project(call, call.args["id"]), call.args["name"]
    if name not in project.templates:
        raise not_found("Template")
    return Response(200, {"name": name, "content": project.templates[name]})
