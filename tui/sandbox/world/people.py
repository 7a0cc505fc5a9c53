"""Users, groups and members."""

from __future__ import annotations

from tui.sandbox.world import params
from tui.sandbox.world.access import find_project, member_level
from tui.sandbox.world.http import Call, Response, not_found, paginate, stamp
from tui.sandbox.world.state import Group, Project, User


def basic(call: Call, user: User) -> dict[str, object]:
    """How a person appears inside other things."""
    shown: dict[str, object] = {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "state": user.state,
        "avatar_url": f"{call.base_url}/uploads/-/system/user/avatar/{user.id}/avatar.png",
        "web_url": f"{call.base_url}/{user.username}",
    }
    if call.era.newer_fields:
        shown |= {"public_email": "", "locked": False}
    return shown


def basic_by_id(call: Call, user_id: int | None) -> dict[str, object] | None:
    return None if user_id is None else basic(call, call.world.users[user_id])


def me(call: Call) -> Response:
    user = call.user
    email = f"{user.username}@example.com"
    shown = basic(call, user) | {
        "created_at": stamp(user.created_at),
        "bio": "",
        "location": None,
        "public_email": None,
        "skype": "",
        "linkedin": "",
        "twitter": "",
        "website_url": "",
        "organization": "",
        "job_title": "",
        "pronouns": None,
        "bot": user.bot,
        "last_sign_in_at": stamp(user.created_at),
        "confirmed_at": stamp(user.created_at),
        "last_activity_on": call.now.date().isoformat(),
        "email": email,
        "commit_email": email,
        "theme_id": 1,
        "color_scheme_id": 1,
        "projects_limit": 100,
        "current_sign_in_at": stamp(user.created_at),
        "identities": [],
        "can_create_group": True,
        "can_create_project": True,
        "two_factor_enabled": True,
        "external": False,
        "private_profile": False,
        "namespace_id": user.id,
    }
    if user.is_admin:
        shown |= {"is_admin": True, "note": None}
    return Response(200, shown)


def users(call: Call) -> Response:
    _ = call.user
    found = list(reversed(call.world.users.values()))
    username = params.text(call.params, "username")
    if username is not None:
        found = [user for user in found if user.username.lower() == username.lower()]
    search = (params.text(call.params, "search") or "").lower()
    if search:
        found = [user for user in found if search in user.username.lower() or search in user.name.lower()]
    if params.boolean(call.params, "active"):
        found = [user for user in found if user.state == "active"]
    if params.boolean(call.params, "exclude_internal") or params.boolean(call.params, "humans"):
        found = [user for user in found if not user.bot]

    def render(user: User) -> dict[str, object]:
        return basic(call, user) | ({"is_admin": user.is_admin} if call.powerful else {})

    return paginate(call, found, render)


def user(call: Call) -> Response:
    _, wanted = call.user, call.args["user_id"]
    found = call.world.users.get(int(wanted)) if wanted.isdigit() else None
    if found is None:
        raise not_found("User")
    shown = basic(call, found) | {"created_at": stamp(found.created_at), "bio": "", "bot": found.bot}
    return Response(200, shown | ({"is_admin": found.is_admin} if call.powerful else {}))


def _group_visible(call: Call, group: Group) -> bool:
    if group.visibility == "public" or (call.account is not None and group.visibility == "internal"):
        return True
    caller = call.account
    return caller is not None and (call.powerful or caller.id in group.members)


def _group(call: Call, group: Group) -> dict[str, object]:
    parent = call.world.group_at(group.full_path.rpartition("/")[0])
    return {
        "id": group.id,
        "web_url": f"{call.base_url}/groups/{group.full_path}",
        "name": group.name,
        "path": group.full_path.rpartition("/")[2],
        "description": "",
        "visibility": group.visibility,
        "full_name": group.name,
        "full_path": group.full_path,
        "created_at": stamp(group.created_at),
        "parent_id": parent.id if parent else None,
    }


def find_group(call: Call) -> Group:
    wanted = call.args["id"]
    group = call.world.groups.get(int(wanted)) if wanted.isdigit() else call.world.group_at(wanted)
    if group is None or not _group_visible(call, group):
        raise not_found("Group")
    return group


def groups(call: Call) -> Response:
    search = (params.text(call.params, "search") or "").lower()
    found = [group for group in call.world.groups.values() if _group_visible(call, group)]
    found = [group for group in found if search in group.full_path.lower() or search in group.name.lower()]
    return paginate(call, sorted(found, key=lambda group: group.name), lambda group: _group(call, group))


def group(call: Call) -> Response:
    return Response(200, _group(call, find_group(call)))


def group_members(call: Call) -> Response:
    found = find_group(call)
    return paginate(call, list(found.members.items()), lambda item: _member(call, *item))


def group_member(call: Call) -> Response:
    found, wanted = find_group(call), call.args["user_id"]
    held = found.members.get(int(wanted)) if wanted.isdigit() else None
    if held is None:
        raise not_found()
    return Response(200, _member(call, int(wanted), held))


def _member(call: Call, user_id: int, held: int) -> dict[str, object]:
    return basic(call, call.world.users[user_id]) | {
        "access_level": held,
        "created_at": stamp(call.world.users[user_id].created_at),
        "expires_at": None,
        "membership_state": "active",
    }


def _member_levels(call: Call, project: Project) -> list[tuple[int, int]]:
    everybody = ((user.id, member_level(call.world, project, user)) for user in call.world.users.values())
    return [(user_id, held) for user_id, held in everybody if held]


def project_members(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    return paginate(call, list(project.members.items()), lambda item: _member(call, *item))


def project_members_all(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    query = (params.text(call.params, "query") or "").lower()
    rows = [row for row in _member_levels(call, project) if query in call.world.users[row[0]].username.lower()]
    return paginate(call, rows, lambda item: _member(call, *item))


def project_member(call: Call) -> Response:
    project, wanted = find_project(call, call.args["id"]), call.args["user_id"]
    held = dict(_member_levels(call, project)).get(int(wanted)) if wanted.isdigit() else None
    if held is None:
        raise not_found()
    return Response(200, _member(call, int(wanted), held))


def project_users(call: Call) -> Response:
    """GET /projects/:id/users: whom one may assign."""
    project = find_project(call, call.args["id"])
    search = (params.text(call.params, "search") or "").lower()
    people = [call.world.users[user_id] for user_id, _ in _member_levels(call, project)]
    return paginate(call, [each for each in people if search in each.username.lower()], lambda each: basic(call, each))
