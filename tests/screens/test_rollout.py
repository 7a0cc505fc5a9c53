"""The control room: where the rollout is, what GitLab says, the next step, and the way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta

import pytest
from msgspec import structs
from textual.pilot import Pilot
from textual.widgets import Static

from screens.back import BackScreen
from screens.rollout import RolloutScreen
from tests.support.host import Host, at_once
from tests.support.hostile import IDS, STRINGS, harmless
from tests.support.rollouts import (
    MEMBERS,
    NOW,
    TEAM,
    climbed,
    entry,
    guide,
    observed,
    sample,
    seen_issue,
    situation,
    with_issue,
)
from tests.support.waiting import wait_for
from tui.domain.as_left import Broken
from tui.domain.draft import Capacity, Criterion, Draft
from tui.domain.errors import Unreachable
from tui.domain.gates import OFF, ON, Gates
from tui.domain.history import Action, Entry
from tui.domain.planning import Situation
from tui.domain.text import clean
from tui.domain.verdict import Verdict
from tui.domain.wish import NEXT, Wish
from tui.runtime.connect import Instance
from tui.widgets.acting_screen import RolloutAnswer
from tui.widgets.chrome import StatusLine
from tui.widgets.columns import Columns
from tui.widgets.dialogs import Ask, Choose
from tui.widgets.messages import StatusWanted
from tui.widgets.outline import Outline
from tui.widgets.verdict_dialog import VerdictDialog

TEN = dataclasses.replace(MEMBERS, percentage_of_actors=10)
UNJUDGED = structs.replace(sample(), criteria=())
ALL_WELL = {"latency_p50": 700, "latency_p95": 1100, "acceptance_rate": 15, "refused_requests": 1}
SLOTS = ("rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout")


def host(
    entries: tuple[Entry, ...] = (), draft: Draft | None = None, read_only: str = "", passed: timedelta = timedelta(0)
) -> tuple[Host, RolloutScreen]:
    screen = RolloutScreen(
        draft or sample(),
        guide(),
        instance=Instance("sandbox", "SANDBOX"),
        entries=entries,
        read_only=read_only,
        clock=lambda: NOW + passed,
    )
    return Host(screen), screen


def seen(gates: Gates, entries: tuple[Entry, ...], draft: Draft | None = None) -> Situation:
    issues = {slot: seen_issue(slot, number) for number, slot in enumerate(SLOTS, start=1)}
    return situation(draft or sample(), observed(gates, issues=issues), entries)


def text(screen: RolloutScreen) -> str:
    return screen.query_one(Columns).text


def row(screen: RolloutScreen, words: str) -> str:
    return next(one for one in text(screen).splitlines() if words in one)


async def test_the_history_is_shown_before_gitlab_has_answered() -> None:
    app, screen = host(climbed(1, 10))
    async with app.run_test():
        assert isinstance(app.asked[0], StatusWanted)
        assert screen.query_one("#live", StatusLine).plain.startswith("● Live: 10 % of users")
        assert "✓ done" in row(screen, "Every employee")
        assert "● here" in row(screen, "10 % of users")
        assert "○ next" in row(screen, "25 % of users")
        assert "○ open" in row(screen, "50 % of users")


@pytest.mark.parametrize("percentages", [(1, 10), (1, 10, 50)])
async def test_a_skipped_step_is_no_step_that_was_done(percentages: tuple[int, ...]) -> None:
    before, after = climbed(1, 10), climbed(*percentages)[len(climbed(1, 10)) :]
    app, screen = host((*before, entry("everyone", "25%", TEN, TEN, action="skip", at=NOW + timedelta(1)), *after))
    async with app.run_test():
        assert "– skipped 2026-11-23 10:00  25 % of users" in row(screen, "25 % of users")


@pytest.mark.parametrize(
    ("passed", "words"),
    [(timedelta(minutes=20), "in 1 h 40 min (at 12:00 UTC)"), (timedelta(hours=3), "due now")],
)
async def test_the_wait_counts_down(passed: timedelta, words: str) -> None:
    app, screen = host(climbed(1, 10), passed=passed)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert screen.query_one("#next", StatusLine).plain == f"Next: 25 % of users, {words}"
        assert f"   Next: 25 % of users, {words}" in app.drawn


async def test_gates_plan_issues_and_entries_are_shown_with_the_time_of_reading() -> None:
    app, screen = host(climbed(1, 10))
    async with app.run_test() as pilot:
        screen.show(seen(TEN, climbed(1, 10)))
        await pilot.pause()
        shown = text(screen)
        assert "the team (group code-creation, alice, bob), gitlab_team_members or 10 % of users" in shown
        assert "http://127.0.0.1/code-creation/rollouts/-/issues/1" in shown
        assert "advanced to 10 % of users" in shown
        assert "Only the wait stands in the way of 25 % of users: due in 2 h (at 12:00 UTC)" in shown
        assert "2026-11-22 10:00 UTC" in screen.query_one("#reading", StatusLine).plain
        await pilot.press("i")
        assert app.copied[0].count("\n") == len(SLOTS) - 1


async def test_when_the_wait_is_over_nothing_stands_in_the_way() -> None:
    app, screen = host(climbed(1, 10), passed=timedelta(hours=2))
    async with app.run_test():
        screen.show(seen(TEN, climbed(1, 10)))
        assert "Nothing stands in the way of 25 % of users" in text(screen)


async def test_a_change_by_somebody_else_is_told_and_can_be_put_back() -> None:
    app, screen = host(climbed(1, 10))
    async with app.run_test() as pilot:
        screen.show(seen(dataclasses.replace(MEMBERS, percentage_of_actors=40), climbed(1, 10)))
        reading = screen.query_one("#reading", StatusLine).plain
        assert reading.startswith("! Somebody else changed the flag, in now: the team (")
        assert "gitlab_team_members or 40 % of users" in reading
        screen.query_one(Columns).go("repair")
        await pilot.press("enter")
        assert app.answers == [RolloutAnswer("review", Wish("everyone", "10%"))]


@pytest.mark.parametrize("key", ["n", "enter"])
async def test_the_next_step_is_one_key(key: str) -> None:
    app, screen = host(climbed(1, 10), UNJUDGED)
    async with app.run_test() as pilot:
        screen.show(seen(TEN, climbed(1, 10), UNJUDGED))
        await pilot.press(key)
        assert app.answers == [RolloutAnswer("review", Wish("everyone", "25%"))]


async def test_stepping_back_asks_where_to_and_why() -> None:
    app, _ = host(climbed(1, 10))
    async with app.run_test() as pilot:
        await pilot.press("b")
        assert isinstance(app.screen, BackScreen)
        await pilot.press("down", "enter", "enter")
        assert not app.answers, "a step back needs a reason"
        await pilot.press(*"latency", "enter")
        assert app.answers == [RolloutAnswer("review", Wish("members", "members", "latency"))]


async def test_off_for_everybody_is_there_whoever_has_the_draft() -> None:
    app, screen = host(read_only="pid 7")
    async with app.run_test() as pilot:
        screen.show(seen(MEMBERS, ()))
        await pilot.press("n")
        assert not app.answers, "the draft is read-only"
        assert "! Read-only: pid 7" in text(screen)
        await pilot.press("b", "end", "up", "enter", *"bad", "enter")
        assert app.answers == [RolloutAnswer("review", Wish("off", "", "bad"))]


async def test_there_is_no_way_back_where_nobody_has_it() -> None:
    app, screen = host()
    async with app.run_test() as pilot:
        screen.show(situation(sample()))
        await pilot.press("b")
        assert app.screen is screen


async def test_what_the_next_step_still_needs_leads_to_its_field() -> None:
    draft = with_issue(sample(), "internal-rollout", skip=True)
    app, screen = host(draft=draft)
    async with app.run_test() as pilot:
        screen.show(situation(draft))
        assert "Internal rollout issue is left out of this rollout  blocks" in text(screen)
        screen.query_one(Columns).go("requirement:issues.internal-rollout")
        await pilot.press("enter")
        assert (app.answers[0].go, app.answers[0].field) == ("edit", "issues.internal-rollout")


async def test_a_rollout_that_is_complete_and_one_that_was_rolled_back() -> None:
    done = climbed(1, 10, 25, 50, 75, 100)
    app, screen = host(done)
    async with app.run_test() as pilot:
        assert screen.query_one("#live", StatusLine).plain.startswith("✓ Complete: everybody is in")
        await pilot.press("n")
        assert not app.answers
        off = entry("off", "", ON, OFF, action="roll-back", reason="errors")
        screen.show(seen(OFF, (*done, off)))
        assert screen.query_one("#live", StatusLine).plain.startswith("! Off for everybody")
        assert "rolled back: errors" in text(screen)
        assert f"Off for everybody since 2026-11-22 10:00 UTC by {off.operator}:\n  errors\n" in text(screen)
        assert "○ next" in text(screen)
        screen.show(seen(OFF, (*done, dataclasses.replace(off, action="abandon"))))
        assert "– dropped" in row(screen, "Every employee")
        assert "○ next" not in text(screen)


async def test_it_looks_again_by_itself_while_somebody_looks_and_one_answer_at_a_time() -> None:
    app, screen = host(climbed(1, 10))
    async with app.run_test() as pilot:
        screen.look_again()
        await pilot.pause()
        assert len(app.asked) == 1, "the first question has no answer yet"
        screen.show(seen(TEN, climbed(1, 10)))
        screen.look_again()
        await pilot.pause()
        assert len(app.asked) == 2
        assert "GitLab was asked at" in screen.query_one("#reading", StatusLine).plain, "it asks in silence"
        screen.show(seen(TEN, climbed(1, 10)))
        app.app_focus = False
        screen.look_again()
        app.app_focus = True
        await pilot.press("a")
        screen.look_again()
        await pilot.pause()
        assert len(app.asked) == 2, "nobody looks at it"


async def test_the_same_answer_draws_nothing_anew() -> None:
    app, screen = host(climbed(1, 10))
    async with app.run_test():
        screen.show(seen(TEN, climbed(1, 10)))
        before = screen.query_one("#left", Outline).rows
        screen.show(seen(TEN, climbed(1, 10)))
        assert screen.query_one("#left", Outline).rows is before
        screen.show(seen(TEN, (*climbed(1, 10), HELD)))
        assert screen.query_one("#left", Outline).rows is not before


async def test_what_is_waited_for_counts_down_beside_a_chart_of_the_exposure() -> None:
    app, screen = host(climbed(1, 10), passed=timedelta(seconds=30))
    async with app.run_test(size=(60, 20)):
        screen.show(seen(TEN, climbed(1, 10)))
        shown = text(screen)
        assert "Until every process has the change: 1 min more, until 10:01 UTC" in shown
        assert "Least time before the next step: 15 min more, until 10:15 UTC" in shown
        assert "Somebody who can act must be reachable: 2 h more, until 12:00 UTC" in shown
        assert "Exposure" in shown
        assert "100 %" in row(screen, "100 %")


async def test_the_chart_fits_into_one_of_two_columns() -> None:
    app, screen = host(climbed(1, 10), passed=timedelta(days=3))
    async with app.run_test(size=(100, 40)) as pilot:
        screen.show(seen(TEN, climbed(1, 10)))
        await wait_for(pilot, lambda: "0 % ▃" in app.drawn, what="the chart, its label on the line of its bars")


async def test_the_load_of_each_region_is_told_with_the_next_step_and_what_is_not_safe() -> None:
    row_of = Capacity(region="us-east", peak_requests_per_minute=380, quota_requests_per_minute=100)
    draft = structs.replace(sample(), capacity=(row_of,))
    app, screen = host(climbed(1, 10), draft)
    async with app.run_test():
        screen.show(seen(TEN, climbed(1, 10), draft))
        assert "us-east: 95 % of the request quota at the next step (38 % now), more than is safe" in text(screen)


async def test_without_gitlab_the_history_stays_and_r_asks_again() -> None:
    app, screen = host(climbed(1, 10))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        screen.fail(Unreachable("gitlab.com does not answer"))
        await wait_for(pilot, lambda: "gitlab.com does not answer" in app.drawn, what="the error in view")
        assert "● here" in text(screen)
        await pilot.press("r")
        await pilot.pause()
        assert len(app.asked) == 2


SHOWN = 2
"""The empty screen and the one that is tested: no dialog."""

HELD = entry("everyone", "10%", TEN, TEN, action="hold", reason="provider incident")
FINISHED = entry("everyone", "100%", ON, ON, action="finish")


@pytest.mark.parametrize(
    ("entries", "key", "typed", "act"),
    [
        (climbed(1, 10), "o", "incident", "hold"),
        (climbed(1, 10), "s", "small", "skip"),
        (climbed(1, 10), "u", "", "undo"),
        (climbed(1, 10), "X", "withdrawn", "abandon"),
        ((*climbed(1, 10), HELD), "t", "", "resume"),
        (climbed(1, 10, 25, 50, 75, 100), "F", "", "finish"),
    ],
)
async def test_an_action_asks_for_its_reason_and_is_reviewed(
    entries: tuple[Entry, ...], key: str, typed: str, act: Action
) -> None:
    app, _ = host(entries)
    async with app.run_test() as pilot:
        await pilot.press(key)
        dialog = app.screen
        assert isinstance(dialog, Ask)
        await wait_for(pilot, lambda: dialog.settled, what="the dialog to settle")
        if typed:
            await pilot.press("enter")
            assert not app.answers, "nobody would understand it later without a reason"
        await pilot.press(*typed, "enter")
        assert app.answers == [RolloutAnswer("review", Wish(reason=typed, act=act))]


async def test_what_is_refused_is_in_the_menu_with_the_reason_and_its_key_does_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.widgets.dialogs.SETTLE", 60.0)
    app, _ = host((*climbed(1, 10), HELD))
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("n", "o", "s", "F")
        assert len(app.screen_stack) == SHOWN
        await wait_for(pilot, lambda: "t resumes it" in app.drawn, what="why not, and the way out")
        await pilot.press("a")
        dialog = app.screen
        assert isinstance(dialog, Choose)
        options = dialog.query_one(Outline)
        assert "Next step: The rollout is on hold: resume it first" in options.text
        await pilot.press("home", "enter", "s")
        assert app.screen is dialog, "what is refused cannot be chosen"
        assert "Skip the next step: The rollout is on hold" in str(dialog.query_one("#complaint", Static).render())
        await pilot.press("t")
        assert isinstance(app.screen, Ask)


@pytest.mark.parametrize("way", ["n", "enter"])
async def test_an_apply_that_is_not_done_comes_first_and_is_taken_up(way: str) -> None:
    app, screen = host(draft=UNJUDGED)
    async with app.run_test(size=(80, 24)) as pilot:
        begun = dataclasses.replace(seen(TEAM, (), UNJUDGED), broken=Broken("stakeholders", "team", NOW))
        screen.show(begun)
        await pilot.pause()
        headline = screen.query_one("#live", StatusLine).plain
        assert headline.startswith("! An apply to Own team and interested stakeholders is not done  begun 2026-11-22")
        assert "Nobody has it" not in app.drawn
        assert "stands in the way" not in text(screen)
        await pilot.press("home", way)
        assert app.answers == [RolloutAnswer("review", NEXT)]


async def test_a_hold_says_since_when_by_whom_and_why() -> None:
    entries = (*climbed(1, 10), HELD)
    app, screen = host(entries)
    async with app.run_test(size=(80, 24)) as pilot:
        screen.show(seen(TEN, entries))
        await pilot.pause()
        assert "On hold since 2026-11-22 10:00 UTC by alice:" in app.drawn
        assert "provider incident" in app.drawn
        assert screen.query_one("#live", StatusLine).plain.startswith("‖ On hold: 10 % of users")
        assert screen.query_one("#next", StatusLine).plain == "Next: resume it, then 25 % of users"
        assert "Nothing stands in the way" not in text(screen)
        await pilot.press("home", "enter")
        assert isinstance(app.screen, Ask)


async def test_a_finished_and_an_abandoned_rollout_say_so() -> None:
    app, screen = host((*climbed(1, 10, 25, 50, 75, 100), FINISHED))
    async with app.run_test():
        assert screen.query_one("#live", StatusLine).plain.startswith("✓ Finished: everyone")
        given_up = entry("off", "", TEN, OFF, action="abandon", reason="withdrawn")
        screen.show(seen(OFF, (*climbed(1, 10), given_up)))
        assert screen.query_one("#live", StatusLine).plain.startswith("– Abandoned: off for everybody")
        assert "withdrawn" in text(screen)


async def test_to_pass_over_steps_asks_why() -> None:
    app, screen = host(climbed(1), UNJUDGED)
    async with app.run_test() as pilot:
        screen.query_one(Columns).go("step:everyone/50%")
        await pilot.press("enter")
        assert isinstance(app.screen, Ask)
        await pilot.press(*"safe", "enter")
        assert app.answers == [RolloutAnswer("review", Wish("everyone", "50%", "safe"))]


async def judge(pilot: Pilot[None], readings: Mapping[str, float], *then: str) -> None:
    """Press n and enter what is seen, in the order of the fields; an empty text for what is not."""
    await pilot.press("n")
    dialog = pilot.app.screen
    assert isinstance(dialog, VerdictDialog)
    await wait_for(pilot, lambda: dialog.focused is not None, what="the first field")
    for metric in ALL_WELL:
        await pilot.press(*str(readings.get(metric, "")), "enter")
    await pilot.press(*then)


async def test_numbers_that_hold_let_the_rollout_go_on_with_their_evidence() -> None:
    app, _ = host(climbed(1, 10))
    async with app.run_test(size=(60, 20)) as pilot:
        await judge(pilot, ALL_WELL, "ctrl+s")
        verdict = Verdict("continue", "continue", ALL_WELL)
        assert app.answers == [RolloutAnswer("review", Wish("everyone", "25%", verdict=verdict))]


async def test_what_is_typed_quicker_than_the_focus_moves_is_in_its_own_field() -> None:
    app, _ = host(climbed(1, 10))
    async with app.run_test() as pilot:
        await pilot.press("n")
        await wait_for(pilot, lambda: app.screen.focused is not None, what="the first field")
        at_once(app, *"700", "enter", *"1100", "tab", *"15", "enter", "1", "ctrl+s")
        await wait_for(pilot, lambda: app.answers, what=f"an answer in\n{app.drawn}")
        assert app.answers[0].wish.verdict == Verdict("continue", "continue", ALL_WELL)


async def test_a_number_that_fires_proposes_the_way_back_and_says_which_criterion_did() -> None:
    app, _ = host(climbed(1, 10))
    async with app.run_test() as pilot:
        await judge(pilot, {**ALL_WELL, "latency_p95": 1500})
        assert "The numbers propose to roll back: fired by latency_p95" in app.drawn
        assert "✗ roll back when > 1460 ms: fires" in app.drawn
        await pilot.press("ctrl+s")
        assert isinstance(app.screen, BackScreen)
        await pilot.press("end", "up", "enter", *"slow", "enter")
        wish = app.answers[0].wish
        assert (wish.phase, wish.reason, wish.verdict.decision) == ("off", "slow", "roll-back")
        assert "latency_p95 > 1460 ms: 1500 seen, fires" in wish.verdict.fired[0]


async def test_without_data_the_rollout_is_held_and_to_go_on_wants_a_reason() -> None:
    app, _ = host(climbed(1, 10))
    async with app.run_test() as pilot:
        await judge(pilot, {"latency_p50": 700})
        proposal = app.screen.query_one("#proposal", Static).render()
        assert str(proposal).endswith("no data for latency_p95, acceptance_rate and refused_requests")
        await pilot.press("tab", "left", "ctrl+s")
        assert "say why you continue" in app.drawn
        assert not app.answers
        await pilot.press(*"weekend", "enter")
        wish = app.answers[0].wish
        assert (wish.phase, wish.step, wish.reason) == ("everyone", "25%", "weekend")
        assert (wish.verdict.decision, wish.verdict.proposed) == ("continue", "hold")


async def test_an_incident_of_the_provider_is_a_hold_that_says_so() -> None:
    app, _ = host(climbed(1, 10))
    async with app.run_test() as pilot:
        await judge(pilot, {**ALL_WELL, "latency_p95": 1500}, "right", "ctrl+s")
        wish = app.answers[0].wish
        assert (wish.act, wish.verdict.decision, wish.verdict.incident) == ("hold", "hold", True)
        assert wish.reason.startswith("the provider has an incident; roll back when latency_p95 > 1460 ms")


async def test_the_verdict_can_be_left_open_and_the_dialog_left() -> None:
    app, _ = host(climbed(1, 10))
    async with app.run_test() as pilot:
        await judge(pilot, {}, "escape")
        assert not app.answers
        await judge(pilot, {}, "tab", "left", "left", "ctrl+s")
        assert app.answers == [RolloutAnswer("review", Wish("everyone", "25%"))]


async def test_hostile_names_of_metrics_are_shown_and_do_nothing() -> None:
    criteria = tuple(Criterion(kind="continue", metric=one, comparator="<=", value=1, unit=one) for one in STRINGS)
    app, _ = host(climbed(1, 10), structs.replace(sample(), criteria=criteria))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("n", "5", "enter", "7")
        assert isinstance(app.screen, VerdictDialog)
        for _ in range(4):
            await pilot.press("tab", "tab", "tab")
            assert harmless(app.drawn)
        await pilot.press("ctrl+s")
        assert app.answers[0].wish.act == "hold"


async def test_what_is_no_number_is_not_taken() -> None:
    app, _ = host(climbed(1, 10))
    async with app.run_test() as pilot:
        await pilot.press("n")
        dialog = app.screen
        await wait_for(pilot, lambda: dialog.focused is not None, what="the first field")
        await pilot.press(*"fast", "ctrl+s")
        assert "latency_p50 is a number such as 0.5 or 25" in app.drawn
        assert not app.answers


async def test_who_only_watches_changes_nothing_not_even_by_the_way_back() -> None:
    screen = RolloutScreen(
        sample(),
        guide(),
        instance=Instance("sandbox", "SANDBOX"),
        entries=climbed(1, 10),
        read_only="the app was started with --read-only",
        watching=True,
        clock=lambda: NOW,
    )
    app = Host(screen)
    async with app.run_test() as pilot:
        screen.show(seen(TEN, climbed(1, 10)))
        await pilot.press("n", "o", "s", "u", "X")
        screen.query_one(Columns).go("step:everyone/25%")
        await pilot.press("enter")
        assert len(app.screen_stack) == SHOWN
        screen.query_one(Columns).go("step:members/members")
        await pilot.press("enter")
        assert isinstance(app.screen, BackScreen), "to look is free"
        await pilot.press("enter", "escape")
        assert not app.answers


async def test_who_cannot_change_the_draft_can_still_take_access_away() -> None:
    app, _ = host(climbed(1, 10), read_only="pid 7")
    async with app.run_test() as pilot:
        await pilot.press("n", "o", "s")
        assert len(app.screen_stack) == SHOWN
        await pilot.press("u")
        assert isinstance(app.screen, Ask)


@pytest.mark.parametrize(("key", "go"), [("e", "edit"), ("h", "history"), ("escape", "home")])
async def test_the_other_ways_out(key: str, go: str) -> None:
    app, _ = host(climbed(1))
    async with app.run_test() as pilot:
        await pilot.press(key, key)
        assert [one.go for one in app.answers] == [go]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 50)])
async def test_tab_always_has_somewhere_to_go_and_nothing_runs_over_the_edge(size: tuple[int, int]) -> None:
    app, screen = host(climbed(1, 10))
    async with app.run_test(size=size) as pilot:
        screen.show(seen(TEN, climbed(1, 10)))
        for _ in range(3):
            await pilot.press("tab")
            assert screen.focused is not None
        assert all(len(one) <= size[0] for one in app.drawn.splitlines())


@pytest.mark.parametrize("hostile", STRINGS, ids=IDS)
async def test_hostile_text_is_shown_and_does_nothing(hostile: str) -> None:
    draft = structs.replace(sample(), title=hostile, flag=structs.replace(sample().flag, name=hostile))
    entries = (entry("off", "", MEMBERS, OFF, action="roll-back", reason=hostile, operator=hostile, flag=hostile),)
    look = observed(MEMBERS, flag=hostile)
    issue = dataclasses.replace(seen_issue("rollout-plan", 1), ref=clean(hostile), url=clean(hostile))
    look = dataclasses.replace(look, remarks=(hostile,), issues={"rollout-plan": issue})
    app, screen = host(entries, draft)
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        screen.show(situation(draft, look, entries))
        for key in ("end", "pageup", "i", "home"):
            await pilot.press(key)
            assert harmless(app.drawn)
        screen.fail(Unreachable(hostile, hostile))
        await pilot.pause()
        assert harmless(app.drawn)
        assert app.is_running


@pytest.mark.parametrize("others", [False, True])
async def test_who_only_looks_is_told_why_enter_does_nothing(others: bool) -> None:
    entries = climbed(1, 10) if others else (*climbed(1, 10), HELD)
    app, screen = host(entries, read_only="the app was started with --read-only")
    gates = dataclasses.replace(MEMBERS, percentage_of_actors=40) if others else TEN
    async with app.run_test(size=(80, 40), notifications=True) as pilot:
        screen.show(seen(gates, entries))
        await pilot.pause()
        screen.query_one(Columns).go("repair" if others else "resume")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "read-only: the app was started" in app.drawn, what="why not")
        assert not app.answers


async def test_a_rollout_on_hold_opens_where_it_is_resumed() -> None:
    app, screen = host((*climbed(1, 10), HELD), read_only="pid 7")
    async with app.run_test(size=(80, 24)):
        assert screen.query_one("#left", Outline).key == "resume"
