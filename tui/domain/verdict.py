"""The verdict on a live step: what was seen, held against the criteria of the draft and the baseline.

No data is not a pass: a criterion whose metric nobody looked at proposes a hold. A failure of the provider is no
failure of the model, so with a provider incident a roll-back criterion proposes a hold as well.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tui.domain.draft import Baseline, Criterion
from tui.domain.gates import tidy

Decision = Literal["continue", "hold", "roll-back"]
Finding = Literal["holds", "fails", "fires", "quiet", "no data"]

DECISIONS: tuple[Decision, ...] = ("continue", "hold", "roll-back")

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass(frozen=True)
class Judged:
    """One criterion and what was seen: one to continue `holds` or `fails`, one to roll back `fires` or is `quiet`."""

    criterion: Criterion
    seen: float | None
    finding: Finding
    baseline: Baseline | None = None

    @property
    def rule(self) -> str:
        """What the criterion says: `continue when latency_p95 <= 1212 ms`."""
        one = self.criterion
        unit = f" {one.unit}" if one.unit else ""
        return f"{_WHEN[one.kind]} {one.metric} {one.comparator} {tidy(one.value)}{unit}"

    @property
    def text(self) -> str:
        """The rule and what became of it: `continue when ... <= 1212 ms: 1460 seen, fails (baseline 977 to 1212)`."""
        seen = "nothing seen" if self.seen is None else f"{tidy(self.seen)} seen"
        words = f"{self.rule}: {seen}, {self.finding}"
        return words + (f" (baseline {range_words(self.baseline)})" if self.baseline else "")


_WHEN = {"continue": "continue when", "rollback": "roll back when", "success": "success when"}


def range_words(baseline: Baseline) -> str:
    """The range in words: `977 to 1212`."""
    low, high = baseline.low, baseline.high
    if low is not None and high is not None:
        return f"{tidy(low)} to {tidy(high)}"
    return f"from {tidy(low)}" if low is not None else f"up to {tidy(high)}" if high is not None else "without numbers"


@dataclass(frozen=True)
class Judgement:
    """What the numbers propose, and why: each criterion, and those that decided it."""

    proposed: Decision
    judged: tuple[Judged, ...]
    decisive: tuple[Judged, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What was decided about the live step, with its evidence: kept in the entry and told on the issue.

    `readings` by metric in the criterion's own unit; `proposed` is what the numbers said; `fired` the criteria that
    said so, in words; `incident` whether the provider had one.
    """

    decision: Decision
    proposed: Decision
    readings: Mapping[str, float] = field(default_factory=dict)
    fired: tuple[str, ...] = ()
    incident: bool = False

    @property
    def overrules(self) -> bool:
        """Whether the operator goes further than the numbers propose: that asks for a reason."""
        return DECISIONS.index(self.decision) < DECISIONS.index(self.proposed)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON and notes."""
        return {
            "decision": self.decision,
            "proposed": self.proposed,
            "readings": {name: tidy(value) for name, value in sorted(self.readings.items())},
            "fired": list(self.fired),
            "incident": self.incident,
        }


def judge(
    criteria: Iterable[Criterion],
    baseline: Iterable[Baseline],
    readings: Mapping[str, float],
    *,
    incident: bool = False,
) -> Judgement:
    """Hold the readings (metric to number, in the criterion's unit) against the criteria."""
    ranges = {one.metric: one for one in baseline}
    judged = tuple(
        Judged(one, readings.get(one.metric), _finding(one, readings.get(one.metric)), ranges.get(one.metric))
        for one in criteria
        if one.kind != "success"
    )
    fires = tuple(one for one in judged if one.finding == "fires")
    if fires:
        return Judgement("hold" if incident else "roll-back", judged, fires)
    doubtful = tuple(one for one in judged if one.finding in {"fails", "no data"})
    return Judgement("hold" if doubtful or incident else "continue", judged, doubtful)


def _finding(criterion: Criterion, seen: float | None) -> Finding:
    if seen is None:
        return "no data"
    true = _COMPARE[criterion.comparator](seen, criterion.value)
    if criterion.kind == "rollback":
        return "fires" if true else "quiet"
    return "holds" if true else "fails"


def decide(
    judgement: Judgement, decision: Decision | None, readings: Mapping[str, float], *, incident: bool = False
) -> Verdict:
    """The verdict that an operator gives on a judgement; without a decision of their own the proposed one."""
    fired = tuple(one.text for one in judgement.decisive)
    return Verdict(decision or judgement.proposed, judgement.proposed, dict(readings), fired, incident)
