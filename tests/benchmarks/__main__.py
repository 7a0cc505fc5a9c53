"""Run all benchmarks: `python -m tests.benchmarks [--quick]`. Ratios count; milliseconds belong to machine and hour."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zlib import crc32

from tests.benchmarks.measure import app, compare, first_paint, key_times, minimal
from tests.benchmarks.round_trips import round_trips
from tests.benchmarks.stores import made
from tests.support.rollouts import MEMBERS, climbed, observed, sample, situation
from tui.domain.cohort import how_many
from tui.domain.history_query import parse
from tui.runtime.affected import affected, asked
from tui.store.drafts import DraftStore, dumps
from tui.store.history import History
from tui.store.index import Index
from tui.store.locations import Locations
from tui.store.records import Records
from tui.widgets.pages import PAGE

LIMITS = """\
limits: first paint 1.8 of minimal (aim 1.2), 1.15 of the empty store with 1,000 drafts and 100,000 entries;
        a key on the home table and in the history 1.3 of minimal (median), 3.3 when it scrolls;
        a letter in the filter 1.3 of the one with 1,000 entries; 1,000 drafts 2 of scandir and stat"""

FILTERS = ("", "a", "alice codestral", "who:alice action:advanced", "flag:completion_49 phase:everyone", "nowhere")
"""What is typed into the filter of the history: nothing, a letter, words, conditions, and what nothing matches."""

DOWN_UP = ["down"] * 10 + ["up"] * 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few runs: shows that it works, proves nothing")
    rounds, keys = (2, 20) if parser.parse_args().quick else (12, 120)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        made(root / "few", drafts=20, entries=100)
        made(root / "some", drafts=20, entries=1000)
        full = made(root / "full", drafts=1000, entries=100_000)
        (root / "empty").mkdir()
        parts = (
            paint(root, rounds),
            home_keys(root, keys),
            history_keys(root, keys),
            filter_keys(root, keys),
            queries(root, rounds),
            files(full, rounds),
            who(rounds),
            trips(root),
        )
        for lines in parts:
            sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.write(f"{LIMITS}\n")


def paint(root: Path, rounds: int) -> list[str]:
    """First paint, the programs in turn."""
    subjects = [
        minimal(),
        app("empty store", root / "empty", "No rollouts yet"),
        app("20 drafts, 100 entries", root / "few", "1 of 20"),
        app("1,000 drafts, 100,000", root / "full", "1 of 1"),
    ]
    times: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for number in range(rounds + 1):
        for subject in subjects[number % 4 :] + subjects[: number % 4]:
            value = first_paint(subject)
            if number:  # the first round fills caches
                times[subject.name].append(value)
    return compare("first paint", times, "minimal")


def home_keys(root: Path, count: int) -> list[str]:
    """A key on the home table."""
    subjects = [
        minimal(),
        app("home, 20 drafts", root / "few", "1 of 20"),
        app("home, 1,000 drafts", root / "full", "1 of 1"),
    ]
    return compare("key on the home table", key_times(subjects, DOWN_UP, count), "minimal")


def history_keys(root: Path, count: int) -> list[str]:
    """A key in the history, the cursor in view and scrolling."""
    few = app("history, 100", root / "few", "1 of 20", ("h", "1 of 100"))
    full = app("history, 100,000", root / "full", "1 of 1", ("h", "History"))
    lines = compare("key in the history", key_times([minimal(), few, full], DOWN_UP, count), "minimal")
    scroll = key_times([minimal(), full], ["pagedown", *["down"] * (count - 1)], count)
    return lines + compare("key in the history, scrolling", scroll, "minimal")


def filter_keys(root: Path, count: int) -> list[str]:
    """A letter in the filter of the history until the last row is there: typed, and taken away again."""
    some = app("history, 1,000", root / "some", "1 of 20", ("h", "History"), ("/", "words, or who:"))
    full = app("history, 100,000", root / "full", "1 of 1", ("h", "History"), ("/", "words, or who:"))
    letters = [*"alice", *["backspace"] * 5]
    return compare("letter in the filter", key_times([some, full], letters, count), "history, 1,000")


def queries(root: Path, rounds: int) -> list[str]:
    """The first page of each filter, by the number of entries."""
    lines = []
    with (
        Records(Locations.under(root / "some").records) as some,
        Records(Locations.under(root / "full").records) as full,
    ):
        for text in FILTERS:
            query, _ = parse(text)
            times = {
                name: [timed(lambda: History(records).page(query, 0, PAGE)) for _ in range(5 * rounds)]  # noqa: B023
                for name, records in (("1,000 entries", some), ("100,000 entries", full))
            }
            lines += compare(f"page of the filter {text!r}", times, "1,000 entries")
    return lines


def who(rounds: int) -> list[str]:
    """How many of a million users are in at 25 %, and where each of a pasted million stands, against the checksums."""
    flag, ids = "use_fireworks_codestral_code_completion", range(1, 1_000_001)
    start = crc32(f"{flag}User:".encode())
    pasted = "\n".join(map(str, ids))
    quarter = replace(MEMBERS, percentage_of_actors=25)
    here = situation(sample(), observed(quarter), climbed(1, 10, 25))
    times: dict[str, list[float]] = {"a million checksums": [], "who --of 1000000": [], "a pasted million": []}
    for _ in range(rounds):
        times["a million checksums"].append(timed(lambda: sum(crc32(b"%d" % one, start) & 1 for one in ids)))
        times["who --of 1000000"].append(timed(lambda: how_many(flag, ids, 25)))
        times["a pasted million"].append(timed(lambda: affected(None, here, asked(pasted))))
    return compare("who is in, one million actors", times, "a million checksums")


def files(full: Locations, rounds: int) -> list[str]:
    """Listing 1,000 drafts against scandir and stat; opening a draft against tomllib."""
    text = dumps(DraftStore(full).load("rollout-00000"))
    times = {
        "scandir and stat": [timed(lambda: [one.stat() for one in os.scandir(full.drafts)]) for _ in range(rounds)],
        "list 1,000 drafts": [timed(lambda: Index(full).summaries()) for _ in range(rounds)],
    }
    opened = {
        "tomllib": [timed(lambda: tomllib.loads(text)) for _ in range(rounds)],
        "open a draft": [timed(lambda: DraftStore(full).load("rollout-00000")) for _ in range(rounds)],
    }
    lines = compare("1,000 drafts", times, "scandir and stat")
    return lines + compare(f"a draft of {len(text) / 1000:.0f} kB", opened, "tomllib")


def trips(root: Path) -> list[str]:
    """How many round trips an apply of phase 1 takes on a GitLab that answers in 200 ms."""
    confirmed, took, gates = round_trips(root / "apply", seconds=0.2)
    said = (
        f"apply of phase 1: all confirmed after {confirmed:.1f} round trips, {confirmed - gates:.1f} more than its "
        f"{gates} gate changes (aim 6); {took:.1f} with the look whether anything was made twice"
    )
    return [said]


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
