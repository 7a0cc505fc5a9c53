"""What is loaded before the home screen is painted, and what never before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.shell import keep, workbench

ROOT = Path(__file__).parents[2]
LATER = {"gitlab", "requests", "urllib3", "pydantic", "jinja2", "werkzeug", "sqlite3", "tenacity", "markdown_it"}

REPORT = """
import os, sys
from tui.app import RolloutApp
from tui.commands.common import bench
from screens.home import HomeScreen

class Probe(RolloutApp):
    painted = ()

    def on_mount(self):
        super().on_mount()
        self.call_after_refresh(self.report)

    def report(self):
        lines = "\\n".join(strip.text for strip in self.screen._compositor.render_strips())
        assert "Alpha" in lines, lines
        self.painted = sorted({name.partition(".")[0] for name in sys.modules})
        self.exit()

app = Probe(bench())
app.run(headless=True, size=(80, 24))
print(" ".join(app.painted))
"""


def test_python_gitlab_the_database_and_templates_are_loaded_after_the_first_paint(tmp_path: Path) -> None:
    keep(workbench(tmp_path), "alpha", "Alpha")
    environ = {"ROLLOUT_TUI_HOME": str(tmp_path), "PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", REPORT], capture_output=True, text=True, check=True, cwd=ROOT, env=environ
    )
    loaded = set(done.stdout.split())
    assert {"textual", "tui"} <= loaded
    assert not loaded & LATER
