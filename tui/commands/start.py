"""Starting the terminal app, and what is said when there is no terminal."""

from __future__ import annotations

import gc
import sys

from tui.commands.common import bench, say

_NO_TERMINAL = (
    "rollout-tui: the app needs a terminal, and this is none.\n"
    "Without one, use: demo, drafts, plan, apply, status, sync, history, doctor, sandbox (see --help)."
)


def start(*, sandbox: bool = False, open_draft: str = "", read_only: bool = False, debug: bool = False) -> int:
    """Run the app until it is quit; returns its exit code. Says so when there is no terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        say(_NO_TERMINAL, err=True)
        return 1
    gc.disable()  # until the first paint: what is made before it stays, and looking through it would delay the paint
    from tui.app import run

    return run(bench(), instance="sandbox" if sandbox else "", open_draft=open_draft, read_only=read_only, debug=debug)
