"""What the app and the command line do with rollouts, without a screen: open, plan, apply, look, remember.

Everything here blocks on files or the network and belongs on a worker thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tui.domain.errors import BadInput, Blocked, DraftInvalid
from tui.domain.text import listing
from tui.gateway.cancel import Cancel
from tui.runtime.connect import Instance, connection, instance

if TYPE_CHECKING:  # what plans and looks is imported by what does so: the home screen is painted without it
    from tui.domain.draft import Draft
    from tui.domain.guide import Guide
    from tui.domain.observed import Observed
    from tui.domain.operation import Operation
    from tui.domain.plan import Plan
    from tui.domain.planning import Goal, Situation
    from tui.gateway.client import Gateway
    from tui.runtime.apply import ApplyResult
    from tui.runtime.observe import Observer
    from tui.store.assets import Assets
    from tui.store.drafts import DraftStore
    from tui.store.locations import Locations
    from tui.store.lock import ApplyLock
    from tui.store.records import Records
    from tui.store.settings import Settings


def utc_now() -> datetime:
    """The time, in whole seconds: no reader of a history wants more."""
    return datetime.now(UTC).replace(microsecond=0)


def new_id() -> str:
    """An id for an operation or an apply."""
    from uuid import uuid4

    return uuid4().hex


@dataclass(frozen=True)
class Prepared:
    """A plan with all that it was computed from; what `apply` takes."""

    plan: Plan
    situation: Situation
    goal: Goal
    adopted: tuple[Operation, ...] = ()


class Workbench:
    """The one way into files, records and GitLab for everything above."""

    def __init__(
        self, locations: Locations, environ: Mapping[str, str], clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.locations = locations
        self.environ = environ
        self.clock = clock

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

    def observer(self, draft: Draft) -> Observer:
        """What looks at GitLab for this draft."""
        from tui.runtime.observe import Observer

        bench, name = self.workbench, self.instance.name
        entries = bench.records.entries(draft.id, name)
        return Observer(self.gateway, name, draft, bench.guide(draft), entries=entries, clock=bench.clock)

    def observe(self, draft: Draft) -> Observed:
        """One look at GitLab for this draft."""
        from tui.runtime.observe import IssueAddress

        created = self.workbench.records.confirmed(draft.id, self.instance.name, "create-issue")
        addresses = {one.slot: IssueAddress(one.result["project_id"], one.result["iid"]) for one in created}
        return self.observer(draft).observe(addresses)

    def situation(self, draft: Draft, reason: str = "") -> Situation:
        """Everything a plan is computed from."""
        from tui.domain.planning import Situation

        bench, name = self.workbench, self.instance.name
        guide = bench.guide(draft)
        return Situation(
            draft=draft,
            guide=guide,
            skeletons={issue.skeleton: bench.assets.skeleton(issue.skeleton) for issue in guide.issues},
            observed=self.observe(draft),
            entries=tuple(bench.records.entries(draft.id, name)),
            now=bench.clock(),
            reason=reason,
        )

    def _alone(self, rollout: str) -> ApplyLock:
        """Held while a rollout is settled or applied. InUse when another process does either."""
        import getpass

        from tui.store.lock import ApplyLock

        who = self.workbench.settings.operator or getpass.getuser()
        return ApplyLock(self.workbench.locations.data / "applies", rollout, self.instance.name, who)

    def prepare(self, draft: Draft, phase: str = "", step: str = "", reason: str = "") -> Prepared | None:
        """Look for the ends of a broken apply, look at GitLab, and compute the plan.

        Without a phase what was broken off is taken up again, else the next step that is due; None when nothing is.
        BadInput for a phase or step that the rollout does not have, DraftInvalid for a draft with errors, unless the
        plan takes access away: that is never refused.
        """
        from tui.domain.planning import compute
        from tui.domain.progress import progress
        from tui.domain.steps import ladder
        from tui.runtime.settle import Settler

        bench, name = self.workbench, self.instance.name
        here = progress(ladder(draft, bench.guide(draft)), bench.records.entries(draft.id, name))
        asked = here.goal(phase, step)
        if asked is None or not here.reduces(asked):
            bench.check(draft)
        with self._alone(draft.id):
            adopted = Settler(self.gateway, bench.records).settle(draft.id, name, bench.clock())
        broken = bench.records.unfinished(draft.id, name)
        situation = self.situation(draft, reason)
        resumed = situation.goal(broken.phase, broken.step) if broken is not None and not phase else None
        goal = resumed or situation.goal(phase, step)
        if goal is None:
            if not phase:
                return None
            known = listing([f"{one.phase} {one.id}" for one in situation.steps])
            raise BadInput(f"{draft.id} has no step {phase} {step}".rstrip(), f"Its steps: {known}; issues; off.")
        resumes = broken is not None and (broken.phase, broken.step) == (goal.phase, goal.step_id)
        if broken is not None and resumes:
            situation = replace(situation, gates_before=broken.gates_before)
        plan = compute(situation, goal)
        if broken is not None and resumes and plan.empty:
            bench.records.end(broken.id, "done", bench.clock())
        return Prepared(plan, situation, goal, adopted)

    def apply(self, prepared: Prepared, on_update: Callable[[Operation], None] = lambda _: None) -> ApplyResult:
        """Make the plan's changes. Blocked when a requirement is open, InUse when another process applies too."""
        from tui.runtime.apply import Applier

        plan = prepared.plan
        if plan.blocked:
            raise Blocked("; ".join(f"{one.id}: {one.text}" for one in plan.blocked))
        with self._alone(plan.rollout):
            return Applier(
                gateway=self.gateway,
                records=self.workbench.records,
                observer=self.observer(prepared.situation.draft),
                observed=prepared.situation.observed,
                plan=plan,
                clock=self.workbench.clock,
                new_id=new_id,
                cancel=self.cancel,
                on_update=on_update,
            ).run()
