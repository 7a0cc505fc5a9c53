"""How long an apply is in round trips: the wall time against a sandbox that takes its time for each answer."""

from __future__ import annotations

import time
from pathlib import Path

from msgspec import structs

from tests.support.rollouts import sample
from tui.domain.draft import Draft, Place
from tui.runtime.workbench import Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations

DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project="code-creation/rollouts"))


def round_trips(home: Path, seconds: float) -> tuple[float, float, int]:
    """Of an apply of phase 1 with its four plan issues: the round trips until every change was confirmed, those until
    its end (the last one only looks whether anything was made twice), and how many gate changes there were.
    """
    with Server(None, assets=ROOT) as server:
        environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
        with Workbench(Locations.under(home), environ) as bench, bench.session("env") as session:
            prepared = session.prepare(DRAFT)
            assert prepared is not None
            server.latency = seconds
            updates: list[float] = []
            begun = time.monotonic()
            result = session.apply(prepared, lambda _: updates.append(time.monotonic()))
            took = time.monotonic() - begun
            assert result.outcome == "done", result
            gates = sum(change.is_gate for change in prepared.plan.changes)
            return (updates[-1] - begun) / seconds, took / seconds, gates
