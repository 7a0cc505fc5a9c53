"""Emptying a plan issue that must not stay: closed, and nothing of its text is left."""

from __future__ import annotations

from tui.domain.plan import Request


def emptying(project_id: object, iid: object, title: str, why: str) -> Request:
    """The request; `why` is a sentence, and all that the issue says then."""
    body = {"title": title, "description": f"Emptied by rollout-tui: {why}", "state_event": "close"}
    return Request("PUT", f"/projects/{project_id}/issues/{iid}", body)
