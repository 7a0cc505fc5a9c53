"""The program in a real terminal: it paints, follows the size, and leaves the terminal as it found it."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shell import keep, workbench
from tests.support.terminal import Terminal

PROGRAM = [sys.executable, "-m", "tui"]
ROOT = Path(__file__).parents[2]
SECRET = "glpat-planted-in-a-local-0815"

CRASH = f"""
import os
from screens.home import HomeScreen
from tui.app import run
from tui.commands.common import bench

def crash(self):
    token = "{SECRET}"
    self.app.opened.changed(__import__("msgspec").structs.replace(self.app.opened.draft, title="Changed at the end"))
    raise RuntimeError("planted")

from tui.widgets.wizard_frame import WizardFrame
WizardFrame.action_save = crash
raise SystemExit(run(bench(), open_draft="alpha"))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    keep(workbench(tmp_path), "alpha", "Alpha")
    return tmp_path


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    with Terminal(PROGRAM, environ={"ROLLOUT_TUI_HOME": str(home)}, cwd=str(ROOT)) as terminal:
        terminal.wait("Alpha", "review and apply", "? Help")
        yield terminal


def restored(terminal: Terminal) -> bool:
    """Whether all that was switched on has been switched off: screen, cursor, mouse, pasting, key protocol."""
    raw = terminal.raw.decode(errors="replace")
    pairs = [("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?25l", "\x1b[?25h")]
    pairs += [(f"\x1b[?{mode}h", f"\x1b[?{mode}l") for mode in re.findall(r"\x1b\[\?(100\d|1015|2004)h", raw)]
    return all(raw.rfind(off) > raw.rfind(on) >= 0 for on, off in pairs)


def test_starts_and_ends_with_the_terminal_as_it_was(terminal: Terminal) -> None:
    terminal.press("ctrl+q")
    assert terminal.end() == 0
    assert restored(terminal)


def test_follows_the_size_of_the_terminal(terminal: Terminal) -> None:
    terminal.resize(60, 20)
    shown = terminal.wait("Rollout", "Next", "? Help", gone="Changed")
    assert max(len(line) for line in shown.splitlines()) <= 60
    terminal.resize(120, 40)
    terminal.wait("Flag", "Instance", "Changed")
    terminal.resize(80, 24)
    terminal.wait("Changed", gone="Instance")


def test_ctrl_c_says_how_to_quit_and_does_no_harm(terminal: Terminal) -> None:
    terminal.press("ctrl+c")
    terminal.wait("ctrl+q")
    terminal.press("ctrl+q")
    assert terminal.end() == 0
    assert restored(terminal)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_signal_saves_and_restores(home: Path, number: signal.Signals, code: int) -> None:
    with Terminal([*PROGRAM, "open", "alpha"], environ={"ROLLOUT_TUI_HOME": str(home)}, cwd=str(ROOT)) as terminal:
        terminal.wait("Alpha", "Review")
        terminal.process.kill(number)
        assert terminal.end() == code
        assert restored(terminal)
        assert "Draft saved" in terminal.raw.decode(errors="replace")


def test_quitting_says_where_the_draft_is(home: Path) -> None:
    with Terminal([*PROGRAM, "open", "alpha"], environ={"ROLLOUT_TUI_HOME": str(home)}, cwd=str(ROOT)) as terminal:
        terminal.wait("Alpha", "Review")
        terminal.press("ctrl+q")
        assert terminal.end() == 0
        assert f"Draft saved: {home}" in terminal.raw.decode(errors="replace").replace("\r\n", "")


def test_what_was_typed_last_survives_an_immediate_quit(home: Path) -> None:
    with Terminal([*PROGRAM, "open", "alpha"], environ={"ROLLOUT_TUI_HOME": str(home)}, cwd=str(ROOT)) as terminal:
        terminal.wait("Alpha", "Review")
        terminal.press("f2")
        terminal.wait("Title")
        terminal.press("end").type(" and more").wait("Alpha and more")
        terminal.press("ctrl+q")
        assert terminal.end() == 0
    assert workbench(home).drafts.load("alpha").title == "Alpha and more"


def test_a_crash_restores_the_terminal_saves_the_draft_and_tells_no_secret(home: Path) -> None:
    command = [sys.executable, "-c", CRASH]
    with Terminal(command, environ={"ROLLOUT_TUI_HOME": str(home)}, columns=120, rows=40, cwd=str(ROOT)) as terminal:
        terminal.wait("Alpha", "Review")
        terminal.press("f2")
        terminal.wait("Title")
        terminal.press("ctrl+s")
        assert terminal.end() == 1
        assert restored(terminal)
        said = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :].decode(errors="replace")
        assert "RuntimeError" in said
        assert "planted" in said
        assert "Draft saved" in said
        assert SECRET not in said.replace("\r\n", "")
        assert "locals" not in said
    assert workbench(home).drafts.load("alpha").title == "Changed at the end"


def test_no_escape_of_a_title_reaches_the_terminal(tmp_path: Path) -> None:
    keep(workbench(tmp_path), "alpha", "Al\x1b]0;owned\x07pha \x1b[2J\u202eback")
    with Terminal(PROGRAM, environ={"ROLLOUT_TUI_HOME": str(tmp_path)}, cwd=str(ROOT)) as terminal:
        terminal.wait("pha", "? Help")
        terminal.press("ctrl+q")
        assert terminal.end() == 0
    assert b"]0;owned" not in terminal.raw.replace("\N{REPLACEMENT CHARACTER}]0;owned".encode(), b"")
    assert "\u202e".encode() not in terminal.raw


def test_without_colour_every_state_can_still_be_told(home: Path) -> None:
    workbench(home).locations.drafts.joinpath("bad.toml").write_text("schema = 1\n")
    environ = {"ROLLOUT_TUI_HOME": str(home), "NO_COLOR": "1"}
    with Terminal(PROGRAM, environ=environ, cwd=str(ROOT)) as terminal:
        terminal.wait("▌", "! ", "problem", "review and apply")
        terminal.press("ctrl+q")
        assert terminal.end() == 0
    colours = re.findall(rb"\x1b\[[0-9;]*?38;2;(\d+);(\d+);(\d+)", terminal.raw)
    assert all(red == green == blue for red, green, blue in colours)
