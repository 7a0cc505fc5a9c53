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
    def gives_back(self) -> bool:
        """Whether it let in again whom somebody had just shut out, as its operator could not see from the answer."""
        return self.stale and self.as_reviewed and not self.narrows and not self.believed.within(self.before)

    @property
    def narrows(self) -> bool:
        """Whether the call only takes access away, which is right whatever is there."""
        return self.change.expected is not None and self.change.expected.within(self.believed)


@dataclass
class Account:
    """The gate calls of one apply. `passed` are the gates that its own calls have left, and when.

    `result` is what came of it, `returned` the account that had taken away what a call of this one gave back, None
    where it was the outsider.
    """

    plan: Plan
    operator: str = ""
    writes: list[Write] = field(default_factory=list)
    passed: dict[Gates, float] = field(default_factory=dict)
    returned: list[Account | None] = field(default_factory=list)
    result: ApplyResult | None = None

    def knows(self, other: Account) -> bool:
        """Whether its operator has been told that the other's apply crossed it, or that it did not come to its end."""
        if self.result is None or self.result.outcome != "done":
            return True
        return any(f"While this was applied, {other.operator} noted" in one for one in self.result.remarks)

    def agrees(self, other: Account) -> bool:
        """Whether both wanted the same people in."""
        return self.plan.gates.end.same_audience(other.plan.gates.end)

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
        account.result = result
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
            beyond = account.beyond(write)
            if beyond:
                self["beyond the windows"] += 1
                faults.append(beyond)
        return faults

    def judge_returns(self, accounts: list[Account]) -> list[str]:
        """Count what was given back by applies that are all over; returns where neither operator was told."""
        faults: list[str] = []
        for account in accounts:
            for other in account.returned:
                if other is None:
                    self["returned after the outsider"] += 1
                    continue
                self["returned"] += 1
                told = account.knows(other) or other.knows(account) or account.agrees(other)
                self["returned and told"] += told
                if not told:
                    faults.append(f"neither was told: {account.operator} gave back what {other.operator} took away")
        return faults
