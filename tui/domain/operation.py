"""Operations and applies: what the journal keeps so that a broken apply can be resumed by looking first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tui.domain.gates import Gates

OperationState = Literal["waiting", "intended", "confirmed", "rejected", "unknown", "absent"]
"""`waiting` is only on screen; `absent` is an unknown one that was looked for and is not there."""

Outcome = Literal["running", "done", "stopped", "rejected", "unknown", "stale"]
"""How an apply ended; `running` in the journal with no living process is one that was killed."""


@dataclass(frozen=True)
class Operation:
    """One attempt at a change, in words `summary`. `result` is what GitLab answered, cut down to what is needed."""

    id: str
    apply: str
    rollout: str
    instance: str
    change: str
    kind: str
    slot: str = ""
    method: str = ""
    path: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    state: OperationState = "waiting"
    intended_at: datetime | None = None
    ended_at: datetime | None = None
    url: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    adopted: bool = False
    summary: str = ""

    @property
    def attested(self) -> bool:
        """Whether it rests on the operator's word: a chat command that they say was run."""
        return self.kind == "run-command" and self.state == "confirmed" and not self.adopted

    def as_dict(self) -> dict[str, Any]:
        """The shape of an operation in `apply --json`."""
        shape = {"id": self.change, "kind": self.kind, "state": self.state, "url": self.url}
        return {**shape, "operation": self.id, "adopted": self.adopted, "attested": self.attested, "error": self.error}


@dataclass(frozen=True)
class Apply:
    """One run of a plan.

    `gates_before` survives a crash, so that the entry tells the truth after a resume; `gates_wanted` too, since a flag
    that was cleared half-way no longer tells who was in it.
    """

    id: str
    rollout: str
    instance: str
    flag: str
    phase: str
    step: str
    action: str
    operator: str
    fingerprint: str
    started_at: datetime
    gates_before: Gates
    gates_wanted: Gates | None = None
    outcome: Outcome = "running"
    ended_at: datetime | None = None
