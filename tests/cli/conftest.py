"""A program with a home of its own, alone or with a GitLab to talk to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program
from tui.sandbox.server import Server
from tui.store.assets import ROOT


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(None, assets=ROOT) as running:
        yield running


@pytest.fixture
def connected(tmp_path: Path, server: Server) -> Program:
    """Its instance `env` is the server."""
    return Program(tmp_path / "home", GITLAB_URL=server.url, GITLAB_TOKEN=server.token)
