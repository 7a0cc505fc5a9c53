"""The review: nothing is sent that was not on the screen, and nothing that is blocked can be applied."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec import structs

from screens.review import ReviewContext, ReviewScreen
from tests.support.host import Host, prepared
from tests.support.hostile import IDS, STRINGS, harmless
from tests.support.rollouts import (
    FLAG,
    MEMBERS,
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
from tui.domain.draft import Draft
from tui.domain.errors import Unreachable
from tui.domain.gates import ON
from tui.domain.history import Action
from tui.domain.lifecycle import goal_of
from tui.domain.planning import compute
from tui.domain.verdict import Verdict
from tui.domain.wish import NEXT, Wish
from tui.domain.wizard import OpenItem
from tui.runtime.connect import Instance
from tui.runtime.workbench import Prepared
from tui.widgets import dialogs
from tui.widgets.columns import Columns
from tui.widgets.dialogs import Ask, Confirm
from tui.widgets.messages import DraftChanged, PlanWanted
from tui.widgets.review_rows import left_rows
from tui.widgets.review_words import title_of

SANDBOX = Instance("sandbox", "SANDBOX")
PRODUCTION = Instance("gitlab.com", "PRODUCTION gitlab.com", "https://gitlab.com", production=True)
SLOTS = ("rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout")


def host(
    draft: Draft, instance: Instance = SANDBOX, *, read_only: str = "", wish: Wish = NEXT
) -> tuple[Host, ReviewScreen]:
    screen = ReviewScreen(draft, guide(), context=ReviewContext(instance, read_only=read_only), wish=wish)
    return Host(screen), screen


def blocked_draft() -> Draft:
    return with_issue(with_issue(sample(), "internal-rollout", skip=True), "internal-feedback", skip=True)


def back_to_half() -> Prepared:
    issues = {slot: seen_issue(slot, number) for number, slot in enumerate(SLOTS, start=1)}
    here = situation(sample(), observed(ON, issues=issues), climbed(1, 10, 25, 50, 75, 100))
    return prepared(here, "everyone", "50%")


def text(screen: ReviewScreen) -> str:
    return screen.query_one(Columns).text


async def test_it_asks_for_the_plan_it_was_made_for() -> None:
    app, _ = host(sample(), wish=Wish("everyone", "25%", "slow"))
    async with app.run_test():
        asked = app.asked[0]
        assert isinstance(asked, PlanWanted)
        assert asked.wish == Wish("everyone", "25%", "slow")


async def test_every_change_of_the_plan_is_on_the_screen_with_its_request_one_key_away() -> None:
    app, screen = host(sample())
    plan = prepared(situation(sample()))
    async with app.run_test(size=(80, 24)) as pilot:
        screen.show(plan)
        for change in plan.plan.changes:
            screen.query_one(Columns).go(f"change:{change.id}")
            await pilot.press("enter")
        shown = text(screen)
        for change in plan.plan.changes:
            assert change.summary in shown
            assert f"{change.request.method} /api/v4{change.request.path}" in shown
        assert "Codestral 25.01 becomes the model behind Code Completion." in shown
        assert "confidential" in shown


async def test_what_is_opened_is_in_view() -> None:
    app, screen = host(sample())
    async with app.run_test(size=(60, 20)) as pilot:
        screen.show(prepared(situation(sample())))
        await pilot.pause()
        screen.query_one(Columns).go("change:issue:rollout-plan")
        await wait_for(pilot, lambda: "Rollout Plan" in app.drawn, what="the change in view")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "POST /api/v4/projects/1/issues" in app.drawn, what="the request in view")


async def test_the_diff_names_who_gains_and_each_gate() -> None:
    app, screen = host(sample())
    async with app.run_test() as pilot:
        screen.show(prepared(situation(sample())))
        await pilot.pause()
        shown = text(screen)
        assert "In now    nobody" in shown
        assert "In after  the team (group code-creation, alice, bob)" in shown
        assert "–  →  +group code-creation  +alice  +bob" in shown
        assert "3 calls, one after the other" in shown


async def test_where_nothing_is_left_to_do_what_is_there_twice_can_still_be_taken_away() -> None:
    app, screen = host(sample())
    made = prepared(situation(sample()))
    nothing = dataclasses.replace(made.plan, changes=(), entry=None)
    async with app.run_test() as pilot:
        screen.show(dataclasses.replace(made, plan=nothing))
        assert screen.why_not() == "nothing to apply"
        screen.show(dataclasses.replace(made, plan=dataclasses.replace(nothing, twice=("x#1 was made twice",))))
        assert "something is there twice: applying takes that away" in text(screen).replace("\n", " ")
        await pilot.press("a")
        await wait_for(pilot, lambda: isinstance(app.screen, Confirm), what="the question")
        assert "Apply 1 removal to SANDBOX?" in app.drawn


async def test_a_moment_of_off_for_everybody_is_marked() -> None:
    app, screen = host(sample(), wish=Wish("everyone", "50%"))
    async with app.run_test():
        screen.show(back_to_half())
        shown = text(screen)
        assert "! 1. Turn the flag off for everybody" in shown
        assert "off for everybody until the next call" in shown
        assert "Loses     everybody else" in shown


@pytest.mark.parametrize(
    ("act", "title"),
    [
        ("advance", "All users: 50 % of users"),
        ("step-back", "Back to 10 % of users"),
        ("roll-back", "Off for everybody"),
        ("undo", "Undo, back to 10 % of users"),
        ("abandon", "Abandon: off for everybody"),
        ("hold", "Hold at 25 % of users"),
        ("skip", "Skip 50 % of users"),
    ],
)
def test_the_title_says_what_is_done_and_not_only_where_it_leads(act: Action, title: str) -> None:
    here = situation(sample(), observed(dataclasses.replace(MEMBERS, percentage_of_actors=25)), climbed(1, 10, 25))
    goal = goal_of(here.progress, act)
    assert goal is not None
    assert title_of(compute(here, goal), guide()) == title


def test_what_only_leaves_a_record_shows_no_gates_that_change() -> None:
    here = dataclasses.replace(situation(sample(), observed(MEMBERS), climbed()), reason="an incident")
    goal = goal_of(here.progress, "hold")
    assert goal is not None
    made = Prepared(compute(here, goal), here, goal)
    shown = [row.content.plain for row in left_rows(made, "guide", show_met=False)]
    assert shown[:3] == ["Reason   an incident", "", "The flag stays as it is"]
    assert "gitlab_team_members" in shown[3]
    assert not any("Gains" in one or "boolean" in one for one in shown)


async def test_what_the_operator_said_of_it_is_shown_and_asked_once_more() -> None:
    app, screen = host(sample())
    against = Verdict("continue", "roll-back")
    here = dataclasses.replace(situation(sample()), reason="the team wants it", verdict=against)
    async with app.run_test() as pilot:
        screen.show(prepared(here))
        await wait_for(pilot, lambda: "Reason   the team wants it" in text(screen), what=f"reason in {text(screen)}")
        assert "Verdict  continue, against the numbers: they propose to roll back" in text(screen)
        await pilot.press("a")
        await wait_for(pilot, lambda: "Reason: the team wants it" in app.drawn, what="the reason in the question")


async def test_the_timeline_of_an_issue_that_is_there_is_shown_as_a_difference() -> None:
    made = prepared(situation(sample()))
    body = made.plan.bodies["rollout-plan"]
    issues = {slot: seen_issue(slot, number) for number, slot in enumerate(SLOTS, start=1)}
    issues["rollout-plan"] = seen_issue("rollout-plan", 1, description=body)
    app, screen = host(sample())
    async with app.run_test() as pilot:
        screen.show(prepared(situation(sample(), observed(issues=issues))))
        screen.query_one(Columns).go("change:timeline:rollout-plan")
        await pilot.press("enter")
        shown = text(screen)
        assert "description, as a difference" in shown
        assert any(row.strip().startswith("- |") for row in shown.splitlines())
        assert any("**live**" in row and row.strip().startswith("+") for row in shown.splitlines())
        assert "Codestral 25.01 becomes the model" not in shown


async def test_what_is_blocked_cannot_be_applied_and_enter_goes_to_the_field() -> None:
    draft = blocked_draft()
    app, screen = host(draft)
    async with app.run_test() as pilot:
        screen.show(prepared(situation(draft)))
        await pilot.pause()
        assert screen.why_not() == "blocked by 2 requirements"
        assert "Before doing this rollout, make sure that the Internal Rollout Plan" in text(screen)
        await pilot.press("a")
        assert app.screen is screen
        assert not app.answers
        await pilot.press("enter")
        assert (app.answers[0].go, app.answers[0].field) == ("issues", "issues.internal-rollout")


async def test_a_waiver_needs_a_reason_is_saved_and_planned_anew() -> None:
    draft = blocked_draft()
    app, screen = host(draft)
    async with app.run_test() as pilot:
        screen.show(prepared(situation(draft)))
        await pilot.press("w")
        await wait_for(pilot, lambda: isinstance(app.screen, Ask), what="the question for a reason")
        await pilot.press("enter", *"covered", "enter")
        await wait_for(pilot, lambda: len(app.asked) == 3, what="a new plan to be asked for")
        saved = next(one for one in app.asked if isinstance(one, DraftChanged)).draft
        waiver = saved.waiver("internal-rollout-issue")
        assert waiver is not None
        assert (waiver.reason, waiver.by) == ("covered", "alice")
        screen.show(prepared(situation(saved)))
        assert "1 requirement waived" in text(screen)
        assert "covered" in text(screen)


async def test_what_would_fail_cannot_be_waived() -> None:
    draft = structs.replace(sample(), flag=structs.replace(sample().flag, target="project"))
    app, screen = host(draft)
    async with app.run_test() as pilot:
        screen.show(prepared(situation(draft)))
        await pilot.press("w")
        assert app.screen is screen
        assert "cannot be waived" in text(screen)


async def test_apply_on_the_sandbox_is_a_key_and_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    app, screen = host(sample())
    plan = prepared(situation(sample()))
    monkeypatch.setattr(dialogs, "SETTLE", 3600)
    async with app.run_test() as pilot:
        screen.show(plan)
        await pilot.press("a", "y", "y")
        assert not app.answers, "keys that repeat answered the question"
        assert isinstance(app.screen, Confirm)
        assert "4 issues, 6 links, 3 gate changes, 1 note, 1 timeline update" in app.drawn
        monkeypatch.setattr(dialogs, "SETTLE", 0)
        await pilot.press("y")
        assert (app.answers[0].go, app.answers[0].prepared) == ("apply", plan)


async def test_apply_on_production_wants_the_name_of_the_flag() -> None:
    app, screen = host(sample(), PRODUCTION)
    async with app.run_test() as pilot:
        screen.show(prepared(situation(sample())))
        await pilot.press("a")
        dialog = app.screen
        assert isinstance(dialog, Confirm)
        assert "PRODUCTION gitlab.com" in app.drawn
        await wait_for(pilot, lambda: dialog.settled, what="the dialog to settle")
        await pilot.press(*"yes", "enter")
        assert not app.answers
        await pilot.press(*["backspace"] * 3, *FLAG, "enter")
        assert app.answers[0].go == "apply"


async def test_the_request_of_a_change_can_be_copied_in_three_forms() -> None:
    app, screen = host(sample(), PRODUCTION)
    async with app.run_test() as pilot:
        screen.show(prepared(situation(sample())))
        screen.query_one(Columns).go("change:gate:1")
        await pilot.press("c", "u", "t")
        request, curl, chat = app.copied
        assert request.startswith(f"POST /api/v4/features/{FLAG}")
        assert f"https://gitlab.com/api/v4/features/{FLAG}" in curl
        assert "$GITLAB_TOKEN" in curl
        assert chat == f"/chatops gitlab run feature set {FLAG} true --group=code-creation"
        screen.query_one(Columns).go("change:note")
        await pilot.press("t")
        assert len(app.copied) == 3


async def test_an_error_says_what_to_do_and_r_looks_again() -> None:
    app, screen = host(sample())
    async with app.run_test() as pilot:
        screen.fail(Unreachable("gitlab.com does not answer"))
        await pilot.pause()
        assert "gitlab.com does not answer" in text(screen)
        assert "Check the address" in text(screen)
        await pilot.press("a")
        assert app.screen is screen
        await pilot.press("r")
        await pilot.pause()
        assert len(app.asked) == 2


async def test_the_plan_issues_alone_are_one_key_away_and_back() -> None:
    app, screen = host(sample())
    here = situation(sample())
    async with app.run_test() as pilot:
        screen.show(prepared(here))
        await pilot.press("p")
        await pilot.pause()
        screen.show(prepared(here, "issues"))
        assert "The flag is not touched" in text(screen)
        await pilot.press("p")
        await pilot.pause()
        phases = [one.wish.phase for one in app.asked if isinstance(one, PlanWanted)]
        assert phases == ["", "issues", ""]


@pytest.mark.parametrize("size", [(60, 20), (120, 40)])
async def test_as_a_step_of_the_wizard_it_has_the_rail_and_leads_to_the_other_steps(size: tuple[int, int]) -> None:
    items = (OpenItem("phases", "phases", "something", "open"),)
    for keys in (("ctrl+g", "up", "enter"), ("f5",)):
        screen = ReviewScreen(sample(), guide(), context=ReviewContext(SANDBOX, items=items))
        app = Host(screen)
        async with app.run_test(size=size) as pilot:
            screen.show(prepared(situation(sample())))
            await pilot.pause()
            assert "Review" in app.drawn
            await pilot.press(*keys)
            assert [one.go for one in app.answers] == ["phases"]


async def test_from_the_rail_back_to_the_plan() -> None:
    screen = ReviewScreen(sample(), guide(), context=ReviewContext(SANDBOX, items=()))
    app = Host(screen)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+g", "escape")
        assert not app.answers
        assert screen.focused is screen.query_one(Columns).current


async def test_without_the_wizard_there_is_no_other_step() -> None:
    app, _ = host(sample())
    async with app.run_test() as pilot:
        await pilot.press("ctrl+g", "f5")
        assert not app.answers


async def test_nothing_to_do_and_read_only_are_said() -> None:
    app, screen = host(sample(), read_only="pid 7 on host x has it open")
    async with app.run_test():
        screen.show(prepared(situation(sample())))
        assert screen.why_not() == "read-only: pid 7 on host x has it open"
        screen.show(back_to_half())
        assert screen.why_not() == "", "reducing exposure does not wait for a lock"
        screen.show(None)
        assert "Nothing is left to do" in text(screen)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 50)])
async def test_tab_always_has_somewhere_to_go_and_nothing_runs_over_the_edge(size: tuple[int, int]) -> None:
    app, screen = host(sample())
    async with app.run_test(size=size) as pilot:
        screen.show(prepared(situation(sample())))
        for _ in range(3):
            await pilot.press("tab")
            assert screen.focused is not None
        assert all(len(one) <= size[0] for one in app.drawn.splitlines())
        assert "15 changes" in app.drawn


@pytest.mark.parametrize("hostile", STRINGS, ids=IDS)
async def test_hostile_text_is_shown_and_does_nothing(hostile: str) -> None:
    draft = with_issue(sample(), "rollout-plan", title=hostile, fields={"overview": hostile})
    draft = structs.replace(draft, title=hostile, flag=structs.replace(draft.flag, name=hostile))
    look = dataclasses.replace(observed(MEMBERS, flag=hostile), remarks=(hostile,))
    app, screen = host(draft)
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        plan = prepared(situation(draft, look))
        screen.show(plan)
        for change in ("issue:rollout-plan", "gate:1", "note"):
            screen.query_one(Columns).go(f"change:{change}")
            await pilot.press("enter", "c", "pagedown")
            assert harmless(app.drawn)
        screen.fail(Unreachable(hostile, hostile))
        await pilot.pause()
        assert harmless(app.drawn)
        assert app.is_running


async def test_a_requirement_that_no_field_answers_promises_no_way_to_one() -> None:
    held = entry("everyone", "10%", MEMBERS, MEMBERS, action="hold", reason="429")
    app, screen = host(sample())
    async with app.run_test(size=(80, 24)) as pilot:
        screen.show(prepared(situation(sample(), observed(MEMBERS), (*climbed(1, 10), held)), "everyone", "25%"))
        await pilot.pause()
        rows = text(screen).splitlines()
        place = next(place for place, row in enumerate(rows) if "The rollout is on hold" in row)
        assert rows[place + 1].strip() == "cannot be waived"


@pytest.mark.parametrize(("key", "why"), [("w", "Go to an open requirement first"), ("c", "Go to a change first")])
async def test_a_grey_key_says_why_it_is_grey(key: str, why: str) -> None:
    app, screen = host(sample())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen.show(prepared(situation(sample())))
        await pilot.pause()
        await pilot.press("home", key)
        await wait_for(pilot, lambda: why in app.drawn, what="why not")
