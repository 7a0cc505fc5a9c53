"""What a token says about itself, for each kind and each age of GitLab."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.gateway.conftest import Connect
from tests.gateway.scripted import Scripted, http
from tui.domain.errors import NotAdmin
from tui.gateway.tokens import bot_of

PERSONAL = {"name": "rollouts", "scopes": ["api", "admin_mode"], "expires_at": "2027-02-01", "active": True}
USER = {"id": 5, "username": "alice", "name": "Alice"}
NO_PAT = {"message": "400 Bad request - This endpoint requires token type to be a personal access token"}
FORBIDDEN = {"message": "403 Forbidden"}
NO_ROUTE = {"error": "404 Not Found"}
INSUFFICIENT = {"error": "insufficient_scope", "error_description": "The request …", "scope": "api read_api"}


def test_an_access_token_ends_at_the_start_of_a_day(scripted: Scripted, connect: Connect) -> None:
    gateway = connect(scripted.answers(http(200, PERSONAL)).url)
    token = gateway.token()
    assert token is not None
    assert (token.name, token.scopes) == ("rollouts", ("api", "admin_mode"))
    assert token.expires == datetime(2027, 2, 1, tzinfo=UTC)
    assert gateway.token() is token
    assert len(scripted.received) == 1


@pytest.mark.parametrize("body", [{"scopes": ["api"], "expires_at": None}, {"scopes": ["api"], "expires_at": "never"}])
def test_a_token_without_an_end(scripted: Scripted, connect: Connect, body: object) -> None:
    token = connect(scripted.answers(http(200, body)).url).token()
    assert token is not None
    assert token.expires is None


@pytest.mark.parametrize(
    "answer",
    [
        http(400, NO_PAT),
        http(403, FORBIDDEN),
        http(200, "<html>", kind="text/html"),
        http(501, {}),
    ],
)
def test_a_gitlab_that_does_not_tell_is_no_error(scripted: Scripted, connect: Connect, answer: bytes) -> None:
    gateway = connect(scripted.answers(answer).url)
    assert gateway.token() is None
    assert gateway.token() is None
    assert len(scripted.received) == 1


@pytest.mark.parametrize(
    ("answer", "writes"),
    [
        (http(201, {"html": "<p>x</p>"}), True),
        (http(403, INSUFFICIENT), False),
        (http(404, NO_ROUTE), None),
        (http(403, FORBIDDEN), None),
        (http(500, {}), None),
        (http(429, "Retry later", kind="text/plain", Retry_After="1"), None),
    ],
)
def test_where_a_token_cannot_tell_its_scopes_a_post_that_changes_nothing_does(
    scripted: Scripted, connect: Connect, answer: bytes, writes: bool | None
) -> None:
    gateway = connect(scripted.answers(http(200, USER), http(404, NO_ROUTE), answer).url)
    assert gateway.operator().may_write
    assert gateway.token() is None
    assert gateway.writes() is writes
    operator = gateway.operator()
    assert (operator.may_write, operator.scopes) == (writes is not False, None)
    assert scripted.requests()[1:] == ["GET /api/v4/personal_access_tokens/self", "POST /api/v4/markdown"]


def test_where_a_token_tells_its_scopes_nothing_is_posted(scripted: Scripted, connect: Connect) -> None:
    gateway = connect(scripted.answers(http(200, {**PERSONAL, "scopes": ["read_api"]})).url)
    assert gateway.writes() is False
    assert len(scripted.received) == 1


def test_an_oauth_token_is_asked_for_at_another_address(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(http(200, {"scope": ["api", "read_user"], "expires_in": 3600, "resource_owner_id": 5}))
    token = connect(f"{scripted.url}/gitlab", oauth=True).token()
    assert token is not None
    assert token.scopes == ("api", "read_user")
    assert token.expires is not None
    assert timedelta(minutes=50) < token.expires - datetime.now(UTC) <= timedelta(hours=1)
    assert scripted.requests() == ["GET /gitlab/oauth/token/info"]
    assert b"Authorization: Bearer" in scripted.received[0]


def test_the_operator_knows_the_scopes_once_they_were_asked_for(scripted: Scripted, connect: Connect) -> None:
    gateway = connect(scripted.answers(http(200, USER), http(200, PERSONAL)).url)
    assert gateway.operator().scopes is None
    assert gateway.operator().may_write
    gateway.token()
    assert gateway.operator().scopes == ("api", "admin_mode")


@pytest.mark.parametrize(("admin", "limited", "said"), [(True, True, "Admin Mode on"), (None, False, "only admin")])
def test_admin_mode_is_told_from_a_lack_of_rights(
    scripted: Scripted, connect: Connect, admin: bool | None, limited: bool, said: str
) -> None:
    """GitLab answers both alike; `is_admin` is shown whether or not the token may act as an administrator."""
    gateway = connect(scripted.answers(http(403, FORBIDDEN), http(200, {**USER, "is_admin": admin})).url)
    with pytest.raises(NotAdmin, match=said) as caught:
        gateway.flags()
    assert "admin_mode" in caught.value.hint
    operator = gateway.operator()
    assert (operator.limited, operator.powers) == (limited, False)
    scripted.answers(http(200, []))
    gateway.flags()
    assert gateway.operator().powers is bool(admin)


@pytest.mark.parametrize("now", [http(200, USER), http(404, NO_ROUTE)])
def test_who_is_no_administrator_any_more_has_not_met_admin_mode(
    scripted: Scripted, connect: Connect, now: bytes
) -> None:
    gateway = connect(scripted.answers(http(200, {**USER, "is_admin": True})).url)
    assert gateway.operator().powers
    scripted.answers(http(403, FORBIDDEN), now)
    with pytest.raises(NotAdmin, match="only administrators"):
        gateway.gates()
    scripted.answers(http(200, USER))
    operator = gateway.operator()
    assert (operator.limited, operator.powers) == (False, False)


def test_who_never_was_an_administrator_is_not_asked_about_again(scripted: Scripted, connect: Connect) -> None:
    gateway = connect(scripted.answers(http(200, USER), http(403, FORBIDDEN)).url)
    gateway.operator()
    for _ in range(2):
        with pytest.raises(NotAdmin, match="only administrators"):
            gateway.gates()
    assert len(scripted.received) == 3


@pytest.mark.parametrize(
    ("username", "kind"),
    [
        ("project_7_bot", "project"),
        ("project_7_bot_4ffca2", "project"),
        ("group_12_bot_0a", "group"),
        ("project_x_bot", ""),
        ("rollout-bot", ""),
        ("alice", ""),
    ],
)
def test_users_that_gitlab_made_for_a_token(username: str, kind: str) -> None:
    assert bot_of(username) == kind
