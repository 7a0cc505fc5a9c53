"""Measuring a program in a pseudo-terminal: until it has painted, and until a key shows."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.terminal import Terminal

COLUMNS, ROWS = 120, 40
TICK = 0.05
"""Seconds that one look at the terminal waits for output; it ends with the first byte."""

PATIENCE = 30.0
"""Seconds that a picture may take before the measurement is given up."""


@dataclass(frozen=True)
class Subject:
    """A program, what it shows when it is painted, and the keys that bring it to the place to measure."""

    name: str
    command: Sequence[str]
    ready: str
    home: Path | None = None
    there: Sequence[str] = ()
    arrived: str = ""

    def start(self) -> Terminal:
        """Running, not yet painted."""
        environ = {"ROLLOUT_TUI_HOME": str(self.home)} if self.home else {}
        return Terminal(self.command, environ=environ, columns=COLUMNS, rows=ROWS)


def minimal() -> Subject:
    """The baseline."""
    return Subject("minimal", [sys.executable, "-m", "tests.benchmarks.minimal"], "READY")


def app(name: str, home: Path, ready: str, there: Sequence[str] = (), arrived: str = "") -> Subject:
    """Our app on a store."""
    return Subject(name, [sys.executable, "-m", "tui", "--sandbox"], ready, home, there, arrived)


def first_paint(subject: Subject) -> float:
    """Milliseconds from start to the picture with `ready` on it."""
    begun = time.perf_counter()
    with subject.start() as terminal:
        until(terminal, lambda: subject.ready in terminal.text)
        return 1000 * (time.perf_counter() - begun)


def until(terminal: Terminal, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Read until it holds. AssertionError with the screen when it never does."""
    deadline = time.perf_counter() + seconds
    while not holds():
        _read(terminal, deadline)


def _read(terminal: Terminal, deadline: float) -> bool:
    if time.perf_counter() > deadline:
        raise AssertionError(f"nothing was painted; the screen is:\n{terminal.text}")
    return terminal.read(TICK)


def key_times(subjects: Sequence[Subject], keys: Sequence[str], count: int) -> dict[str, list[float]]:
    """Milliseconds from key to changed screen, the programs side by side and in turn."""
    terminals = {subject.name: subject.start() for subject in subjects}
    for subject in subjects:
        terminal = terminals[subject.name]
        terminal.wait(subject.ready)
        if subject.there:
            terminal.press(*subject.there).wait(subject.arrived)
    times: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for number in range(count):
        for subject in subjects:
            times[subject.name].append(_key(terminals[subject.name], keys[number % len(keys)]))
    for terminal in terminals.values():
        terminal.process.close(force=True)
    return times


def _key(terminal: Terminal, key: str) -> float:
    while terminal.read():
        pass
    begun = time.perf_counter()
    terminal.press(key)
    deadline = begun + PATIENCE
    while not _read(terminal, deadline):
        pass
    return 1000 * (time.perf_counter() - begun)


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
