"""The lead of a rollout in the control room: taken, given up, and not by who only looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.shell import Shell, comes_to, drawn, keep, running, sees, workbench
from tests.support.waiting import wait_for
from tui.domain.draft import Draft, Place
from tui.domain.gates import OFF
from tui.domain.operation import Apply
from tui.runtime import leading
from tui.runtime.workbench import Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.widgets.dialogs import Confirm
from tui.widgets.messages import StatusWanted


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(None, assets=ROOT) as running_server:
        yield running_server


@pytest.fixture
def bench(tmp_path: Path, server: Server) -> Workbench:
    return workbench(tmp_path / "home", {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token})


def begun(bench: Workbench, *, lead: bool = True) -> Draft:
    """A rollout with the team in; who began it has the lead unless they gave it up."""
    draft = keep(bench, "alpha", gitlab=Place(instance="env", project="code-creation/rollouts"))
    with bench.session("env") as session:
        prepared = session.prepare(draft)
        assert prepared is not None
        assert session.apply(prepared).outcome == "done"
        if not lead:
            leading.release(session, draft)
    return draft


async def opened(pilot: Shell) -> None:
    """At the rollout, with GitLab's answer."""
    await comes_to(pilot, "RolloutScreen")
    await sees(pilot, "GitLab was asked at")


async def agree(pilot: Shell) -> None:
    """Say yes to the dialog, once it listens."""
    dialog = pilot.app.screen
    assert isinstance(dialog, Confirm)
    await wait_for(pilot, lambda: dialog.settled, what="the dialog to settle")
    await pilot.press("y")
    await comes_to(pilot, "RolloutScreen")


async def test_the_lead_is_taken_and_given_up_with_one_key(bench: Workbench) -> None:
    begun(bench, lead=False)
    async with running(bench, (120, 60), open_draft="alpha") as pilot:
        await opened(pilot)
        await pilot.press("l")
        await sees(pilot, "Take the lead?", "Nobody has the lead: alice gave it up")
        await agree(pilot)
        await sees(pilot, "alice has the lead on")
        await pilot.press("l")
        await sees(pilot, "Give the lead up?")
        await agree(pilot)
        await sees(pilot, "alice gave it up at")


async def test_a_colleague_sees_who_has_the_lead_and_takes_over(
    bench: Workbench, server: Server, tmp_path: Path
) -> None:
    begun(bench)
    with server.edit() as world:
        next(user for user in world.users.values() if user.username == "bob").is_admin = True
    mine = workbench(tmp_path / "bob", {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.mint("bob")})
    keep(mine, "alpha", gitlab=Place(instance="env", project="code-creation/rollouts"))
    with mine.session("env") as session:
        session.situation(mine.drafts.load("alpha"))
    async with running(mine, (120, 60), open_draft="alpha") as pilot:
        await opened(pilot)
        await sees(pilot, "alice has the lead on", "ask, or take over", " UTC  alice has the lead  ")
        await pilot.press("l")
        await sees(pilot, "Take the lead over?")
        await agree(pilot)
        await sees(pilot, "bob has the lead on", " UTC  you have the lead  ")
        assert "ask, or take over" not in drawn(pilot)


async def test_who_only_looks_sees_the_lead_and_cannot_take_it(bench: Workbench, server: Server) -> None:
    begun(bench)
    server.requests.clear()
    async with running(bench, (120, 60), open_draft="alpha", read_only=True) as pilot:
        await opened(pilot)
        await sees(pilot, "alice has the lead on")
        await pilot.press("l")
        await pilot.pause()
        assert "lead up?" not in drawn(pilot)
    assert {one.method for one in server.requests} == {"GET"}


async def test_who_only_looks_does_not_take_up_a_way_back_that_was_broken_off(bench: Workbench, server: Server) -> None:
    draft = begun(bench)
    (live,) = bench.records.entries(draft.id, "env")
    later = live.at + timedelta(seconds=1)
    off = Apply("a1", draft.id, "env", live.flag, "off", "", "roll-back", "alice", "", later, live.gates_after, OFF)
    bench.records.begin(off)
    server.requests.clear()
    async with running(bench, (120, 60), open_draft="alpha", read_only=True) as pilot:
        await opened(pilot)
        await pilot.press("e")
        await comes_to(pilot, "ModelScreen")
        await pilot.press("f6")
        await comes_to(pilot, "ReviewScreen")
        await sees(pilot, "Off for everybody", "Cannot be applied: read-only")
        await pilot.press("a")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Confirm)
    assert {one.method for one in server.requests} == {"GET"}


async def test_an_answer_that_nobody_waits_for_any_more_is_not_asked_for(bench: Workbench, server: Server) -> None:
    begun(bench)
    server.requests.clear()
    async with running(bench) as pilot:
        await sees(pilot, "1 of 1")
        pilot.app.post_message(StatusWanted(bench.drafts.load("alpha")))
        await pilot.press("down", "up")
        assert not server.requests
        assert pilot.app.is_running
