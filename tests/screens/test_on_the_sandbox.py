"""Review, apply and rollout with a real session against the sandbox, where networks and colleagues misbehave."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot
from textual.screen import Screen

from screens.apply import ApplyScreen
from screens.review import ReviewContext, ReviewScreen
from screens.rollout import RolloutScreen
from tests.support.host import Host
from tests.support.rollouts import FLAG, guide, sample
from tests.support.waiting import wait_for
from tui.domain.draft import Draft
from tui.domain.wish import Wish
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations
from tui.widgets.background import in_background
from tui.widgets.chrome import StatusLine
from tui.widgets.columns import Columns
from tui.widgets.dialogs import Confirm
from tui.widgets.messages import ApplyWanted, CancelWanted, PlanWanted, StatusWanted
from tui.widgets.outline import Outline
from tui.widgets.verdict_dialog import VerdictDialog

DRAFT: Draft = structs.replace(sample(), sample=False)


class Desk(Host):
    """A host that does what the screens ask for, as the app does."""

    def __init__(self, shown: Screen[Any], session: Session) -> None:
        super().__init__(shown)
        self.session = session

    def on_plan_wanted(self, message: PlanWanted) -> None:
        work = partial(self.session.prepare_wish, message.draft, message.wish)
        self._answer(work, "show")

    def on_status_wanted(self, message: StatusWanted) -> None:
        self._answer(partial(self.session.situation, message.draft), "show")

    def on_apply_wanted(self, message: ApplyWanted) -> None:
        shown: Any = self.shown
        update = partial(self.call_from_thread, shown.update_operation)
        self._answer(partial(self.session.apply, message.prepared, update), "finish")

    def on_cancel_wanted(self, message: CancelWanted) -> None:
        self.session.cancel.set()

    def _answer(self, work: Any, how: str) -> None:  # noqa: ANN401 - three kinds of work
        in_background(self, work, getattr(self.shown, how), failed=getattr(self.shown, "fail"), what=how)  # noqa: B009


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(None, assets=ROOT) as running:
        yield running


@pytest.fixture
def session(server: Server, tmp_path: Path) -> Iterator[Session]:
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
    with Workbench(Locations.under(tmp_path / "home"), environ) as bench, bench.session("env") as opened:
        yield opened


async def review(session: Session, phase: str = "", step: str = "") -> Prepared:
    """Review the step that is due and say yes, by keys."""
    screen = ReviewScreen(DRAFT, guide(), context=ReviewContext(session.instance), wish=Wish(phase, step))
    app = Desk(screen, session)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: not screen.why_not(), what="a plan that can be applied", seconds=30)
        await pilot.press("a")
        dialog = app.screen
        assert isinstance(dialog, Confirm)
        await wait_for(pilot, lambda: dialog.settled, what="the dialog to settle")
        await pilot.press("y")
        found: Prepared = app.answers[0].prepared
        return found


async def ended(pilot: Pilot[Any], screen: ApplyScreen) -> str:
    """The headline once the apply has ended."""
    await wait_for(pilot, lambda: screen.ended, what="the end of the apply", seconds=30)
    return screen.query_one("#headline", StatusLine).plain


async def test_reviewed_applied_and_seen_in_the_control_room(session: Session) -> None:
    prepared = await review(session)
    applying = ApplyScreen(prepared, instance=session.instance)
    app = Desk(applying, session)
    async with app.run_test(size=(80, 24)) as pilot:
        assert (await ended(pilot, applying)).startswith("✓ Applied 15 changes")
        assert applying.query_one(Outline).text.count("✓ confirmed") == 15
        await pilot.press("n")
        entries = (app.answers[0].result.entry,)
    rollout = RolloutScreen(DRAFT, guide(), instance=session.instance, entries=entries)
    app = Desk(rollout, session)
    async with app.run_test(size=(80, 24)) as pilot:
        columns = rollout.query_one(Columns)
        await wait_for(pilot, lambda: "Plan issues" in columns.text, what="GitLab's answer", seconds=30)
        assert "In now  the team (group code-creation, alice, bob)" in columns.text
        assert columns.text.count("✓ ") >= 4
        await pilot.press("n")
        assert isinstance(app.screen, VerdictDialog), "the draft has criteria"


async def test_somebody_elses_change_after_the_review_stops_the_apply_before_the_first_write(
    session: Session, server: Server
) -> None:
    prepared = await review(session)
    session.gateway.send(next(one for one in prepared.plan.changes if one.kind == "set-gate").request)
    screen = ApplyScreen(prepared, instance=session.instance)
    app = Desk(screen, session)
    before = len(server.requests)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await ended(pilot, screen) == "! GitLab is not as the plan saw it"
        assert FLAG in screen.query_one(Outline).text
        await pilot.press("r")
        assert app.answers[0].go == "replan"
    assert {one.method for one in list(server.requests)[before:]} == {"GET"}


async def test_an_answer_that_is_lost_is_unknown_and_the_next_review_says_what_was_found(
    session: Session, server: Server
) -> None:
    prepared = await review(session, "issues")
    server.faults.add(Fault(kind="lost-after", method="POST", path_regex="/issues$"))
    screen = ApplyScreen(prepared, instance=session.instance)
    app = Desk(screen, session)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await ended(pilot, screen) == "? The outcome of a change is unknown"
        assert "? unknown" in screen.query_one(Outline).text
        assert "– not sent" in screen.query_one(Outline).text
    again = ReviewScreen(DRAFT, guide(), context=ReviewContext(session.instance), wish=Wish("issues"))
    app = Desk(again, session)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: not again.why_not(), what="a new plan", seconds=30)
        assert "1 change of an apply that was broken off was found on GitLab" in again.query_one(Columns).text


async def test_an_address_that_does_not_answer_is_an_error_in_place(tmp_path: Path) -> None:
    environ = {"GITLAB_URL": "http://127.0.0.1:9", "GITLAB_TOKEN": "glpat-planted-secret"}
    with Workbench(Locations.under(tmp_path), environ) as bench, bench.session("env") as session:
        screen = ReviewScreen(DRAFT, guide(), context=ReviewContext(session.instance))
        app = Desk(screen, session)
        async with app.run_test(size=(80, 24)) as pilot:
            columns = screen.query_one(Columns)
            await wait_for(pilot, lambda: "✗" in columns.text, what="the error", seconds=30)
            assert "r looks again" in columns.text
            assert "glpat-planted-secret" not in app.drawn
