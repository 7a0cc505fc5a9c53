"""A workbench in a folder of its own, with a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.gitlab_under_test import UnderTest, clock_under_test, real, under_test
from tui.gateway.client import Gateway
from tui.gateway.connection import Connection
from tui.gateway.secret import Secret
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    return clock_under_test() if request.node.get_closest_marker("any_gitlab") else Clock()


@pytest.fixture
def server(request: pytest.FixtureRequest, clock: Clock) -> Iterator[UnderTest]:
    """A sandbox; where the module may run on any GitLab, the one that the environment names."""
    if request.node.get_closest_marker("any_gitlab"):
        yield from on_any_gitlab(request, clock)
        return
    with Server(None, assets=ROOT, clock=clock) as running:
        yield running


def on_any_gitlab(
    request: pytest.FixtureRequest, clock: Callable[[], datetime], latency: float = 0.0
) -> Iterator[UnderTest]:
    """The GitLab under test; a test that needs the sandbox itself is skipped on a real one, with its reason."""
    only = request.node.get_closest_marker("sandbox_only")
    if only is not None and real() is not None:
        pytest.skip(f"needs the sandbox: {only.args[0]}")
    with under_test(clock, latency=latency) as running:
        yield running


@pytest.fixture
def workbench(tmp_path: Path, clock: Clock, server: UnderTest) -> Iterator[Workbench]:
    """Its instance `env` is the server."""
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
    with Workbench(Locations.under(tmp_path / "home"), environ, clock) as bench:
        yield bench


@pytest.fixture
def session(workbench: Workbench) -> Iterator[Session]:
    with workbench.session("env") as opened:
        yield opened


def gateway(server: UnderTest, role: str = "admin") -> Gateway:
    """A client of its own, to look at GitLab as that role."""
    return Gateway(Connection("check", server.url, Secret(server.tokens[role])))
