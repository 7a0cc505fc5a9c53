"""What a rollout needs, checked read-only, in the order in which it would fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tui.domain.errors import GitLabError, RolloutError
from tui.domain.text import counted, one_line

if TYPE_CHECKING:
    from tui.gateway.client import Gateway
    from tui.runtime.workbench import Session

RowState = Literal["ok", "warning", "failed", "skipped"]

DEVELOPER = 30
"""GitLab's access level that keeps labels, assignees and confidentiality of new issues."""


@dataclass(frozen=True)
class Row:
    """One check: what was looked at, what was found, and what to do if it is not right."""

    name: str
    state: RowState
    text: str
    hint: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain data for `doctor --json`."""
        return {"name": self.name, "state": self.state, "text": self.text, "hint": self.hint}


Check = Callable[[], Row]


def diagnose(session: Session, project: str = "") -> Iterator[Row]:
    """The rows, one as soon as it is known. What a failed row makes pointless is reported as skipped."""
    yield Row("instance", "ok", session.instance.label)
    try:
        gateway = session.gateway
    except RolloutError as error:
        yield _failed("token", error)
        yield from (
            Row(name, "skipped", "not checked") for name in ("GitLab", "operator", "scopes", "project", "flags")
        )
        return
    yield Row("token", "ok", "there is one; it is not shown")
    essential: list[tuple[str, Check]] = [
        ("GitLab", lambda: Row("GitLab", "ok", f"version {gateway.version()}")),
        ("operator", lambda: _operator(gateway)),
    ]
    optional: list[tuple[str, Check]] = [
        ("scopes", lambda: _scopes(gateway)),
        ("project", lambda: _project(gateway, project)),
        ("templates", lambda: _templates(gateway, project)),
        ("flags", lambda: _flags(gateway)),
    ]
    alive = True
    for name, check in essential:
        row = _try(name, check) if alive else Row(name, "skipped", "not checked")
        alive = row.state != "failed" and alive
        yield row
    for name, check in optional:
        yield _try(name, check) if alive else Row(name, "skipped", "not checked")


def _try(name: str, check: Check) -> Row:
    try:
        return check()
    except GitLabError as error:
        return _failed(name, error)


def _failed(name: str, error: RolloutError) -> Row:
    return Row(name, "failed", one_line(str(error)), error.hint)


def _operator(gateway: Gateway) -> Row:
    operator = gateway.operator()
    admin = ", administrator" if operator.admin else ""
    return Row("operator", "ok", f"{operator.username} ({operator.name}){admin}")


def _scopes(gateway: Gateway) -> Row:
    token = gateway.token()
    if token is None:
        return Row("scopes", "warning", "this GitLab does not tell a token's scopes", "They show at the first write.")
    scopes = token.scopes
    if "api" not in scopes:
        return Row("scopes", "failed", f"only {', '.join(scopes)}", "Make a token with the scope `api`.")
    return Row("scopes", "ok", ", ".join(scopes))


def _project(gateway: Gateway, path: str) -> Row:
    if not path:
        return Row(
            "project", "skipped", "no project given", "Give one with --project, or set gitlab.project in the draft."
        )
    seen = gateway.project(path)
    if seen.archived or not seen.issues_enabled:
        why = "archived" if seen.archived else "without issues"
        return Row("project", "failed", f"{seen.path} is {why}", "Plan issues need another project.")
    if 0 < seen.access_level < DEVELOPER and not gateway.operator().admin:
        text = f"{seen.path}: the role is too low (access level {seen.access_level})"
        return Row("project", "warning", text, "Below developer GitLab drops labels, assignees or confidentiality.")
    return Row("project", "ok", str(seen.path))


def _templates(gateway: Gateway, path: str) -> Row:
    if not path:
        return Row("templates", "skipped", "no project given")
    names = gateway.templates(gateway.project(path).id)
    return Row("templates", "ok", f"{counted(len(names), 'issue template')} in the project")


def _flags(gateway: Gateway) -> Row:
    flags: dict[str, Any] = dict(gateway.flags())
    return Row("flags", "ok", f"instance feature flags can be read ({len(flags)})")
