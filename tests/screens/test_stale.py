"""A plan that no longer holds: what changed since is on the screen, and the new plan shows what is different."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from screens.apply import ApplyAnswer, ApplyScreen
from screens.review import ReviewContext, ReviewScreen
from tests.runtime.conftest import gateway
from tests.support.host import Host, prepared
from tests.support.rollouts import FLAG, TEAM, climbed, entry, guide, observed, plan, sample, seen_issue, situation
from tests.support.shell import comes_to, keep, running, sees, workbench
from tests.support.waiting import wait_for
from tui.domain.draft import Place
from tui.domain.drift import Drift, Refused, plan_difference
from tui.domain.errors import Stale
from tui.domain.gates import OFF
from tui.domain.plan import Request
from tui.runtime.apply import ApplyResult
from tui.runtime.connect import Instance
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.widgets.columns import Columns
from tui.widgets.dialogs import Confirm

SANDBOX = Instance("sandbox", "SANDBOX")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(None, assets=ROOT) as running_server:
        yield running_server


async def test_the_new_plan_marks_what_the_refused_one_did_not_have() -> None:
    was = plan(sample())
    now = situation(sample(), observed(TEAM, issues={"rollout-plan": seen_issue("rollout-plan", 1)}))
    refused = Refused(was, ("somebody else did it (by bob)",))
    screen = ReviewScreen(sample(), guide(), context=ReviewContext(SANDBOX, refused=refused))
    app = Host(screen)
    async with app.run_test(size=(120, 40)) as pilot:
        screen.show(prepared(now))
        await pilot.pause()
        text = screen.query_one(Columns).text
    assert text.startswith("The plan before was refused\n  ! somebody else did it (by bob)")
    assert "no longer: Create the confidential issue “Codestral 25.01 Rollout Plan”" in text
    assert f"no longer: Add alice to {FLAG}" in text
    assert "▸ changed: Link rollout-plan to internal-rollout" in text
    assert "new: " not in text
    assert "Effect: the gates are as they should be (another one than in the refused plan)" in text


def test_calls_are_told_by_what_they_do_and_not_by_their_number() -> None:
    was = plan(sample(), look=observed())
    now = plan(sample(), look=observed(replace(TEAM, actors=frozenset({"Group:1"}))))
    difference = plan_difference(was, now)
    assert (difference.marks, difference.effect) == ({}, True)
    assert difference.gone == (f"Add group code-creation to {FLAG}",)
    later = plan(sample(), "members", look=observed(TEAM), entries=climbed()[:1])
    assert plan_difference(now, later).marks["gate:1"] == "new"
    assert plan_difference(now, now).empty


def test_only_a_stale_end_is_a_refusal() -> None:
    stale = ApplyResult("r", "stale", (), reason="one\ntwo")
    assert ApplyAnswer("replan", stale).since == ("one", "two")
    assert ApplyAnswer("replan", replace(stale, outcome="rejected")).since is None
    error = Stale("it was applied", [Drift("plan", "it advanced", "by bob")])
    assert ApplyAnswer("replan", error=error).since == ("it advanced (by bob)",)
    assert ApplyAnswer("replan").since is None


async def test_each_change_since_is_a_row_of_the_apply() -> None:
    screen = ApplyScreen(prepared(situation(sample())), instance=SANDBOX)
    app = Host(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        screen.fail(Stale("it was applied", [Drift("plan", "it advanced", "by bob"), Drift("plan", "and again")]))
        await pilot.pause()
        lines = [one.strip(" ›") for one in app.drawn.splitlines()]
    place = lines.index("✗ it was applied:")
    assert lines[place + 1 : place + 3] == ["it advanced (by bob)", "and again"]


async def test_from_rollout_to_review_to_refusal_to_the_new_plan_by_keys(server: Server, tmp_path: Path) -> None:
    bench = workbench(tmp_path, {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token})
    keep(bench, "mine", "My rollout", gitlab=Place(instance="env", project="code-creation/rollouts"))
    bench.records.add(entry("issues", "", OFF, OFF, rollout="mine", instance="env", action="create-issues"))
    async with running(bench, (120, 40), open_draft="mine") as pilot:
        await comes_to(pilot, "RolloutScreen")
        await pilot.press("h")
        await sees(pilot, "My rollout › History")
        await pilot.press("escape")
        await comes_to(pilot, "RolloutScreen")
        await pilot.press("n")
        await comes_to(pilot, "ReviewScreen")
        await sees(pilot, "15 changes to make")
        client = gateway(server)
        client.send(Request("POST", f"/features/{FLAG}", {"value": True, "user": "dave"}))
        client.close()
        await pilot.press("a")
        dialog = pilot.app.screen
        assert isinstance(dialog, Confirm)
        await wait_for(pilot, lambda: dialog.settled, what="the dialog to settle")
        await pilot.press("y")
        await sees(pilot, "GitLab is not as the plan saw it", "is on for dave", "GitLab keeps no record")
        await pilot.press("r")
        await sees(pilot, "was refused", "keeps no record", "Effect (another one than in the refused plan)")
    assert not [one for one in server.requests if one.method != "GET" and "/features/" not in one.path]
