"""A plan: ordered changes with their dependencies, what blocks them, what to know, and who is affected.

Requests name things that do not exist yet by references such as `⟪iid:rollout-plan⟫`; `resolve` fills them in
when they are known. The fence characters are rare on purpose; text of an operator that holds a reference to
something unknown is left as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from tui.domain.gates import Gates, Route
from tui.domain.history import BACK, Action, Entry
from tui.domain.observed import FlagSeen, Observed
from tui.domain.requirements import Requirement
from tui.domain.strategies import Aim

ChangeKind = Literal["hide-issue", "create-issue", "edit-issue", "link-issues", "set-gate", "run-command", "add-note"]
"""`hide-issue` makes confidential what a broken apply left public. `run-command` is a chat command: a person sends it,
this program only shows it and asks what came of it.
"""

GATE_KINDS: frozenset[ChangeKind] = frozenset({"set-gate", "run-command"})
"""The kinds that change who is in a flag."""

_REFERENCE = re.compile("⟪([a-z]+(?::[^⟪⟫]*)?)⟫")
_MARKER = re.compile(r"<!-- rollout-tui: operation=(\S+) rollout=(\S+) slot=(\S+) -->")

V = TypeVar("V")


def reference(name: str, of: str = "") -> str:
    """A reference to be resolved: `iid`, `ref` or `url` of a slot, `operation` of a change, `at`."""
    return f"⟪{name}:{of}⟫" if of else f"⟪{name}⟫"


def resolve(value: V, known: Mapping[str, str]) -> V:
    """`value`, a string or plain data, with all references that are in `known` replaced."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: known.get(match[1], match[0]), value)  # type: ignore[return-value]
    if isinstance(value, dict):
        return {key: resolve(item, known) for key, item in value.items()}  # type: ignore[return-value]
    if isinstance(value, list):
        return [resolve(item, known) for item in value]  # type: ignore[return-value]
    return value


def unresolved(value: object) -> tuple[str, ...]:
    """The references in a string or in plain data, in order."""
    return tuple(_REFERENCE.findall(json.dumps(value, ensure_ascii=False)))


def marker(change: str, rollout: str, slot: str) -> str:
    """The comment by which a created issue or note is found again. One line: GitLab keeps it byte for byte."""
    return f"<!-- rollout-tui: operation={reference('operation', change)} rollout={rollout} slot={slot} -->"


@dataclass(frozen=True)
class Marked:
    """What a marker says."""

    operation: str
    rollout: str
    slot: str


def read_marker(text: str) -> Marked | None:
    """The last marker in a description or note: ours is appended, so a forged earlier one does not win."""
    found = _MARKER.findall(text)
    return Marked(*found[-1]) if found else None


@dataclass(frozen=True)
class Request:
    """One HTTP request of GitLab's API v4; `path` starts after `/api/v4`."""

    method: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)

    def resolved(self, known: Mapping[str, str]) -> Request:
        """The same request with its references filled in."""
        return Request(self.method, resolve(self.path, known), resolve(dict(self.body), known))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"method": self.method, "path": self.path, "body": dict(self.body)}


@dataclass(frozen=True)
class Change:
    """One effect on GitLab. `after` holds the ids of the changes that must be confirmed first.

    `slot` is the plan issue that it makes or concerns; `flag`, `before` and `expected` are for gates, and `aim` for
    those of a project's flag.
    """

    id: str
    kind: ChangeKind
    summary: str
    request: Request
    after: tuple[str, ...] = ()
    slot: str = ""
    flag: str = ""
    before: Gates | None = None
    expected: Gates | None = None
    aim: Aim | None = None

    @property
    def is_gate(self) -> bool:
        """Whether it changes who is in the flag."""
        return self.kind in GATE_KINDS

    @property
    def narrows(self) -> bool:
        """Whether it only takes access away."""
        return self.expected is not None and self.before is not None and self.expected.within(self.before)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `plan --json`."""
        return {
            "id": self.id,
            "kind": self.kind,
            "summary": self.summary,
            "after": list(self.after),
            "request": self.request.as_dict(),
        }


@dataclass(frozen=True)
class Plan:
    """What `apply` will do. `entry` is the history entry that the apply leaves; its time is filled in then.

    `twice` says in words what earlier requests have made twice: the end of each apply takes that away.
    """

    rollout: str
    instance: str
    phase: str
    step: str
    title: str
    action: Action
    flag: str
    fingerprint: str
    changes: tuple[Change, ...]
    requirements: tuple[Requirement, ...]
    blocked: tuple[Requirement, ...]
    warnings: tuple[str, ...]
    effect: str
    gates: Route
    entry: Entry | None = None
    bodies: Mapping[str, str] = field(default_factory=dict)
    twice: tuple[str, ...] = ()

    @property
    def reduces(self) -> bool:
        """Whether it takes access away: nothing may stand in the way of that."""
        return self.action in BACK

    @property
    def commands(self) -> tuple[Change, ...]:
        """The chat commands that a person must run."""
        return tuple(change for change in self.changes if change.kind == "run-command")

    @property
    def empty(self) -> bool:
        """Whether GitLab is as the plan wants it, nothing is left to record, and nothing is there twice."""
        return not (self.changes or self.entry or self.twice)

    def as_dict(self) -> dict[str, Any]:
        """The shape of `plan --json`."""
        return {
            "rollout": self.rollout,
            "instance": self.instance,
            "phase": self.phase,
            "step": self.step,
            "title": self.title,
            "action": self.action,
            "flag": self.flag,
            "fingerprint": self.fingerprint,
            "changes": [change.as_dict() for change in self.changes],
            "blocked": [{"id": one.id, "text": one.text, "sentence": one.sentence} for one in self.blocked],
            "warnings": list(self.warnings),
            "effect": self.effect,
            "gates": {
                "before": self.gates.start.as_dict(),
                "after": self.gates.end.as_dict(),
                "calls": [gates.as_dict() for gates in self.gates.after],
            },
        }

    def without(self, done: frozenset[str]) -> Plan:
        """The plan with the changes in `done` taken out."""
        return replace(self, changes=tuple(change for change in self.changes if change.id not in done))


def fingerprint(observed: Observed) -> str:
    """A short hash of the gates and issues that a plan was computed from."""
    seen = {
        "flags": {name: _state(flag) for name, flag in observed.flags.items()},
        "issues": {
            slot: [issue.ref, issue.open, issue.confidential, issue.title, issue.description]
            for slot, issue in observed.issues.items()
        },
    }
    text = json.dumps(seen, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _state(flag: FlagSeen) -> object:
    """The gates; of a project's flag all strategies, whatever environment they are for."""
    return flag.gates.as_dict() if flag.project is None else [flag.gates.as_dict(), repr(flag.project)]
