"""The furniture: title bar, key bar, table and paged rows, at all widths."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tests.support.host import Host
from tests.support.hostile import STRINGS
from tests.support.rollouts import NOW
from tests.support.waiting import wait_for
from tui.domain.text import one_line
from tui.runtime.connect import Instance
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.line_table import Column, LineTable, ListRows
from tui.widgets.pages import PAGE, Pages
from tui.widgets.present import Cell, ago, fit, styled
from tui.widgets.table_layout import GAP, layout

COLUMNS = (Column("a", "First", 10, grow=1), Column("b", "Second", 8, drop=1), Column("c", "Third", 6, drop=2))


class Shown(BaseScreen[None]):
    """A table of hostile text between bars."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="x.open", tooltip="x"),
        *[Binding(key, f"act('{key}')", f"Do {key}", id=f"x.{key}", tooltip="x") for key in "abcdefgh"],
    ]

    def __init__(self, badge: Badge | None = None) -> None:
        super().__init__()
        self.badge = badge
        rows = [[Cell(text), Cell(str(number)), Cell("x")] for number, text in enumerate(STRINGS * 4)]
        self.moves = 0
        self.table = LineTable(COLUMNS, ListRows(rows), moved=self.count)

    def count(self) -> None:
        self.moves += 1

    def compose(self) -> ComposeResult:
        yield TitleBar("A very long title of a rollout that does not fit", "Plan issues", badge=self.badge)
        yield self.table
        yield StatusLine("status " * 40)
        yield KeyBar()


@given(st.text(max_size=60), st.integers(0, 40))
def test_fit_fills_exactly_the_cells_it_is_given(text: str, width: int) -> None:
    assert cell_len(fit(one_line(text), width)) == width


@given(st.integers(0, 200))
def test_columns_never_take_more_than_there_is_once_the_droppable_are_gone(width: int) -> None:
    placed = layout(COLUMNS, width)
    used = sum(one.width for one in placed) + GAP * (len(placed) - 1)
    assert used <= max(width, COLUMNS[0].width)
    assert placed[0].column.key == "a"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
async def test_every_line_is_as_wide_as_the_terminal(width: int) -> None:
    instance = Instance("prod", "PRODUCTION prod", production=True)
    app = Host(Shown(Badge.of(instance)))
    async with app.run_test(size=(width, 20), notifications=True) as pilot:
        await wait_for(pilot, lambda: "First" in app.drawn, what="the table")
        for _ in range(30):
            await pilot.press("down")
        assert {strip.cell_length for strip in app.screen._compositor.render_strips()} == {width}


async def test_what_does_not_fit_is_cut_with_an_ellipsis_and_the_badge_and_help_stay() -> None:
    app = Host(Shown(Badge.of(Instance("sandbox", "SANDBOX"))))
    async with app.run_test(size=(60, 20)) as pilot:
        await wait_for(pilot, lambda: "First" in app.drawn, what="the table")
        lines = app.drawn.splitlines()
        assert "…" in lines[0]
        assert "Plan issues" in lines[0]
        assert "SANDBOX" in lines[0]
        assert "enter Open" in lines[-1]
        assert "…" in lines[-1]


async def test_the_wheel_and_clicks_move_and_open() -> None:
    shown = Shown()
    app = Host(shown)
    async with app.run_test(size=(60, 20)) as pilot:
        await wait_for(pilot, lambda: "First" in app.drawn, what="the table")
        await pilot.click(LineTable, offset=(5, 3))
        assert shown.table.cursor == 2
        shown.table.post_message(events.MouseScrollDown(shown.table, 5, 3, 0, 1, 0, False, False, False))
        await wait_for(pilot, lambda: shown.table.cursor == 5, what="the wheel")
        assert shown.moves == 2


async def test_keys_that_are_text_now_are_not_in_the_key_bar() -> None:
    app = Host(Shown())
    async with app.run_test(size=(100, 20)) as pilot:
        await wait_for(pilot, lambda: "Do a" in app.drawn, what="the keys")
        await app.screen.mount(Input(id="field"))
        app.screen.query_one(Input).focus()
        await wait_for(pilot, lambda: "Do a" not in app.drawn, what="letters are gone")


def test_pages_are_asked_for_once_and_the_next_one_ahead() -> None:
    wanted: list[int] = []
    pages: Pages[int] = Pages(1000, lambda item: [Cell(str(item))], wanted.append)
    assert pages.row(0) is None
    assert pages.row(1) is None
    pages.put(0, list(range(PAGE)))
    assert pages.row(5) == [Cell("5")]
    pages.row(PAGE - 1)
    pages.row(999)
    assert wanted == [0, 1, 999 // PAGE]


def test_words_for_times() -> None:
    words = [ago(NOW - timedelta(seconds=seconds), NOW) for seconds in (5, 300, 7200, 86400 * 3, 86400 * 90)]
    assert words == ["just now", "5 min ago", "2 h ago", "3 d ago", "2026-08-24"]


@pytest.mark.parametrize("text", STRINGS)
def test_text_is_never_markup(text: str) -> None:
    assert not styled(text).spans
