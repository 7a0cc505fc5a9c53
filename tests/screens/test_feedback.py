"""What the phases ask: noted, settled, concluded and taken out again on a screen of its own."""

from __future__ import annotations

from dataclasses import replace as with_changes
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Static

from screens.feedback import FeedbackScreen
from tests.support.host import Host
from tests.support.hostile import STRINGS, harmless
from tests.support.rollouts import NOW, climbed, guide, sample
from tests.support.shell import comes_to, keep, running, workbench
from tests.support.waiting import wait_for
from tui.domain import feedback
from tui.domain.draft import Draft, Finding, Place
from tui.domain.heard import Heard
from tui.domain.progress import progress
from tui.domain.steps import ladder
from tui.runtime.connect import Instance
from tui.widgets.chrome import Badge
from tui.widgets.dialogs import Ask, Confirm
from tui.widgets.messages import DraftChanged
from tui.widgets.outline import Outline
from tui.widgets.row_editor import RowEditor

SLOW = Finding(question="latency", answer="worse", text="twice as slow in Asia", by="bob", at=NOW)
UNASKED = replace(sample(), phases=tuple(replace(one, answers={}) for one in sample().phases))


def host(
    *findings: Finding, told: tuple[Heard, ...] = (), read_only: str = "", live: int = 1
) -> tuple[Host, FeedbackScreen]:
    draft = replace(UNASKED, findings=findings)
    screen = FeedbackScreen(
        draft,
        guide(),
        progress(ladder(draft, guide()), climbed(1)[:live]),
        badge=Badge.of(Instance("sandbox", "SANDBOX")),
        operator="alice",
        told=told,
        threads=("Threads on a/b#3: 2 of 5 open",),
        read_only=read_only,
        question="latency" if live == 1 else "",
        clock=lambda: NOW,
    )
    return Host(screen), screen


def on_top(app: Host) -> str:
    return type(app.screen).__name__


def saved(app: Host) -> Draft:
    """The draft as it was announced last."""
    last = app.asked[-1]
    assert isinstance(last, DraftChanged)
    return last.draft


async def settled(pilot: Pilot[Any], dialog: type[Any]) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, dialog), what=dialog.__name__)
    await wait_for(pilot, lambda: getattr(pilot.app.screen, "settled", True), what="the dialog to settle")


async def test_what_is_noted_settled_and_concluded_is_saved_at_once() -> None:
    app, _ = host()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "● live" in app.drawn
        assert "Threads on a/b#3: 2 of 5 open" in app.drawn
        await pilot.press("a")
        await settled(pilot, RowEditor)
        await pilot.press("enter", "ctrl+s")
        assert on_top(app) == "RowEditor", "without a short answer it is not taken"
        await pilot.press("left", "enter", *"slow", "ctrl+s")
        await pilot.pause()
        noted = Finding(question="latency", answer="worse", text="slow", by="alice", at=NOW)
        assert saved(app).findings == (noted,)
        assert "! worse  slow  alice, 2026-11-22" in app.drawn
        await pilot.press("s")
        await settled(pilot, Ask)
        await pilot.press(*"cached", "enter")
        await pilot.pause()
        assert saved(app).findings == (feedback.settle(noted, "cached", "alice", NOW),)
        assert "settled: cached  alice, 2026-11-22" in app.drawn
        await pilot.press("s")
        assert on_top(app) == "FeedbackScreen", "what is settled is not settled twice"
        await pilot.press("c")
        await settled(pilot, RowEditor)
        await pilot.press(*"So", "ctrl+s")
        await pilot.pause()
        phase = saved(app).phase("stakeholders")
        assert phase is not None
        assert phase.answers == {"latency": "So"}
        assert "→ So  concluded" in app.drawn
        await pilot.press("escape")
        assert app.answers == [saved(app)]


async def test_a_finding_can_be_changed_and_taken_out_until_it_was_told() -> None:
    app, screen = host(SLOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        await settled(pilot, RowEditor)
        await pilot.press("left", "ctrl+s")
        await pilot.pause()
        assert saved(app).findings == (replace(SLOW, answer="same"),)
        await pilot.press("d")
        await settled(pilot, Confirm)
        await pilot.press("y")
        await pilot.pause()
        assert saved(app).findings == ()
    told = feedback.heard(replace(UNASKED, findings=(SLOW,)), guide())
    app, screen = host(told=told)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "twice as slow in Asia" in app.drawn, "a colleague noted it elsewhere"
        await pilot.press("down", "d")
        assert on_top(app) == "FeedbackScreen"
        assert "told on the plan issue" in screen.refusal("remove")


async def test_what_was_told_as_settled_is_not_opened_again_without_a_word() -> None:
    """Everybody's history has it settled, so it would not stand in the way of any phase."""
    done = feedback.settle(SLOW, "A second region", "alice", NOW)
    app, _ = host(done, told=feedback.heard(replace(UNASKED, findings=(done,)), guide()))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", "enter")
        await settled(pilot, RowEditor)
        editor = app.screen
        assert isinstance(editor, RowEditor)
        editor.dismiss(replace(done, outcome=""))
        await wait_for(pilot, lambda: on_top(app) == "FeedbackScreen", what="the editor to close")
        await pilot.pause()
        assert not [one for one in app.asked if isinstance(one, DraftChanged)]
        assert [one.message for one in app._notifications] == ["It was told as settled already: note a new finding."]


async def test_who_may_only_read_changes_nothing() -> None:
    app, _ = host(SLOW, read_only="bob has it open")
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("down", "a", "c", "s", "d", "enter")
        await pilot.pause()
        assert on_top(app) == "FeedbackScreen"
        assert not app.asked


async def test_once_all_users_come_in_it_begins_at_what_is_to_be_settled() -> None:
    raised = Finding(question="quota-increase", answer="yes", by="bob", at=NOW)
    app, screen = host(raised, live=3)
    async with app.run_test(size=(80, 24)):
        assert screen.query_one(Outline).key == "feedback:quota-increase"
    app, screen = host(live=3)
    async with app.run_test(size=(80, 24)):
        assert screen.query_one(Outline).key.startswith("feedback:"), "on a question, where there is something to do"


async def test_the_sentence_of_the_guide_is_there_where_there_is_room() -> None:
    app, screen = host(replace(SLOW, url="https://gitlab.example.com/x"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "a finding that says worse is to be settled before All users" in app.drawn
        assert "they can give valuable feedback" in app.drawn
        await pilot.press("down")
        assert str(screen.query_one("#about", Static).render()).startswith("Said in https://gitlab.example.com/x")
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert screen.query_one(Outline).size.height >= 10


async def test_hostile_words_stay_words() -> None:
    findings = tuple(replace(SLOW, text=text, by=text, outcome=text, url="") for text in STRINGS)
    app, _ = host(*findings)
    async with app.run_test(size=(120, 40)):
        assert harmless(app.drawn)


async def test_f_on_the_rollout_leads_to_the_questions_and_keeps_what_was_noted(tmp_path: Path) -> None:
    bench = workbench(tmp_path, {"GITLAB_URL": "http://127.0.0.1:9", "GITLAB_TOKEN": "nobody listens there"})
    keep(bench, "alpha", gitlab=Place(instance="env", project="a/b"))
    bench.records.add(*[with_changes(one, rollout="alpha", instance="env") for one in climbed()[:1]])
    async with running(bench, (80, 24), open_draft="alpha") as pilot:
        await comes_to(pilot, "RolloutScreen")
        await pilot.press("f")
        await comes_to(pilot, "FeedbackScreen")
        await pilot.press("a")
        await comes_to(pilot, "RowEditor")
        await pilot.press("left", "ctrl+s")
        await comes_to(pilot, "FeedbackScreen")
        await pilot.press("escape")
        await comes_to(pilot, "RolloutScreen")
    (kept,) = bench.drafts.load("alpha").findings
    assert (kept.question, kept.answer) == ("latency", "worse")
