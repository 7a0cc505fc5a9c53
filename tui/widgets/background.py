"""The one place where screens and the app start threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App
from textual.widget import Widget

from tui.domain.errors import RolloutError

T = TypeVar("T")


def in_background(
    node: App[Any] | Widget,
    work: Callable[[], T],
    done: Callable[[T], object],
    *,
    failed: Callable[[RolloutError], object],
    what: str,
    group: str = "background",
) -> None:
    """Run `work` on a thread and hand its result to `done`, or its RolloutError to `failed`, on the event loop.

    Any other exception is a defect and crashes the app, which saves the draft and restores the terminal. `what`
    describes the work for debugging and holds no data. When `node` is gone by then, nothing is called.
    """

    def run() -> None:
        try:
            result = work()
        except RolloutError as error:
            node.call_later(failed, error)
        else:
            node.call_later(done, result)

    node.run_worker(run, thread=True, description=what, name=what, group=group, exit_on_error=True)
