"""`python -m tests.faults [--slice | --random N --seed S | --point P]`: the fault matrix, in one line at the end.

Faults of the network, the server, the disk and the clock are played in process, a thousand a minute; signals kill real
processes. Each point that loses or doubles an effect is printed as `--point` takes it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

from tests.faults.deaths import Graveyard, deaths
from tests.faults.drawn import drawn
from tests.faults.judge import Count
from tests.faults.matrix import matrix
from tests.faults.mortal import Death
from tests.faults.play import play
from tests.faults.point import Point, Story, parse
from tests.faults.site import Site
from tui.runtime import settle

_BATCH = 20
_SLICE = 10

P = TypeVar("P")

Result = tuple[int, Count, str]
"""How many faults struck, the count, and the point in words."""


def home() -> Path:
    """A folder of its own, in memory where the system has such a place."""
    folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a fresh private folder in it
    return Path(tempfile.mkdtemp(prefix="rollout-faults-", dir=folder))


@cache
def site() -> Site:
    """This process's site, made at its first point."""
    made = Site(home())
    Finalize(None, made.close, exitpriority=10)
    return made


@cache
def graveyard() -> Graveyard:
    """This process's place for processes that die."""
    made = Graveyard(home())
    Finalize(None, made.close, exitpriority=10)
    return made


def struck(texts: list[str]) -> list[Result]:
    """Play some points in this process."""
    with patch.object(settle, "PATIENCE", 0.0):
        played = [play(site(), parse(text)) for text in texts]
    return [(one.injected, one.count, f"{one.point}  ends {one.ends}") for one in played]


def died(some: list[tuple[Story, Death]]) -> list[Result]:
    """Let some processes die."""
    ended = [graveyard().die(story, death) for story, death in some]
    return [(1, one.count, str(one)) for one in ended]


def batches(points: Iterable[P]) -> Iterator[list[P]]:
    """The points in parts."""
    waiting = iter(points)
    return iter(lambda: list(islice(waiting, _BATCH)), [])


def run(work: Callable[[list[P]], list[Result]], points: Iterable[P], workers: int) -> Iterator[Result]:
    """All points, side by side."""
    with ProcessPoolExecutor(workers) as pool:
        for done in pool.map(work, batches(points)):
            yield from done


def main() -> int:
    """Run, print each failing point as it can be replayed, then one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, metavar="N", help="N random points, several faults each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slice", action="store_true", help="every tenth point of the matrix")
    parser.add_argument("--point", metavar="P", help="one point, as printed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    begun, workers, dead = time.monotonic(), asked.workers, list[tuple[Story, Death]]()
    points: Iterable[Point]
    if asked.point:
        points, workers = [parse(asked.point)], 1
    elif asked.random:
        points = drawn(asked.random, asked.seed)
    else:
        points, dead = list(matrix()), list(deaths())
        points, dead = (points[::_SLICE], dead[::_SLICE]) if asked.slice else (points, dead)
    played = injected = lost = doubled = 0
    for part in (run(struck, map(str, points), workers), run(died, dead, workers)):
        for struck_here, count, words in part:
            played, injected = played + 1, injected + struck_here
            lost, doubled = lost + len(count.lost), doubled + len(count.doubled)
            if not count.right or asked.point:
                sys.stdout.write(f"{words}  lost {count.lost}  doubled {count.doubled}\n")
    sys.stdout.write(
        f"crash points {played}, faults injected {injected}, effects lost {lost}, effects doubled {doubled} "
        f"({time.monotonic() - begun:.0f} s)\n"
    )
    return 1 if lost or doubled else 0


if __name__ == "__main__":
    sys.exit(main())
