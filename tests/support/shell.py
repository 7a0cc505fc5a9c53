"""The whole app over a folder of its own, without a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from textual.pilot import Pilot

from tests.support.rollouts import sample
from tests.support.waiting import wait_for
from tui.app import RolloutApp
from tui.domain.draft import Draft
from tui.runtime.workbench import Workbench
from tui.store.locations import Locations

Shell = Pilot[Any]
_MADE: list[Workbench] = []


def workbench(home: Path, environ: Mapping[str, str] | None = None) -> Workbench:
    """A workbench whose files are all under `home`; `close_all` ends it."""
    made = Workbench(Locations.under(home), environ or {})
    _MADE.append(made)
    return made


def close_all() -> None:
    """Close what the workbenches have open: a test may look into the records after the app has ended."""
    while _MADE:
        _MADE.pop().close()


def keep(bench: Workbench, draft_id: str, title: str = "", **changes: Any) -> Draft:  # noqa: ANN401 - a draft's fields
    """Save a draft like the Codestral sample."""
    draft = replace(sample(), id=draft_id, title=title or draft_id, **{"sample": False, **changes})
    bench.drafts.save(draft)
    return draft


@asynccontextmanager
async def running(bench: Workbench, size: tuple[int, int] = (80, 24), **options: Any) -> AsyncIterator[Shell]:  # noqa: ANN401 - the app's
    """The app, on its first screen with everything read; its sessions are closed at the end."""
    app = RolloutApp(bench, **options)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            yield pilot
    finally:
        app.sessions.close()
        bench.close()


def drawn(pilot: Shell) -> str:
    """What is on the screen, as text."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


def shown(pilot: Shell) -> str:
    """The name of the screen on top; empty while one takes the other's place."""
    stack = pilot.app.screen_stack
    return type(stack[-1]).__name__ if stack else ""


async def sees(pilot: Shell, *texts: str) -> None:
    """Wait until all of `texts` are on the screen."""
    await wait_for(pilot, lambda: all(text in drawn(pilot) for text in texts), what=f"{texts} in\n{drawn(pilot)}")


async def comes_to(pilot: Shell, screen: str) -> None:
    """Wait until the screen of that name is on top and painted."""
    await wait_for(pilot, lambda: shown(pilot) == screen, what=f"{screen}, at {shown(pilot)}")
    await pilot.pause()


async def type_in(pilot: Shell, text: str) -> None:
    """Press the keys of a text."""
    names = {" ": "space", ":": "colon", "/": "slash", ".": "full_stop", "-": "minus", "_": "underscore"}
    await pilot.press(*[names.get(letter, letter) for letter in text])
