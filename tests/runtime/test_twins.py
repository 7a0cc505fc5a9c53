"""Two machines make the same plan issues at the same moment: one set stays, whatever happens to the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from tests.runtime.test_whole_rollouts import DRAFT
from tests.sandbox.api import Api
from tests.support.clock import Clock
from tui.domain.operation import Operation
from tui.domain.plan import read_marker
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.faults import Fault, Kind
from tui.sandbox.server import Server
from tui.store.locations import Locations


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)


@pytest.fixture
def elsewhere(tmp_path: Path, server: Server, clock: Clock) -> Iterator[Session]:
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
    with Workbench(Locations.under(tmp_path / "elsewhere"), environ, clock) as bench, bench.session("env") as opened:
        yield opened


@pytest.mark.parametrize("fault", [None, "http-503", "lost-after"])
@pytest.mark.parametrize("skip", [0, 2])
def test_the_later_issues_are_emptied_and_the_rollout_goes_on_in_the_older_ones(
    session: Session, elsewhere: Session, server: Server, fault: Kind | None, skip: int
) -> None:
    ours, theirs = session.prepare(DRAFT), elsewhere.prepare(DRAFT, "issues")
    assert ours is not None
    assert theirs is not None
    waiting, first_come = [theirs], Lock()

    def meanwhile(operation: Operation) -> None:
        """Before any of ours is sent, theirs are made."""
        with first_come:
            if operation.state == "intended" and waiting:
                assert elsewhere.apply(waiting.pop()).outcome == "done"
                if fault:
                    server.faults.add(Fault(fault, method="PUT", path_regex=r"/issues/\d+$", skip=skip, effect=True))

    first = session.apply(ours, meanwhile)
    assert first.outcome == "stale"
    assert ("by the next apply" in first.reason) == bool(fault)
    server.faults.clear()
    again = session.prepare(DRAFT)
    assert again is not None
    assert session.apply(again).outcome == "done"
    kept = [one for one in issues(server) if one["state"] == "opened"]
    slots = sorted(marked.slot for one in kept if (marked := read_marker(one["description"])))
    assert slots == ["flag-rollout", "internal-feedback", "internal-rollout", "rollout-plan"]
    assert sorted(one["iid"] for one in kept) == sorted(one.iid for one in session.observe(DRAFT).issues.values())


def issues(server: Server) -> list[dict[str, Any]]:
    """The plan issues and what is left of emptied ones."""
    with Api(server) as api:
        found: list[dict[str, Any]] = api("GET", "/projects/1/issues", query={"per_page": 100}).body
    return [one for one in found if "(doubled)" in one["title"] or "rollout-tui" in one["description"]]
