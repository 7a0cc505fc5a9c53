"""Who is calling and what may they do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tui.sandbox.world.http import ApiError, Call, forbidden, not_found, unauthorized
from tui.sandbox.world.state import Issue, Project, Token, User, World

GUEST, PLANNER, REPORTER, DEVELOPER, MAINTAINER, OWNER, ADMIN = 10, 15, 20, 30, 40, 50, 60


def fingerprint(token: str) -> str:
    """The only form in which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(call: Call, secret: str | None) -> None:
    """Put the token's owner on the call; 401 for a token that is unknown, revoked or expired.

    No route here takes a job's token, and OAuth's are taken as Bearer only.
    """
    if secret is None:
        return
    token = call.world.tokens.get(fingerprint(secret))
    if token is None or token.kind == "job" or (token.kind == "oauth" and "private-token" in call.headers):
        raise unauthorized()
    if token.revoked:
        raise _invalid_token("Token was revoked. You have to re-authorize from the user.")
    if token.expires_at is not None and token.expires_at <= call.now.date():
        raise _invalid_token("Token is expired. You can either do re-authorization or token refresh.")
    call.token, call.account = token, call.world.users[token.user_id]


def _invalid_token(description: str) -> ApiError:
    return ApiError(401, {"error": "invalid_token", "error_description": description})


def check_scope(call: Call, extra: frozenset[str] = frozenset()) -> None:
    """403 insufficient_scope unless the token covers the call: `api` all, `read_api` reading, `extra` this route.

    GitLab names all scopes of the address, also `read_api` to a request that would change something.
    """
    if call.token is None:
        return
    accepted = {"api", "read_api"} if call.method in {"GET", "HEAD"} else {"api"}
    if not (accepted | extra) & set(call.token.scopes):
        description = "The request requires higher privileges than provided by the access token."
        body = {"error": "insufficient_scope", "error_description": description, "scope": "api read_api"}
        raise ApiError(403, body)


def require_admin(call: Call) -> None:
    _ = call.user
    if not call.powerful:
        raise forbidden()


def active(token: Token, call: Call) -> bool:
    return not token.revoked and (token.expires_at is None or token.expires_at > call.now.date())


def _memberships(world: World, project_path: str) -> Iterator[dict[int, int]]:
    project = world.project_at(project_path)
    if project is not None:
        yield project.members
    for group in world.groups.values():
        if project_path.lower().startswith(group.full_path.lower() + "/"):
            yield group.members


def member_level(world: World, project: Project, user: User) -> int:
    """The level from membership alone, inherited ones included; 0 for a stranger."""
    return max((members.get(user.id, 0) for members in _memberships(world, project.path)), default=0)


def level(call: Call, project: Project) -> int:
    if call.account is None:
        return 0
    return ADMIN if call.powerful else member_level(call.world, project, call.account)


def may_read(world: World, project: Project, user: User) -> bool:
    """Whether the project is for the eyes of a user without an administrator's powers."""
    return project.visibility != "private" or member_level(world, project, user) >= GUEST


def find_project(call: Call, reference: str) -> Project:
    """The project by id or full path; 404 when missing or not for the caller's eyes; moved paths as the era does."""
    world = call.world
    project = world.projects.get(int(reference)) if reference.isdigit() else world.project_at(reference)
    if project is None and call.era.moved_projects_redirect:
        project = next((each for each in world.projects.values() if reference in each.former_paths), None)
        if project is not None and visible(call, project):
            raise _moved(call, reference, project)
    if project is None or not visible(call, project):
        raise not_found("Project")
    return project


def _moved(call: Call, reference: str, project: Project) -> ApiError:
    if call.method not in {"GET", "HEAD"}:
        return ApiError(405, {"message": "Non GET methods are not allowed for moved projects"})
    quoted = reference.replace("/", "%2F")
    path = call.path.replace(quoted, str(project.id), 1)
    location = f"{call.base_url}/api/v4{path}"
    return ApiError(301, {"message": f"This resource has been moved permanently to {location}"}, {"Location": location})


def visible(call: Call, project: Project) -> bool:
    if call.account is None:
        return project.visibility == "public"
    return call.powerful or may_read(call.world, project, call.account)


def sees(call: Call, project: Project, issue: Issue) -> bool:
    """Confidential issues are for planners and above, their author and their assignees."""
    if not issue.confidential:
        return True
    if call.account is None:
        return False
    involved = call.account.id in {issue.author_id, *issue.assignee_ids}
    return involved or level(call, project) >= PLANNER


def find_issue(call: Call, project: Project, iid: str) -> Issue:
    issue = project.issues.get(int(iid)) if iid.isdigit() else None
    if issue is None or not project.issues_enabled or not sees(call, project, issue):
        raise not_found()
    return issue


def may_update(call: Call, project: Project, issue: Issue) -> bool:
    """Planners and above, and the people involved as long as they are members."""
    held = level(call, project)
    return held >= PLANNER or (held >= GUEST and call.user.id in {issue.author_id, *issue.assignee_ids})


def may_set_metadata(call: Call, project: Project) -> bool:
    """Labels, assignees, due date: silently dropped from whoever may not set them."""
    return level(call, project) >= PLANNER


def require_issues(call: Call, project: Project) -> None:
    """403 where nobody writes: issues switched off, project archived, no member."""
    if not project.issues_enabled or project.archived or level(call, project) < GUEST:
        raise forbidden(call)
