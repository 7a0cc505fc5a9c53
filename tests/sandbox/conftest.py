"""A running sandbox for each test, in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.api import ASSETS, Api
from tests.support.clock import Clock
from tui.sandbox.server import Server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    with Server(None, assets=ASSETS, clock=clock) as running:
        yield running


@pytest.fixture
def api(server: Server) -> Iterator[Api]:
    with Api(server) as client:
        yield client


@pytest.fixture
def old(clock: Clock) -> Iterator[Api]:
    """A sandbox that is GitLab 13.8."""
    with Server(None, assets=ASSETS, clock=clock, era="13.8") as running, Api(running) as client:
        yield client
