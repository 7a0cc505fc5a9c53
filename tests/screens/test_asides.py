"""Help, palette, settings, themes and quitting: what every screen has beside its own work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.hostile import IDS, STRINGS, harmless
from tests.support.shell import comes_to, drawn, keep, running, sees, shown, type_in, workbench
from tests.support.waiting import wait_for
from tui.app.answers import ExitState
from tui.app.palette import fitting
from tui.domain.draft import Place
from tui.runtime.workbench import Workbench
from tui.store.lock import DraftLock
from tui.store.settings import Instance, Settings, load, save


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    bench = workbench(tmp_path)
    keep(bench, "alpha", "Alpha")
    return bench


async def test_help_has_the_page_of_the_screen_and_its_keys(bench: Workbench) -> None:
    async with running(bench, (100, 50)) as pilot:
        await pilot.press("question_mark")
        await comes_to(pilot, "HelpScreen")
        await sees(pilot, "Every draft and running rollout", "Keys here", "enter", "Open the draft or running rollout")
        await pilot.press("escape")
        await comes_to(pilot, "HomeScreen")
        await pilot.press("h")
        await comes_to(pilot, "HistoryScreen")
        await pilot.press("f1")
        await comes_to(pilot, "HelpScreen")
        await sees(pilot, "since:2026-10", "Take the filter away, then go back", "(not now)")


async def test_help_can_be_read_to_its_end_in_a_small_terminal(bench: Workbench) -> None:
    async with running(bench, (60, 20)) as pilot:
        await pilot.press("question_mark")
        await comes_to(pilot, "HelpScreen")
        await pilot.press("end")
        await sees(pilot, "closes this")


async def test_the_palette_runs_what_a_key_would(bench: Workbench) -> None:
    async with running(bench) as pilot:
        await pilot.press("ctrl+p")
        await comes_to(pilot, "CommandPalette")
        await type_in(pilot, "phase history")
        await sees(pilot, "The phase history of all rollouts")
        await wait_for(pilot, lambda: "Start a rollout" not in drawn(pilot), what="only what fits")
        await pilot.press("enter")
        await wait_for(pilot, lambda: shown(pilot) != "CommandPalette" or pilot.app.is_running, what="chosen")
        if shown(pilot) == "CommandPalette":
            await pilot.press("enter")
        await comes_to(pilot, "HistoryScreen")


async def test_the_palette_finds_what_is_not_possible_now_and_says_so(tmp_path: Path) -> None:
    empty = workbench(tmp_path)
    save(empty.locations, Settings())
    async with running(empty) as pilot:
        await comes_to(pilot, "HomeScreen")
        await pilot.press("ctrl+p")
        await comes_to(pilot, "CommandPalette")
        await type_in(pilot, "delete")
        await sees(pilot, "Delete", "Not now: There is no rollout yet")


@pytest.mark.parametrize(
    ("query", "text", "score"),
    [
        ("hist", "The phase history", 1),
        ("phase hist", "The phase history", 1),
        ("history phase", "The phase history", 0),
        ("story", "The phase history", 0.5),
        ("tph", "The phase history", 0),
        ("(h", "History  (h)", 1),
        ("", "History", 0),
    ],
)
def test_a_palette_hit_has_the_typed_words_in_their_order(query: str, text: str, score: float) -> None:
    assert fitting(query, text) == score


async def test_settings_say_where_tokens_come_from_and_never_the_token(tmp_path: Path) -> None:
    secret = "glpat-planted-secret-1234"
    bench = workbench(tmp_path, {"GITLAB_URL": "https://gitlab.example.com", "GITLAB_TOKEN": secret})
    keep(bench, "alpha")
    instances = (
        Instance(name="work", url="https://gitlab.work", token_env="WORK_TOKEN"),
        Instance(name="cfg", config="section"),
    )
    save(bench.locations, Settings(instances=instances))
    async with running(bench, (120, 40)) as pilot:
        await pilot.press("s")
        await comes_to(pilot, "SettingsScreen")
        await sees(
            pilot, "sandbox", "made at its start", "GITLAB_TOKEN (set)", "WORK_TOKEN (not set)", "section section"
        )
        await sees(pilot, str(bench.locations.settings))
        assert secret not in drawn(pilot)


async def test_a_connection_is_checked_from_the_settings(bench: Workbench) -> None:
    async with running(bench, (100, 40)) as pilot:
        await pilot.press("s")
        await comes_to(pilot, "SettingsScreen")
        await pilot.press("enter")
        await sees(pilot, "✓ GitLab", "✓ operator", "✓ flags")


async def test_the_check_goes_by_a_draft_of_the_instance(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    moved = Place(instance="sandbox", project="code-creation/model-rollouts")
    keep(bench, "alpha", "Alpha", gitlab=moved)
    keep(bench, "beta", "Beta")
    keep(bench, "gamma", "Gamma", gitlab=Place(instance="work", project="a/b"))
    async with running(bench, (110, 40)) as pilot:
        await pilot.press("s")
        await comes_to(pilot, "SettingsScreen")
        titles = set()
        for _ in range(2):
            titles |= {title for title in ("Alpha", "Beta", "Gamma") if f"with what “{title}” needs" in drawn(pilot)}
            await pilot.press("d")
        assert titles == {"Alpha", "Beta"}
        if "“Beta”" in drawn(pilot):
            await pilot.press("d")
        await pilot.press("enter")
        await sees(pilot, "with what “Alpha” needs", "! project", "has moved to code-creation/rollouts")
        await sees(pilot, "rollout-tui plan alpha; 1 warning to read before: project")
        text = drawn(pilot)
        assert text.index("plan alpha") < text.index("✓ instance")


async def test_a_missing_token_is_told_in_the_checks(tmp_path: Path) -> None:
    bench = workbench(tmp_path, {"GITLAB_URL": "https://127.0.0.1:1"})
    keep(bench, "alpha")
    async with running(bench, (100, 40)) as pilot:
        await pilot.press("s")
        await comes_to(pilot, "SettingsScreen")
        await pilot.press("down", "enter")
        await sees(pilot, "✗ token", "GITLAB_TOKEN", "skipped")


async def test_the_theme_is_changed_and_kept(bench: Workbench) -> None:
    async with running(bench) as pilot:
        await pilot.press("s")
        await comes_to(pilot, "SettingsScreen")
        await pilot.press("t")
        await wait_for(pilot, lambda: pilot.app.theme == "rollout-light", what="the light theme")
        await wait_for(pilot, lambda: load(bench.locations).theme == "rollout-light", what="it is saved")


async def test_broken_settings_are_told_and_change_nothing(bench: Workbench) -> None:
    bench.locations.settings.write_text("schema = 1\ntoken = 'x'\n")
    async with running(bench, (120, 30)) as pilot:
        await sees(pilot, "Alpha")
        await pilot.press("s")
        await sees(pilot, "token: a token must not")
    assert bench.locations.settings.read_text() == "schema = 1\ntoken = 'x'\n"


async def test_a_draft_that_somebody_has_open_is_read_only_and_says_who(bench: Workbench) -> None:
    with DraftLock(bench.locations.drafts / "alpha.toml", "carol"):
        async with running(bench, (120, 40)) as pilot:
            await pilot.press("enter")
            await wait_for(pilot, lambda: shown(pilot) != "HomeScreen", what="the draft opens")
            await sees(pilot, "carol")


async def test_quitting_says_which_draft_was_open(bench: Workbench) -> None:
    async with running(bench) as pilot:
        await pilot.press("enter")
        await wait_for(pilot, lambda: shown(pilot) != "HomeScreen", what="the draft opens")
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: pilot.app.return_value is not None, what="the end")
        assert pilot.app.return_value == ExitState(0, bench.locations.drafts / "alpha.toml")


async def test_nothing_is_made_copied_or_deleted_when_started_read_only(bench: Workbench) -> None:
    async with running(bench, read_only=True) as pilot:
        await pilot.press("u")
        await sees(pilot, "--read-only")
        assert bench.drafts.ids() == ["alpha"]


async def test_a_draft_named_on_the_command_line_opens_at_once(bench: Workbench) -> None:
    async with running(bench, open_draft="alpha") as pilot:
        await wait_for(pilot, lambda: shown(pilot) not in {"HomeScreen", "Screen", ""}, what="the draft opens")
        await sees(pilot, "Alpha")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 50)])
async def test_tab_goes_round_and_something_always_has_the_focus(bench: Workbench, size: tuple[int, int]) -> None:
    async with running(bench, size) as pilot:
        for key, screen in (("h", "HistoryScreen"), ("s", "SettingsScreen")):
            await pilot.press(key)
            await comes_to(pilot, screen)
            first = pilot.app.focused
            assert first is not None
            await pilot.press("tab", "shift+tab")
            assert pilot.app.focused is first
            await pilot.press("escape")
            await comes_to(pilot, "HomeScreen")


@pytest.mark.parametrize("text", STRINGS, ids=IDS)
async def test_hostile_names_in_settings_and_errors_stay_text(tmp_path: Path, text: str) -> None:
    bench = workbench(tmp_path, {"GITLAB_URL": f"https://gitlab.example.com/{text}"})
    bench.locations.make()
    (bench.locations.drafts / "bad.toml").write_bytes(f"schema = 1\n# {text!r}\n{text}\n".encode(errors="replace"))
    async with running(bench, (120, 40)) as pilot:
        await sees(pilot, "1 of 1")
        await pilot.press("s")
        await comes_to(pilot, "SettingsScreen")
        assert harmless(drawn(pilot))
        await pilot.press("escape")
        await comes_to(pilot, "HomeScreen")
        await pilot.press("enter")
        await comes_to(pilot, "ErrorScreen")
        assert harmless(drawn(pilot))
