"""A workbench in a folder of its own, with a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tui.gateway.client import Gateway
from tui.gateway.connection import Connection
from tui.gateway.secret import Secret
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    with Server(None, assets=ROOT, clock=clock) as running:
        yield running


@pytest.fixture
def workbench(tmp_path: Path, clock: Clock, server: Server) -> Iterator[Workbench]:
    """Its instance `env` is the server."""
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
    with Workbench(Locations.under(tmp_path / "home"), environ, clock) as bench:
        yield bench


@pytest.fixture
def session(workbench: Workbench) -> Iterator[Session]:
    with workbench.session("env") as opened:
        yield opened


def gateway(server: Server, role: str = "admin") -> Gateway:
    """A client of its own, to look at the sandbox as that role."""
    return Gateway(Connection("check", server.url, Secret(server.tokens[role])))
