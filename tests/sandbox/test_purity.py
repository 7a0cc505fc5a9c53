"""The world must be independent of the planner, and pure; the sandbox must not drag in what it does not need."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SANDBOX = Path(__file__).parents[2] / "tui" / "sandbox"
IMPURE = {"os", "pathlib", "random", "secrets", "socket", "threading", "time", "uuid", "gitlab", "requests", "msgspec"}
FOREIGN = (
    "tui.domain",
    "tui.gateway",
    "tui.store",
    "tui.runtime",
    "tui.widgets",
    "screens",
    "textual",
    "click",
    "gitlab",
)


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_the_world_imports_nothing_impure() -> None:
    for path in (SANDBOX / "world").glob("*.py"):
        roots = {name.partition(".")[0] for name in _imports(path)}
        assert not roots & IMPURE, path
        assert "now(" not in path.read_text(encoding="utf-8"), path


def test_the_sandbox_imports_nothing_of_the_planner() -> None:
    for path in SANDBOX.rglob("*.py"):
        assert not [name for name in _imports(path) if name.startswith(FOREIGN)], path


@pytest.mark.parametrize("module", ["textual", "click", "gitlab", "requests", "werkzeug", "tui.domain"])
def test_starting_a_sandbox_loads_no_more_than_it_needs(module: str) -> None:
    code = f"import sys, tui.sandbox.attach; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
