"""What a step means for the provider's quota: the peak of each region by the share of users that the step lets in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tui.domain.draft import Capacity
from tui.domain.gates import FULL, Gates
from tui.domain.requirements import CAPACITY_LIMIT
from tui.domain.steps import Step


@dataclass(frozen=True)
class Load:
    """Requests or tokens of one region: `peak` and `quota` a minute, and the share of the quota used now and then.

    `ahead` says whether there is a next step for `then` to be about; without one it is now's.

    Named people and feature groups are few beside all users and count as none of them.
    """

    region: str
    unit: str
    peak: int
    quota: int
    now: float
    then: float
    ahead: bool = True

    @property
    def short(self) -> bool:
        """Whether the next step would use more of the quota than is safe (reference: red above 80 %)."""
        return self.then > CAPACITY_LIMIT

    @property
    def text(self) -> str:
        """`us-east: 43 % of the request quota at the next step (22 % now)`."""
        when = f"at the next step ({percent(self.now)} now)" if self.ahead else "now"
        return f"{self.region}: {percent(self.then)} of the {self.unit} quota {when}"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; shares are of 1."""
        return {
            "region": self.region,
            "unit": self.unit,
            "peak_per_minute": self.peak,
            "quota_per_minute": self.quota,
            "now": round(self.now, 4),
            "then": round(self.then, 4),
            "short": self.short,
        }


def forecast(capacity: Iterable[Capacity], gates: Gates, following: Step | None) -> tuple[Load, ...]:
    """The load with the gates of now and with the following step, for each region that has a peak and a quota."""
    now = _share(gates)
    then = max(now, following.percentage / FULL) if following else now
    return tuple(
        Load(row.region, unit, peak, quota, now * peak / quota, then * peak / quota, following is not None)
        for row in capacity
        for unit, peak, quota in (
            ("request", row.peak_requests_per_minute, row.quota_requests_per_minute),
            ("token", row.peak_tokens_per_minute, row.quota_tokens_per_minute),
        )
        if peak and quota
    )


def percent(share: float) -> str:
    """`43 %`."""
    return f"{100 * share:.0f} %"


def _share(gates: Gates) -> float:
    return 1.0 if gates.everybody else gates.percentage_of_actors / FULL
