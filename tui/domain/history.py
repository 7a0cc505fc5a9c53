"""The phase history: one entry for each applied step, kept locally and as a note on the plan issue.

The note is readable by people and carries the entry as JSON in an HTML comment of one line, so that any machine
can rebuild the history from GitLab (GitLab keeps such comments byte for byte).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from typing import Any, Literal

import msgspec

from tui.domain.gates import OFF, Gates
from tui.domain.heard import Heard, as_data
from tui.domain.verdict import Decision, Verdict

Action = Literal[
    "create-issues",
    "advance",
    "repair",
    "step-back",
    "roll-back",
    "undo",
    "skip",
    "hold",
    "resume",
    "finish",
    "abandon",
]

ACTION_WORDS: Mapping[str, str] = {
    "create-issues": "plan issues created",
    "advance": "advanced",
    "repair": "repaired",
    "step-back": "stepped back",
    "roll-back": "rolled back",
    "undo": "undone",
    "skip": "skipped",
    "hold": "put on hold",
    "resume": "resumed",
    "finish": "finished",
    "abandon": "abandoned",
}

BACK: frozenset[Action] = frozenset({"step-back", "roll-back", "undo", "abandon"})
"""Actions that take access away."""

TOLD: frozenset[Action] = frozenset({"skip", "hold", "resume", "finish"})
"""Actions that leave a record and the flag as it is."""

Doubt = Literal["", "edited", "forged"]

FORGED = "forged:"
"""How the id of an entry begins that nobody made: the history shows it, and nothing follows from it."""


@dataclass(frozen=True)
class Entry:
    """One row of the phase history.

    `live_seconds` is how long the step before was live; `names` says what people call the actors in the gates;
    `attested` is true where the gates are what the operator said that the chat bot did, and not GitLab's own answers;
    `adopted` lists changes that a broken apply had made and that were found on GitLab instead of being made again;
    `meanwhile` is what others did to the flag while this step was applied, known only where it was;
    `verdict` is what was decided about the step before, and on what evidence; `feedback` what was heard of the phases
    since the entry before. `doubt` is what is wrong with the entry's
    note on GitLab and `doubt_reason` how one can tell; what a note itself says of either does not count.
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
    verdict: Verdict | None = None
    attested: bool = False
    adopted: tuple[str, ...] = ()
    feedback: tuple[Heard, ...] = ()
    meanwhile: tuple[str, ...] = ()
    doubt: Doubt = ""
    doubt_reason: str = ""

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
            "attested": self.attested,
            "adopted": list(self.adopted),
            "meanwhile": list(self.meanwhile),
            "feedback": as_data(self.feedback),
            "verdict": self.verdict.as_dict() if self.verdict else None,
            "doubt": self.doubt,
            "doubt_reason": self.doubt_reason,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Entry:
        """The inverse of `as_dict`. Raises ValueError for data that is not an entry: anybody can write a note."""
        try:
            plain = msgspec.convert(dict(data), _Plain, strict=True)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from error
        if plain.at.tzinfo is None:
            raise ValueError("the time of an entry has no time zone")
        values = {field: getattr(plain, field) for field in plain.__struct_fields__}
        gates = {key: Gates.from_dict(msgspec.to_builtins(values[key])) for key in ("gates_before", "gates_after")}
        verdict = Verdict(**msgspec.structs.asdict(plain.verdict)) if plain.verdict else None
        return cls(**{**values, **gates, "verdict": verdict})

    @property
    def forged(self) -> bool:
        """Whether nobody made it."""
        return self.id.startswith(FORGED)

    def with_adopted(self, *summaries: str) -> Entry:
        """The same entry, with what was found on GitLab after a broken apply and not made again."""
        return replace(self, adopted=tuple(dict.fromkeys((*self.adopted, *summaries))))

    def with_note(self, url: str) -> Entry:
        """The same entry, knowing where its note is."""
        return replace(self, note_url=url)


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Oldest first; of the same second by the numbers of their notes, so that every machine has the same order."""
    return tuple(sorted(entries, key=lambda one: (one.at, _note_number(one))))


def _note_number(entry: Entry) -> float:
    number = entry.note_url.rpartition("#note_")[2]
    return int(number) if number.isdecimal() else inf


class _Gates(msgspec.Struct, frozen=True):
    boolean: bool = False
    actors: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    percentage_of_actors: int | float = 0
    percentage_of_time: int | float = 0


class _Verdict(msgspec.Struct, frozen=True):
    decision: Decision
    proposed: Decision
    readings: dict[str, int | float] = {}
    fired: tuple[str, ...] = ()
    incident: bool = False


class _Plain(msgspec.Struct, frozen=True):
    """The shape of an entry as plain data."""

    id: str
    at: datetime
    rollout: str
    operator: str
    instance: str
    flag: str
    phase: str
    step: str
    action: Action
    gates_before: _Gates
    gates_after: _Gates
    changes: tuple[str, ...] = ()
    waivers: dict[str, str] = {}
    reason: str = ""
    effect: str = ""
    live_seconds: int | None = None
    note_url: str = ""
    names: dict[str, str] = {}
    attested: bool = False
    adopted: tuple[str, ...] = ()
    feedback: tuple[Heard, ...] = ()
    meanwhile: tuple[str, ...] = ()
    verdict: _Verdict | None = None
    doubt: Doubt = ""
    doubt_reason: str = ""


_COMMENT = re.compile(r"^<!-- rollout-tui: entry=(\{.*\}) -->$", re.MULTILINE)


def entry_comment(data: Mapping[str, Any]) -> str:
    """An entry's data as an HTML comment on one line; no value in it can end the comment."""
    text = json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return f"<!-- rollout-tui: entry={text.replace('>', chr(92) + 'u003e')} -->"


def read_entry(note: str) -> Entry | None:
    """The entry that a note carries, None when there is none or it is damaged.

    What it says of doubts and of others is left out: that is for each machine to find out.
    """
    match = _COMMENT.search(note)
    if match is None:
        return None
    try:
        entry = Entry.from_dict(msgspec.json.decode(match.group(1), type=dict[str, Any]))
    except (ValueError, msgspec.DecodeError):
        return None
    return replace(entry, doubt="", doubt_reason="", meanwhile=())
