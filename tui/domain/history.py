"""The phase history: one entry for each applied step, kept locally and as a note on the plan issue.

The note is readable by people and carries the entry as JSON in an HTML comment of one line, so that any machine
can rebuild the history from GitLab (GitLab keeps such comments byte for byte).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from tui.domain.gates import OFF, Gates

Action = Literal["create-issues", "advance", "repair", "step-back", "roll-back"]

ACTION_WORDS: Mapping[str, str] = {
    "create-issues": "plan issues created",
    "advance": "advanced",
    "repair": "repaired",
    "step-back": "stepped back",
    "roll-back": "rolled back",
}


@dataclass(frozen=True)
class Entry:
    """One row of the phase history.

    `live_seconds` is how long the step before was live; `names` says what people call the actors in the gates.
    """

    id: str
    at: datetime
    rollout: str
    operator: str
    instance: str
    flag: str
    phase: str
    step: str
    action: Action
    gates_before: Gates = OFF
    gates_after: Gates = OFF
    changes: tuple[str, ...] = ()
    waivers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    effect: str = ""
    live_seconds: int | None = None
    note_url: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain data: what `history --json`, the exports and the note carry."""
        return {
            "id": self.id,
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "rollout": self.rollout,
            "operator": self.operator,
            "instance": self.instance,
            "flag": self.flag,
            "phase": self.phase,
            "step": self.step,
            "action": self.action,
            "gates_before": self.gates_before.as_dict(),
            "gates_after": self.gates_after.as_dict(),
            "changes": list(self.changes),
            "waivers": dict(self.waivers),
            "reason": self.reason,
            "effect": self.effect,
            "live_seconds": self.live_seconds,
            "note_url": self.note_url,
            "names": dict(self.names),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Entry:
        """The inverse of `as_dict`. Raises KeyError or ValueError for data that is not an entry."""
        return cls(
            id=data["id"],
            at=datetime.fromisoformat(data["at"]),
            rollout=data["rollout"],
            operator=data["operator"],
            instance=data["instance"],
            flag=data["flag"],
            phase=data["phase"],
            step=data["step"],
            action=data["action"],
            gates_before=Gates.from_dict(data["gates_before"]),
            gates_after=Gates.from_dict(data["gates_after"]),
            changes=tuple(data.get("changes", ())),
            waivers=dict(data.get("waivers", {})),
            reason=data.get("reason", ""),
            effect=data.get("effect", ""),
            live_seconds=data.get("live_seconds"),
            note_url=data.get("note_url", ""),
            names=dict(data.get("names", {})),
        )

    def with_note(self, url: str) -> Entry:
        """The same entry, knowing where its note is."""
        return replace(self, note_url=url)


_COMMENT = re.compile(r"^<!-- rollout-tui: entry=(\{.*\}) -->$", re.MULTILINE)


def entry_comment(data: Mapping[str, Any]) -> str:
    """An entry's data as an HTML comment on one line; no value in it can end the comment."""
    text = json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return f"<!-- rollout-tui: entry={text.replace('>', chr(92) + 'u003e')} -->"


def read_entry(note: str) -> Entry | None:
    """The entry that a note carries; None when it carries none or it is damaged."""
    match = _COMMENT.search(note)
    if match is None:
        return None
    try:
        return Entry.from_dict(json.loads(match.group(1)))
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
