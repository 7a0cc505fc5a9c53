"""Phases: who, by which ladder, with which answers, announcement, criteria and waivers."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from screens.phases import PhasesScreen
from tests.domain.shipped import guides
from tests.support.clock import Clock
from tests.support.wizard import EMPTY, SAMPLE, Wizard, wizard
from tui.domain.draft import Criterion, PhaseDraft, StepDraft
from tui.domain.edit import get, put
from tui.widgets.row_editor import RowEditor

V1 = guides()["v1"]
SAFE = (1, 10, 25, 50, 75, 100)


def phase(one: Wizard, phase_id: str) -> PhaseDraft:
    found = one.draft.phase(phase_id)
    assert found is not None, f"{phase_id} is not in the draft"
    return found


async def dialog(one: Wizard) -> None:
    await one.until(lambda: isinstance(one.app.screen, RowEditor) and one.at, "the dialog")


async def test_a_phase_gets_its_people() -> None:
    async with wizard(PhasesScreen, EMPTY) as one:
        await one.go("phases[stakeholders].users")
        await one.write("alice, bob")
        await one.go("phases[stakeholders].groups")
        await one.write("a/b")
        assert (phase(one, "stakeholders").users, phase(one, "stakeholders").groups) == (("alice", "bob"), ("a/b",))
        await one.settled()
        assert "nobody is named" not in one.status


async def test_a_recommended_phase_that_is_left_out_wants_a_reason() -> None:
    async with wizard(PhasesScreen) as one:
        await one.press("space")
        await one.settled()
        assert not phase(one, "stakeholders").selected
        assert "phases[stakeholders].users" not in one.paths()
        await one.press("tab")
        assert one.at == "phases[stakeholders].reason"
        assert "say why" in one.help
        await one.write("Tried before")
        await one.settled()
        assert phase(one, "stakeholders").reason == "Tried before"
        assert "say why" not in one.help


async def test_a_ladder_sets_the_steps_and_the_steps_can_be_changed() -> None:
    async with wizard(PhasesScreen, EMPTY) as one:
        await one.go("@ladder:everyone")
        await one.press("space")
        await one.settled()
        assert [step.percentage for step in phase(one, "everyone").steps] == list(SAFE)
        assert [step.wait for step in phase(one, "everyone").steps] == ["2h"] * 5 + [""]
        assert one.shown("@ladder:everyone") == "safe"
        await one.press("tab", "down", "d")
        await one.settled()
        assert [step.percentage for step in phase(one, "everyone").steps] == [1, 25, 50, 75, 100]
        assert one.shown("@ladder:everyone") == "steps of your own"
        await one.press("enter")
        await dialog(one)
        await one.press("backspace", "backspace")
        await one.write("12.5")
        await one.press("enter", "backspace", "backspace")
        await one.write("1d")
        await one.press("enter")
        await one.until(lambda: one.app.screen is one.screen, "the form")
        assert phase(one, "everyone").steps[1] == StepDraft(percentage=12.5, wait="1d")


async def test_all_at_once_has_no_steps() -> None:
    async with wizard(PhasesScreen) as one:
        await one.go("@ladder:everyone")
        await one.press("left")
        await one.settled()
        assert (phase(one, "everyone").method, phase(one, "everyone").steps) == ("all-at-once", ())
        assert "phases[everyone].steps" not in one.paths()
        await one.press("right")
        await one.settled()
        assert phase(one, "everyone").method == "percentage-of-actors"
        assert "phases[everyone].steps" in one.paths()


async def test_steps_that_fall_are_said_at_their_table() -> None:
    draft = put(SAMPLE, "phases[everyone].steps", (StepDraft(percentage=50), StepDraft(percentage=10)), V1)
    async with wizard(PhasesScreen, draft) as one:
        await one.press("f8", "enter")
        assert one.at == "phases[everyone].steps"
        assert "does not rise" in one.help


async def test_questions_are_answered_with_the_guides_sentence_beside() -> None:
    async with wizard(PhasesScreen, EMPTY) as one:
        await one.go("phases[members].answers.quota-increase")
        assert "larger volume of requests" in one.help
        await one.write("No")
        assert phase(one, "members").answers == {"quota-increase": "No"}
        assert phase(one, "members").feature_groups == ("gitlab_team_members",)


async def test_the_announcement_and_when_it_was_posted() -> None:
    async with wizard(PhasesScreen, EMPTY, size=(120, 50)) as one:
        await one.go("announcement.channels")
        await one.write("#news, #team")
        await one.go("announcement.text")
        await one.write("Soon")
        await one.go("announcement.posted_at")
        await one.write("2026-11-22 10:00")
        assert one.draft.announcement.channels == ("#news", "#team")
        assert one.draft.announcement.posted_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
        await one.until(lambda: "#news, #team\nSoon" in one.screen.preview.text, "the announcement")
        await one.press("backspace")
        assert "2026-11-22 10:00, in UTC" in one.help


async def test_the_preview_says_step_by_step_who_is_in() -> None:
    async with wizard(PhasesScreen, size=(120, 40)) as one:
        await one.until(lambda: "8 steps" in one.app.drawn, "the preview")
        text = one.screen.preview.text
        assert "group code-creation, alice, bob or gitlab_team_members" in text
        assert "gitlab_team_members or 25 % of users" in text
        assert text.rstrip().splitlines()[-1].startswith("Feedback goes to")
        await one.go("phases[stakeholders].users")
        await one.write(", dora")
        await one.until(lambda: "dora" in one.screen.preview.text, "the new name")


async def test_criteria_are_added() -> None:
    async with wizard(PhasesScreen, EMPTY) as one:
        await one.go("criteria")
        await one.press("a")
        await dialog(one)
        await one.write("latency_p95")
        await one.press("enter", "right", "enter", "enter", "backspace")
        await one.write("1460")
        await one.press("enter")
        await one.write("ms")
        await one.press("enter")
        await one.until(lambda: one.app.screen is one.screen, "the form")
        wanted = Criterion(kind="rollback", metric="latency_p95", comparator="<=", value=1460, unit="ms")
        assert one.draft.criteria == (wanted,)


async def test_a_waiver_is_signed() -> None:
    clock = Clock()
    async with wizard(PhasesScreen, clock=clock) as one:
        await one.go("waivers")
        clock.forward(hours=2)
        await one.press("enter")
        await dialog(one)
        await one.press("right", "enter")
        await one.write("Because")
        await one.press("enter")
        await one.until(lambda: one.app.screen is one.screen, "the form")
        waiver = one.draft.waivers[0]
        assert (waiver.requirement, waiver.reason, waiver.by, waiver.at) == (
            "provider-capacity",
            "Because",
            "alice",
            clock.now,
        )


async def test_an_optional_phase_is_left_out_until_it_is_chosen() -> None:
    draft = replace(EMPTY, guide="v3")
    async with wizard(PhasesScreen, draft) as one:
        assert get(one.draft, "phases[opt-out].selected", one.screen.guide) is False
        assert one.shown("phases[opt-out].selected") == "leave out"
        await one.go("phases[opt-out].selected")
        await one.press("space")
        await one.settled()
        await one.go("phases[opt-out].flag")
        await one.write("opt_out_of_it")
        assert (phase(one, "opt-out").selected, phase(one, "opt-out").flag) == (True, "opt_out_of_it")
