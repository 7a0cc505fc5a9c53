"""Counting effects: what is on the sandbox and in the history, by name, independent of the code under test."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass

from tests.faults.point import Point
from tui.domain.history import Entry
from tui.sandbox.wire import Received
from tui.sandbox.world.state import Feature, Issue, Strategy, World

_MARKER = re.compile(r"<!-- rollout-tui: operation=(\S+) rollout=(\S+) slot=(\S+) -->")
_VOLATILE = re.compile(
    r"operation=\S+|#\d+|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?|\b[0-9a-f]{32}\b|```plaintext.*?```", re.DOTALL
)
"""What differs from one run to the next: names of operations and issues, times, and the chart that they make."""
_LEAD = "<!-- rollout-tui: lease="
_FLAG = re.compile(r"^/features/|/feature_flags(/|$)")
_ENTRY = re.compile(r"^<!-- rollout-tui: entry=(\{.*\}) -->$", re.MULTILINE)

Effects = Counter[str]


@dataclass(frozen=True)
class Count:
    """How many of the expected effects are missing, and how many there are too many."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]

    @property
    def right(self) -> bool:
        return not (self.lost or self.doubled)


def effects(world: World, flag: str, entries: list[Entry]) -> Effects:
    """All effects by name: issues and their texts by slot, links by pair, notes by step, gates, entries by step."""
    found: Effects = Counter()
    slots: dict[int, str] = {}
    for project in world.projects.values():
        for issue in project.issues.values():
            slot = _slot(issue)
            if slot:
                slots[issue.id] = slot
                found[f"issue {slot}"] += 1
                found[f"text {slot} {hash(_VOLATILE.sub('', issue.description or ''))}"] += 1
                found[f"private {slot} {issue.confidential}"] += 1
            for note in issue.notes:
                if not note.system and _LEAD in note.body:
                    found[f"lead {note.author_id}"] += 1
                if not note.system and _MARKER.search(note.body):
                    told = json.loads(_ENTRY.findall(note.body)[-1])
                    found[f"note {told['phase']} {told['step']}"] += 1
        held = project.flags.get(flag)
        found[f"active {held.active if held else None}"] += 1
        found.update(f"strategy {_strategy(one)}" for one in (held.strategies if held else ()))
    for link in world.links:
        if link.source_id in slots and link.target_id in slots:
            found[f"link {' '.join(sorted((slots[link.source_id], slots[link.target_id])))}"] += 1
    found[f"gates {_gates(world.features.get(flag))}"] += 1
    found.update(f"entry {entry.phase} {entry.step}" for entry in entries)
    return found


def _slot(issue: Issue) -> str:
    marks = _MARKER.findall(issue.description or "")
    return str(marks[-1][2]) if marks else ""


def _gates(held: Feature | None) -> str:
    if held is None:
        return "none"
    return f"{held.boolean} {sorted(held.actors)} {sorted(held.groups)} {held.percentage_of_actors or 0}"


def _strategy(held: Strategy) -> str:
    scopes = sorted(scope.environment_scope for scope in held.scopes)
    return f"{held.name} {sorted(held.parameters.items())} {held.user_list_id} {scopes}"


def gate_calls(requests: list[Received]) -> Effects:
    """The gate calls that the server worked on."""
    posts = [one for one in requests if one.method in {"POST", "PUT"} and _FLAG.search(one.path)]
    return Counter(f"call {one.path} {sorted(one.body.items()) if isinstance(one.body, dict) else ''}" for one in posts)


def compare(point: Point, expected: Effects, found: Effects) -> Count:
    """A gate call that the network itself repeats or delays is the same gate in the end and no effect of its own."""
    skip = "call " if point.faults & {"late", "doubled"} else "-"
    lost = [name for name in (expected - found).elements() if not name.startswith(skip)]
    doubled = [name for name in (found - expected).elements() if not name.startswith(skip)]
    return Count(tuple(lost), tuple(doubled))


def without_lead(count: Count) -> Count:
    """Without a lead that is missing: who is stopped before the very end goes without it until the next apply."""
    return Count(tuple(name for name in count.lost if not name.startswith("lead ")), count.doubled)
