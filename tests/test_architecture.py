"""The architecture at run time: what static contracts cannot see, because imports inside functions are deferred."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"textual", "rich", "gitlab", "requests", "urllib3", "werkzeug", "jinja2", "sqlite3", "click"}
PURE = [
    "tui.domain.planning",
    "tui.domain.execution",
    "tui.domain.validate",
    "tui.domain.render",
    "tui.domain.history_query",
    "tui.gateway.connection",
    "tui.store.drafts",
    "tui.store.index",
    "tui.store.settings",
    "tui.runtime.workbench",
]


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after running `code`."""
    report = f"{code}\nimport sys; print(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", PURE)
def test_importing_a_light_module_loads_nothing_heavy(module: str) -> None:
    assert not loaded_by(f"import {module}") & HEAVY


@pytest.mark.parametrize("module", ["tui.cli", "tui.commands.drafts_verb", "tui.commands.plan_verb"])
def test_verbs_without_a_screen_load_neither_textual_nor_gitlab(module: str) -> None:
    assert not loaded_by(f"import {module}") & (HEAVY - {"click", "sqlite3"})


def test_every_package_says_what_it_is_for() -> None:
    for package in [*(ROOT / "tui").glob("*/__init__.py"), ROOT / "screens" / "__init__.py"]:
        assert package.read_text().startswith('"""'), f"{package} has no docstring"


def test_no_source_file_has_grown_into_two() -> None:
    files = [*(ROOT / "tui").rglob("*.py"), *(ROOT / "screens").rglob("*.py")]
    too_long = {
        str(path.relative_to(ROOT)): lines for path in files if (lines := len(path.read_text().splitlines())) > 300
    }
    assert not too_long
