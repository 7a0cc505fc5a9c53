"""One rollout on a GitLab in this process: actions, outsiders and broken applies, and what the screen then says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import structs

from tests.interleavings.wire import answer, gateway
from tests.support.clock import Clock
from tests.support.rollouts import FLAG, sample
from tui.commands.status_verb import status
from tui.domain.draft import Draft, Place
from tui.domain.errors import OutcomeUnknown, ServerFault
from tui.domain.gates import OFF, Gates
from tui.domain.planning import Situation
from tui.gateway.answers import Answer
from tui.gateway.connection import Connection
from tui.gateway.secret import Secret
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.instance import Instance
from tui.sandbox.wire import Received
from tui.store.assets import ROOT
from tui.store.locations import Locations
from tui.widgets.rollout_rows import drift_rows, gates_rows
from tui.widgets.rollout_words import live_words

URL = "http://127.0.0.1:1"
DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project="code-creation/rollouts"), criteria=())
STRIKES = ("lost-before", "lost-after", "refused", "stop")
"""What happens to a write: no answer and no effect, no answer, an answer that it failed, a stop right after it."""


class Stage:
    """A GitLab, an operator at a screen, and their time."""

    def __init__(self, home: Path, era: str) -> None:
        self.clock = Clock()
        self.instance = Instance(None, assets=ROOT, clock=self.clock, era=era)
        self.instance.url = URL
        self.instance.open()
        with self.instance.edit() as world:
            world.definitions = {FLAG: world.definitions[FLAG]}  # the rest takes time and matters to nobody here
            self.people = {f"User:{one.id}": one.username for one in world.users.values()}
            self.groups = {f"Group:{one.id}": one.full_path for one in world.groups.values()}
        self.token = self.instance.mint("alice")
        self.bench = Workbench(Locations.under(home), {"GITLAB_URL": URL, "GITLAB_TOKEN": self.token}, self.clock)
        self.strike: tuple[str, int] | None = None
        """What happens to the write that comes after so many others; None when nothing does."""
        self.session = self.start()

    def start(self) -> Session:
        """A new session, as each start of the program has one."""
        self.session = self.bench.session("env")
        vars(self.session)["gateway"] = gateway(Connection("env", URL, Secret(self.token)), self._ask)
        return self.session

    def _ask(self, received: Received) -> Answer:
        kind = ""
        if received.method != "GET" and self.strike is not None:
            kind, left = self.strike
            self.strike = (kind, left - 1) if left else None
            kind = kind if self.strike is None else ""
        if kind == "lost-before":
            raise OutcomeUnknown("no answer came")
        if kind == "refused":
            raise ServerFault("GitLab failed")
        made = answer(self.instance, received, self.token)
        if kind == "lost-after":
            raise OutcomeUnknown("no answer came")
        if kind == "stop":
            self.session.cancel.set()
        return made

    def outside(self, **params: object) -> None:
        """Somebody else sets the flag."""
        answer(self.instance, Received("POST", f"/features/{FLAG}", (), params), self.token)

    def truth(self) -> Gates:
        """The gates that GitLab has."""
        with self.instance.edit() as world:
            held = world.features.get(FLAG)
        if held is None:
            return OFF
        shares = held.percentage_of_actors or 0, held.percentage_of_time or 0
        return Gates(held.boolean, frozenset(held.actors), frozenset(held.groups), *shares)

    def words(self, gates: Gates) -> set[str]:
        """What whoever tells who is in must mention, by the gates alone."""
        if gates.everybody:
            return {"everybody"}
        named = {(self.people | self.groups)[ref] for ref in gates.actors} | gates.groups
        for percentage, what in (
            (gates.percentage_of_actors, "% of users"),
            (gates.percentage_of_time, "% of the time"),
        ):
            named |= {f"{percentage:g} {what}"} if percentage else set()
        return named or {"nobody"}


class Screen:
    """What the rollout screen and `status` say of one look."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.status = status(situation)
        self.live = "".join(text for text, _ in live_words(situation.progress, situation.now))
        rows = [row.content.plain for row in gates_rows(situation)]
        self.inside = next(row for row in rows if "In now" in row).partition("In now")[2].strip()
        self.warned = [row.content.plain for row in drift_rows(situation)]

    @property
    def gates(self) -> Gates:
        """The gates that `status` prints."""
        return Gates.from_dict(self.status["gates"])


@contextmanager
def opened(era: str = "current") -> Iterator[Stage]:
    """A stage with its home in memory, where there is a folder for that: the journal is fsynced at each write."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        stage = Stage(Path(folder), era)
        try:
            yield stage
        finally:
            stage.bench.close()
