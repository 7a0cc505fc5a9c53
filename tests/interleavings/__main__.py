"""`python -m tests.interleavings --runs 10000 --seed 1`: random interleavings, and one line that sums them up."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.interleavings.judge import Tally
from tests.interleavings.play import play
from tests.interleavings.site import bases, opened
from tests.interleavings.targets import TARGETS

LINE = (
    "interleavings {interleavings}, gate calls {gate calls}, stale writes within the window {stale}: "
    "noticed {noticed}, left as reviewed {left as reviewed}, unnoticed {unnoticed}; "
    "given back what had just been taken away: by the other operator {returned}, told {returned and told}, "
    "by the outsider {returned after the outsider}; "
    "beyond the windows {beyond the windows}, doubled {doubled}, failed {failed} ({seconds:.0f} s)"
)


def played(first: int, runs: int, seed: int, era: str, of: str) -> tuple[Tally, list[str]]:
    """Play `runs` interleavings from number `first`; what was counted, and the failures with their numbers."""
    failures: list[str] = []
    with opened(era, of) as site:
        beginnings = bases(site)
        site.tally.clear()
        for number in range(first, first + runs):
            try:
                play(site, beginnings, f"{seed}:{number}")
            except Exception as error:  # noqa: BLE001 - told with its number, to be played again
                failures.append(f"{number}: {type(error).__name__}: {error}")
                site.tally["failed"] += 1
        return site.tally, failures


def main() -> int:
    """Play and print; 1 when any interleaving did what none may do."""
    parser = argparse.ArgumentParser(prog="python -m tests.interleavings", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first one; with --runs 1 to replay it")
    parser.add_argument("--era", choices=("current", "13.8"), default="current")
    parser.add_argument("--target", choices=tuple(TARGETS), default="instance")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    start = time.monotonic()
    share = -(-asked.runs // asked.jobs)
    parts = [
        (first, min(share, asked.first + asked.runs - first))
        for first in range(asked.first, asked.first + asked.runs, share)
    ]
    tally, failures = Tally(), list[str]()
    with ProcessPoolExecutor(asked.jobs) as pool:
        for counted, failed in pool.map(
            played, *zip(*((*part, asked.seed, asked.era, asked.target) for part in parts), strict=True)
        ):
            tally.update(counted)
            failures += failed
    sys.stderr.writelines(f"{failure}\n" for failure in failures[:5])
    figures = {**dict.fromkeys(_names(), 0), **tally, "seconds": time.monotonic() - start}
    sys.stdout.write(LINE.format_map(figures) + "\n")
    return 1 if failures else 0


def _names() -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(LINE) if name]


if __name__ == "__main__":
    raise SystemExit(main())
