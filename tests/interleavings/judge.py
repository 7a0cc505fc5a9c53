"""What happened at the gates, held against what the operators had reviewed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tui.domain.gates import OFF, Gates
from tui.domain.observed import CACHED
from tui.domain.plan import Change, Plan
from tui.runtime.apply import ApplyResult

ROUND_TRIP = 1
"""Requests between a look and the gate call: what GitLab knows of the flag's definition is read in two."""


@dataclass(frozen=True)
class Look:
    """The last time that an operator heard of the gates: what GitLab said, what it had, when (seconds).

    `since` counts the operator's other requests since then.
    """

    said: Gates
    true: Gates
    at: float
    since: int = 0


@dataclass(frozen=True)
class Write:
    """One gate call: what the operator believed was there, what was, what GitLab had afterwards."""

    change: Change
    believed: Gates
    look: Look
    before: Gates
    after: Gates

    @property
    def stale(self) -> bool:
        """Whether others were in than the operator believed."""
        return not self.before.same_audience(self.believed)

    @property
    def as_reviewed(self) -> bool:
        """Whether those are in now whom the operator wanted in."""
        return self.change.expected is not None and self.after.same_audience(self.change.expected)

    @property
    def narrows(self) -> bool:
        """Whether the call only takes access away, which is right whatever is there."""
        return self.change.expected is not None and self.change.expected.within(self.believed)


@dataclass
class Account:
    """The gate calls of one apply. `passed` are the gates that its own calls have left, and when."""

    plan: Plan
    writes: list[Write] = field(default_factory=list)
    passed: dict[Gates, float] = field(default_factory=dict)

    @property
    def due(self) -> Change:
        """The gate change that is sent next."""
        return [one for one in self.plan.changes if one.kind == "set-gate"][len(self.writes)]

    @property
    def believed(self) -> Gates:
        """What the operator believes to be there."""
        return self.writes[-1].after if self.writes else self.due.before or OFF

    def beyond(self, write: Write) -> str:
        """Why this stale write was not within the windows; empty when it was.

        Within are: what changed after the last look; what the last look could not show, being an old reading; and a
        reading of gates that the apply itself had passed in the last minute, which may be an old one.
        """
        look = write.look
        if write.stale and not write.narrows and look.since > ROUND_TRIP:
            return f"“{write.change.summary}” was sent {look.since} requests after the last look"
        if not write.stale or write.narrows or look.true.same_audience(write.believed) or look.said != look.true:
            return ""
        passed = self.passed.get(look.said)
        if passed is not None and look.at - passed <= CACHED.total_seconds():
            return ""
        return f"“{write.change.summary}” was sent although GitLab had shown {look.said}, not {write.believed}"


class Tally(Counter[str]):
    """What is counted over all interleavings."""

    def judge(self, account: Account, result: ApplyResult | None) -> list[str]:
        """Count the gate calls of an apply that is over; returns what must not be."""
        faults: list[str] = []
        said = (result.reason, *result.remarks) if result else ("",)
        for write in account.writes:
            self["gate calls"] += 1
            if not write.as_reviewed:
                told = result is not None and any(write.change.summary in one for one in said)
                self["noticed" if told else "unnoticed"] += 1
                if not told:
                    faults.append(f"nobody was told of {write}")
            if not write.stale:
                continue
            self["stale"] += 1
            self["left as reviewed"] += write.as_reviewed
            reopened = write.before == OFF and not write.narrows and write.as_reviewed
            self["reopened as reviewed"] += reopened
            beyond = account.beyond(write)
            if beyond:
                self["beyond the windows"] += 1
                faults.append(beyond)
        return faults
