"""One API call as a value, its answer, GitLab's error bodies, and pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from tui.sandbox.world.conditions import Conditions, FlagCache
from tui.sandbox.world.era import Era
from tui.sandbox.world.state import Token, User, World

DEFAULT_PER_PAGE = 20
MAX_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Response:
    """Status, JSON-able body (None is an empty one, str is sent as plain text) and extra headers."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """An answer other than success, raised by handlers and turned into a `Response` by the router."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.response = Response(status, body, headers or {})


@dataclass(slots=True)
class Call:
    """A request on its way: who, what, when. `params` is the query with the body merged over it, as Grape does.

    `loaded` is the version that the issue in the path had when the request came in.
    """

    world: World
    era: Era
    now: datetime
    base_url: str
    method: str
    path: str
    query: Sequence[tuple[str, str]]
    params: Mapping[str, object]
    token: Token | None = None
    account: User | None = None
    args: dict[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    conditions: Conditions = field(default_factory=Conditions)
    flag_cache: FlagCache = field(default_factory=FlagCache)
    loaded: int | None = None

    @property
    def user(self) -> User:
        """The caller; 401 when nobody is signed in."""
        if self.account is None:
            raise unauthorized()
        return self.account

    @property
    def powerful(self) -> bool:
        """Whether the caller has an administrator's powers: with Admin Mode on, a token needs the scope for that."""
        if self.account is None or not self.account.is_admin:
            return False
        return not self.conditions.admin_mode or (self.token is not None and "admin_mode" in self.token.scopes)

    @property
    def licensed(self) -> bool:
        """Whether paid features (several assignees, blocking links) are there."""
        return self.era.enterprise and self.world.edition == "ee"


def unauthorized() -> ApiError:
    return ApiError(401, {"message": "401 Unauthorized"})


def forbidden(call: Call | None = None, reason: str = "") -> ApiError:
    joint = call.era.reason_joint if call else " - "
    return ApiError(403, {"message": "403 Forbidden" + (joint + reason if reason else "")})


def not_found(what: str = "") -> ApiError:
    """`404 What Not Found` for a missing named thing, `404 Not found` for a missing record."""
    return ApiError(404, {"message": f"404 {what} Not Found" if what else "404 Not found"})


def no_route() -> ApiError:
    return ApiError(404, {"error": "404 Not Found"})


def bad_request(reason: str) -> ApiError:
    return ApiError(400, {"message": f"400 Bad request - {reason}"})


def invalid(field_name: str, *problems: str) -> ApiError:
    """A model's validation errors: `{"message": {"title": ["can't be blank"]}}`."""
    return ApiError(400, {"message": {field_name: list(problems)}})


def bad_parameter(text: str) -> ApiError:
    """Grape's own errors use the key `error`."""
    return ApiError(400, {"error": text})


def server_error() -> ApiError:
    return ApiError(500, {"message": "500 Internal Server Error"})


def stamp(moment: datetime | None) -> str | None:
    """A time as GitLab prints it: UTC with milliseconds and Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Identified(Protocol):
    @property
    def id(self) -> int: ...


Item = TypeVar("Item")
Row = TypeVar("Row", bound=Identified)


def _page_number(call: Call, name: str, default: int) -> int:
    raw = call.params.get(name)
    if raw is None or raw == "":
        return default
    try:
        return int(str(raw))
    except ValueError:
        raise bad_parameter(f"{name} is invalid") from None


def _per_page(call: Call) -> int:
    per_page = _page_number(call, "per_page", DEFAULT_PER_PAGE)
    if per_page == 0:
        raise server_error()
    return min(per_page, MAX_PER_PAGE) if per_page > 0 else DEFAULT_PER_PAGE


def _link(call: Call, rel: str, **changes: object) -> str:
    query = [(key, value) for key, value in call.query if key not in changes and key != "private_token"]
    query += [(key, str(value)) for key, value in changes.items()]
    return f'<{call.base_url}/api/v4{call.path}?{urlencode(query)}>; rel="{rel}"'


def paginate(call: Call, items: Sequence[Item], render: Callable[[Item], object]) -> Response:
    """One page of `items` with GitLab's offset headers; only that page is rendered."""
    per_page = _per_page(call)
    page = max(_page_number(call, "page", 1), 1)
    total = len(items)
    pages = max((total + per_page - 1) // per_page, 1)
    more = page < pages
    start = (page - 1) * per_page
    limit = call.era.total_limit
    counted = limit is None or total <= limit
    links = [_link(call, "prev", page=page - 1, per_page=per_page)] if page > 1 else []
    if more:
        links.append(_link(call, "next", page=page + 1, per_page=per_page))
    links.append(_link(call, "first", page=1, per_page=per_page))
    if counted:
        links.append(_link(call, "last", page=pages, per_page=per_page))
    headers = {
        "x-page": str(page),
        "x-per-page": str(per_page),
        "x-next-page": str(page + 1) if more else "",
        "x-prev-page": str(page - 1) if page > 1 else "",
        "link": ", ".join(links),
    }
    if counted:
        headers |= {"x-total": str(total), "x-total-pages": str(pages)}
    return Response(200, [render(item) for item in items[start : start + per_page]], headers)


def paginate_by_key(call: Call, items: Sequence[Row], render: Callable[[Row], object]) -> Response:
    """One page by cursor: only a link to the next one, no totals. The cursor names the last item seen."""
    per_page = _per_page(call)
    cursor = call.params.get("cursor")
    start = 0
    if isinstance(cursor, str) and cursor:
        start = _after(items, cursor)
    page = items[start : start + per_page]
    if start + per_page >= len(items) or not page:
        return Response(200, [render(item) for item in page])
    token = base64.urlsafe_b64encode(str(page[-1].id).encode()).decode()
    link = _link(call, "next", cursor=token, per_page=per_page)
    return Response(200, [render(item) for item in page], {"link": link})


def _after(items: Sequence[Row], cursor: str) -> int:
    try:
        last = int(base64.urlsafe_b64decode(cursor))
    except (ValueError, binascii.Error):
        raise bad_parameter("cursor is invalid") from None
    return next((place + 1 for place, item in enumerate(items) if item.id == last), len(items))
