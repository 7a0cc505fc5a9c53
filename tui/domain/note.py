"""The note that a step leaves on the plan issue, as it is planned and as it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tui.domain import timeline
from tui.domain.audience import Labels, effect
from tui.domain.gates import Gates
from tui.domain.history import Entry
from tui.domain.plan import marker, reference

NOTE = "note"
"""The id of the change that leaves the step's note."""


def note_text(entry: Entry, slot: str) -> str:
    """The note's text; the operation's id and the time are references, known when it is sent."""
    data: dict[str, Any] = {**entry.as_dict(), "id": reference("operation", NOTE), "at": reference("at")}
    return timeline.step_note(entry, data, marker(NOTE, entry.rollout, slot))


def with_gates(entry: Entry, gates: Gates) -> Entry:
    """The entry with the gates that GitLab really has; who is in is told anew where that is not as planned."""
    told = entry.effect
    if not gates.same_audience(entry.gates_after):
        told = effect(entry.gates_before, gates, Labels(entry.names))
    return replace(entry, gates_after=gates, effect=told)
