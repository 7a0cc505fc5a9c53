"""One editor for a draft: the second is told who has it, and a dead one is no obstacle."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.store.samples import CANONICAL, other_process
from tui.domain.errors import InUse, StoreError
from tui.store.lock import DraftLock

HOLD = """
import sys
from pathlib import Path
from tui.store.lock import DraftLock
lock = DraftLock(Path(sys.argv[1]), who="bob\\x1b]0;x")
lock.acquire()
print("held", flush=True)
sys.stdin.readline()
lock.release()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "codestral.toml"
    path.write_text(CANONICAL, encoding="utf-8")
    return path


def test_the_second_process_is_told_who_has_it_and_gets_it_after(path: Path) -> None:
    lock = DraftLock(path, who="alice")
    with other_process(HOLD, str(path)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(InUse, match="codestral is open elsewhere: bob") as caught:
            lock.acquire()
        assert f"process {process.pid}" in str(caught.value)
        assert "\x1b" not in str(caught.value)
        assert not lock.held
        assert path.read_text(encoding="utf-8") == CANONICAL
        process.communicate("\n")
    with lock:
        holder = lock.holder()
        assert holder is not None
        assert (holder.who, holder.pid) == ("alice", os.getpid())


def test_a_killed_process_is_no_obstacle(path: Path) -> None:
    with other_process(HOLD, str(path)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait()
    lock = DraftLock(path, who="alice")
    assert lock.holder() is not None  # what it wrote is still there
    lock.acquire()
    assert lock.held
    lock.release()
    assert lock.holder() is None


def test_two_windows_of_one_process_are_two_editors(path: Path) -> None:
    with DraftLock(path, who="alice"), pytest.raises(InUse, match=f"process {os.getpid()}"):
        DraftLock(path, who="alice").acquire()


def test_a_lock_is_given_back_from_another_thread(path: Path) -> None:
    lock = DraftLock(path, who="alice")
    lock.acquire()
    thread = threading.Thread(target=lock.release)
    thread.start()
    thread.join()
    with DraftLock(path, who="bob") as second:
        assert second.held


@pytest.mark.parametrize("info", [b"", b"{", b'{"who": 1}', b"\xff"])
def test_damaged_information_is_another_process(path: Path, info: bytes) -> None:
    with DraftLock(path, who="alice"):
        path.with_name(".codestral.toml.holder").write_bytes(info)
        with pytest.raises(InUse, match="another process"):
            DraftLock(path, who="bob").acquire()


def test_releasing_twice_or_without_holding_leaves_the_holder_alone(path: Path) -> None:
    with DraftLock(path, who="alice") as lock:
        DraftLock(path, who="bob").release()
        assert lock.holder() is not None
    lock.release()


@pytest.mark.skipif(os.name != "posix", reason="permission bits are of POSIX")
def test_the_locks_files_are_private(path: Path) -> None:
    with DraftLock(path, who="alice"):
        made = [one for one in path.parent.iterdir() if one.name.startswith(".")]
        assert len(made) == 2
        assert {one.stat().st_mode & 0o777 for one in made} == {0o600}


def test_a_lock_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError):
        DraftLock(tmp_path / "file" / "x.toml", who="alice").acquire()
