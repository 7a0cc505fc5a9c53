"""A project's templates in the whole app: the preview shows what will be sent, and what is left leads to the text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shell import Shell, comes_to, keep, running, sees, workbench
from tests.support.waiting import wait_for
from tui.domain.draft import Place
from tui.runtime.workbench import Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.widgets.wizard_screen import WizardScreen

NAME = "Code Suggestions Model Rollout Plan"
WIDE = (120, 40)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(None, assets=ROOT, scenario="templates") as running_server:
        yield running_server


def at_the_issues(home: Path, url: str, token: str) -> Workbench:
    """A workbench with a draft that was left at its plan issues."""
    bench = workbench(home, {"GITLAB_URL": url, "GITLAB_TOKEN": token})
    keep(bench, "codestral", gitlab=Place(instance="env", project="code-creation/rollouts"))
    bench.places.put("codestral", "issues")
    return bench


async def previews(pilot: Shell, text: str) -> None:
    """Wait until the preview has a text."""

    def shown() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, WizardScreen) and text in screen.preview.text

    await wait_for(pilot, shown, what=f"{text} in the preview")


async def home(pilot: Shell) -> None:
    await pilot.press("escape")
    await comes_to(pilot, "HomeScreen")


async def test_the_template_is_read_and_what_changes_meanwhile_is_seen_after_the_review(
    server: Server, tmp_path: Path
) -> None:
    async with running(at_the_issues(tmp_path, server.url, server.token), WIDE) as pilot:
        await pilot.press("enter")
        await previews(pilot, "the project's template Code")
        with server.edit() as world:
            project = next(one for one in world.projects.values() if one.path == "code-creation/rollouts")
            project.templates[NAME] += "\n\n## House rules\n\nAsk <whom>.\n/close"
        await pilot.press("f6")
        await sees(pilot, "Leftover placeholders")
        await pilot.press("enter")
        await comes_to(pilot, "TextEditor")
        await sees(pilot, "1 leftover: <whom> in line")
        await pilot.press("escape")
        await previews(pilot, "Not run, and not in the text that is sent: /close")
        await home(pilot)


async def test_without_gitlab_the_preview_says_that_it_goes_without_the_template(tmp_path: Path) -> None:
    async with running(at_the_issues(tmp_path, "http://127.0.0.1:1", "none"), WIDE) as pilot:
        await pilot.press("enter")
        await previews(pilot, "without the project's template: ")
        await previews(pilot, "cannot be reached")
        await home(pilot)
