"""One change as rows: its exact request, with long texts as they will be stored, and what it waits for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tui.domain.by_hand import chatops
from tui.domain.chatops import METHOD
from tui.domain.plan import Change, Plan, Request, unresolved
from tui.domain.planning import Situation
from tui.widgets.diff import diff_rows, text_rows
from tui.widgets.outline import Row
from tui.widgets.present import line

_TEXTS = ("description", "body")


def before_text(change: Change, plan: Plan, situation: Situation) -> str | None:
    """The description that an edit replaces: GitLab's, or that of the issue which the same plan creates."""
    if change.kind != "edit-issue":
        return None
    seen = situation.observed.issues.get(change.slot)
    return seen.description if seen else plan.bodies.get(change.slot)


def change_rows(change: Change, key: str, before: str | None = None, prefix: str = "") -> list[Row]:
    """The request of a change; an edit as a diff against `before`; `prefix` is the chat bot's, when it is shown."""
    rows = request_rows(change.request, key, before)
    if change.after:
        rows.append(_note(f"after {', '.join(change.after)}", key))
    if unresolved({"path": change.request.path, **change.request.body}):
        rows.append(_note("⟪…⟫ is filled in when the issue or note exists", key))
    chat = chatops(change, prefix) if prefix else ""
    if chat:
        rows.append(_note(chat, key))
    return rows


def request_rows(request: Request, key: str, before: str | None = None) -> list[Row]:
    """Method and path, then the body field by field; a chat command as it is typed, and where."""
    if request.method == METHOD:
        return _command_rows(request, key)
    rows = [Row(line("    ", (f"{request.method} ", "accent"), f"/api/v4{request.path}"), key, 6)]
    short: Mapping[str, Any] = {name: value for name, value in request.body.items() if name not in _TEXTS}
    width = max((len(name) for name in short), default=0) + 2
    for name, value in short.items():
        rows.append(Row(line("    ", (name.ljust(width), "muted"), _value(value)), key, 4 + width))
    for name in _TEXTS:
        if name in request.body:
            text = str(request.body[name])
            rows.append(_note(name if before is None else f"{name}, as a difference", key))
            rows.extend(text_rows(text, key) if before is None else diff_rows(before, text, key))
    return rows


def _command_rows(request: Request, key: str) -> list[Row]:
    rows = [Row(line("    ", (f"in {request.path}  ", "muted"), str(request.body["command"])), key, 6)]
    return rows + [
        Row(line("    ", (f"{word} ", "muted"), str(request.body[name])), key, 6)
        for name, word in (("cross_post", "post to"), ("issue", "tell on"))
        if name in request.body
    ]


def _note(text: str, key: str) -> Row:
    return Row(line("    ", (text, "muted")), key, 4)


def _value(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)
