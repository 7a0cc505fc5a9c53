"""A GitLab that goes away in the middle of an apply and comes back: the screens say so, and go on from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.apply import ApplyScreen
from tests.screens.test_on_the_sandbox import Desk, ended, review
from tui.domain.operation import Operation
from tui.runtime.workbench import Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations
from tui.widgets.outline import Outline


async def test_after_a_refused_connection_a_new_plan_goes_on_where_it_was_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)
    folder = tmp_path / "sandbox"
    server = Server(folder, assets=ROOT).start()
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.own_token}
    with Workbench(Locations.under(tmp_path / "home"), environ) as bench, bench.session("env") as session:
        prepared = await review(session)
        first = ApplyScreen(prepared, instance=session.instance)
        app = Desk(first, session)
        gone: list[Operation] = []
        seen = first.update_operation

        def update(operation: Operation) -> None:
            seen(operation)
            if operation.state == "confirmed" and not gone:
                gone.append(operation)
                server.stop()

        monkeypatch.setattr(first, "update_operation", update)
        async with app.run_test(size=(80, 24)) as pilot:
            assert (await ended(pilot, first))[0] in "?!✗"
            shown = first.query_one(Outline).text
            assert "cannot be reached" in shown or "no answer" in shown or "connection" in shown
            await pilot.press("r")
            assert app.answers[0].go == "replan"
        with Server(folder, assets=ROOT) as again:
            assert again.url == environ["GITLAB_URL"]
            rest = ApplyScreen(await review(session), instance=session.instance)
            app = Desk(rest, session)
            async with app.run_test(size=(80, 24)) as pilot:
                assert (await ended(pilot, rest)).startswith("✓ Applied")
