"""The outline: rows that wrap, and a cursor that reaches all of them."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from tests.support.host import Host
from tests.support.hostile import IDS, STRINGS, harmless
from tests.support.waiting import wait_for
from tui.widgets.outline import BLANK, Outline, Row, joined, wrap
from tui.widgets.present import line


class Shown(Screen[None]):
    def __init__(self, rows: list[Row]) -> None:
        super().__init__()
        self.rows = rows
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield Outline(self.rows)

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        self.chosen.append(event.key)

    @property
    def outline(self) -> Outline:
        return self.query_one(Outline)


def rows(number: int) -> list[Row]:
    return [Row(Content(f"row {place}"), f"k{place}") for place in range(number)]


def test_a_long_row_is_wrapped_under_its_indent_and_loses_no_word() -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    lines = wrap(Row(Content("  " + " ".join(words)), hang=4), 16)
    assert all(one.cell_length <= 16 for one in lines)
    assert all(one.plain.startswith("    ") for one in lines[1:])
    assert " ".join(one.plain for one in lines).split() == words


@pytest.mark.parametrize("width", [1, 2, 8, 40])
@pytest.mark.parametrize("text", STRINGS, ids=IDS)
def test_any_text_fits_any_width(text: str, width: int) -> None:
    for one in wrap(Row(line("  ", text), hang=6), width):
        assert one.cell_length <= max(width, 2)


def test_sections_are_parted_by_one_blank_row_and_empty_ones_leave_none() -> None:
    one, two = Row(Content("one")), Row(Content("two"))
    assert joined([one], [], [two]) == [one, BLANK, two]
    assert joined([], []) == []


async def test_the_cursor_passes_blank_rows_and_enter_reports_the_key() -> None:
    app = Host(Shown([Row(Content("one"), "a"), BLANK, Row(Content("two"), "b")]))
    async with app.run_test(size=(40, 10)) as pilot:
        shown: Any = app.screen
        await pilot.press("down", "enter", "up", "space")
        assert shown.chosen == ["b", "a"]


async def test_the_cursor_can_be_seen_without_colours() -> None:
    app = Host(Shown(rows(3)))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("down")
        await pilot.pause()
        assert [one.rstrip() for one in app.drawn.splitlines()[:3]] == [" row 0", "›row 1", " row 2"]


async def test_every_row_can_be_reached_and_is_then_in_view() -> None:
    app = Host(Shown(rows(60)))
    async with app.run_test(size=(40, 10)) as pilot:
        shown: Any = app.screen
        for place in range(1, 60):
            await pilot.press("down")
            assert shown.outline.key == f"k{place}"
        await pilot.pause()
        assert "row 59" in app.drawn
        await pilot.press("home")
        await pilot.pause()
        assert "row 0" in app.drawn
        await pilot.press("pagedown", "pagedown", "pageup")
        assert shown.outline.key == "k9"
        await pilot.press("end")
        assert shown.outline.key == "k59"


async def test_new_rows_leave_the_cursor_on_its_key() -> None:
    app = Host(Shown(rows(5)))
    async with app.run_test(size=(40, 10)) as pilot:
        shown: Any = app.screen
        await pilot.press("down", "down")
        shown.outline.set_rows([Row(Content("new")), *rows(5)])
        assert shown.outline.key == "k2"
        shown.outline.set_rows(rows(1))
        assert shown.outline.key == "k0"
        shown.outline.set_rows([])
        assert shown.outline.key == ""
        await pilot.press("down", "enter", "pagedown", "end")
        assert shown.chosen == []


async def test_a_row_is_wrapped_anew_when_the_width_changes() -> None:
    app = Host(Shown([Row(Content("many words that will not fit into so few cells at all"))]))
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.pause()
        assert "at all" not in app.drawn
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        assert "many words that will not fit into so few cells at all" in app.drawn


@pytest.mark.parametrize("text", STRINGS, ids=IDS)
async def test_hostile_text_is_shown_and_does_nothing(text: str) -> None:
    app = Host(Shown([Row(line(text, " end"), "k")]))
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await pilot.pause()
        assert harmless(app.drawn)
        await pilot.click(Outline, offset=(2, 0))
        assert app.is_running


class Opened(Shown):
    """Its row is opened before the outline has a size."""

    def on_mount(self) -> None:
        self.outline.go("k30")
        self.outline.show_below()


async def test_what_is_below_an_opened_row_is_in_view_and_stays_there_whatever_size_comes_later() -> None:
    screen = Opened([Row(Content(f"row {place} of some words"), f"k{place}") for place in range(60)])
    async with Host(screen).run_test(size=(40, 10)) as pilot:
        await wait_for(pilot, lambda: screen.outline.scroll_offset.y == 29, what="the row near the top")
        await pilot.resize_terminal(12, 10)  # each row takes three lines now
        await wait_for(pilot, lambda: screen.outline.scroll_offset.y == 89, what="the row near the top again")
        await pilot.press("down")
        await pilot.resize_terminal(40, 10)
        await wait_for(pilot, lambda: screen.outline.scroll_offset.y == 31, what="the row under the cursor in view")
