"""What verbs share: the workbench, printing, and stopping on ctrl+c without losing anything."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.gateway.cancel import Cancel
    from tui.runtime.workbench import Workbench

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
instance_option = click.option("--instance", default="", help="Use this instance instead of the draft's own.")


def bench() -> Workbench:
    """The workbench of this process: files by `ROLLOUT_TUI_HOME`, instances by settings and environment."""
    from tui.runtime.workbench import Workbench
    from tui.store.locations import Locations

    found = Workbench(Locations.find(os.environ), os.environ)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(found.close)
    return found


def print_json(value: Any) -> None:  # noqa: ANN401 - JSON is any plain data
    """Plain data as JSON on stdout, readable and safe for a terminal."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=True))


def say(text: str = "", *, err: bool = False) -> None:
    """A line of text, cleaned, on stdout or stderr."""
    click.echo(clean(text), err=err)


@contextmanager
def stopping(cancel: Cancel) -> Iterator[None]:
    """While it lasts, ctrl+c, SIGTERM and a closed terminal ask for a stop; a second one does not wait."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        cancel.set("stopped by a signal")

    names = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before: dict[signal.Signals, Callable[[int, FrameType | None], Any] | int | None] = {}
    try:
        for name in names:
            before[name] = signal.signal(name, ask)
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
