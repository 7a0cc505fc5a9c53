"""One GitLab in this process, two operators with a home each, and an outsider. Nothing happens but in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import structs

from tests.interleavings.judge import Account, Look, Tally, Write
from tests.interleavings.turns import Turn, without_threads
from tests.interleavings.wire import answer, gateway
from tests.support.clock import Clock
from tests.support.rollouts import FLAG, sample
from tui.domain.draft import Draft, Place
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
DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project="code-creation/rollouts"))
STEPS = (("stakeholders", ""), ("members", ""), *(("everyone", f"{one}%") for one in (1, 10, 25, 50, 75, 100)))
ADMINISTRATORS = ("alice", "bob", "carol")

OUTSIDE: Mapping[str, Mapping[str, object]] = {
    "off": {"value": False},
    "on": {"value": True},
    "7 %": {"value": 7, "key": "percentage_of_actors"},
    "60 %": {"value": 60, "key": "percentage_of_actors"},
    "dave in": {"value": True, "user": "dave"},
    "bob out": {"value": False, "user": "bob"},
    "members out": {"value": False, "feature_group": "gitlab_team_members"},
}
"""What the outsider does to the flag."""


def gates_of(world: World) -> Gates:
    """The gates that GitLab really has."""
    held = world.features.get(FLAG)
    if held is None:
        return OFF
    return Gates(
        held.boolean,
        frozenset(held.actors),
        frozenset(held.groups),
        held.percentage_of_actors or 0,
        held.percentage_of_time or 0,
    )


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
        return self.busy and self.next is not None and _sets(self.next)

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
        prepared = self.session.prepare(DRAFT, phase, step)
        if prepared is not None and [one.id for one in prepared.plan.blocked] == ["lead"]:
            take(self.session, DRAFT)
            prepared = self.session.prepare(DRAFT, phase, step)
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


def _sets(received: Received) -> bool:
    return received.method == "POST" and received.path == f"/features/{FLAG}"


@dataclass
class Site:
    """The stage. `closer` is the apply that took access away last, None when it was the outsider."""

    folder: Path
    era: str = "current"
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.instance = Instance(None, assets=ROOT, clock=self.clock, era=self.era)
        self.instance.url = URL
        self.instance.open()
        with self.instance.edit() as world:
            for user in world.users.values():
                user.is_admin = user.is_admin or user.username in ADMINISTRATORS
            world.definitions = {FLAG: world.definitions[FLAG]}  # the rest takes time and matters to nobody here
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

    def true(self) -> Gates:
        """The gates that GitLab has."""
        with self.instance.edit() as world:
            return gates_of(world)

    def serve(self, operator: Operator, received: Received) -> Answer:
        """GitLab's answer; what it tells of the gates is noted."""
        before = self.true()
        made = answer(self.instance, received, self.tokens[operator.name])
        after = self.true()
        self.trail.append(f"{operator.name}: {received.method} {received.path} {_short(received.body)} {made.status}")
        now = self.clock_seconds()
        if _sets(received) and operator.account is not None and made.status == 201:
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
        elif received.method == "GET" and received.path == "/features":
            found = [one for one in _decoded(made) if one.get("name") == FLAG]
            shown = operator.session.gateway.flag_from(found[0]).gates if found else OFF
            operator.look = Look(shown, after, now)
        else:
            operator.look = replace(operator.look, since=operator.look.since + 1)
        return made

    def outside(self, deed: str) -> None:
        """The outsider does something to the flag."""
        received, before = Received("POST", f"/features/{FLAG}", (), dict(OUTSIDE[deed])), self.true()
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
def opened(era: str = "current") -> Iterator[Site]:
    """A stage with homes in memory, where there is a folder for that: the journals are fsynced at each write."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    parent = memory if memory.is_dir() else None
    with TemporaryDirectory(dir=parent) as folder, Site(Path(folder), era=era).open() as site:
        yield site


def _short(body: object) -> str:
    text = str(body or "")
    return text if len(text) < 100 else text[:100] + "…"


def _decoded(made: Answer) -> list[dict[str, object]]:
    found: list[dict[str, object]] = msgspec.json.decode(made.content)
    return found


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
