"""`rollout-tui sandbox` with all of its options: what another program finds there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program
from tests.support.gitlab_under_test import Reader

OPTIONS = ("--gitlab", "13.8", "--project", "testing/rollouts", "--prefix", "/gitlab", "--admin-mode", "--stale", "60")
PROJECT = "/projects/testing%2Frollouts"
LEVELS = {"admin": 50, "maintainer": 40, "developer": 30, "reporter": 20, "guest": 10}


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What the verb printed; it runs until the test is over, and then stops as asked."""
    process = Program(tmp_path / "home").start("sandbox", "--json", *OPTIONS, "--state", str(tmp_path / "state"))
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode == 0


def test_it_is_set_up_as_asked(ready: dict[str, Any]) -> None:
    assert ready["url"].endswith("/gitlab")
    assert ready["project"] == "testing/rollouts"
    readers = {role: Reader(ready["url"], token) for role, token in ready["tokens"].items()}
    admin = readers["admin"]
    assert admin.get("/version")["version"] == "13.8.8"
    assert admin.issues("testing/rollouts") == []
    assert admin.get(PROJECT)["visibility"] == "private"
    for role, level in LEVELS.items():
        assert readers[role].get(PROJECT)["permissions"]["project_access"]["access_level"] == level
    with pytest.raises(AssertionError, match="403"):
        admin.get("/features")
