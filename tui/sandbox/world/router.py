"""Which handler answers which call, and the frame around them: sign-in, scopes, errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from tui.sandbox.world import (
    discussions,
    feature_flags,
    features,
    issue_list,
    issues,
    links,
    milestones,
    notes,
    people,
    projects,
    tokens,
    user_lists,
)
from tui.sandbox.world.access import check_scope, sign_in
from tui.sandbox.world.era import Era
from tui.sandbox.world.http import ApiError, Call, Response, no_route
from tui.sandbox.world.state import World

_ISSUE_PARTS = 4

Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """`:name` parts are variables. `scopes` are accepted beside api and read_api; `newer` routes came after 13.8."""

    method: str
    parts: tuple[str, ...]
    handler: Handler
    scopes: frozenset[str] = frozenset()
    newer: bool = False


def _route(line: str, handler: Handler, *scopes: str, newer: bool = False) -> Route:
    method, path = line.split()
    return Route(method, tuple(path.strip("/").split("/")), handler, frozenset(scopes), newer)


_ANY = (
    "read_user",
    "admin_mode",
    "read_repository",
    "write_repository",
    "read_registry",
    "write_registry",
    "sudo",
    "self_rotate",
)
ROUTES = (
    _route("GET /version", projects.version, "read_user"),
    _route("GET /metadata", projects.metadata, "read_user", newer=True),
    _route("GET /user", people.me, "read_user"),
    _route("GET /users", people.users, "read_user"),
    _route("GET /users/:user_id", people.user, "read_user"),
    _route("GET /personal_access_tokens/self", tokens.itself, *_ANY, newer=True),
    _route(f"GET {tokens.OAUTH_INFO}", tokens.oauth_info, *_ANY),
    _route("POST /markdown", tokens.markdown, "read_api", newer=True),
    _route("POST /markdown", tokens.markdown),
    _route("GET /groups", people.groups),
    _route("GET /groups/:id", people.group),
    _route("GET /groups/:id/members", people.group_members),
    _route("GET /groups/:id/members/all", people.group_members),
    _route("GET /groups/:id/members/:user_id", people.group_member),
    _route("GET /groups/:id/members/all/:user_id", people.group_member),
    _route("GET /features", features.index),
    _route("GET /features/definitions", features.definitions),
    _route("POST /features/:name", features.update),
    _route("DELETE /features/:name", features.delete),
    _route("GET /issues", issue_list.everywhere),
    _route("GET /issues/:issue_id", issues.show_by_id),
    _route("GET /projects", projects.index),
    _route("GET /projects/:id", projects.show),
    _route("GET /projects/:id/labels", projects.labels),
    _route("POST /projects/:id/labels", projects.create_label),
    _route("GET /projects/:id/labels/:label", projects.label),
    _route("GET /projects/:id/milestones", milestones.index),
    _route("POST /projects/:id/milestones", milestones.create),
    _route("GET /projects/:id/milestones/:milestone_id", milestones.show),
    _route("GET /projects/:id/users", people.project_users),
    _route("GET /projects/:id/members", people.project_members),
    _route("GET /projects/:id/members/all", people.project_members_all),
    _route("GET /projects/:id/members/all/:user_id", people.project_member),
    _route("GET /projects/:id/members/:user_id", people.project_member),
    _route("GET /projects/:id/templates/issues", projects.issue_templates),
    _route("GET /projects/:id/templates/issues/:name", projects.issue_template),
    _route("GET /projects/:id/issues", issue_list.in_project),
    _route("POST /projects/:id/issues", issues.create),
    _route("GET /projects/:id/issues/:iid", issues.show),
    _route("PUT /projects/:id/issues/:iid", issues.update),
    _route("DELETE /projects/:id/issues/:iid", issues.delete),
    _route("GET /projects/:id/issues/:iid/notes", notes.index),
    _route("POST /projects/:id/issues/:iid/notes", notes.create),
    _route("GET /projects/:id/issues/:iid/notes/:note_id", notes.show),
    _route("PUT /projects/:id/issues/:iid/notes/:note_id", notes.update),
    _route("DELETE /projects/:id/issues/:iid/notes/:note_id", notes.delete),
    _route("GET /projects/:id/issues/:iid/discussions", discussions.index),
    _route("POST /projects/:id/issues/:iid/discussions", discussions.create),
    _route("GET /projects/:id/issues/:iid/discussions/:discussion_id", discussions.show),
    _route("POST /projects/:id/issues/:iid/discussions/:discussion_id/notes", discussions.reply),
    _route("PUT /projects/:id/issues/:iid/discussions/:discussion_id/notes/:note_id", discussions.update),
    _route("GET /projects/:id/issues/:iid/links", links.index),
    _route("POST /projects/:id/issues/:iid/links", links.create),
    _route("GET /projects/:id/issues/:iid/links/:link_id", links.show),
    _route("DELETE /projects/:id/issues/:iid/links/:link_id", links.delete),
    _route("GET /projects/:id/feature_flags", feature_flags.index),
    _route("POST /projects/:id/feature_flags", feature_flags.create),
    _route("GET /projects/:id/feature_flags/:name", feature_flags.show),
    _route("PUT /projects/:id/feature_flags/:name", feature_flags.update),
    _route("DELETE /projects/:id/feature_flags/:name", feature_flags.delete),
    _route("GET /projects/:id/feature_flags_user_lists", user_lists.index),
    _route("POST /projects/:id/feature_flags_user_lists", user_lists.create),
    _route("GET /projects/:id/feature_flags_user_lists/:iid", user_lists.show),
    _route("PUT /projects/:id/feature_flags_user_lists/:iid", user_lists.update),
    _route("DELETE /projects/:id/feature_flags_user_lists/:iid", user_lists.delete),
)


def _segments(path: str) -> list[str]:
    """Doubled and trailing slashes are nothing, `%2F` is a slash inside a part, `.json` is a format."""
    parts = [part for part in path.split("/") if part]
    if parts:
        parts[-1] = parts[-1].removesuffix(".json")
    return [unquote(part) for part in parts]


def _match(method: str, segments: list[str], era: Era) -> tuple[Route, dict[str, str]] | None:
    for route in ROUTES:
        if route.method != method or len(route.parts) != len(segments) or (route.newer and not era.newer_endpoints):
            continue
        pairs = list(zip(route.parts, segments, strict=True))
        if all(part.startswith(":") or part == segment for part, segment in pairs):
            return route, {part[1:]: segment for part, segment in pairs if part.startswith(":")}
    return None


def version_of(world: World, path: str) -> int | None:
    """The version of the issue that a path names, None when it names none."""
    parts = _segments(path)
    if len(parts) != _ISSUE_PARTS or (parts[0], parts[2]) != ("projects", "issues"):
        return None
    project = world.projects.get(int(parts[1])) if parts[1].isdigit() else world.project_at(parts[1])
    issue = project.issues.get(int(parts[3])) if project and parts[3].isdigit() else None
    return issue.lock_version if issue else None


def _answer(call: Call, secret: str | None) -> Response:
    found = _match("GET" if call.method == "HEAD" else call.method, _segments(call.path), call.era)
    if found is None:
        raise no_route()
    route, call.args = found
    sign_in(call, secret)
    check_scope(call, route.scopes)
    return route.handler(call)


def handle(call: Call, secret: str | None) -> Response:
    """The answer to `call` made with the token `secret`; its path is the raw one after /api/v4. Mutates the world."""
    try:
        return _answer(call, secret)
    except ApiError as error:
        return error.response
