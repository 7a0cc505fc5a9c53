"""Who is in a percentage of actors: Flipper's rule, a pure function of the flag's name and the actor.

An actor is in when crc32(flag + actor) % 100000 < percentage * 1000 (GitLab's controls.md; Flipper's gate). The choice
is sticky: who is in at 10 % is in at 25 %.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from zlib import crc32

from tui.domain.gates import FULL, Gates
from tui.domain.steps import Step

BUCKETS = 100_000
_PER_POINT = BUCKETS / FULL


def bucket(flag: str, ref: str) -> int:
    """The actor's place for this flag, 0 to 99999; `ref` is GitLab's reference such as `User:7`."""
    return crc32(f"{flag}{ref}".encode()) % BUCKETS


def enters_above(flag: str, ref: str) -> float:
    """The percentage above which the actor is in."""
    return bucket(flag, ref) / _PER_POINT


def inside(flag: str, ref: str, percentage: float) -> bool:
    """Whether the actor is in at that percentage of actors."""
    return bucket(flag, ref) < percentage * _PER_POINT


def how_many(flag: str, ids: Iterable[int], percentage: float, kind: str = "User") -> int:
    """How many of the actors with these ids are in at that percentage."""
    start, limit = crc32(f"{flag}{kind}:".encode()), percentage * _PER_POINT
    return sum(crc32(b"%d" % one, start) % BUCKETS < limit for one in ids)


@dataclass(frozen=True)
class Place:
    """Where one actor stands: `by` the gate that lets them in now (empty for none), `enters` the step that will.

    `above` is the percentage above which the flag's rule takes them in.
    """

    ref: str
    by: str
    above: float
    enters: Step | None = None

    @property
    def is_in(self) -> bool:
        """Whether they are in now."""
        return bool(self.by)


def place(flag: str, ref: str, gates: Gates, ahead: Iterable[tuple[Step, Gates]] = ()) -> Place:
    """Where the actor stands with these gates, and the first of the steps `ahead`, with its gates, that takes them in.

    Members of feature groups are known to GitLab alone: a feature group says nothing here.
    """
    above = enters_above(flag, ref)
    by = _by(flag, ref, gates)
    enters = None if by else next((step for step, wanted in ahead if _by(flag, ref, wanted)), None)
    return Place(ref, by, above, enters)


NOW = 0
"""The standing of who is in now; the others are places of steps ahead, counted from 1."""


def standings(flag: str, refs: Sequence[str], gates: Gates, ahead: Sequence[tuple[Step, Gates]]) -> array[int]:
    """Where each of many actors stands: `NOW`, the place of the step ahead that takes them in, or one more for none.

    The same as `place` for each, in half a second for a million.
    """
    rungs = [gates, *(wanted for _, wanted in ahead)]
    limits = list(accumulate((_limit(one) for one in rungs), max))
    named = {ref: number for number in reversed(range(len(rungs))) for ref in rungs[number].actors}
    start = crc32(flag.encode())
    found = array("H", (bisect_right(limits, crc32(ref.encode(), start) % BUCKETS) for ref in refs))
    if named:
        for number, ref in enumerate(refs):
            if ref in named:
                found[number] = min(found[number], named[ref])
    return found


def _limit(gates: Gates) -> float:
    return BUCKETS if gates.everybody else gates.percentage_of_actors * _PER_POINT


def _by(flag: str, ref: str, gates: Gates) -> str:
    if gates.everybody:
        return "everybody"
    if ref in gates.actors:
        return "by name"
    return "by percentage" if inside(flag, ref, gates.percentage_of_actors) else ""
