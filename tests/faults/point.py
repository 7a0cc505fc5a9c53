"""A point: a story, and the faults that befall its first applies. It prints as it can be replayed with `--point`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Story = Literal["team", "percent", "off", "project-team", "project-percent", "project-off"]
"""What is applied: phase 1 with its four plan issues, a percentage step, off for everybody.

Once to a flag of the instance, and once to a flag of a project, by its strategies.
"""

STORIES: tuple[Story, ...] = ("team", "percent", "off", "project-team", "project-percent", "project-off")

Boundary = Literal["before", "unanswered", "unjournalled", "after"]
"""Before a write is sent; between effect and answer; between answer and journal; after the journal."""

BOUNDARIES: tuple[Boundary, ...] = ("before", "unanswered", "unjournalled", "after")
AROUND: tuple[Boundary, ...] = ("before", "unanswered")
"""The boundaries of a read."""

NETWORK = (
    "lost-before",
    "lost-after",
    "refused",
    "reset-before",
    "reset-after",
    "late",
    "doubled",
    "truncated",
    "hang-before",
    "hang-after",
    "redirect",
    "revoke",
    "409",
    "429-seconds",
    "429-date",
    "429-absent",
    "429-absurd",
    "429-application",
    "500-before",
    "500-after",
    "502-before",
    "502-after",
    "503-before",
    "503-after",
)
"""What the network and the server do to one request."""

PROCESS = ("kill", "stop", "disk-full", "clock-back", "clock-ahead")
"""What befalls our own process at a boundary; `stop` is what a signal or a key asks for."""


@dataclass(frozen=True)
class Strike:
    """One fault: at the `number`th write (or read) of the apply, counted from 1; `boundary` is for the process's."""

    fault: str
    number: int
    read: bool = False
    boundary: Boundary = "before"

    def __str__(self) -> str:
        where = f"@{self.boundary}" if self.fault in PROCESS else ""
        return f"{self.fault}{where}#{'r' if self.read else 'w'}{self.number}"


@dataclass(frozen=True)
class Point:
    """`rounds` are the faults of the first apply, of the second, and so on; after them all is well."""

    story: Story
    rounds: tuple[tuple[Strike, ...], ...]
    seed: int = 0

    def __str__(self) -> str:
        rounds = "/".join("+".join(str(strike) for strike in strikes) for strikes in self.rounds)
        return f"{self.story}:{rounds}:{self.seed}"

    @property
    def faults(self) -> set[str]:
        return {strike.fault for strikes in self.rounds for strike in strikes}


def parse(text: str) -> Point:
    """The inverse of `str`. ValueError for anything else."""
    story, rounds, seed = text.split(":")
    if story not in STORIES:
        raise ValueError(f"no such story: {story}")
    strikes = tuple(tuple(_strike(one) for one in part.split("+") if one) for part in rounds.split("/"))
    return Point(story, strikes, int(seed))


def _strike(text: str) -> Strike:
    what, _, where = text.partition("#")
    fault, _, boundary = what.partition("@")
    return Strike(fault, int(where[1:]), where[0] == "r", boundary or "before")  # type: ignore[arg-type]
