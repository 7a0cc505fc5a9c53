"""A process that can be told to die: `rollout-tui apply`, forked from one that has everything imported."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.faults.point import Boundary

SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")
"""Killed, asked to end, ctrl+c, terminal closed."""


@dataclass(frozen=True)
class Death:
    """The signal that comes at a boundary of the `number`th write with that method."""

    signal: str
    boundary: Boundary
    method: str
    number: int

    def __str__(self) -> str:
        return f"{self.signal}@{self.boundary}#{self.method}{self.number}"


def forked() -> Any:  # noqa: ANN401 - the context's type depends on the platform
    """The way to start processes; the first one takes the time of the imports."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.mortal", "tests.faults.imported"])
    return context


def start(
    context: Any,  # noqa: ANN401 - as `forked`
    home: Path,
    url: str,
    token: str,
    words: list[str],
    hours: int,
    death: Death | None,
) -> ForkServerProcess:
    """Start `rollout-tui` with these words, so many hours from now."""
    environ = {"GITLAB_URL": url, "GITLAB_TOKEN": token, "ROLLOUT_TUI_HOME": str(home), "PYTHON_GITLAB_CFG": ""}
    process: ForkServerProcess = context.Process(target=_live, args=(environ, words, hours, death), daemon=True)
    process.start()
    return process


def _live(environ: dict[str, str], words: list[str], hours: int, death: Death | None) -> None:
    from tui.cli import main
    from tui.runtime import settle
    from tui.runtime.workbench import Workbench, utc_now

    os.environ.update(environ)
    for number in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
    settle.PATIENCE = 0.0
    Workbench.__init__.__defaults__ = (lambda: utc_now() + timedelta(hours=hours),)
    if death is not None:
        _doom(death)
    main(words)


def _doom(death: Death) -> None:
    """Put the signal where it belongs. Between effect and answer it is the parent who sends it."""
    from tui.gateway.client import Gateway
    from tui.store.records import Records

    send, settled = Gateway.send, Records.settled
    sent: dict[str, int] = {}
    due = set[str]()

    def strike(boundary: Boundary, number: int) -> None:
        if death.boundary == boundary and number == death.number:
            os.kill(os.getpid(), getattr(signal, death.signal))

    def sending(self: Gateway, request: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as the method it replaces
        number = sent[request.method] = sent.get(request.method, 0) + 1
        mine = number if request.method == death.method else 0
        strike("before", mine)
        answer = send(self, request, **more)
        strike("unjournalled", mine)
        if mine == death.number:
            due.add("next")
        return answer

    def settling(self: Records, *args: Any, **more: Any) -> None:  # noqa: ANN401 - as the method it replaces
        settled(self, *args, **more)
        if due:
            due.clear()
            strike("after", death.number)

    Gateway.send = sending  # type: ignore[method-assign]
    Records.settled = settling  # type: ignore[method-assign]
