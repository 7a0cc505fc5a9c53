"""Sessions: one for each instance, one thread at a time, and stopped ones are replaced."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.support.until import wait_until
from tui.domain.errors import Interrupted
from tui.runtime.sessions import Sessions
from tui.runtime.workbench import Session, Workbench
from tui.store.locations import Locations


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(Workbench(Locations.under(tmp_path), {}))


def test_the_same_session_is_used_again(sessions: Sessions) -> None:
    assert sessions.use("sandbox", lambda one: one) is sessions.use("sandbox", lambda one: one)


def test_only_one_thread_at_a_time(sessions: Sessions) -> None:
    inside: list[int] = []
    most: list[int] = []
    release = threading.Event()

    def work(_: Session) -> None:
        inside.append(1)
        most.append(len(inside))
        release.wait(0.01)
        inside.pop()

    threads = [threading.Thread(target=sessions.use, args=("sandbox", work)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_stop_reaches_what_is_under_way_and_the_next_use_is_fresh(sessions: Sessions) -> None:
    seen: list[str] = []
    started = threading.Event()

    def work(session: Session) -> None:
        started.set()
        session.cancel.wait(30)
        try:
            session.cancel.check()
        except Interrupted as error:
            seen.append(str(error))

    thread = threading.Thread(target=sessions.use, args=("sandbox", work))
    thread.start()
    started.wait()
    sessions.stop("enough")
    thread.join(5)
    assert "enough" in seen[0]
    assert not sessions.use("sandbox", lambda one: one.cancel.is_set)


def test_close_waits_and_leaves(sessions: Sessions) -> None:
    started, ended = threading.Event(), threading.Event()

    def work(session: Session) -> None:
        started.set()
        session.cancel.wait(30)
        ended.set()

    thread = threading.Thread(target=sessions.use, args=("sandbox", work))
    thread.start()
    started.wait()
    sessions.close()
    assert ended.is_set()
    wait_until(lambda: not thread.is_alive(), what="the thread's end")
