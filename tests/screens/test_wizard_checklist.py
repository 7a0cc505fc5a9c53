"""The checklist: states are signed, notes and evidence open, capacity is a table."""

from __future__ import annotations

from msgspec.structs import replace

from screens.checklist import ChecklistScreen
from tests.domain.shipped import samples
from tests.support.clock import Clock
from tests.support.wizard import EMPTY, SAMPLE, wizard
from tui.domain.draft import Capacity
from tui.widgets.row_editor import RowEditor

FIRST = "checks[considerations-reviewed]"


async def test_space_changes_a_state_and_signs_it() -> None:
    clock = Clock()
    async with wizard(ChecklistScreen, EMPTY, clock=clock) as one:
        assert f"{FIRST}.note" not in one.paths()
        clock.forward(days=1)
        await one.press("space")
        await one.settled()
        answer = one.draft.check("considerations-reviewed")
        assert (answer.state, answer.by, answer.at) == ("done", "zoe", clock.now)
        assert "done by zoe, 2026-11-23 10:00 UTC" in one.app.drawn
        await one.press("space", "space")
        answer = one.draft.check("considerations-reviewed")
        assert (answer.state, answer.by, answer.at) == ("open", "", None)


async def test_the_person_responsible_signs_when_there_is_one() -> None:
    async with wizard(ChecklistScreen, SAMPLE) as one:
        await one.press("right")
        assert one.draft.check("considerations-reviewed").by == "alice"


async def test_enter_opens_note_and_evidence() -> None:
    async with wizard(ChecklistScreen, EMPTY) as one:
        await one.press("enter")
        await one.until(lambda: one.at == f"{FIRST}.note", "the note")
        await one.write("Decided")
        await one.press("tab")
        await one.write("https://x")
        answer = one.draft.check("considerations-reviewed")
        assert (answer.note, answer.evidence) == ("Decided", "https://x")


async def test_not_applicable_without_a_note_is_still_open() -> None:
    async with wizard(ChecklistScreen, EMPTY) as one:
        await one.press("space", "space")
        await one.settled()
        assert "does not say why" in one.help
        await one.go(f"{FIRST}.note")
        await one.write("No new model")
        await one.settled()
        assert "does not say why" not in one.screen.query_one("#problems").text  # type: ignore[attr-defined]


async def test_a_field_inside_a_check_is_opened_when_it_is_asked_for() -> None:
    async with wizard(ChecklistScreen, EMPTY, field=f"{FIRST}.note") as one:
        await one.until(lambda: one.at == f"{FIRST}.note", "the note")


async def test_a_region_is_added_edited_and_removed() -> None:
    async with wizard(ChecklistScreen, EMPTY) as one:
        await one.go("capacity")
        await one.press("enter")
        await one.until(lambda: isinstance(one.app.screen, RowEditor) and one.at == "region", "the dialog")
        await one.write("us-east")
        await one.press("enter")
        await one.write("5,200")
        await one.press("enter")
        await one.write("6000")
        await one.press("ctrl+s")
        await one.until(lambda: one.app.screen is one.screen, "the form")
        row = Capacity(region="us-east", peak_requests_per_minute=5200, quota_requests_per_minute=6000)
        assert one.draft.capacity == (row,)
        await one.settled()
        assert "87 % of 6k" in one.app.drawn
        assert "! too little" in one.app.drawn
        await one.press("enter")
        await one.until(lambda: one.at == "region", "the dialog")
        for _ in range(5):
            await one.press("enter")
        await one.press("space", "enter", "space", "enter")
        await one.until(lambda: one.app.screen is one.screen, "the form")
        assert one.draft.capacity == (replace(row, approved=True, verified=True),)
        await one.settled()
        assert "✓ raise verified" in one.app.drawn
        await one.press("d")
        assert not one.draft.capacity


async def test_escape_leaves_a_row_as_it_was_and_what_means_nothing_is_not_saved() -> None:
    async with wizard(ChecklistScreen, SAMPLE, field="capacity[1]") as one:
        await one.until(lambda: one.at == "capacity", "the table")
        await one.press("down", "enter")
        await one.until(lambda: one.at == "region", "the dialog")
        await one.write("x")
        await one.press("enter", "x", "ctrl+s")
        assert isinstance(one.app.screen, RowEditor)
        assert "Peak requests is a whole number" in one.app.drawn
        await one.press("escape")
        assert one.draft == SAMPLE
        assert one.app.answers == []


async def test_a_row_without_a_name_is_none() -> None:
    async with wizard(ChecklistScreen, EMPTY) as one:
        await one.go("capacity")
        await one.press("a")
        await one.until(lambda: one.at == "region", "the dialog")
        await one.press("ctrl+s")
        assert "Region is empty" in one.app.drawn
        assert one.draft.capacity == ()


async def test_what_lacks_capacity_shows_its_share() -> None:
    async with wizard(ChecklistScreen, samples()["sample-vertex-codestral-2508"], size=(100, 40)) as one:
        await one.settled()
        assert "1750 % of 400k" in one.app.drawn
        await one.press("f8")
        assert "later" in one.app.drawn
        assert "Capacity in europe-west4" in one.app.drawn
