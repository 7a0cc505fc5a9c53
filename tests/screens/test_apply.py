"""The apply: states as they come, an end that explains itself, and a stop that waits for what is under way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from screens.apply import ApplyScreen
from tests.support.host import Host, prepared
from tests.support.hostile import IDS, STRINGS, harmless
from tests.support.rollouts import sample, situation
from tui.domain.errors import TokenRefused
from tui.domain.operation import Operation, OperationState, Outcome
from tui.runtime.apply import ApplyResult
from tui.runtime.connect import Instance
from tui.runtime.workbench import Prepared
from tui.widgets.chrome import StatusLine
from tui.widgets.messages import ApplyWanted, CancelWanted
from tui.widgets.outline import Outline


@pytest.fixture(scope="module")
def plan() -> Prepared:
    return prepared(situation(sample()))


def operations(plan: Prepared, *states: OperationState) -> tuple[Operation, ...]:
    """One operation for each change; those without a state wait."""
    found = []
    for place, change in enumerate(plan.plan.changes):
        state = states[place] if place < len(states) else "waiting"
        url = f"https://x/{place}" if state == "confirmed" else ""
        request = change.request
        made = Operation(str(place), "apply", "r", "sandbox", change.id, change.kind, change.slot, request.method)
        found.append(replace(made, path=request.path, body=request.body, state=state, url=url))
    return tuple(found)


def host(plan: Prepared) -> tuple[Host, ApplyScreen]:
    screen = ApplyScreen(plan, instance=Instance("sandbox", "SANDBOX"))
    return Host(screen), screen


def rows(screen: ApplyScreen) -> str:
    return screen.query_one(Outline).text


def head(screen: ApplyScreen, name: str = "headline") -> str:
    return screen.query_one(f"#{name}", StatusLine).plain


async def test_it_begins_by_itself_and_shows_each_state(plan: Prepared) -> None:
    app, screen = host(plan)
    async with app.run_test() as pilot:
        assert isinstance(app.asked[0], ApplyWanted)
        assert rows(screen).count("○ waiting") == len(plan.plan.changes)
        for operation in operations(plan, "confirmed", "intended")[:2]:
            screen.update_operation(operation)
        await pilot.pause()
        assert "✓ confirmed" in rows(screen)
        assert "… sending" in rows(screen)
        assert "https://x/0" in rows(screen)
        assert head(screen, "verdict") == f"… 1 of {len(plan.plan.changes)} confirmed, 1 sending"


async def test_a_whole_apply_leads_on_to_the_rollout(plan: Prepared) -> None:
    app, screen = host(plan)
    async with app.run_test() as pilot:
        await pilot.press("n", "r")
        assert not app.answers, "there was no end yet"
        done = operations(plan, *["confirmed"] * len(plan.plan.changes))  # type: ignore[arg-type]
        result = ApplyResult("r", "done", done, remarks=("GitLab dropped a label",))
        screen.finish(result)
        await pilot.pause()
        assert head(screen).startswith("✓ Applied 15 changes on SANDBOX")
        assert "GitLab dropped a label" in rows(screen)
        await pilot.press("enter", "n", "escape")
        assert [(one.go, one.result) for one in app.answers] == [("rollout", result)]


async def test_what_a_colleague_did_meanwhile_is_no_plain_success(plan: Prepared) -> None:
    app, screen = host(plan)
    async with app.run_test() as pilot:
        done = operations(plan, *["confirmed"] * len(plan.plan.changes))  # type: ignore[arg-type]
        crossed = replace(plan.plan.entry, meanwhile=("bob rolled back",)) if plan.plan.entry else None
        screen.finish(
            ApplyResult("r", "done", done, crossed, remarks=("bob rolled back",), told=("You have the lead.",))
        )
        await pilot.pause()
        assert head(screen) == "! Applied 15 changes on SANDBOX: somebody else was at it too"
        assert "! bob rolled back" in rows(screen)
        assert "You have the lead." in rows(screen)


@pytest.mark.parametrize(
    ("outcome", "title", "advice"),
    [
        ("stopped", "! Stopped before its end", "does only the rest"),
        ("rejected", "✗ GitLab refused a change", "Put right what it says"),
        ("unknown", "? The outcome of a change is unknown", "nothing is sent twice"),
        ("stale", "! GitLab is not as the plan saw it", "Nothing more was written"),
    ],
)
async def test_an_end_before_time_explains_itself_and_offers_a_new_plan(
    plan: Prepared, outcome: Outcome, title: str, advice: str
) -> None:
    app, screen = host(plan)
    async with app.run_test() as pilot:
        screen.finish(ApplyResult("r", outcome, operations(plan, "confirmed"), reason="because of x"))
        await pilot.pause()
        assert head(screen) == title
        assert "because of x" in rows(screen)
        assert advice in rows(screen)
        assert rows(screen).count("– not sent") == len(plan.plan.changes) - 1
        await pilot.press("n")
        assert not app.answers
        await pilot.press("r")
        assert app.answers[0].go == "replan"


async def test_an_error_before_the_first_change_is_shown_with_what_to_do(plan: Prepared) -> None:
    app, screen = host(plan)
    async with app.run_test() as pilot:
        screen.fail(TokenRefused("GitLab refused the token"))
        await pilot.pause()
        assert "GitLab refused the token" in rows(screen)
        assert "make a new one" in rows(screen)
        await pilot.press("escape")
        assert (app.answers[0].go, app.answers[0].result) == ("rollout", None)


async def test_escape_asks_once_to_stop_and_leaves_only_after_the_end(plan: Prepared) -> None:
    app, screen = host(plan)
    async with app.run_test() as pilot:
        await pilot.press("escape", "escape")
        assert [type(one) for one in app.asked] == [ApplyWanted, CancelWanted]
        assert "what is under way is waited for" in head(screen, "verdict")
        assert not app.answers
        screen.finish(ApplyResult("r", "stopped", operations(plan)))
        await pilot.press("escape")
        assert app.answers[0].go == "rollout"


async def test_the_cursor_follows_what_is_sent_until_a_key_is_pressed(plan: Prepared) -> None:
    app, screen = host(plan)
    sending = operations(plan, *["intended"] * len(plan.plan.changes))  # type: ignore[arg-type]
    async with app.run_test() as pilot:
        screen.update_operation(sending[-1])
        assert screen.query_one(Outline).key == f"change:{sending[-1].change}"
        await pilot.press("home")
        screen.update_operation(sending[-2])
        assert screen.query_one(Outline).key == ""


async def test_an_operation_opens_to_the_request_that_was_sent_and_its_url_is_copied(plan: Prepared) -> None:
    app, screen = host(plan)
    sent = replace(operations(plan, "confirmed")[0], path="/projects/1/issues", body={"title": "as it was sent"})
    async with app.run_test() as pilot:
        screen.update_operation(sent)
        screen.query_one(Outline).go(f"change:{sent.change}")
        await pilot.press("enter", "c")
        assert "as it was sent" in rows(screen)
        assert app.copied == ["https://x/0"]


@pytest.mark.parametrize("hostile", STRINGS, ids=IDS)
async def test_hostile_text_is_shown_and_does_nothing(plan: Prepared, hostile: str) -> None:
    app, screen = host(plan)
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        told = [replace(one, url=hostile, error=hostile, state="rejected") for one in operations(plan)]
        screen.update_operation(told[0])
        screen.finish(ApplyResult("r", "rejected", tuple(told), reason=hostile, remarks=(hostile,)))
        for key in ("down", "pagedown", "c", "enter", "end"):
            await pilot.press(key)
            assert harmless(app.drawn)
        assert app.is_running


# chat commands


@pytest.fixture(scope="module")
def chat() -> Prepared:
    draft = structs.replace(sample(), flag=structs.replace(sample().flag, target="chatops"))
    return prepared(situation(draft))


def ask(screen: ApplyScreen, plan: Prepared, number: int, said: list[bool]) -> str:
    """Ask for a command as the app does; returns it."""
    change = plan.plan.commands[number]
    request = change.request.resolved({"url:flag-rollout": "https://x/issues/4"})
    screen.update_operation(Operation("1", "a", "r", "sandbox", change.id, change.kind, state="intended"))
    screen.ask_to_run(change, request, said.append)
    return str(request.body["command"])


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.widgets.command_prompt.SETTLE", 0.0)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)], ids=["60x20", "80x24", "120x40"])
async def test_a_command_is_shown_whole_with_where_to_run_it_and_its_keys(
    chat: Prepared, size: tuple[int, int], at_once: None
) -> None:
    app, screen = host(chat)
    async with app.run_test(size=size) as pilot:
        command = ask(screen, chat, 1, [])
        await pilot.pause()
        shown = "".join("".join(line.strip(" │┃") for line in app.drawn.splitlines()).split())
        assert command.replace(" ", "") in shown
        for text in ("Command 2 of 3", "#production", "#g_code_creation", "https://x/issues/4"):
            assert text.replace(" ", "") in shown
        footer = app.drawn.splitlines()[-1]
        assert all(key in footer for key in ("y It ran", "n It failed", "c Copy", "esc Stop"))
        assert "Go on" not in footer
        assert "● for you" in rows(screen)
        assert "waits for you" in head(screen, "verdict")


@pytest.mark.parametrize(("key", "ran"), [("y", True), ("enter", True), ("n", False)])
async def test_the_operators_word_is_told_once(chat: Prepared, key: str, ran: bool, at_once: None) -> None:
    app, screen = host(chat)
    said: list[bool] = []
    async with app.run_test() as pilot:
        command = ask(screen, chat, 0, said)
        await pilot.press("c")
        assert app.copied == [command]
        assert not said
        await pilot.press(key, key)
        assert said == [ran]
        assert command not in app.drawn
        assert not app.answers


async def test_a_key_that_repeats_does_not_answer_the_next_command(
    chat: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.widgets.command_prompt.SETTLE", 1000.0)
    app, screen = host(chat)
    said: list[bool] = []
    async with app.run_test() as pilot:
        ask(screen, chat, 0, said)
        await pilot.press("y", "enter", "n")
        assert not said


async def test_the_end_takes_the_question_away_and_says_what_it_was(chat: Prepared, at_once: None) -> None:
    app, screen = host(chat)
    said: list[bool] = []
    async with app.run_test() as pilot:
        command = ask(screen, chat, 0, said)
        change = chat.plan.commands[0]
        failed = Operation("1", "a", "r", "sandbox", change.id, change.kind, state="rejected", error="it failed")
        screen.finish(ApplyResult("r", "rejected", (failed,), reason="the operator says that it failed"))
        await pilot.pause()
        assert head(screen) == "✗ A chat command did not work"
        assert command not in app.drawn
        await pilot.press("y", "n")
        assert not said
        assert not app.answers


async def test_an_attested_command_says_so(chat: Prepared) -> None:
    app, screen = host(chat)
    async with app.run_test():
        change = chat.plan.commands[0]
        screen.update_operation(Operation("1", "a", "r", "sandbox", change.id, change.kind, state="confirmed"))
        assert "✓ attested" in rows(screen)


async def test_a_hostile_command_is_shown_and_does_nothing(chat: Prepared, at_once: None) -> None:
    app, screen = host(chat)
    change = chat.plan.commands[0]
    async with app.run_test(size=(60, 20)) as pilot:
        for hostile in STRINGS:
            body = {"command": hostile, "cross_post": hostile, "issue": hostile}
            told = replace(change, summary=hostile)
            screen.ask_to_run(told, replace(change.request, path=hostile, body=body), lambda _: None)
            await pilot.press("c")
            assert harmless(app.drawn)
        assert all(harmless(text) for text in app.copied)
        assert app.is_running
