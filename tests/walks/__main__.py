"""`python -m tests.walks --walks 250 --length 40 --seed 1`: random walks, and one line that sums them up."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from random import Random

from tests.walks.stage import opened
from tests.walks.walk import Broken, Walk
from tui.domain.lifecycle import ACTIONS

LINE = (
    "walks {walks}, actions done {done}, refused {refused}, broken off {broken}, changes by others {outsider}: "
    "states that the screen did not show {failed} ({seconds:.0f} s)"
)


def walked(number: int, length: int, seed: int, era: str) -> tuple[Counter[str], str]:
    """One walk; what was counted, and what the screen did not show."""
    with opened(era) as stage:
        walk = Walk(stage, Random(f"{seed}:{number}"))  # noqa: S311 - to be walked again, not to be secret
        try:
            walk.go(length)
        except Broken as error:
            return walk.tally, f"{number}: {error}"
        return walk.tally, ""


def main() -> int:
    """Walk and print; 1 when the screen failed to show what was so."""
    parser = argparse.ArgumentParser(prog="python -m tests.walks", description=__doc__)
    parser.add_argument("--walks", type=int, default=50)
    parser.add_argument("--length", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first one; with --walks 1 to replay it")
    parser.add_argument("--era", choices=("current", "13.8"), default="current")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    start, tally, failures = time.monotonic(), Counter[str](), list[str]()
    with ProcessPoolExecutor(asked.jobs) as pool:
        numbers = range(asked.first, asked.first + asked.walks)
        rest = ([one] * asked.walks for one in (asked.length, asked.seed, asked.era))
        for counted, failed in pool.map(walked, numbers, *rest, chunksize=4):
            tally.update(counted)
            failures += filter(None, [failed])
    sys.stderr.writelines(f"{failure}\n" for failure in failures[:5])
    figures = {
        "walks": asked.walks,
        "done": sum(tally[action] for action in ACTIONS),
        "broken": sum(tally[outcome] for outcome in ("unknown", "stopped", "rejected", "stale")),
        "refused": tally["refused"],
        "outsider": tally["outsider"],
        "failed": len(failures),
        "seconds": time.monotonic() - start,
    }
    sys.stdout.write(LINE.format_map(figures) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
