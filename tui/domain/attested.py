"""The gates of a flag that this program may not read: what the operator said that the chat bot did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tui.domain.gates import OFF, Gates
from tui.domain.history import Entry
from tui.domain.observed import FlagSeen
from tui.domain.operation import Operation


def command_body(command: str, flag: str, expected: Gates) -> dict[str, Any]:
    """What the journal keeps of a chat command: the text, and the gates that it leaves."""
    return {"command": command, "flag": flag, "gates": expected.as_dict()}


def attested_flag(name: str, entries: Iterable[Entry], commands: Iterable[Operation]) -> FlagSeen:
    """The flag by its history and its chat commands, both oldest first.

    What was attested last counts, be it a command of an apply that was broken off. A command that was shown and never
    answered may have been run or not: the gates it would leave are the flag's `left`, its text is `unanswered`.
    """
    last = next((entry for entry in reversed(tuple(entries)) if entry.flag == name), None)
    gates, left, unanswered = last.gates_after if last else OFF, None, ""
    for one in commands:
        if one.body.get("flag") != name or _older(one, last.at if last else None):
            continue
        after = Gates.from_dict(_gates(one.body))
        if one.state == "confirmed":
            gates, left, unanswered = after, None, ""
        elif one.state != "rejected":
            left, unanswered = after.union(left) if left else after, str(one.body["command"])
    return FlagSeen(name, gates, exists=gates != OFF, attested=True, left=left, unanswered=unanswered)


def _older(command: Operation, entry: datetime | None) -> bool:
    """Whether the history goes on after the command. An entry has the time at which its apply began."""
    at = command.ended_at or command.intended_at
    return at is not None and entry is not None and at < entry


def _gates(body: Mapping[str, Any]) -> Mapping[str, Any]:
    gates = body.get("gates")
    return gates if isinstance(gates, Mapping) else {}
