"""The ways back on the screen: what each comes to, the reason, and who may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from msgspec import structs

from screens.back import BackScreen
from tests.support.host import Host
from tests.support.rollouts import FLAG, MEMBERS, NOW, climbed, guide, observed, sample, situation
from tui.domain.draft import FlagSpec
from tui.domain.errors import Unreachable
from tui.domain.gates import Gates
from tui.domain.wish import Wish
from tui.runtime.connect import Instance
from tui.widgets.chrome import StatusLine
from tui.widgets.outline import Outline

QUARTER = replace(MEMBERS, percentage_of_actors=25)
LONG = (1, 10, 25)
Target = Literal["instance", "project", "chatops"]


def host(
    gates: Gates | None = QUARTER, *, at: str = "", watching: bool = False, target: Target = "instance"
) -> tuple[Host, BackScreen]:
    draft = structs.replace(sample(), flag=FlagSpec(name=FLAG, target=target))
    screen = BackScreen(
        draft,
        guide(),
        instance=Instance("here", "here", "https://gitlab.example.com"),
        entries=climbed(*LONG),
        situation=situation(draft, observed(gates), climbed(*LONG)) if gates else None,
        read_only="the app was started with --read-only" if watching else "",
        watching=watching,
        at=at,
        clock=lambda: NOW,
    )
    return Host(screen), screen


def shown(screen: BackScreen) -> str:
    return screen.query_one("#what", Outline).text


async def test_the_nearest_way_is_first_and_another_one_is_shown_as_the_cursor_moves() -> None:
    app, screen = host()
    async with app.run_test(size=(120, 50)) as pilot:
        assert shown(screen).startswith("Back to 10 % of users")
        assert "  Loses     15 percentage points of users" in shown(screen)
        assert "At no moment is it off for anybody who stays in" in shown(screen)
        assert "2 h until 25 % of users" in shown(screen)
        await pilot.press("down", "down")
        assert shown(screen).startswith("Back to Every employee")
        assert "For a moment the flag is off for everybody" in shown(screen)
        assert "Feature.enable(" + f'"{FLAG}", Feature.group("gitlab_team_members"))' in shown(screen)


@pytest.mark.parametrize(
    ("at", "typed", "wish"),
    [
        ("members:members", "slow", Wish("members", "members", "slow")),
        ("undo", "", Wish(act="undo")),
        ("hold", "incident", Wish(act="hold", reason="incident")),
        ("off", "bad", Wish("off", "", "bad")),
        ("abandon", "bad", Wish(act="abandon", reason="bad")),
    ],
)
async def test_a_way_is_answered_with_its_reason(at: str, typed: str, wish: Wish) -> None:
    app, _ = host(at=at)
    async with app.run_test() as pilot:
        await pilot.press("enter")
        dialog = app.screen
        while not getattr(dialog, "settled", True):
            await pilot.pause()
        await pilot.press(*typed, "enter")
        assert app.answers == [wish]


async def test_who_watches_sees_and_does_not_act() -> None:
    app, screen = host(watching=True)
    async with app.run_test() as pilot:
        assert "Loses" in shown(screen)
        assert "! Read-only: to look at, not to act on" in app.drawn
        await pilot.press("enter")
        assert app.screen is screen
        await pilot.press("escape")
        assert app.answers == [None]


async def test_where_somebody_else_opened_it_further_the_nearest_way_is_back_to_the_live_step() -> None:
    app, screen = host(replace(MEMBERS, percentage_of_actors=60))
    async with app.run_test():
        assert screen.way.key == "repair"
        assert "Loses     35 percentage points of users" in shown(screen)


async def test_without_gitlab_the_history_is_shown_until_it_answers() -> None:
    app, screen = host(None, at="off")
    async with app.run_test() as pilot:
        screen.fail(Unreachable("GitLab does not answer"))
        assert "Shown is the history" in screen.query_one("#reading", StatusLine).plain
        assert "gitlab_team_members or 25 % of users" in shown(screen)
        screen.show(situation(sample(), observed(MEMBERS), climbed(*LONG)))
        assert shown(screen).startswith("Off for everybody")
        assert "25 % of users" not in shown(screen).split("How soon")[0]
        await pilot.press("u")
        assert app.copied[0].startswith(
            "curl --fail-with-body --request POST https://gitlab.example.com/api/v4/features/"
        )


async def test_chat_commands_are_shown_for_a_chat_bot() -> None:
    app, screen = host(target="chatops")
    async with app.run_test() as pilot:
        await pilot.press("t")
        assert app.copied == [f"/chatops gitlab run feature set {FLAG} 10 --actors"]
        assert "after the last call is run" in shown(screen)


async def test_a_projects_flag_has_no_call_for_the_chat_bot_and_none_without_gitlab() -> None:
    app, screen = host(None, target="project")
    async with app.run_test() as pilot:
        assert "In after" in shown(screen)
        assert "its own client asks GitLab" in shown(screen)
        await pilot.press("t", "c")
        assert not app.copied
