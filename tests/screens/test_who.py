"""Who is affected, on the screen: counts first, then who; and what cannot be told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from textual import events
from textual.pilot import Pilot

from screens.who import Question, WhoScreen
from tests.support.host import Host
from tests.support.rollouts import MEMBERS, climbed, observed, sample, situation
from tests.support.waiting import wait_for
from tui.domain.errors import BadInput, Interrupted, NotFound
from tui.domain.gates import ActorName
from tui.gateway.client import Gateway
from tui.runtime.affected import Affected, affected, asked
from tui.widgets.chrome import StatusLine
from tui.widgets.line_table import LineTable
from tui.widgets.outline import Outline
from tui.widgets.who_rows import Actors

HERE = situation(sample(), observed(replace(MEMBERS, percentage_of_actors=10)), climbed(1, 10))
IDS = {"alice": 1, "dave": 4711}
Tell = Callable[[str], None]


class Directory:
    """What GitLab knows of people."""

    def user(self, name: str) -> ActorName | None:
        return ActorName("user", name, f"User:{IDS[name]}") if name in IDS else None

    def members(self, path: str) -> tuple[ActorName, ...]:
        if path != "acme/dev":
            raise NotFound(f"no group {path}")
        return tuple(ActorName("user", f"member{one}", f"User:{one}") for one in range(100, 140))


def answer(text: str, tell: Tell) -> Affected:
    return affected(cast("Gateway", Directory()), HERE, asked(text), tell=tell)


def host(ask: Callable[[str, Tell], Affected] = answer) -> tuple[Host, WhoScreen]:
    screen = WhoScreen("Codestral", HERE, ask, known="by the history")
    return Host(screen), screen


def said(screen: WhoScreen) -> str:
    return screen.query_one("#said", StatusLine).plain


def counts(screen: WhoScreen) -> list[list[str]]:
    return [row.content.plain.split() for row in screen.query_one("#counts", Outline).rows]


async def ask(pilot: Pilot[None], screen: WhoScreen, text: str, expected: str) -> None:
    screen.query_one("#question", Question).value = text
    await pilot.press("enter")
    await wait_for(pilot, lambda: expected in said(screen), what=expected)


async def test_somebody_by_name_by_id_and_nobody() -> None:
    app, screen = host()
    async with app.run_test() as pilot:
        assert said(screen) == "Live: 10 % of users  by the history"
        await ask(pilot, screen, "alice", "alice is in, by name")
        await ask(pilot, screen, "4711", "4711 comes in with 75 % of users")
        await ask(pilot, screen, "dave nobody-here", "dave comes in with 75 % of users")
        assert "GitLab knows nobody called nobody-here" in screen.query_one("#counts", Outline).text
        assert "everybody in gitlab_team_members" in screen.query_one("#counts", Outline).text


async def test_a_group_is_counted_by_step_and_each_count_lists_its_people() -> None:
    app, screen = host()
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(pilot, screen, "@acme/dev", "of 40 actors in")
        with_quarter = next(row for row in counts(screen) if row[:2] == ["with", "25"])
        await pilot.press("down", "down", "down")
        found = answer("@acme/dev", lambda _: None)
        names = [name for name, one in found.places if one.enters and one.enters.id == "25%"]
        assert with_quarter[5] == str(len(names))
        await wait_for(pilot, lambda: f"{names[0]} " in app.drawn and "member101 " not in app.drawn, what="the list")
        await pilot.press("c")
        assert app.copied[0].split() == [f"User:{name.removeprefix('member')}" for name in names]


async def test_a_pasted_list_is_asked_about_and_is_no_text_for_the_field() -> None:
    app, screen = host()
    async with app.run_test() as pilot:
        screen.query_one("#question", Question).post_message(events.Paste("\n".join(map(str, range(1, 20_001)))))
        await wait_for(pilot, lambda: "of 20,000 actors in" in said(screen), what="the answer")
        assert not screen.query_one("#question", Question).value
        assert counts(screen)[1][:2] == ["in", "now"]
        assert 1_900 < int(counts(screen)[1][2].replace(",", "")) < 2_100
        assert isinstance(screen.query_one("#actors", LineTable)._rows, Actors)


async def test_what_goes_wrong_is_said_and_the_last_question_wins() -> None:
    gate, given_up = threading.Event(), threading.Event()

    def slow(text: str, tell: Tell) -> Affected:
        if text == "slow":
            tell("Asking GitLab for names: 1 of 2")
            gate.wait(20)
            try:
                tell("Asking GitLab for names: 2 of 2")
            except Interrupted:
                given_up.set()
                raise
        if text == "bad":
            raise BadInput("there is no such file", "Give another.")
        return answer(text, tell)

    app, screen = host(slow)
    async with app.run_test() as pilot:
        await ask(pilot, screen, "slow", "names: 1 of 2")
        await ask(pilot, screen, "bad", "✗ No answer")
        assert screen.query_one("#counts", Outline).text.startswith("✗ there is no such file\n  Give another.")
        await ask(pilot, screen, "alice", "alice is in")
        gate.set()
        await wait_for(pilot, given_up.is_set, what="the first question to be given up")
        assert said(screen).startswith("alice is in")
        await pilot.press("escape")
        assert app.answers == [None]
