"""What the four forms of the wizard have in common: ways, problems, preview, help, and that nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import cycle, islice

import pytest
from msgspec.structs import replace

from screens.checklist import ChecklistScreen
from screens.model import ModelScreen
from screens.phases import PhasesScreen
from screens.plan_issues import PlanIssuesScreen
from tests.domain.shipped import guides
from tests.support.host import at_once
from tests.support.hostile import STRINGS, harmless
from tests.support.wizard import EMPTY, SAMPLE, SCREENS, Wizard, wizard
from tui.domain.draft import Announcement, Capacity, Draft, Waiver
from tui.domain.edit import get, put
from tui.domain.text import clean
from tui.domain.wizard import STEPS
from tui.widgets.field_help import FieldHelp
from tui.widgets.inputs import OneLine
from tui.widgets.outline import Outline
from tui.widgets.problem_list import ProblemList
from tui.widgets.rail import Rail
from tui.widgets.wizard_screen import WizardAnswer, WizardScreen

V1 = guides()["v1"]
every_screen = pytest.mark.parametrize("kind", SCREENS, ids=lambda kind: kind.STEP)


@every_screen
@pytest.mark.parametrize(
    ("key", "go"),
    [("ctrl+n", "next"), ("ctrl+b", "back"), ("escape", "home"), ("f6", "review")],
)
async def test_every_way_out_takes_the_draft_along(kind: type[WizardScreen], key: str, go: str) -> None:
    async with wizard(kind) as one:
        await one.press(key)
        assert one.app.answers == [WizardAnswer(one.draft, go)]


async def test_the_function_keys_go_to_the_other_steps_and_not_to_this_one() -> None:
    async with wizard(ChecklistScreen) as one:
        await one.press("f3")
        assert one.app.answers == []
        await one.press("f5")
        assert [answer.go for answer in one.app.answers] == ["phases"]


async def test_a_second_press_does_not_leave_twice() -> None:
    async with wizard(ModelScreen) as one:
        await one.press("ctrl+n", "ctrl+n", "escape")
        assert len(one.app.answers) == 1


async def test_a_step_is_chosen_in_the_rail_and_the_rail_lets_go_again() -> None:
    async with wizard(ModelScreen) as one:
        before = one.at
        await one.press("ctrl+g", "escape")
        assert one.at == before
        assert one.app.answers == []
        await one.press("ctrl+g", "down", "down", "enter")
        assert [answer.go for answer in one.app.answers] == ["issues"]


async def test_the_rail_stays_out_of_the_way_of_tab() -> None:
    async with wizard(ModelScreen) as one:
        await one.press("shift+tab")
        assert not isinstance(one.screen.focused, Rail)


@every_screen
@pytest.mark.parametrize("draft", [EMPTY, SAMPLE], ids=["empty", "sample"])
async def test_tab_goes_round_and_something_always_has_the_focus(kind: type[WizardScreen], draft: Draft) -> None:
    async with wizard(kind, draft) as one:
        start, seen = one.screen.focused, set[str]()
        for _ in range(100):
            await one.press("tab")
            assert one.screen.focused is not None
            seen.add(one.at)
            if one.screen.focused is start:
                break
        assert one.screen.focused is start
        assert seen == set(one.paths())


async def test_arrows_go_from_field_to_field_and_change_nothing() -> None:
    async with wizard(ModelScreen) as one:
        for _ in range(12):
            await one.press("down")
        assert one.at != "title"
        for _ in range(20):
            if one.at != "title":
                await one.press("up")
        assert one.at == "title"
        assert one.draft == SAMPLE


async def test_each_change_is_told_at_once_and_ctrl_s_says_that_it_is_saved() -> None:
    async with wizard(ModelScreen) as one:
        await one.write("!")
        assert one.saved[-1].title == f"{SAMPLE.title}!"
        told = len(one.saved)
        await one.press("ctrl+s")
        assert len(one.saved) == told + 1
        assert "Saved" in one.status


async def test_what_is_typed_quicker_than_the_focus_moves_is_in_its_own_field_and_leaves_with_the_draft() -> None:
    async with wizard(ModelScreen, EMPTY) as one:
        at_once(one.app, *"Title", "enter", "enter", "enter", *"Name", "tab", "7", "ctrl+n")
        await one.until(lambda: one.app.answers, "an answer")
        draft = one.app.answers[0].draft
        assert (draft.title, draft.model.name, draft.model.version) == ("Title", "Name", "7")


async def test_problems_are_listed_and_enter_jumps_to_the_field() -> None:
    draft = put(SAMPLE, "flag.name", "use.model", V1)
    async with wizard(ModelScreen, draft) as one:
        assert "wrong" in one.app.drawn
        assert "has a dot" in one.status
        await one.press("f8")
        assert "has a dot" in one.screen.query_one(ProblemList).text
        await one.press("enter")
        assert one.at == "flag.name"
        assert "has a dot" in one.help
        assert not one.screen.query_one(ProblemList).display


async def test_a_problem_of_another_step_takes_you_there() -> None:
    draft = put(SAMPLE, "flag.name", "use.model", V1)
    async with wizard(PhasesScreen, draft) as one:
        await one.press("f8", "enter")
        assert [(answer.go, answer.field) for answer in one.app.answers] == [("model", "flag.name")]


async def test_escape_closes_the_problems_first() -> None:
    async with wizard(ModelScreen) as one:
        await one.press("f8", "escape")
        assert one.app.answers == []
        assert one.at == "title"


async def test_a_field_that_is_asked_for_has_the_focus_at_the_start() -> None:
    async with wizard(PhasesScreen, field="phases.members.answers.post-processing") as one:
        await one.until(lambda: one.at == "phases[members].answers.post-processing", "the field")
        row = one.row(one.at)
        await one.until(lambda: one.screen.form.region.contains_region(row.control.region), "the field to be in view")


async def test_what_was_fixed_leaves_the_list() -> None:
    async with wizard(ModelScreen, put(SAMPLE, "flag.name", "use_x_", V1), field="flag.name") as one:
        await one.until(lambda: one.at == "flag.name", "the field")
        await one.write(".")
        await one.settled()
        assert "has a dot" in one.status
        await one.press("backspace")
        await one.settled()
        assert "Nothing is open here" in one.status


async def test_the_preview_follows_what_is_typed() -> None:
    async with wizard(ModelScreen, size=(120, 40)) as one:
        await one.settled()
        assert "Codestral 25.01 Rollout Plan" in one.screen.preview.text
        await one.go("model.name")
        await one.write("X")
        await one.until(lambda: "Codestral 25.01X Rollout Plan" in one.screen.preview.text, "the title in the preview")


async def test_where_it_is_narrow_the_preview_comes_and_goes() -> None:
    async with wizard(ModelScreen) as one:
        title = "Preview: Rollout plan issue"
        assert title not in one.app.drawn
        await one.press("ctrl+o")
        await one.until(lambda: title in one.app.drawn, "the preview")
        while not isinstance(one.screen.focused, Outline):
            await one.press("shift+tab")
        await one.press("f9")
        assert title not in one.app.drawn
        assert one.at == "title"


@every_screen
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 50)], ids=str)
async def test_each_size_shows_the_form_where_you_are_and_the_keys(
    kind: type[WizardScreen], size: tuple[int, int]
) -> None:
    async with wizard(kind, size=size) as one:
        await one.settled()
        place = next(number for number, step in enumerate(STEPS, start=1) if step.id == kind.STEP)
        title = STEPS[place - 1].title
        assert f"› {title}" in one.app.drawn
        assert (f"{place}/6" in one.app.drawn) == (size[0] < 70)
        assert "Next" in one.app.drawn
        assert "SANDBOX" in one.app.drawn
        assert one.screen.form.region.height >= 8
        assert bool(one.screen.preview.display) == (size[0] >= 110)


@every_screen
async def test_read_only_shows_why_and_changes_nothing(kind: type[WizardScreen]) -> None:
    async with wizard(kind, read_only="alice has it open (process 12)") as one:
        assert "Read only: alice has it open (process 12)" in one.status
        tried = set[type]()
        for _ in range(len(one.paths())):
            await one.press("tab")
            if type(one.screen.focused) not in tried:
                tried.add(type(one.screen.focused))
                await one.press("x", "backspace", "space", "delete", "d", "a", "ctrl+x", "ctrl+k")
        assert len(tried) > 1
        await one.settled()
        assert one.draft == SAMPLE
        assert one.saved == []
        await one.press("ctrl+s")
        assert "alice has it open" in one.status
        await one.press("ctrl+n")
        assert one.app.answers[0].draft == SAMPLE


async def test_what_is_typed_and_means_nothing_is_said_before_it_is_left_behind() -> None:
    async with wizard(PlanIssuesScreen) as one:
        await one.go("issues[rollout-plan].due")
        await one.write("soon")
        assert "2026-11-22" in one.help
        assert one.draft.issue("rollout-plan").due is None  # type: ignore[union-attr]
        await one.press("tab", "ctrl+n")
        assert one.app.answers == []
        assert one.at == "issues[rollout-plan].due"
        await one.press("ctrl+n")
        assert [answer.go for answer in one.app.answers] == ["next"]


async def test_help_says_what_a_field_is_for_and_where_the_guide_asks_for_it() -> None:
    async with wizard(ChecklistScreen) as one:
        assert "Is it done?" in one.help
        assert "Guide: “Make sure that you have reviewed the considerations" in one.help


def everywhere(texts: Iterator[str]) -> Draft:
    """A draft with one of the texts in every field that takes one, in turn."""
    region, *waiver = (next(texts) for _ in range(4))
    draft = replace(
        SAMPLE,
        capacity=(Capacity(region=region),),
        waivers=(Waiver(requirement=waiver[0], reason=waiver[1], by=waiver[2]),),
        announcement=Announcement(channels=(next(texts),), text=next(texts)),
    )
    paths = [f"model.{name}" for name in draft.model.__struct_fields__]
    paths += ["title", "team.name", "team.channel", "team.dri", "gitlab.project", "gitlab.instance", "flag.name"]
    paths += ["phases[stakeholders].wait", "phases[members].answers.quota-increase"]
    paths += ["checks[provider-capacity].note", "checks[provider-capacity].evidence"]
    paths += ["issues[rollout-plan].title", "issues[internal-rollout].existing"]
    paths += [f"issues[rollout-plan].fields.{one.key}" for one in V1.issues[0].fields]
    for path in paths:
        draft = put(draft, path, next(texts), V1)
    for path in ("team.stakeholders", "phases[stakeholders].users", "issues[rollout-plan].labels"):
        draft = put(draft, path, (next(texts),), V1)
    return draft


@every_screen
@pytest.mark.parametrize("first", range(0, len(STRINGS), 4))
async def test_hostile_text_is_shown_and_does_nothing(kind: type[WizardScreen], first: int) -> None:
    texts = islice(cycle(STRINGS), first, None)
    async with wizard(kind, everywhere(texts), size=(120, 40)) as one:
        await one.settled()
        await one.press("f8")
        assert harmless(one.app.drawn)
        await one.press("f8", "tab", "tab")
        assert harmless(one.app.drawn)
        assert one.screen.is_current


async def test_hostile_text_is_pasted_and_does_nothing() -> None:
    async with wizard(ModelScreen, EMPTY) as one:
        for path in ("title", "model.reason"):
            await one.go(path)
            for text in STRINGS:
                await paste(one, text)
                await one.settled()
                assert harmless(one.app.drawn)
                written = str(get(one.draft, path, V1))
                assert clean(written) == written
                await one.press("ctrl+a", "backspace")


async def paste(one: Wizard, text: str) -> None:
    """Paste into what has the focus."""
    from textual.events import Paste

    one.app.post_message(Paste(text))
    await one.pilot.pause()


async def test_a_paste_is_made_fit_and_it_is_said_what_was_dropped() -> None:
    async with wizard(ModelScreen, EMPTY) as one:
        await paste(one, "  Codestral\u200b 25.01\nRollout \n")
        assert one.draft.title == "Codestral 25.01 Rollout"
        assert "invisible characters, line breaks, blanks at the ends" in one.status


async def test_help_gives_way_where_there_is_little_room() -> None:
    async with wizard(ChecklistScreen, size=(60, 20)) as one:
        assert one.screen.query_one(FieldHelp).region.height == 2


async def test_nothing_typed_is_undone_when_the_form_settles_between_two_keys() -> None:
    async with wizard(ModelScreen, EMPTY) as one:
        await one.go("team.stakeholders")
        control = one.row("team.stakeholders").control
        assert isinstance(control, OneLine)
        for key in "alice, bob,  carol":
            control.insert_text_at_cursor(key)
            for _ in range(10):
                one.screen.settle()
                await asyncio.sleep(0)
        await one.settled()
        assert one.draft.team.stakeholders == ("alice", "bob", "carol")
        assert one.shown("team.stakeholders") == "alice, bob,  carol"


async def test_a_terminal_that_gets_small_still_shows_the_field_with_the_focus() -> None:
    async with wizard(ModelScreen, size=(120, 40)) as one:
        await one.go("flag.actor")
        await one.pilot.resize_terminal(60, 20)
        await one.until(lambda: "Actor" in one.app.drawn, "the field in view")
        assert one.at == "flag.actor"
