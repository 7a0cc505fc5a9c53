"""Quitting the app while GitLab does not answer a write: it is gone at once, and the apply can be resumed."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from tests.support.rollouts import sample
from tests.support.terminal import Terminal
from tests.support.until import wait_until
from tui.domain.draft import Place
from tui.runtime.workbench import Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.store.assets import ROOT as ASSETS
from tui.store.locations import Locations

PROGRAM = [sys.executable, "-m", "tui"]
ROOT = Path(__file__).parents[2]
DRAFT = structs.replace(sample(), gitlab=Place(instance="env", project="code-creation/rollouts"))
AT_ONCE = 10.0
"""Seconds, most of them for the interpreter to end on a busy machine; the request would hang for 30."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(None, assets=ASSETS) as running:
        yield running


@pytest.mark.parametrize("way", ["ctrl+q", "SIGHUP"])
def test_the_app_is_gone_at_once_while_a_write_hangs(server: Server, tmp_path: Path, way: str) -> None:
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
    with Workbench(Locations.under(tmp_path), environ) as bench:
        bench.drafts.save(DRAFT)
        program = [*PROGRAM, "open", DRAFT.id]
        with Terminal(program, environ={**environ, "ROLLOUT_TUI_HOME": str(tmp_path)}, cwd=str(ROOT)) as terminal:
            terminal.wait("15 changes to make")
            server.faults.add(Fault("hang", method="POST", effect=True, times=-1))
            terminal.press("a").wait("Apply 15 changes to")

            def sure() -> bool:
                terminal.press("y").read()  # an answer that comes at once is not taken
                return server.faults.injected > 0

            wait_until(sure, what="the write")
            begun = time.monotonic()
            if way == "ctrl+q":
                terminal.press(way)
            else:
                terminal.process.kill(getattr(signal, way))
            code = terminal.end()
            assert time.monotonic() - begun < AT_ONCE
            assert code == (0 if way == "ctrl+q" else 128 + signal.SIGHUP)
        (open_, *_) = bench.records.unsettled(DRAFT.id, "env")
        assert open_.state in {"unknown", "intended"}
        assert bench.records.unfinished(DRAFT.id, "env") is not None
