"""What the app does for the screens that ask: plans, applies, looks and checks, each on a thread.

The screen that asked is answered by its own methods on the event loop: `show`, `fail`, `update_operation`, `finish`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from textual.screen import ModalScreen, Screen

from tui.domain.draft import Draft
from tui.domain.errors import RolloutError
from tui.runtime.sessions import Sessions
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.widgets.background import in_background
from tui.widgets.base_screen import BaseScreen
from tui.widgets.messages import (
    ApplyWanted,
    CancelWanted,
    DoctorWanted,
    LeadWanted,
    PlanWanted,
    ReportWanted,
    StatusWanted,
    TemplatesWanted,
)
from tui.widgets.theme import ThemedApp

if TYPE_CHECKING:
    from tui.domain.observed import Template
    from tui.domain.operation import Operation
    from tui.domain.plan import Change, Request
    from tui.domain.planning import Situation
    from tui.runtime.apply import ApplyResult
    from tui.runtime.doctor_row import Row
    from tui.widgets.wizard_parts import Templates

T = TypeVar("T")

_POLL = 0.1
"""Seconds between two looks at whether the operator has answered."""


@dataclass(frozen=True)
class ExitState:
    """How the app ended: its exit code, and the file of the draft that was open."""

    code: int = 0
    saved: Path | None = None


class Asking(Protocol):
    """A screen that is answered."""

    is_attached: bool

    def show(self, value: object, /) -> None: ...

    def fail(self, error: RolloutError, /) -> None: ...


class Applying(Protocol):
    """A screen that watches an apply."""

    is_attached: bool

    def fail(self, error: RolloutError, /) -> None: ...

    def update_operation(self, operation: Operation, /) -> None: ...

    def ask_to_run(self, change: Change, request: Request, tell: Callable[[bool], object], /) -> None: ...

    def finish(self, result: ApplyResult, /) -> None: ...


class AnsweringApp(ThemedApp[ExitState]):
    """The part of the app that talks to GitLab. `instance` stands for the draft's own when it is given."""

    def __init__(self, bench: Workbench, *, instance: str = "", theme: str = "") -> None:
        super().__init__(theme)
        self.bench = bench
        self.forced_instance = instance
        self.sessions = Sessions(bench)
        self.applying = False
        self._templates: dict[tuple[str, str, str], Templates] = {}

    def instance_of(self, draft: Draft) -> str:
        """The name of the instance that a draft is worked on."""
        return self.forced_instance or draft.gitlab.instance

    def asking(self) -> Screen[Any]:
        """The screen that is asking: the topmost one that is no dialog."""
        return next(screen for screen in reversed(self.screen_stack) if not isinstance(screen, ModalScreen))

    def _answer(self, draft: Draft, work: Callable[[Session], T], what: str) -> None:
        screen = cast("Asking", self.asking())
        name = self.instance_of(draft)
        in_background(
            self,
            lambda: self.sessions.use(name, work),
            lambda value: screen.show(value) if screen.is_attached else None,
            failed=lambda error: screen.fail(error) if screen.is_attached else None,
            what=what,
        )

    def templates_of(self, draft: Draft) -> Templates | None:
        """The issue templates of a draft's project, as they were read last; None when they were not."""
        return self._templates.get((self.instance_of(draft), draft.gitlab.project, draft.guide))

    def _keep_templates(self, draft: Draft, by_kind: Mapping[str, Template] | None) -> Templates:
        from tui.widgets.wizard_parts import Templates

        kept = Templates(by_kind)
        if by_kind is not None:
            self._templates[self.instance_of(draft), draft.gitlab.project, draft.guide] = kept
        return kept

    def on_templates_wanted(self, message: TemplatesWanted) -> None:
        """Read a project's issue templates, without a word when that is not possible: the wizard needs no GitLab."""
        from tui.runtime.templates import of_project
        from tui.widgets.wizard_parts import Templates

        message.stop()
        draft, show = message.draft, message.show
        in_background(
            self,
            lambda: self.sessions.use(self.instance_of(draft), lambda session: of_project(session, draft)),
            lambda by_kind: show(self._keep_templates(draft, by_kind)),
            failed=lambda error: show(Templates(why=str(error))),
            what="read issue templates",
        )

    def on_plan_wanted(self, message: PlanWanted) -> None:
        """Compute a plan."""
        message.stop()
        self._answer(
            message.draft,
            lambda session: self._plan(session, message),
            "compute a plan",
        )

    def _plan(self, session: Session, message: PlanWanted) -> Prepared | None:
        """On a thread. The plan has read the templates anew, so the wizard's preview follows it."""
        prepared = session.prepare_wish(message.draft, message.wish)
        if prepared is not None:
            self._keep_templates(message.draft, prepared.situation.observed.templates)
        return prepared

    def on_status_wanted(self, message: StatusWanted) -> None:
        """Look at GitLab. The screen asks by itself too, and may have been left by now."""
        message.stop()
        screen = self.asking()
        if isinstance(screen, BaseScreen) and screen.LOOKS:
            from tui.runtime import listening

            self._answer(message.draft, lambda session: listening.situation(session, message.draft), "look at GitLab")

    def on_lead_wanted(self, message: LeadWanted) -> None:
        """Note who has the lead, and look at GitLab."""
        message.stop()

        def noted(session: Session) -> Situation:
            from tui.runtime import listening
            from tui.runtime.leading import release, take
            from tui.runtime.telling import refresh_if_possible

            (take if message.take else release)(session, message.draft)
            refresh_if_possible(session, message.draft)
            return listening.situation(session, message.draft)

        self._answer(message.draft, noted, "note the lead")

    def on_report_wanted(self, message: ReportWanted) -> None:
        """Bring the report on the plan issue up to date."""
        from tui.runtime.telling import refresh

        message.stop()
        self._answer(
            message.draft, lambda session: refresh(session, message.draft, message.taken_back), "update the report"
        )

    def on_apply_wanted(self, message: ApplyWanted) -> None:
        """Make a plan's changes. The worker is the app's: leaving the screen does not stop it."""
        message.stop()
        if self.applying:
            return
        self.applying = True
        watching, prepared = cast("Applying", self.asking()), message.prepared
        in_background(
            self,
            lambda: self.sessions.use(prepared.plan.instance, lambda session: self._apply(session, prepared, watching)),
            lambda result: self._applied(watching, result),
            failed=lambda error: self._not_applied(watching, error),
            what="apply a plan",
        )

    def _apply(self, session: Session, prepared: Prepared, screen: Applying) -> ApplyResult:
        def attest(change: Change, request: Request) -> bool:
            return self._run_by_hand(session, screen, change, request)

        return session.apply(prepared, lambda operation: self._tell(screen, operation), attest)

    def _run_by_hand(self, session: Session, screen: Applying, change: Change, request: Request) -> bool:
        """Have the operator run a chat command. Called on the thread that waits for it."""
        said: Future[bool] = Future()
        self.call_later(lambda: screen.ask_to_run(change, request, said.set_result) if screen.is_attached else None)
        while not said.done():
            session.cancel.wait(_POLL)
            session.cancel.check()
        return said.result()

    def _tell(self, screen: Applying, operation: Operation) -> None:
        """Called on the threads that send."""
        self.call_later(lambda: screen.update_operation(operation) if screen.is_attached else None)

    def _applied(self, screen: Applying, result: ApplyResult) -> None:
        self.applying = False
        if screen.is_attached:
            screen.finish(result)

    def _not_applied(self, screen: Applying, error: RolloutError) -> None:
        self.applying = False
        if screen.is_attached:
            screen.fail(error)

    def on_cancel_wanted(self, message: CancelWanted) -> None:
        """Stop as soon as what is under way has been answered."""
        message.stop()
        self.sessions.stop()

    def on_doctor_wanted(self, message: DoctorWanted) -> None:
        """Check a connection; each row is shown as soon as it is known."""
        message.stop()
        screen = cast("Asking", self.asking())

        def check(session: Session) -> list[Row]:
            from tui.runtime.doctor import diagnose

            rows: list[Row] = []
            draft = self.bench.drafts.load(message.draft_id) if message.draft_id else None
            for row in diagnose(session, draft=draft):
                rows.append(row)
                known = list(rows)
                self.call_later(lambda known=known: screen.show(known) if screen.is_attached else None)
            return rows

        in_background(
            self,
            lambda: self.sessions.use(message.instance, check),
            lambda rows: screen.show(rows) if screen.is_attached else None,
            failed=lambda error: screen.fail(error) if screen.is_attached else None,
            what="check a connection",
        )
