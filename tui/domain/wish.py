"""What an operator asks of a rollout."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain.history import Action
from tui.domain.verdict import Verdict


@dataclass(frozen=True)
class Wish:
    """A place (`phase`, `step`) or an action; neither means what was broken off, else the next step that is due.

    `verdict` is the operator's on the live step, `reason` why they want this.
    """

    phase: str = ""
    step: str = ""
    reason: str = ""
    act: Action | None = None
    verdict: Verdict | None = None

    @property
    def open(self) -> bool:
        """Whether it names neither a place nor an action."""
        return not (self.phase or self.step) and self.act is None


NEXT = Wish()
"""What was broken off, else the next step that is due."""
