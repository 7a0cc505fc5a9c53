"""Where points are played: one sandbox and one home, put back to the beginning of a story in milliseconds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

from msgspec import structs

from tests.faults.judge import Effects, effects, gate_calls
from tests.faults.point import STORIES, Boundary, Story, Strike
from tests.faults.wire import Died, Patient, Wire, gateway
from tests.support.clock import Clock
from tests.support.rollouts import FLAG, sample, with_phase
from tui.domain.draft import Draft, FlagSpec, Place
from tui.domain.errors import StoreError
from tui.domain.operation import Operation
from tui.runtime.apply import ApplyResult
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.instance import Instance
from tui.sandbox.wire import Received
from tui.sandbox.world.state import UserList, World
from tui.store.assets import ROOT
from tui.store.locations import Locations
from tui.store.records import Records

PROJECT = "code-creation/rollouts"
DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project=PROJECT))
_SPEC = FlagSpec(name=FLAG, target="project", project=PROJECT, environment="production")
_PROJECT: Draft = with_phase(structs.replace(DRAFT, flag=_SPEC), "stakeholders", users=("alice", "bob"), groups=())
_JUMP = timedelta(days=400)


@dataclass(frozen=True)
class Beginning:
    """The world and the journal when a story begins, and the effects when it has gone well.

    `sent` are the numbers of writes and of reads.
    """

    world: World
    journal: bytes
    now: datetime
    expected: Effects
    sent: tuple[int, int]


def draft_of(story: Story) -> Draft:
    """What is applied in a story; always under the same id."""
    return _PROJECT if story.startswith("project-") else DRAFT


def keep_list(world: World, at: datetime) -> None:
    """The user list that a project's flag needs for the members."""
    project = next(one for one in world.projects.values() if one.path == PROJECT)
    project.user_lists[1] = UserList(1, 1, "gitlab_team_members", "carol,dave", at, at)


class Struck(Records):
    """Records of a process that a strike befalls at a boundary of the journal."""

    def __init__(self, path: Path, wire: Wire, order: Callable[[str], int]) -> None:
        super().__init__(path)
        self._wire, self._order = wire, order
        self.full = False

    def _check(self) -> None:
        if self._wire.dead:
            raise Died
        if self.full:
            raise StoreError("cannot write records.db: database or disk is full", "Make room and repeat.")

    def intended(self, operation: Operation) -> None:
        self._check()
        super().intended(operation)

    def settled(self, operation_id: str, *args: Any, **more: Any) -> None:  # noqa: ANN401 - as the base class
        number = self._order(operation_id)
        self._wire.on_request("unjournalled", number, False)
        self._check()
        super().settled(operation_id, *args, **more)
        self._wire.on_request("after", number, False)
        self._check()

    def end(self, *args: Any) -> None:  # noqa: ANN401 - as the base class
        self._check()
        super().end(*args)

    def add_all(self, *args: Any) -> None:  # noqa: ANN401 - as the base class
        self._check()
        super().add_all(*args)


class Site:
    """One sandbox, one home, all stories."""

    def __init__(self, home: Path, era: str = "current") -> None:
        self.clock = Clock()
        self.instance = Instance(None, assets=ROOT, clock=self.clock, era=era)
        self.instance.open()
        self.token = self.instance.token
        self.bench = Workbench(Locations.under(home), {"GITLAB_URL": "https://sandbox.invalid"}, self._now)
        self.jump = timedelta()
        self.draft = DRAFT
        self.done: list[Received] = []
        self.beginnings: dict[Story, Beginning] = {}
        self._prepare()

    def _now(self) -> datetime:
        return self.clock() + self.jump

    def _prepare(self) -> None:
        """Play each story once without faults and keep its beginning."""
        with self.instance.edit() as world:
            keep_list(world, self.clock())
        first, start = self.instance.snapshot(), self.clock.now
        for story in STORIES:
            self.draft = draft_of(story)
            if story.endswith("team"):
                self.restart(first, b"", start)
            if story.endswith("percent"):
                self.plain("")  # the members come in between
            world, journal, now = self.instance.snapshot(), self._journal(), self.clock.now
            self.done.clear()
            sent = self.plain("off" if story.endswith("off") else "")
            self.beginnings[story] = Beginning(world, journal, now, self.effects(), sent)

    def plain(self, phase: str) -> tuple[int, int]:
        """One apply without any fault; how many writes and reads it took."""
        with self.process(()) as process:
            result = process.apply(phase)
        assert result is not None
        assert result.outcome == "done", result
        self.clock.forward(days=3)
        return process.wire.sent

    def _journal(self) -> bytes:
        self.bench.records.close()
        path = self.bench.locations.records
        return path.read_bytes() if path.exists() else b""

    def begin(self, story: Story) -> None:
        """Put everything back to where the story begins."""
        one, self.draft = self.beginnings[story], draft_of(story)
        self.restart(one.world, one.journal, one.now)

    def restart(self, world: World, journal: bytes, now: datetime) -> None:
        self.jump = timedelta()
        self.clock.now = now
        self.instance.restore(world)
        self.done.clear()
        records = self.bench.__dict__.pop("records", None)
        if records is not None:
            records.close()
        path = self.bench.locations.records
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        if journal:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(journal)

    def effects(self) -> Effects:
        """All effects now, with the gate calls since the story began."""
        entries = self.bench.records.entries(DRAFT.id, "env")
        calls = gate_calls(self.done)
        return effects(self.instance.snapshot(), FLAG, entries) + calls

    def process(self, strikes: tuple[Strike, ...], seed: int = 0) -> Process:
        return Process(self, strikes, Random(seed))  # noqa: S311 - not a secret

    def close(self) -> None:
        self.bench.close()
        shutil.rmtree(self.bench.locations.data, ignore_errors=True)


class Process:
    """One run of the program: it may die, be stopped, lose its disk or its clock where its strikes say."""

    def __init__(self, site: Site, strikes: tuple[Strike, ...], random: Random) -> None:
        self.site = site
        self.cancel = Patient(site.clock)
        self.wire = Wire(site.instance, site.token, strikes, random, site.done)
        self.wire.on_request = self._on_request
        self._own = {(one.read, one.boundary, one.number): one.fault for one in strikes}
        self._numbers: dict[str, int] = {}
        self._settled = 0
        self.injected = 0
        self.records = Struck(site.bench.locations.records, self.wire, self._order)
        site.bench.records.close()
        site.bench.__dict__["records"] = self.records
        self.session: Session = site.bench.session("env", self.cancel)
        self.session.__dict__["gateway"] = gateway(self.wire, self.cancel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self.records.close()
        self.site.bench.__dict__["records"] = Records(self.site.bench.locations.records)

    def _order(self, _: str) -> int:
        self._settled += self.wire.armed
        return self._settled if self.wire.armed else 0

    def _on_request(self, boundary: Boundary, number: int, read: bool) -> None:
        fault = self._own.get((read, boundary, number), "")
        if fault == "kill":
            self.wire.dead = True
        elif fault == "stop":
            self.cancel.set("stopped by a signal")
        elif fault == "disk-full":
            self.records.full = True
        elif fault in {"clock-back", "clock-ahead"}:
            self.site.jump += -_JUMP if fault == "clock-back" else _JUMP
        else:
            return
        self.injected += 1

    def apply(self, phase: str, step: tuple[str, str] | None = None) -> ApplyResult | None:
        """Prepare and apply; None when nothing is due, or something else than `step` is."""
        prepared = self.session.prepare(self.site.draft, phase)
        if prepared is None or prepared.plan.empty:
            return None
        if step is not None and (prepared.plan.phase, prepared.plan.step) != step:
            return None
        self.wire.armed = True
        return self.session.apply(prepared)
