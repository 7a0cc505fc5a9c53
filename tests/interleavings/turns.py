"""Work that is done in turns: a thread each, of which exactly one runs, from one pause to the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import ParamSpec, Self, TypeVar
from unittest.mock import patch

P = ParamSpec("P")
R = TypeVar("R")


class Turn:
    """One piece of work. `step` lets it run to its next pause; `error` is what it raised."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._mine = threading.Semaphore(0)
        self._theirs = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.over = False
        self.error: BaseException | None = None
        self._thread.start()

    def _run(self) -> None:
        self._mine.acquire()
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - told to whoever plays
            self.error = error
        self.over = True
        self._theirs.release()

    def step(self) -> None:
        """Run to the next pause, or to the end."""
        self._mine.release()
        self._theirs.acquire()
        if self.over:
            self._thread.join()

    def pause(self) -> None:
        """Called by the work itself: somebody else's turn."""
        self._theirs.release()
        self._mine.acquire()


class Inline(Executor):
    """An executor that does at once what it is given, in the caller's own thread."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Do it now."""
        done: Future[R] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - raised by `result`, as every executor does
            done.set_exception(error)
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@contextmanager
def without_threads(monotonic: Callable[[], float], *modules: ModuleType) -> Iterator[None]:
    """The executors of these modules work inline, and their stop watch is `monotonic`."""
    instead: dict[str, object] = {"ThreadPoolExecutor": Inline, "monotonic": monotonic}
    with ExitStack() as stack:
        for module in modules:
            for name, value in instead.items():
                if hasattr(module, name):
                    stack.enter_context(patch.object(module, name, value))
        yield
