"""Quick actions: which lines of a text are commands, and what is left when they are taken out.

Known commands are always taken out, also when the caller may not use them or when they make no sense at that moment.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

ALIASES = {
    "labels": "label",
    "remove_label": "unlabel",
    "remove_assignee": "unassign",
    "due_date": "due",
    "remove_due": "remove_due_date",
}
KNOWN = (
    *(
        "add_child",
        "add_contacts",
        "approve",
        "assign",
        "assign_reviewer",
        "award",
        "blocked_by",
        "blocks",
        "child_epic",
        "clear_health_status",
    ),
    *(
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
    ),
    *(
        "duplicate",
        "epic",
        "estimate",
        "estimate_time",
        "health_status",
        "iteration",
        "label",
        "labels",
        "link",
        "lock",
        "merge",
        "milestone",
    ),
    *(
        "move",
        "page",
        "parent",
        "promote",
        "promote_to",
        "promote_to_incident",
        "publish",
        "react",
        "reassign",
        "rebase",
        "relabel",
        "relate",
    ),
    *(
        "remove_assignee",
        "remove_due_date",
        "remove_epic",
        "remove_estimate",
        "remove_iteration",
        "remove_label",
        "remove_milestone",
    ),
    *(
        "remove_parent",
        "remove_time_spent",
        "remove_zoom",
        "reopen",
        "request_review",
        "set_parent",
        "severity",
        "spend",
        "spent",
        "status",
    ),
    *(
        "submit_review",
        "subscribe",
        "tag",
        "target_branch",
        "title",
        "todo",
        "type",
        "unapprove",
        "unassign",
        "unlabel",
        "unlink",
        "unlock",
    ),
    *("unsubscribe", "weight", "zoom"),
)
_TEXT_ONLY = {"shrug": "¯\\＿(ツ)＿/¯", "tableflip": "(╯°□°)╯︵ ┻━┻"}
_LABEL = re.compile(r'~?"([^"]+)"|~?(\S+)')
_IN_SOME_TIME = re.compile(r"(?:in\s+)?(\d+)\s+(day|week|month)s?(?:\s+from\s+now)?$", re.IGNORECASE)
_DAYS = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text without its commands, and the commands in order as (name, argument)."""

    text: str
    commands: tuple[tuple[str, str], ...]


@cache
def _pattern(comments_protect: bool) -> re.Pattern[str]:
    protected = [
        r"^(?P<fence>```|~~~).*?(?:\n(?P=fence)[^\S\n]*$|\Z)",
        r"^>>>.+?\n>>>$",
        r"`(?:[^`\n]|\n(?!\n))+`",
        r"^<(?!!)[^>\n]+>\n.+?\n</[^>\n]+>$",
    ]
    if comments_protect:
        protected.insert(0, r"<!--.*?(?:-->|\Z)")
    names = "|".join(sorted((*KNOWN, *_TEXT_ONLY), key=len, reverse=True))
    command = rf"^/(?P<name>{names})(?:[ ](?P<argument>[^\n]*))?(?:\s*\n|$)"
    return re.compile(
        "|".join([*(f"(?:{each})" for each in protected), command]), re.MULTILINE | re.DOTALL | re.IGNORECASE
    )


def normalise(text: str) -> str:
    """What GitLab does to every text, commands or not: no CR, nothing at the end."""
    return text.replace("\r", "").rstrip(" \t\n\v\f\0")


def extract(text: str, *, comments_protect: bool) -> Extraction:
    """Commands out of `text`; code, quotes, HTML blocks and (newer) HTML comments are left alone."""
    commands: list[tuple[str, str]] = []

    def take(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        name, argument = match["name"].lower(), (match["argument"] or "").strip()
        if name in _TEXT_ONLY:
            return f"{argument} {_TEXT_ONLY[name]}".strip() + "\n"
        commands.append((ALIASES.get(name, name), argument))
        return ""

    left = _pattern(comments_protect).sub(take, text.replace("\r", ""))
    return Extraction(normalise(left), tuple(commands))


def new_commands(old: str, new: Extraction, *, comments_protect: bool) -> tuple[tuple[str, str], ...]:
    """The commands of `new` that the old text did not have: an edit runs only what it adds."""
    before = Counter(extract(old, comments_protect=comments_protect).commands)
    fresh = []
    for command in new.commands:
        if before[command]:
            before[command] -= 1
        else:
            fresh.append(command)
    return tuple(fresh)


def label_names(argument: str) -> list[str]:
    """`~"group::a b" ~bug plain` as titles."""
    return [quoted or plain for quoted, plain in _LABEL.findall(argument)]


def usernames(argument: str) -> list[str]:
    """`@alice @bob me` as names without @, `me` kept."""
    return [name.lstrip("@") for name in re.split(r"[\s,]+", argument) if name.lstrip("@")]


def due_day(argument: str, today: date) -> date | None:
    """An ISO date, today, tomorrow, or `in N days|weeks|months`; None when it does not parse."""
    wanted = argument.strip().lower()
    if wanted in {"today", "tomorrow"}:
        return today + timedelta(days=wanted == "tomorrow")
    relative = _IN_SOME_TIME.match(wanted)
    if relative:
        return today + timedelta(days=int(relative[1]) * _DAYS[relative[2]])
    try:
        return date.fromisoformat(wanted)
    except ValueError:
        return None
