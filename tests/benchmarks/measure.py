"""Measuring a program in a pseudo-terminal: until it has painted, and until a key shows."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.terminal import Terminal

COLUMNS, ROWS = 120, 40
PATIENCE = 30.0
"""Seconds that a picture may take before the measurement is given up."""


@dataclass(frozen=True)
class Subject:
    """A program, what it shows when it is painted, and the keys that bring it to the place to measure.

    `there` has each key with the text that shows that it has arrived.
    """

    name: str
    command: Sequence[str]
    ready: str
    home: Path | None = None
    there: Sequence[tuple[str, str]] = ()

    def start(self) -> Terminal:
        """Running, not yet painted."""
        environ = {"ROLLOUT_TUI_HOME": str(self.home)} if self.home else {}
        return Terminal(self.command, environ=environ, columns=COLUMNS, rows=ROWS)


def minimal() -> Subject:
    """The baseline."""
    return Subject("minimal", [sys.executable, "-m", "tests.benchmarks.minimal"], "READY")


def app(name: str, home: Path, ready: str, *there: tuple[str, str]) -> Subject:
    """Our app on a store."""
    return Subject(name, [sys.executable, "-m", "tui", "--sandbox"], ready, home, there)


def first_paint(subject: Subject) -> float:
    """Milliseconds from start to the picture with `ready` on it."""
    begun = time.perf_counter()
    with subject.start() as terminal:
        while subject.ready not in terminal.text:
            if time.perf_counter() > begun + PATIENCE:
                raise AssertionError(f"nothing was painted; the screen is:\n{terminal.text}")
            terminal.read()
        return 1000 * (terminal.taken_at - begun)


def key_times(subjects: Sequence[Subject], keys: Sequence[str], count: int) -> dict[str, list[float]]:
    """Milliseconds from key to finished frame, the programs side by side and in turn."""
    terminals = {subject.name: subject.start() for subject in subjects}
    for subject in subjects:
        terminal = terminals[subject.name]
        terminal.wait(subject.ready)
        for key, arrived in subject.there:
            terminal.press(key).wait(arrived)
    times: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for number in range(count):
        for subject in subjects:
            times[subject.name].append(_key(terminals[subject.name], keys[number % len(keys)]))
    for terminal in terminals.values():
        terminal.process.close(force=True)
    return times


def _key(terminal: Terminal, key: str) -> float:
    """Until the last output that belongs to the key: the finished frame, drawn when the clock has stopped."""
    while terminal.read():
        pass
    before = terminal.text
    begun = time.perf_counter()
    terminal.press(key)
    while terminal.text == before:
        if time.perf_counter() > begun + PATIENCE:
            raise AssertionError(f"nothing was painted; the screen is:\n{terminal.text}")
        terminal.draw(b"".join(iter(terminal.take, b"")))
    return 1000 * (terminal.taken_at - begun)


def compare(title: str, times: dict[str, list[float]], base: str) -> list[str]:
    """Lines of a table: median and 95th percentile in milliseconds, and their ratios to the base."""
    lines = [title, f"  {'':28}{'median':>9}{'p95':>9}{'x':>8}{'x p95':>8}"]
    bottom = summary(times[base])
    for name, values in times.items():
        median, high = summary(values)
        lines.append(f"  {name:28}{median:7.1f}ms{high:7.1f}ms{median / bottom[0]:8.2f}{high / bottom[1]:8.2f}")
    return lines


def summary(values: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return statistics.median(values), sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]
