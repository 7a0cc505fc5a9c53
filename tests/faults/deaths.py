"""Processes that really die at every boundary of an apply, and are started again until it is done."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import monotonic

from tests.faults.judge import Count, Effects, compare, effects, gate_calls, without_lead
from tests.faults.mortal import SIGNALS, Death, forked, start
from tests.faults.play import step_of
from tests.faults.point import BOUNDARIES, STORIES, Point, Story
from tests.faults.site import DRAFT, draft_of, keep_list
from tests.support.rollouts import FLAG
from tests.support.until import wait_until
from tui.runtime.workbench import utc_now
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.sandbox.world.state import World
from tui.store.assets import ROOT
from tui.store.drafts import DraftStore
from tui.store.locations import Locations
from tui.store.records import Records

METHODS: dict[Story, tuple[tuple[str, int], ...]] = {
    "team": (("POST", 15), ("PUT", 1)),
    "percent": (("POST", 2), ("PUT", 2)),
    "off": (("POST", 2), ("PUT", 2)),
    "project-team": (("POST", 13), ("PUT", 1)),
    "project-percent": (("POST", 1), ("PUT", 3)),
    "project-off": (("POST", 1), ("PUT", 3)),
}
"""How many writes of each method a story has."""

HOURS = {"team": 0, "percent": 2, "off": 4}
"""When each story is told: far enough apart that no reading of the flag is doubtful because of the story before."""

AT_ONCE = 1.0
"""Seconds in which an apply ends after a signal that asks for it, also while a write hangs."""

_SECONDS = 30.0
_ATTEMPTS = 4


@dataclass(frozen=True)
class Died:
    """What came of one death: exit codes of the processes, and how long the first took to end after the signal."""

    story: Story
    death: Death
    codes: tuple[int | None, ...]
    seconds: float
    count: Count

    def __str__(self) -> str:
        return f"{self.story}:{self.death}  exits {self.codes}"


@dataclass(frozen=True)
class _Beginning:
    world: World
    journal: bytes
    expected: Effects
    sent: Counter[str]
    after: tuple[World, bytes]


class Graveyard:
    """One sandbox behind a socket, one home, and the beginnings of the stories."""

    def __init__(self, home: Path) -> None:
        self.server = Server(None, assets=ROOT).start()
        self._context = forked()
        self._home, self._places = home, Locations.under(home)
        self._beginnings: dict[Story, _Beginning] = {}
        with self.server.edit() as world:
            keep_list(world, utc_now())
        self._first = self.server.snapshot()

    def sent(self, story: Story) -> Counter[str]:
        """How many writes of each method the story has."""
        return self._beginning(story).sent

    def _beginning(self, story: Story) -> _Beginning:
        """Where the story begins, and what comes of it; played once, after the stories before it."""
        if story not in self._beginnings:
            world, journal = self._first, b""
            if not story.endswith("team"):
                before = self._beginning(STORIES[STORIES.index(story) - 1])
                world, journal = before.after
            self._put_back(story, world, journal)
            if story.endswith("percent"):
                self._run(self._start(story, 1, None, ["--phase", "members"]))  # they come in between
            world, journal = self.server.snapshot(), self._journal()
            self.server.requests.clear()
            assert self._apply(story, _hours(story)) == 0
            sent = Counter(one.method for one in self.server.requests if one.method != "GET")
            after = self.server.snapshot(), self._journal()
            self._beginnings[story] = _Beginning(world, journal, self._effects(), sent, after)
        return self._beginnings[story]

    def close(self) -> None:
        self.server.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _start(self, story: Story, hours: int, death: Death | None, place: list[str]) -> ForkServerProcess:
        server, words = self.server, ["apply", DRAFT.id, "--yes", "--json", *place]
        return start(self._context, self._home, server.url, server.token, words, hours, death)

    def _apply(self, story: Story, hours: int) -> int | None:
        return self._run(self._start(story, hours, None, _place(story)))

    def _run(self, process: ForkServerProcess) -> int | None:
        process.join(_SECONDS)
        return process.exitcode

    def _journal(self) -> bytes:
        path = self._places.records
        if not path.exists():
            return b""
        with Records(path) as records, records.database.writing():
            pass  # the last one to close it writes everything into the one file
        return path.read_bytes()

    def _effects(self) -> Effects:
        with Records(self._places.records) as records:
            entries = records.entries(DRAFT.id, "env")
        return effects(self.server.snapshot(), FLAG, entries) + gate_calls(list(self.server.requests))

    def _begin(self, story: Story) -> None:
        one = self._beginning(story)
        self._put_back(story, one.world, one.journal)

    def _put_back(self, story: Story, world: World, journal: bytes) -> None:
        path = self._places.records
        self.server.restore(world)
        DraftStore(self._places).save(draft_of(story))
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        if journal:
            path.write_bytes(journal)

    def die(self, story: Story, death: Death) -> Died:
        """One process dies; others go on until it is done."""
        self._begin(story)
        hanging = death.boundary == "unanswered"
        injected = self.server.faults.injected
        if hanging:
            self.server.faults.add(Fault("hang", method=death.method, skip=death.number - 1, effect=True))
        process = self._start(story, _hours(story), death, _place(story))
        if hanging and process.pid is not None:
            wait_until(lambda: self.server.faults.injected > injected or process.exitcode is not None, what="the write")
            with suppress(ProcessLookupError):  # one that ended without that write is seen by its exit code
                os.kill(process.pid, getattr(signal, death.signal))
        begun = monotonic()
        process.join(_SECONDS)
        seconds = monotonic() - begun
        codes = [process.exitcode]
        while codes[-1] != 0 and len(codes) < _ATTEMPTS:
            codes.append(self._apply(story, _hours(story)))
        count = without_lead(compare(Point(story, ()), self._beginning(story).expected, self._effects()))
        return Died(story, death, tuple(codes), seconds if hanging else 0.0, count)


def _place(story: Story) -> list[str]:
    """The step by name: one that died after all was done must not go on to the next."""
    phase, step = step_of(story)
    return ["--phase", phase, *(["--step", step] if step else [])]


def _hours(story: Story) -> int:
    return HOURS[story.removeprefix("project-")]


def deaths() -> Iterator[tuple[Story, Death]]:
    """Each signal at each boundary of each write."""
    for story in STORIES:
        for method, count in METHODS[story]:
            for number in range(1, count + 1):
                for name in SIGNALS:
                    for boundary in BOUNDARIES:
                        yield story, Death(name, boundary, method, number)
