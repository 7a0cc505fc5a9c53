"""README's pictures, made from the running app: `python -m tests.screenshots`.

A sample rollout on a throw-away sandbox is walked by keys; each picture is what the terminal then shows.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot

from tests.support.waiting import wait_for
from tui.app import RolloutApp
from tui.app.answers import ExitState
from tui.runtime.workbench import Workbench
from tui.store.assets import ROOT
from tui.store.locations import Locations

SIZE = (104, 32)
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
ALL_WELL = ("700", "1100", "15", "1")
"""What the operator of the pictures sees of the sample's metrics."""

STEPS_BEFORE = 4
"""How far the rollout is in the pictures: team, members, 1 %, 10 %."""


class StoryClock:
    """A clock that the story puts forward over the waits."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 12, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time of the story."""
        return self.now


def drawn(app: RolloutApp) -> str:
    """The text on the screen."""
    lines = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text for strip in lines)


async def take(pilot: Pilot[ExitState], name: str, *shown: str) -> None:
    """Wait until the texts are shown, then save the picture."""
    app = pilot.app
    assert isinstance(app, RolloutApp)
    await wait_for(pilot, lambda: all(text in drawn(app) for text in shown), what=f"{shown} for {name}", seconds=30)
    await pilot.pause()
    svg = app.export_screenshot(title="rollout-tui")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: ?[^;]*;", f"font-family: {FONT};", svg)
    (ROOT / "screenshots" / f"{name}.svg").write_text(svg, encoding="utf-8")
    sys.stdout.write(f"{name}\n")


def rehearse(bench: Workbench, clock: StoryClock) -> None:
    """Take the sample through its first steps."""
    sample = next(one for one in bench.assets.samples() if one.id == "sample-codestral-2501")
    draft = bench.drafts.create(sample)
    with bench.session("sandbox") as session:
        for _ in range(STEPS_BEFORE):
            prepared = session.prepare(draft)
            assert prepared is not None
            session.apply(prepared)
            clock.now += session.situation(draft).progress.remaining(clock.now) + timedelta(minutes=7)
    clock.now -= timedelta(minutes=50)


async def walk(bench: Workbench) -> None:
    """The pictures, in README's order."""
    app = RolloutApp(bench, instance="sandbox")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await take(pilot, "home", "1 of 1")
        await pilot.press("enter")
        await take(pilot, "rollout", "GitLab was asked at")
        await pilot.press("n")
        for number in ALL_WELL:
            await pilot.press(*number, "enter")
        await pilot.press("ctrl+s")
        await take(pilot, "review", "changes to make", "Effect")
        await pilot.press("escape")
        await take(pilot, "rollout", "GitLab was asked at")
        await pilot.press("h")
        await take(pilot, "history", "1 of 4")
        await pilot.press("escape")
        await take(pilot, "rollout", "GitLab was asked at")
        await pilot.press("e")
        await take(pilot, "wizard", "Strictness")
        await pilot.press("f4")
        await take(pilot, "plan-issues", "Make it")


def main() -> None:
    """Make all pictures anew."""
    (ROOT / "screenshots").mkdir(exist_ok=True)
    clock = StoryClock()
    with tempfile.TemporaryDirectory() as folder:
        bench = Workbench(Locations.under(Path(folder)), {}, clock)
        rehearse(bench, clock)
        asyncio.run(walk(bench))


if __name__ == "__main__":
    main()
