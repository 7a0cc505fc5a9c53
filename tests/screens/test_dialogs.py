"""The dialogs: a yes is meant, a reason has words, Escape changes nothing."""

from __future__ import annotations

import pytest

from tests.support.host import Host
from tests.support.hostile import IDS, STRINGS, harmless
from tests.support.waiting import wait_for
from tui.widgets.dialogs import Ask, Choice, Choose, Confirm, Dialog, Option

OPTIONS = [Option("members", "Every employee"), Option("off", "Off for everybody", "clears every gate")]


async def test_a_press_that_opened_the_dialog_does_not_answer_it() -> None:
    dialog = Confirm("Apply?")
    app = Host(dialog)
    async with app.run_test() as pilot:
        await pilot.press("y", "enter")
        assert not app.answers
        await wait_for(pilot, lambda: dialog.settled, what="the dialog to settle")
        await pilot.press("enter")
        assert not app.answers
        assert "y is Apply" in app.drawn
        await pilot.press("y")
        assert app.answers == [True]


@pytest.mark.parametrize("key", ["escape", "n"])
async def test_no_is_one_key(key: str) -> None:
    app = Host(Confirm("Apply?"))
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert app.answers == [False]


async def test_production_wants_the_phrase_letter_by_letter() -> None:
    dialog = Confirm("Apply?", phrase="use_x")
    app = Host(dialog)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: dialog.settled, what="the dialog to settle")
        await pilot.press("y", "enter")
        assert not app.answers
        assert "This is not use_x" in app.drawn
        await pilot.press("backspace", *"use_x", "enter")
        assert app.answers == [True]


async def test_a_reason_needs_words() -> None:
    app = Host(Ask("Waive", label="Reason"))
    async with app.run_test() as pilot:
        await pilot.press("space", "enter")
        assert not app.answers
        assert "a few words are needed" in app.drawn
        await pilot.press(*"known", "enter")
        assert app.answers == ["known"]


async def test_a_choice_and_its_reason() -> None:
    dialog = Choose("Back to", OPTIONS, reason="Reason")
    app = Host(dialog)
    async with app.run_test() as pilot:
        await pilot.press("down", "enter", *"latency", "enter")
        assert app.answers == [Choice("off", "latency")]


async def test_the_reason_and_what_it_is_for_fit_into_a_small_terminal() -> None:
    options = [Option(f"{number}%", f"{number} % of users", "All users") for number in range(9)]
    dialog = Choose("Step back to", options, ["Nothing is sent yet: the plan is shown first."], "Reason")
    app = Host(dialog)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(*["down"] * 6, "enter")
        await pilot.press(*"slow")
        await wait_for(pilot, lambda: "slow" in app.drawn and "6 % of users" in app.drawn, what=f"both in\n{app.drawn}")
        await pilot.press("enter")
        assert app.answers == [Choice("6%", "slow")]


@pytest.mark.parametrize("dialog", [Ask("x"), Choose("x", OPTIONS)], ids=["ask", "choose"])
async def test_escape_is_no_answer(dialog: Dialog[object]) -> None:
    app = Host(dialog)
    async with app.run_test() as pilot:
        await pilot.press("escape")
        assert app.answers == [None]


@pytest.mark.parametrize("text", STRINGS, ids=IDS)
async def test_hostile_text_in_a_dialog_does_nothing(text: str) -> None:
    app = Host(Confirm(text, [text], phrase=text, yes="Apply"))
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await pilot.press("z", "enter")
        assert harmless(app.drawn)
        assert not app.answers
