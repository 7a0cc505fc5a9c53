"""Chat commands in the app: shown while a thread of the apply waits for the operator's word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from msgspec import structs
from textual.pilot import Pilot

from screens.apply import ApplyScreen
from tests.support.chat_bot import Bot
from tests.support.clock import Clock
from tests.support.rollouts import FLAG, TEAM, sample
from tests.support.waiting import wait_for
from tui.app import RolloutApp
from tui.app.answers import ExitState
from tui.domain.draft import Draft, Place
from tui.domain.plan import Change
from tui.gateway.client import Gateway
from tui.gateway.connection import Connection
from tui.gateway.secret import Secret
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations
from tui.widgets.chrome import StatusLine
from tui.widgets.command_prompt import CommandPrompt

DRAFT: Draft = structs.replace(
    sample(),
    gitlab=Place(instance="env", project="code-creation/rollouts"),
    flag=structs.replace(sample().flag, target="chatops"),
)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(None, assets=ROOT, clock=Clock()) as running:
        yield running


@pytest.fixture
def bench(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setattr("tui.widgets.command_prompt.SETTLE", 0.0)
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.tokens["developer"]}
    with Workbench(Locations.under(tmp_path / "home"), environ, Clock()) as made:
        yield made


async def begin(app: RolloutApp) -> ApplyScreen:
    """Open the apply of the first step."""
    bench = app.bench
    prepared = app.sessions.use("env", lambda session: session.prepare(DRAFT))
    assert prepared is not None
    screen = ApplyScreen(prepared, instance=bench.instance("env"))
    await app.push_screen(screen)
    return screen


async def asked(pilot: Pilot[ExitState], screen: ApplyScreen, number: int) -> str:
    """Wait for the command of that number."""

    def there() -> bool:
        shown = screen.query_one(CommandPrompt).shown
        return shown is not None and shown.number == number

    await wait_for(pilot, there, what=f"command {number}")
    shown = screen.query_one(CommandPrompt).shown
    assert shown is not None
    return shown.command


def head(screen: ApplyScreen) -> str:
    return screen.query_one("#headline", StatusLine).plain


async def test_each_command_is_run_and_answered_until_all_is_done(bench: Workbench, server: Server) -> None:
    app, bot = RolloutApp(bench, instance="env"), Bot(server)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await begin(app)
        for number, key in enumerate(("y", "enter", "y"), start=1):
            bot.run(await asked(pilot, screen, number))
            await pilot.press(key)
        await wait_for(pilot, lambda: head(screen).startswith("✓ Applied"), what="the end")
        client = Gateway(Connection("check", server.url, Secret(server.tokens["admin"])))
        assert client.flags()[FLAG].gates == TEAM
        client.close()
    app.sessions.close()


async def test_escape_stops_at_once_and_the_command_is_shown_again(bench: Workbench) -> None:
    app = RolloutApp(bench, instance="env")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await begin(app)
        await asked(pilot, screen, 1)
        await pilot.press("y")
        left = await asked(pilot, screen, 2)
        began = monotonic()
        await pilot.press("escape")
        await wait_for(pilot, lambda: head(screen) == "! Stopped before its end", what="the end")
        assert monotonic() - began < 3
        again = app.sessions.use("env", _prepare)
        assert again[0].request.body["command"] == left
    app.sessions.close()


async def test_quitting_does_not_wait_for_an_answer(bench: Workbench) -> None:
    app = RolloutApp(bench, instance="env")
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, await begin(app), 1)
        await pilot.press("ctrl+q")
    began = monotonic()
    app.sessions.close()
    assert monotonic() - began < 3
    assert [one.state for one in bench.records.commands(DRAFT.id, "env")] == ["unknown"]


def _prepare(session: Session) -> tuple[Change, ...]:
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    return prepared.plan.commands
