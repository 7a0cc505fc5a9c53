"""What the app and the command line do with rollouts, without a screen: open, plan, apply, look, remember.

Everything here blocks on files or the network and belongs on a worker thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tui.domain.errors import DraftInvalid, InUse
from tui.gateway.cancel import Cancel
from tui.runtime.connect import Instance, connection, instance

if TYPE_CHECKING:  # what plans and looks is imported by what does so: the home screen is painted without it
    from tui.domain.draft import Draft
    from tui.domain.gates import Gates
    from tui.domain.guide import Guide
    from tui.domain.observed import Observed
    from tui.domain.operation import Operation
    from tui.domain.plan import Plan
    from tui.domain.planning import Goal, Situation
    from tui.domain.wish import Wish
    from tui.gateway.client import Gateway
    from tui.runtime.apply import ApplyResult
    from tui.runtime.attesting import Attest
    from tui.runtime.observe import Observer
    from tui.store.assets import Assets
    from tui.store.drafts import DraftStore
    from tui.store.locations import Locations
    from tui.store.places import Places
    from tui.store.records import Records
    from tui.store.settings import Settings


def utc_now() -> datetime:
    """The time, in whole seconds: no reader of a history wants more."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Prepared:
    """A plan with all that it was computed from; what `apply` takes. `mark` is the journal's when it was made."""

    plan: Plan
    situation: Situation
    goal: Goal
    adopted: tuple[Operation, ...] = ()
    mark: tuple[int, int] = (0, 0)


class Workbench:
    """The one way into files, records and GitLab for everything above."""

    def __init__(
        self, locations: Locations, environ: Mapping[str, str], clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.locations = locations
        self.environ = environ
        self.clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened; the next use opens it again."""
        records: Records | None = self.__dict__.pop("records", None)
        if records is not None:
            records.close()

    @cached_property
    def settings(self) -> Settings:
        """The operator's settings."""
        from tui.store.settings import load

        return load(self.locations)

    @cached_property
    def drafts(self) -> DraftStore:
        """The drafts."""
        from tui.store.drafts import DraftStore

        return DraftStore(self.locations)

    @cached_property
    def assets(self) -> Assets:
        """Guides, skeletons, samples and help pages."""
        from tui.store.assets import Assets

        return Assets(self.locations)

    @cached_property
    def records(self) -> Records:
        """The journal and the history."""
        from tui.store.records import Records

        return Records(self.locations.records)

    @cached_property
    def places(self) -> Places:
        """Where in the wizard each draft was left."""
        from tui.store.places import Places

        return Places(self.locations.data / "places.json")

    def guide(self, draft: Draft) -> Guide:
        """The guide that the draft goes through. BadInput when there is none of that name."""
        return self.assets.guide(draft.guide)

    def check(self, draft: Draft) -> None:
        """DraftInvalid with all errors of the draft, if it has any."""
        from tui.domain.validate import validate

        errors = [one for one in validate(draft, self.guide(draft), self.assets.guides()) if one.level == "error"]
        if errors:
            text = "; ".join(str(error) for error in errors)
            raise DraftInvalid(f"{draft.id}: {text}", errors, "Correct the draft; nothing was sent to GitLab.")

    def instance(self, name: str) -> Instance:
        """The instance of that name."""
        return instance(name, self.settings, self.environ)

    def session(self, name: str, cancel: Cancel | None = None) -> Session:
        """A session with an instance: a context manager that keeps the sandbox running while it is open."""
        return Session(self, self.instance(name), cancel or Cancel())


class Session:
    """Talking to one instance."""

    def __init__(self, workbench: Workbench, chosen: Instance, cancel: Cancel) -> None:
        self.workbench = workbench
        self.instance = chosen
        self.cancel = cancel
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the instance; a sandbox that was started here stops."""
        self._stack.close()

    @cached_property
    def gateway(self) -> Gateway:
        """The connection, made at first use."""
        from tui.gateway.client import Gateway

        bench = self.workbench
        link = connection(self.instance.name, bench.settings, bench.environ, bench.locations, self._stack)
        gateway = Gateway(link, cancel=self.cancel)
        self._stack.callback(gateway.close)
        return gateway

    def observer(self, draft: Draft, wanted: Gates | None = None, *, reducing: bool = False) -> Observer:
        """What looks at GitLab for this draft; `wanted` are gates whose actors need names too.

        For what is `reducing` only the flag must be readable.
        """
        from tui.runtime.halfway import halfway
        from tui.runtime.observe import Observer

        bench, name = self.workbench, self.instance.name
        entries = (*bench.records.entries(draft.id, name), *halfway(bench.records, draft.id, name))
        guide = bench.guide(draft)
        return Observer(
            self.gateway,
            name,
            draft,
            guide,
            entries=entries,
            commands=lambda: bench.records.commands(draft.id, name),
            clock=bench.clock,
            wanted=wanted,
            reducing=reducing,
        )

    def observe(self, draft: Draft, wanted: Gates | None = None, *, reducing: bool = False) -> Observed:
        """One look at GitLab for this draft, as `observer` does it."""
        from tui.runtime.find_issues import IssueAddress

        records = self.workbench.records
        created = records.confirmed(draft.id, self.instance.name, "create-issue")
        whole = {one.apply: (apply := records.apply(one.apply)) and apply.outcome == "done" for one in created}
        addresses = {
            one.slot: IssueAddress(
                one.result["project_id"],
                one.result["iid"],
                one.result["ref"],
                private=bool(one.body.get("confidential")) and not whole[one.apply],
            )
            for one in created
        }
        return self.observer(draft, wanted, reducing=reducing).observe(addresses)

    def situation(
        self, draft: Draft, reason: str = "", wanted: Gates | None = None, *, reducing: bool = False
    ) -> Situation:
        """Everything a plan is computed from. Steps that others made are taken from GitLab's notes.

        For what is `reducing` nobody asks whether this is a good time, and only the flag must be readable.
        """
        from tui.runtime.situating import situation

        return situation(self, draft, reason, wanted, reducing=reducing)

    @contextmanager
    def turn(self, rollout: str, *, needed: bool) -> Iterator[bool]:
        """While a rollout is settled or applied; whether nobody else does. InUse when `needed` and somebody does."""
        from tui.store.lock import ApplyLock
        from tui.store.settings import person

        who = person(self.workbench.settings)
        lock = ApplyLock(self.workbench.locations.data / "applies", rollout, self.instance.name, who)
        try:
            lock.acquire()
        except InUse:
            if needed:
                raise
        try:
            yield lock.held
        finally:
            lock.release()

    def prepare(self, draft: Draft, phase: str = "", step: str = "", reason: str = "") -> Prepared | None:
        """`prepare_wish` for a place alone."""
        from tui.domain.wish import Wish

        return self.prepare_wish(draft, Wish(phase, step, reason))

    def prepare_wish(self, draft: Draft, wish: Wish) -> Prepared | None:
        """Look for the ends of a broken apply, look at GitLab, and compute the plan for the wish.

        An open wish takes up what was broken off, else the next step that is due; None when nothing is. BadInput for a
        phase or step that the rollout does not have, Blocked for an action that leads nowhere from here, DraftInvalid
        for a draft with errors, InUse when another process is at it, unless the plan takes access away: that is never
        refused.
        """
        from tui.runtime.preparing import prepare

        return prepare(self, draft, wish)

    def apply(
        self,
        prepared: Prepared,
        on_update: Callable[[Operation], None] = lambda _: None,
        attest: Attest | None = None,
    ) -> ApplyResult:
        """Make the plan's changes, once. `attest` has a person run each chat command, one after the other.

        Blocked when a requirement is open or nobody is there to run a command, InUse when another process applies this
        rollout, Stale when one has since the plan was made.
        """
        from tui.runtime.applying import apply

        return apply(self, prepared, on_update, attest)
