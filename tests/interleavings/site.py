"""One GitLab in this process, two operators with a home each, and an outsider. Nothing happens but in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.interleavings.judge import Account, Look, Tally, Write
from tests.interleavings.targets import TARGETS
from tests.interleavings.turns import Turn, without_threads
from tests.interleavings.wire import answer, gateway
from tests.support.clock import Clock
from tui.domain.draft import Draft
from tui.domain.errors import Stale
from tui.domain.gates import OFF, Gates
from tui.gateway.answers import Answer
from tui.gateway.connection import Connection
from tui.gateway.secret import Secret
from tui.runtime import apply, observe
from tui.runtime.leading import take
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.instance import Instance
from tui.sandbox.wire import Received
from tui.sandbox.world.conditions import Conditions
from tui.sandbox.world.state import World
from tui.store.assets import ROOT
from tui.store.locations import Locations

URL = "http://127.0.0.1:1"
STEPS = (("stakeholders", ""), ("members", ""), *(("everyone", f"{one}%") for one in (1, 10, 25, 50, 75, 100)))
ADMINISTRATORS = ("alice", "bob", "carol")


@dataclass(frozen=True)
class Base:
    """A state to begin with: GitLab's, the first operator's records, and the time."""

    world: World
    records: bytes
    clock: Clock


class Operator:
    """One operator with a home of their own. `work` is what they do, one wish after the other."""

    def __init__(self, site: Site, name: str, home: Path) -> None:
        self.site, self.name = site, name
        self.bench = Workbench(
            Locations.under(home), {"GITLAB_URL": URL, "GITLAB_TOKEN": site.tokens[name]}, site.clock
        )
        self.session: Session = self.bench.session("env")
        vars(self.session)["gateway"] = gateway(Connection("env", URL, Secret(site.tokens[name])), self._ask)
        self.turn: Turn | None = None
        self.next: Received | None = None
        self.account: Account | None = None
        self.look = Look(OFF, OFF, 0)
        self.faults: list[str] = []
        self.ended: list[str] = []
        self.said: list[str] = []

    def start(self, wishes: list[tuple[str, str]]) -> None:
        """Begin; nothing runs before the first `step`."""
        self.turn = Turn(lambda: self.work(wishes))

    @property
    def busy(self) -> bool:
        """Whether there is something left to do."""
        return self.turn is not None and not self.turn.over

    @property
    def at_the_gate(self) -> bool:
        """Whether the next request sets the flag."""
        return self.busy and self.next is not None and self.site.target.sets(self.next)

    def step(self) -> None:
        """Up to the next request. Raises what went wrong."""
        if self.turn is None or self.turn.over:
            return
        self.turn.step()
        if self.turn.error is not None:
            raise self.turn.error

    def up_to(self, meant: Callable[[Received], bool]) -> None:
        """Until the next request is one of those meant."""
        while self.busy and (self.next is None or not meant(self.next)):
            self.step()

    def work(self, wishes: list[tuple[str, str]]) -> None:
        """Plan and apply each wish; a plan that is blocked or empty is let be."""
        for phase, step in wishes:
            self.ended.append(self.go(phase, step))

    def go(self, phase: str = "", step: str = "") -> str:
        """Plan and apply; how it ended."""
        prepared = self.session.prepare(self.site.draft, phase, step)
        if prepared is not None and [one.id for one in prepared.plan.blocked] == ["lead"]:
            take(self.session, self.site.draft)
            prepared = self.session.prepare(self.site.draft, phase, step)
        if prepared is None or prepared.plan.empty:
            return "nothing"
        if prepared.plan.blocked:
            return "blocked: " + ", ".join(one.id for one in prepared.plan.blocked)
        self.account = Account(prepared.plan, self.name)
        self.site.accounts.append(self.account)
        try:
            result = self.session.apply(prepared)
        except Stale:
            return "stale"
        finally:
            account, self.account = self.account, None
        self.said.append(result.reason)
        self.faults += self.site.tally.judge(account, result)
        return result.outcome

    def _ask(self, received: Received) -> Answer:
        if self.turn is not None and not self.turn.over:
            self.next = received
            self.turn.pause()
        return self.site.serve(self, received)


@dataclass
class Site:
    """The stage; `of` is the target. `closer` is the apply that took access away last, None for the outsider."""

    folder: Path
    era: str = "current"
    of: str = "instance"
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.target = TARGETS[self.of]
        self.clock = Clock()
        self.instance = Instance(None, assets=ROOT, clock=self.clock, era=self.era)
        self.instance.url = URL
        self.instance.open()
        with self.instance.edit() as world:
            for user in world.users.values():
                user.is_admin = user.is_admin or user.username in ADMINISTRATORS
            self.target.prepare(world)
        self.tokens = {name: self.instance.mint(name) for name in ADMINISTRATORS}
        self.operators = tuple(Operator(self, name, self.folder / name) for name in ADMINISTRATORS[:2])
        self.trail: list[str] = []
        self.accounts: list[Account] = []
        self.closer: Account | None = None

    @contextmanager
    def open(self) -> Iterator[Site]:
        """No threads and no stop watch of this machine while it is open."""
        with without_threads(self.clock_seconds, apply, observe):
            yield self
        for operator in self.operators:
            operator.bench.close()

    def clock_seconds(self) -> float:
        """The time as a stop watch shows it."""
        return self.clock.now.timestamp()

    @property
    def draft(self) -> Draft:
        """What is rolled out."""
        return self.target.draft

    def true(self) -> Gates:
        """The gates that GitLab has."""
        with self.instance.edit() as world:
            return self.target.gates(world)

    def serve(self, operator: Operator, received: Received) -> Answer:
        """GitLab's answer; what it tells of the gates is noted."""
        before = self.true()
        made = answer(self.instance, received, self.tokens[operator.name])
        after = self.true()
        self.trail.append(f"{operator.name}: {received.method} {received.path} {_short(received.body)} {made.status}")
        now = self.clock_seconds()
        if self.target.sets(received) and operator.account is not None and made.status in {200, 201}:
            account = operator.account
            write = Write(account.due, account.believed, operator.look, before, after)
            account.passed.setdefault(write.believed, now)
            account.writes.append(write)
            if write.gives_back:
                account.returned.append(self.closer)
            if not before.within(after):
                self.closer = account
            account.passed[after] = now
            operator.look = Look(after, after, now)
            self.clock.forward(seconds=1)
        elif self.target.shows(received):
            operator.look = Look(self.target.shown(msgspec.json.decode(made.content)), after, now)
        else:
            operator.look = replace(operator.look, since=operator.look.since + 1)
        return made

    def outside(self, deed: str) -> None:
        """The outsider does something to the flag."""
        before = self.true()
        with self.instance.edit() as world:
            received = self.target.deed(world, deed)
        if received is None:
            return
        made = answer(self.instance, received, self.tokens["carol"])
        if not before.within(self.true()):
            self.closer = None
        self.trail.append(f"outsider: {deed} {made.status}")

    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.clock.forward(seconds=seconds)
        self.trail.append(f"{seconds} s pass")

    def keep(self) -> Base:
        """The state, to begin with it again and again."""
        first = self.operators[0]
        first.bench.close()
        records = first.bench.locations.records
        content = records.read_bytes() if records.exists() else b""
        return Base(self.instance.snapshot(), content, Clock(self.clock.now))

    def restore(self, base: Base, *, cached: bool = False) -> None:
        """Begin again from there. The second operator's home is empty: their history comes from GitLab."""
        self.instance.restore(base.world)
        self.instance.conditions = Conditions(cache_seconds=60 if cached else 0)
        self.clock.now = base.clock.now
        self.trail, self.accounts, self.closer = [f"cached: {cached}"], [], None
        for operator, content in zip(self.operators, (base.records, b""), strict=True):
            operator.bench.close()
            operator.turn = operator.account = operator.next = None
            operator.look, operator.faults, operator.ended, operator.said = Look(OFF, OFF, 0), [], [], []
            for file in operator.bench.locations.records.parent.glob("records.db*"):
                file.unlink()
            if content:
                operator.bench.locations.records.write_bytes(content)


@contextmanager
def opened(era: str = "current", of: str = "instance") -> Iterator[Site]:
    """A stage with homes in memory, where there is a folder for that: the journals are fsynced at each write."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    parent = memory if memory.is_dir() else None
    with TemporaryDirectory(dir=parent) as folder, Site(Path(folder), era, of).open() as site:
        yield site


def _short(body: object) -> str:
    text = str(body or "")
    return text if len(text) < 100 else text[:100] + "…"


def bases(site: Site) -> list[Base]:
    """One state before each step of the rollout, and one after the last."""
    first = site.operators[0]
    found = [site.keep()]
    for phase, step in (("issues", ""), *STEPS):
        ended = first.go(phase, step)
        assert ended == "done", (phase, step, ended)
        site.clock.forward(days=2)
        found.append(site.keep())
    return found
