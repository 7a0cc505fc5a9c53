"""What can go wrong, as a tree. Each error says what happened (`str(error)`) and what to do about it (`hint`).

    RolloutError
    ├── BadInput             a file, field or argument is wrong
    │   ├── DraftInvalid     a draft has problems (all of them are in `.problems`)
    │   └── NoSuchDraft
    ├── InUse                another process holds what we need
    ├── StoreError           a file, folder or the records database cannot be read or written
    │   └── TooNew           it was made by a newer rollout-tui
    ├── SandboxUnavailable   the embedded sandbox cannot be started
    ├── Blocked              a requirement is open
    ├── Stale                GitLab changed since the plan was made
    ├── Interrupted          the operator stopped it
    └── GitLabError
        ├── TokenMissing · TokenRefused · ScopeMissing · NotAdmin · Denied
        ├── NotFound
        ├── Invalid          GitLab refused the content
        ├── Conflict         GitLab was busy with the same record
        ├── Throttled        too many requests; `.after` seconds if GitLab said
        ├── Unreachable      the request did not leave, or reads failed
        ├── ServerFault      5xx
        └── OutcomeUnknown   a write was sent and no answer came: neither success nor failure

`code` is stable: it is what `--json` prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.domain.drift import Drift
    from tui.domain.problem import Problem


class RolloutError(Exception):
    """Base of all errors that an operator sees as a message and not as a crash."""

    code: ClassVar[str] = "error"
    hint_default: ClassVar[str] = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint or self.hint_default


class BadInput(RolloutError):
    code = "bad-input"


class DraftInvalid(BadInput):
    code = "draft-invalid"

    def __init__(self, message: str, problems: Sequence[Problem], hint: str = "") -> None:
        super().__init__(message, hint)
        self.problems = tuple(problems)


class NoSuchDraft(BadInput):
    code = "no-such-draft"
    hint_default = "List the drafts with: rollout-tui drafts"


class InUse(RolloutError):
    code = "in-use"
    hint_default = "Close it there, or wait until it is done."


class StoreError(RolloutError):
    """A file, folder or the records database cannot be read or written; the message says what and where."""

    code = "store"


class TooNew(StoreError):
    code = "too-new"
    hint_default = "Update rollout-tui; an older one could damage what it does not know."


class SandboxUnavailable(RolloutError):
    code = "sandbox"
    hint_default = "Stop what uses its folder or port, or use another one."


class Blocked(RolloutError):
    code = "blocked"
    hint_default = "Fulfil the requirement, or waive it with a reason in the draft."


class CommandFailed(RolloutError):
    """A chat command that its operator says did not work."""

    code = "command-failed"
    hint_default = "Read what the bot answered. A new plan starts from the last command that ran."


class Stale(RolloutError):
    """A plan no longer holds; `since` is what changed, as far as it is known, and is part of the message."""

    code = "stale-plan"
    hint_default = "Make a new plan and review it."

    def __init__(self, message: str, since: Sequence[Drift] = (), hint: str = "") -> None:
        super().__init__("\n  ".join([f"{message}:" if since else message, *(one.words for one in since)]), hint)
        self.since = tuple(since)


class Interrupted(RolloutError):
    code = "interrupted"
    hint_default = "Apply again: it looks at what is there first and does only the rest."


class GitLabError(RolloutError):
    """Something about talking to GitLab; `status` is the HTTP status, 0 when there was no answer."""

    code = "gitlab"

    def __init__(self, message: str, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class TokenMissing(GitLabError):
    code = "token-missing"
    hint_default = "Set GITLAB_TOKEN, or add the instance to python-gitlab's own configuration file."


class TokenRefused(GitLabError):
    code = "token-refused"
    hint_default = "The token is unknown, expired or revoked: make a new one with the scope `api`."


class ScopeMissing(GitLabError):
    code = "scope-missing"
    hint_default = "Make a token with the scope `api`."


class NotAdmin(GitLabError):
    code = "not-admin"
    hint_default = (
        "Instance feature flags need an administrator's token (with Admin Mode on: scope `admin_mode`). "
        "Ask an administrator, or set the flag's target to `chatops` or `project`."
    )


class Denied(GitLabError):
    code = "denied"
    hint_default = "Ask for the role that the action needs."


class NotFound(GitLabError):
    code = "not-found"
    hint_default = "Check the name; GitLab also says this when the token may not see it."


class Invalid(GitLabError):
    code = "invalid"


class Conflict(GitLabError):
    code = "conflict"
    hint_default = "Somebody else changed the same record at the same moment. Look again and repeat."


class Throttled(GitLabError):
    """Too many requests; `after` is the number of seconds GitLab asked to wait, if it said."""

    code = "throttled"
    hint_default = "GitLab limits the rate of requests; wait and repeat."

    def __init__(self, message: str, hint: str = "", after: float | None = None) -> None:
        super().__init__(message, hint, 429)
        self.after = after


class Unreachable(GitLabError):
    code = "unreachable"
    hint_default = "Check the address, the network and the proxy; `rollout-tui doctor` tells which of them fails."


class ServerFault(GitLabError):
    code = "server-fault"
    hint_default = "GitLab itself failed. Nothing was changed by this request as far as it says; try again later."


class OutcomeUnknown(GitLabError):
    code = "outcome-unknown"
    hint_default = "Apply again: it looks for the effect first and repeats nothing that is there."
