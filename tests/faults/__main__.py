"""`python -m tests.faults [--slice | --random N --seed S | --point P]`: the fault matrix, in one line at the end."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from unittest.mock import patch

from tests.faults.drawn import drawn
from tests.faults.matrix import matrix
from tests.faults.play import Played, play
from tests.faults.point import Point, parse
from tests.faults.site import Site
from tui.runtime import settle

_BATCH = 20
_site: Site | None = None


def site() -> Site:
    """This process's site, made at its first point; in memory where the system has such a folder."""
    global _site
    if _site is None:
        folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a fresh private folder in it
        _site = Site(Path(tempfile.mkdtemp(prefix="faults-", dir=folder)))
    return _site


def batch(texts: list[str]) -> list[Played]:
    """Play some points in this process."""
    with patch.object(settle, "PATIENCE", 0.0):
        return [play(site(), parse(text)) for text in texts]


def run(points: Iterable[Point], workers: int) -> Iterator[Played]:
    """Play all points, side by side."""
    waiting = iter(points)
    batches = iter(lambda: [str(point) for point in islice(waiting, _BATCH)], [])
    with ProcessPoolExecutor(workers) as pool:
        for done in pool.map(batch, batches):
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
    begun = time.monotonic()
    if asked.point:
        points: Iterable[Point] = [parse(asked.point)]
    elif asked.random:
        points = drawn(asked.random, asked.seed)
    else:
        points = list(matrix())[:: 10 if asked.slice else 1]
    played = injected = lost = doubled = 0
    for one in run(points, 1 if asked.point else asked.workers):
        played, injected = played + 1, injected + one.injected
        lost, doubled = lost + len(one.count.lost), doubled + len(one.count.doubled)
        if not one.count.right or asked.point:
            told = f"{one.point}  ends {one.ends}  lost {one.count.lost}  doubled {one.count.doubled}"
            sys.stdout.write(f"{told}\n")
    sys.stdout.write(
        f"crash points {played}, faults injected {injected}, effects lost {lost}, effects doubled {doubled} "
        f"({time.monotonic() - begun:.0f} s)\n"
    )
    return 1 if lost or doubled else 0


if __name__ == "__main__":
    sys.exit(main())
