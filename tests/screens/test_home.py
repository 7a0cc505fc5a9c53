"""Home by keys: what it lists, and what can be done from it."""

from __future__ import annotations

import gc
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.hostile import IDS, STRINGS, harmless
from tests.support.shell import comes_to, drawn, keep, running, sees, shown, type_in, workbench
from tests.support.waiting import wait_for
from tui.domain.gates import OFF, Gates
from tui.domain.history import Entry
from tui.domain.operation import Apply
from tui.runtime.workbench import Workbench
from tui.store.drafts import dumps

BROKEN = 'schema = 1\nid = "broken"\ntitel = "x"\nguide = 3\n'


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return workbench(tmp_path)


def applied(bench: Workbench, rollout: str, phase: str, step: str, hours: int = 1) -> None:
    """Record a step of a rollout on the sandbox."""
    at = bench.clock() - timedelta(hours=hours)
    gates = Gates(percentage_of_actors=10)
    bench.records.add(
        Entry(f"{rollout}-{phase}-{step}", at, rollout, "alice", "sandbox", "flag", phase, step, "advance", OFF, gates)
    )


async def test_lists_drafts_and_running_rollouts_with_what_comes_next(bench: Workbench) -> None:
    keep(bench, "fresh", "A fresh draft")
    keep(bench, "begun", "A begun rollout")
    applied(bench, "begun", "everyone", "10%")
    async with running(bench, (120, 40)) as pilot:
        await sees(pilot, "A fresh draft", "review and apply", "25 % of users in", "everyone")
        begun = next(line for line in drawn(pilot).splitlines() if "A begun rollout" in line)
        assert "10%" in begun
        assert "sandbox" in begun


async def test_an_apply_that_is_not_done_is_no_draft_and_opens_where_it_is_taken_up(bench: Workbench) -> None:
    keep(bench, "begun", "A begun rollout")
    apply = Apply(
        "one", "begun", "sandbox", "flag", "stakeholders", "team", "advance", "alice", "", bench.clock(), OFF, None
    )
    bench.records.begin(apply)
    async with running(bench) as pilot:
        await sees(pilot, "not done", "! take up the apply")
        await pilot.press("enter")
        await sees(pilot, "An apply to Own team and interested stakeholders is not done")


async def test_a_wait_that_is_over_makes_the_next_step_due(bench: Workbench) -> None:
    keep(bench, "begun", "A begun rollout")
    applied(bench, "begun", "everyone", "10%", hours=300)
    async with running(bench, (120, 40)) as pilot:
        await sees(pilot, "25 % of users now")


async def test_memory_is_collected_again_once_home_is_painted(bench: Workbench) -> None:
    keep(bench, "one")
    gc.disable()
    try:
        async with running(bench) as pilot:
            await sees(pilot, "1 of 1")
            await wait_for(pilot, gc.isenabled, what="the garbage collector")
    finally:
        gc.enable()
        gc.unfreeze()


async def test_marks_samples(bench: Workbench) -> None:
    keep(bench, "one", "Tried out", sample=True)
    async with running(bench) as pilot:
        await sees(pilot, "Tried out (sample)")


async def test_a_broken_draft_is_listed_and_opens_to_all_its_problems(bench: Workbench) -> None:
    bench.locations.make()
    path = bench.locations.drafts / "broken.toml"
    path.write_text(BROKEN)
    async with running(bench) as pilot:
        await sees(pilot, "! 2 problems")
        await pilot.press("enter")
        await comes_to(pilot, "ErrorScreen")
        await sees(pilot, "2 problems", "titel", "unknown key", "did you mean title?", "guide")
        assert path.read_text() == BROKEN
        keep(bench, "broken", "Mended")
        await pilot.press("r")
        await wait_for(pilot, lambda: shown(pilot) not in {"ErrorScreen", "HomeScreen"}, what="the mended draft opens")


async def test_filters_by_typing_and_shows_all_again_at_escape(bench: Workbench) -> None:
    for name in ("alpha", "beta", "gamma"):
        keep(bench, name, f"The {name} model")
    async with running(bench) as pilot:
        await sees(pilot, "alpha", "beta", "gamma")
        await pilot.press("slash")
        await type_in(pilot, "bet")
        await wait_for(pilot, lambda: "alpha" not in drawn(pilot), what="only beta")
        await sees(pilot, "The beta model")
        await pilot.press("enter")
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "drafts"
        await pilot.press("escape")
        await sees(pilot, "alpha", "beta", "gamma")


async def test_says_when_nothing_matches(bench: Workbench) -> None:
    keep(bench, "alpha")
    async with running(bench) as pilot:
        await pilot.press("slash")
        await type_in(pilot, "zzz")
        await sees(pilot, "no row matches the filter")


async def test_delete_asks_and_keeps_a_copy(bench: Workbench) -> None:
    keep(bench, "alpha", "Alpha")
    async with running(bench) as pilot:
        await sees(pilot, "Alpha")
        await pilot.press("d")
        await sees(pilot, "Delete Alpha?")
        await pilot.press("escape")
        await comes_to(pilot, "HomeScreen")
        assert bench.drafts.ids() == ["alpha"]
        await pilot.press("d")
        await sees(pilot, "Delete Alpha?")
        await wait_for(pilot, lambda: getattr(pilot.app.screen, "settled", False), what="the dialog listens")
        await pilot.press("y")
        await wait_for(pilot, lambda: bench.drafts.ids() == [], what="the draft is gone")
        assert (bench.locations.drafts / "alpha.toml.bak").exists()
        await sees(pilot, "No rollouts yet")


async def test_copy_makes_a_draft_of_its_own(bench: Workbench) -> None:
    keep(bench, "alpha", "Alpha", sample=True)
    async with running(bench) as pilot:
        await sees(pilot, "Alpha (sample)")
        await pilot.press("u")
        await wait_for(pilot, lambda: len(bench.drafts.ids()) == 2, what="a copy")
        await sees(pilot, "Alpha (copy)")


async def test_new_offers_the_samples_and_opens_what_was_chosen(bench: Workbench) -> None:
    keep(bench, "alpha", "Alpha")
    async with running(bench) as pilot:
        await pilot.press("n")
        await sees(pilot, "An empty rollout", "Codestral 25.01", "Claude Sonnet 4")
        await wait_for(pilot, lambda: getattr(pilot.app.screen, "settled", False), what="the dialog listens")
        await pilot.press("enter")
        await comes_to(pilot, "ModelScreen")
        assert len(bench.drafts.ids()) == 2


async def test_the_first_start_offers_the_sandbox_and_says_how_to_connect(bench: Workbench) -> None:
    async with running(bench) as pilot:
        await comes_to(pilot, "WelcomeScreen")
        await sees(pilot, "Try it on the sandbox", "GITLAB_URL", "GITLAB_TOKEN", "python-gitlab")
        await pilot.press("enter")
        await wait_for(pilot, lambda: bench.drafts.ids() == ["sample-codestral-2501"], what="the sample's draft")
        await wait_for(pilot, lambda: shown(pilot) not in {"WelcomeScreen", "HomeScreen"}, what="it is open")


async def test_nothing_is_asked_when_something_is_configured(tmp_path: Path) -> None:
    async with running(workbench(tmp_path, {"GITLAB_URL": "https://gitlab.example.com"})) as pilot:
        await sees(pilot, "No rollouts yet", "starts a rollout")
        assert shown(pilot) == "HomeScreen"


async def test_the_sandbox_is_named_when_it_is_forced(bench: Workbench) -> None:
    async with running(bench, instance="sandbox") as pilot:
        await sees(pilot, "SANDBOX", "No rollouts yet")


async def test_an_unreadable_database_is_told_in_place_and_read_again(bench: Workbench) -> None:
    keep(bench, "alpha", "Alpha")
    bench.locations.records.write_bytes(b"this is no database, and it is longer than a header would be" * 40)
    async with running(bench, (120, 40)) as pilot:
        await sees(pilot, "✗ cannot read")
        bench.locations.records.unlink()
        await pilot.press("r")
        await sees(pilot, "1 of 1")


@pytest.mark.parametrize("text", STRINGS, ids=IDS)
async def test_hostile_text_is_shown_and_nothing_else(bench: Workbench, text: str) -> None:
    draft = keep(bench, "alpha")
    bench.drafts.save(replace(draft, title=text, flag=replace(draft.flag, name=text)))
    async with running(bench, (120, 30)) as pilot:
        await sees(pilot, "1 of 1", "review and apply" if text.strip() else "1 of 1")
        assert harmless(drawn(pilot))


async def test_moves_through_a_thousand_drafts(bench: Workbench) -> None:
    bench.locations.make()
    text = dumps(keep(bench, "alpha", "Alpha"))
    for number in range(999):
        name = f"draft-{number:04}"
        (bench.locations.drafts / f"{name}.toml").write_text(text.replace('id = "alpha"', f'id = "{name}"'))
    async with running(bench) as pilot:
        await sees(pilot, "of 1,000")
        await pilot.press("end")
        await sees(pilot, "1,000 of 1,000")
        await pilot.press("pageup")
        await sees(pilot, "981 of 1,000")
        await pilot.press("home")
        await sees(pilot, "1 of 1,000")
