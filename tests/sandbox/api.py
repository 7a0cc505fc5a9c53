"""A bare HTTP client, so that tests see every byte that python-gitlab hides."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from tui.sandbox.server import Server

ASSETS = Path(__file__).parents[2] / "assets"
SHARED = Path(__file__).parents[2].parent / "shared" / "gitlab"
PROJECT = f"/projects/{quote('code-creation/rollouts', safe='')}"


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: dict[str, str]


class Api:
    """Calls one sandbox, as the admin unless told otherwise; `token=""` is anonymous."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.prefix = ""
        target = urlsplit(server.url)
        self.connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        role: str = "admin",
        token: str | None = None,
        query: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        secret = self.server.tokens[role] if token is None else token
        sent = {"PRIVATE-TOKEN": secret} if secret else {}
        content: bytes | None = None
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        url = f"{self.prefix}/api/v4{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        self.connection.request(method, url, content, sent)
        answer = self.connection.getresponse()
        raw = answer.read()
        kind = answer.getheader("Content-Type") or ""
        parsed = json.loads(raw) if raw and kind == "application/json" else raw.decode()
        return Reply(answer.status, parsed, {name.lower(): value for name, value in answer.getheaders()})

    def issue(self, *, role: str = "admin", **fields: object) -> dict[str, Any]:
        """A new issue, which must succeed."""
        reply = self("POST", f"{PROJECT}/issues", {"title": "A plan"} | fields, role=role)
        assert reply.status == 201, reply
        body: dict[str, Any] = reply.body
        return body

    def flag(self, name: str, **params: object) -> Reply:
        return self("POST", f"/features/{name}", params)

    def gates(self, name: str) -> dict[str, Any]:
        """The flag's gates as the list shows them."""
        found = next(flag for flag in self("GET", "/features").body if flag["name"] == name)
        return {gate["key"]: gate["value"] for gate in found["gates"]}
