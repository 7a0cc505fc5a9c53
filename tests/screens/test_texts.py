"""The texts to tell people on the screen: previewed, copied, and where the announcement was posted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from msgspec import structs

from screens.rollout import RolloutScreen
from screens.texts import TextsScreen
from tests.domain.test_telling import HOLD, TEMPLATES, TEN, moment
from tests.support.host import Host
from tests.support.rollouts import MEMBERS, NOW, climbed, guide, observed, sample, situation
from tests.support.shell import comes_to, keep, running, sees, workbench
from tests.support.waiting import wait_for
from tui.domain.announcing import standings
from tui.domain.draft import Announcement, Draft, Place, Posted
from tui.domain.errors import Unreachable
from tui.domain.telling import messages
from tui.runtime.connect import Instance
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.widgets.chrome import StatusLine
from tui.widgets.columns import Columns
from tui.widgets.messages import DraftChanged, ReportWanted, TextsWanted
from tui.widgets.outline import Outline

ANNOUNCED = Announcement(channels=("#team", "#news"), text="\n".join(f"Line {number}" for number in range(60)))
DRAFT = structs.replace(sample(), announcement=ANNOUNCED)


class Telling(Host):
    """Remembers that the report was asked for."""

    def on_report_wanted(self, message: ReportWanted) -> None:
        self.asked.append(message)

    def on_texts_wanted(self, message: TextsWanted) -> None:
        self.asked.append(message)


def telling(draft: Draft = DRAFT, read_only: str = "") -> tuple[Telling, TextsScreen]:
    here = moment((*climbed(10), HOLD), TEN, draft)
    screen = TextsScreen(
        draft,
        messages(here, TEMPLATES),
        instance=Instance("sandbox", "SANDBOX"),
        operator="alice",
        read_only=read_only,
        clock=lambda: NOW,
    )
    return Telling(screen), screen


def shown(screen: TextsScreen) -> str:
    return screen.query_one("#text", Outline).text


def said(screen: TextsScreen) -> str:
    return screen.query_one("#reading", StatusLine).plain


async def test_the_most_urgent_text_is_first_and_c_copies_what_is_shown() -> None:
    app, screen = telling()
    async with app.run_test(size=(120, 40)) as pilot:
        assert shown(screen).startswith("On hold  for #g_code_creation\n\nCodestral 25.01")
        await pilot.press("c", "down", "enter")
        assert shown(screen).startswith("Status")
        assert [text.splitlines()[0] for text in app.copied] == [
            "Codestral 25.01 for Code Completion is on hold at 10 % of users since 2026-11-22 13:00 UTC.",
            "Codestral 25.01 for Code Completion: on hold",
        ]


async def test_a_long_text_is_read_to_its_end_in_a_small_terminal() -> None:
    app, _ = telling()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("down", "down", "tab", "end")
        await wait_for(pilot, lambda: "Line 59" in app.drawn, what="the last line")


async def test_a_channel_is_marked_saved_told_on_the_plan_issue_and_taken_back() -> None:
    app, screen = telling()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("G", "k", "enter")
        await pilot.press(*"https", "colon", "slash", "slash", "x", "enter")
        drafts = [message.draft for message in app.asked if isinstance(message, DraftChanged)]
        (one,) = [one for one in standings(drafts[-1].announcement) if one.at]
        assert (one.channel, one.at, one.by, one.url) == ("#news", NOW, "alice", "https://x")
        assert [message.draft for message in app.asked if isinstance(message, ReportWanted)] == drafts
        assert "Saying so on the plan issue" in said(screen)
        screen.show(moment((*climbed(10), HOLD), TEN))
        assert said(screen) == "✓ Saved. The plan issue says so."
        await pilot.press("p")
        await wait_for(pilot, lambda: getattr(app.screen, "settled", False), what="the dialog to settle")
        await pilot.press("y")
        await wait_for(pilot, lambda: app.screen is screen, what="the dialog to close")
        screen.fail(Unreachable("GitLab does not answer"))
        assert said(screen).startswith("! The plan issue still says #news, so it counts: take it back again from the")
        await pilot.press("escape")
        assert [one.taken_back for one in app.asked if isinstance(one, ReportWanted)] == ["", "#news"]
        assert cast("Any", app.answers)[0].announcement.unposted == ("#team", "#news")


async def test_another_channel_is_added() -> None:
    app, _ = telling()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("end", "enter", *"more", "enter", "escape")
        assert cast("Any", app.answers)[0].announcement.channels == ("#team", "#news", "more")


async def test_without_gitlab_the_mark_is_kept_and_it_says_what_is_missing() -> None:
    app, screen = telling()
    async with app.run_test(size=(120, 40)):
        screen.fail(Unreachable("GitLab does not answer"))
        assert said(screen).startswith("! Saved, but the plan issue does not say so before the next step: GitLab does")


async def test_who_only_reads_copies_and_marks_nothing() -> None:
    app, screen = telling(read_only="bob has it open")
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("down", "down", "down", "down", "down", "enter", "p", "c")
        assert len(app.copied) == 1
        assert not app.asked
        assert screen.refusal("mark") == "read-only: bob has it open"


async def test_from_the_rollout_a_mark_comes_to_the_draft_and_to_the_plan_issue(tmp_path: Path) -> None:
    with Server(None, assets=ROOT) as server:
        bench = workbench(tmp_path / "home", {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token})
        early = structs.replace(ANNOUNCED, posted=(Posted(channel="#team", at=NOW, by="carol"),))
        place = Place(instance="env", project="code-creation/rollouts")
        draft = keep(bench, "alpha", gitlab=place, announcement=early)
        with bench.session("env") as session:
            prepared = session.prepare(draft)
            assert prepared is not None
            session.apply(prepared)
            async with running(bench, (120, 40)) as pilot:
                await pilot.press("enter")
                await sees(pilot, "GitLab was asked at")
                await pilot.press("m")
                await comes_to(pilot, "TextsScreen")
                await pilot.press("G", "k", "enter")
                await comes_to(pilot, "Ask")
                await wait_for(pilot, lambda: getattr(pilot.app.screen, "settled", False), what="the dialog to settle")
                await pilot.press("enter")
                await sees(pilot, "Saved. The plan issue says so.")
                await pilot.press("escape")
                await comes_to(pilot, "RolloutScreen")
            text = session.situation(draft).observed.issues["rollout-plan"].description
        assert "- **Announced** in #team at 2026-11-22 10:00 UTC by carol" in text
        assert "- **Announced** in #news at " in text
        assert [one.by for one in bench.drafts.load("alpha").announcement.posted] == ["carol", "alice"]


async def test_what_is_still_to_be_posted_leads_here() -> None:
    screen = RolloutScreen(
        DRAFT, guide(), instance=Instance("sandbox", "SANDBOX"), entries=climbed(), clock=lambda: NOW
    )
    app = Telling(screen)
    async with app.run_test(size=(120, 50)) as pilot:
        screen.show(situation(DRAFT, observed(MEMBERS), climbed()))
        screen.query_one(Columns).go("requirement:announcement.posted_at")
        await pilot.press("enter")
        assert any(isinstance(one, TextsWanted) for one in app.asked)
        assert not app.answers
