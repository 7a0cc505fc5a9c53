"""Quick actions in a text that comes from a template or an operator: what GitLab would run, and the text without it.

GitLab runs a command that stands on a line of its own, takes the line away and lets it overrule the fields of the
request. So nothing of the kind is ever sent: commands are taken out, to be carried out as fields or to be named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tui.domain.source import kinds

_ALIASES = {
    "labels": "label",
    "remove_label": "unlabel",
    "remove_assignee": "unassign",
    "due_date": "due",
    "remove_due": "remove_due_date",
}
_KNOWN = frozenset(
    [
        "add_child",
        "add_contacts",
        "add_email",
        "approve",
        "assign",
        "assign_reviewer",
        "assign_to_me",
        "award",
        "ban",
        "blocked_by",
        "blocks",
        "board_move",
        "cc",
        "checkin_reminder",
        "child_epic",
        "clear_health_status",
        "clear_milestone",
        "clear_weight",
        "clone",
        "close",
        "confidential",
        "convert_to_ticket",
        "copy_metadata",
        "create_merge_request",
        "done",
        "draft",
        "due",
        "due_date",
        "duplicate",
        "epic",
        "estimate",
        "estimate_time",
        "health_status",
        "invite_email",
        "iteration",
        "label",
        "labels",
        "link",
        "linked_severity",
        "lock",
        "merge",
        "milestone",
        "move",
        "page",
        "parent",
        "parent_epic",
        "promote",
        "promote_to",
        "promote_to_incident",
        "promote_to_objective",
        "publish",
        "react",
        "ready",
        "reassign",
        "reassign_reviewer",
        "rebase",
        "relabel",
        "relate",
        "remove_child",
        "remove_child_epic",
        "remove_contacts",
        "remove_due",
        "remove_due_date",
        "remove_email",
        "remove_epic",
        "remove_estimate",
        "remove_iteration",
        "remove_label",
        "remove_assignee",
        "remove_milestone",
        "remove_parent",
        "remove_parent_epic",
        "remove_time_estimate",
        "remove_time_spent",
        "remove_zoom",
        "reopen",
        "request_changes",
        "request_review",
        "reset_time_spent",
        "set_parent",
        "severity",
        "spend",
        "spend_time",
        "spent",
        "ship",
        "start_date",
        "status",
        "submit_review",
        "subscribe",
        "tag",
        "target_branch",
        "time_estimate",
        "timeline",
        "title",
        "todo",
        "type",
        "unapprove",
        "unassign",
        "unassign_reviewer",
        "unlabel",
        "unlink",
        "unlock",
        "unrequest_review",
        "unreview",
        "unsubscribe",
        "weight",
        "wip",
        "zoom",
    ]
)
_SAID = frozenset({"shrug", "tableflip"})
"""Commands that put a text in their place."""

_LINE = re.compile(r"/([a-z_]+)(?:\s+(.*?))?\s*", re.IGNORECASE)
_LABEL = re.compile(r'~?"([^"]+)"|~?([^\s,]+)')


@dataclass(frozen=True)
class QuickAction:
    """A command as GitLab names it (aliases resolved), its argument, and the line as it was written."""

    name: str
    argument: str
    line: str

    @property
    def assigns(self) -> bool:
        """Whether its argument are usernames to assign."""
        return self.name == "assign"

    @property
    def labels(self) -> tuple[str, ...]:
        """The argument as titles of labels."""
        return tuple(quoted or plain for quoted, plain in _LABEL.findall(self.argument))

    @property
    def milestone(self) -> str:
        """The argument as the title of a milestone: `%"Next 1-3 releases"`, `%18.5`, `18.5`."""
        return self.argument.removeprefix("%").strip('"')

    @property
    def people(self) -> tuple[str, ...]:
        """The argument as usernames; `me` is the one who asks."""
        return tuple(name for part in re.split(r"[\s,]+", self.argument) if (name := part.lstrip("@")))


@dataclass(frozen=True)
class Taken:
    """A text in which no kind of GitLab finds a command, and the commands that were in it, in order."""

    text: str
    actions: tuple[QuickAction, ...]


@lru_cache(maxsize=8)
def take_out(text: str) -> Taken:
    """Take GitLab's quick actions out of `text`.

    Inside code, comments, quotes and HTML they are no commands to newer servers and may be to older ones: there they
    move in by a blank, which makes them none to both. What begins with a slash and is no known command stays text for
    good.
    """
    kept: list[str] = []
    actions: list[QuickAction] = []
    for line, kind in kinds(text):
        match = _LINE.fullmatch(line)
        name = match[1].lower() if match else ""
        if match is None or (kind != "text" and name not in _KNOWN | _SAID):
            kept.append(line)
        elif kind != "text":
            kept.append(f" {line}")
        elif name not in _KNOWN:
            kept.append(f"\\{line}")
        else:
            actions.append(QuickAction(_ALIASES.get(name, name), match[2] or "", line.rstrip()))
    return Taken("\n".join(kept).rstrip(), tuple(actions))
