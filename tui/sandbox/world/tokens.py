"""What a token tells of itself, and the request that wants the scope `api` and changes nothing."""

from __future__ import annotations

from html import escape

from tui.sandbox.world import params
from tui.sandbox.world.access import active
from tui.sandbox.world.http import Call, Response, bad_request, not_found, stamp, unauthorized
from tui.sandbox.world.state import Token

OAUTH_INFO = "/oauth/token/info"
"""The only address that is answered outside of the API."""


def itself(call: Call) -> Response:
    """GET /personal_access_tokens/self."""
    _ = call.user
    if call.token is None:
        raise not_found()
    if call.token.kind == "oauth":
        raise bad_request("This endpoint requires token type to be a personal access token")
    return Response(200, _token(call, call.token))


def _token(call: Call, token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "revoked": token.revoked,
        "created_at": stamp(token.created_at),
        "description": None,
        "scopes": token.scopes,
        "user_id": token.user_id,
        "last_used_at": stamp(call.now),
        "active": active(token, call),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
    }


def oauth_info(call: Call) -> Response:
    """GET /oauth/token/info, for OAuth tokens alone. The sandbox's end with a day, as access tokens do."""
    token = call.token
    if token is None or token.kind != "oauth":
        raise unauthorized()
    ends = token.expires_at
    return Response(
        200,
        {
            "resource_owner_id": token.user_id,
            "scope": token.scopes,
            "expires_in": None if ends is None else (ends - call.now.date()).days * 86400,
            "application": {"uid": "sandbox"},
            "created_at": int(token.created_at.timestamp()),
        },
    )


def markdown(call: Call) -> Response:
    """POST /markdown: paragraphs with their text escaped; the sandbox knows no more of Markdown."""
    if call.era.newer_endpoints:
        _ = call.user
    paragraphs = [part.strip() for part in params.required(call.params, "text").split("\n\n")]
    return Response(201, {"html": "\n".join(f'<p dir="auto">{escape(part)}</p>' for part in paragraphs if part)})
