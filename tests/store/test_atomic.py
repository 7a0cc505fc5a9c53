"""Atomic writes: whole or not at all, private, and with the version before."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from tests.store.samples import other_process
from tui.domain.errors import StoreError
from tui.store import atomic

POSIX = pytest.mark.skipif(os.name != "posix", reason="permission bits are of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@POSIX
def test_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    former = os.umask(0)
    try:
        atomic.write(path, "new", backup=True)
    finally:
        os.umask(former)
    assert mode(path) == 0o600
    assert mode(path.with_name("x.toml.bak")) == 0o600


def test_the_backup_is_the_version_before(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    for text in ("one", "two", "three"):
        atomic.write(path, text, backup=True)
    assert path.read_text(encoding="utf-8") == "three"
    assert path.with_name("x.toml.bak").read_text(encoding="utf-8") == "two"
    assert names(tmp_path) == ["x.toml", "x.toml.bak"]


def test_the_backup_needs_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "x.toml"
    atomic.write(path, "one", backup=True)
    atomic.write(path, "two", backup=True)
    assert path.with_name("x.toml.bak").read_text(encoding="utf-8") == "one"
    with pytest.raises(FileExistsError):
        atomic.write(path, "three", fresh=True)
    atomic.write(tmp_path / "y.toml", "fresh", fresh=True)
    assert names(tmp_path) == ["x.toml", "x.toml.bak", "y.toml"]


@POSIX
def test_the_file_and_its_name_are_on_the_disk_before_write_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else ",".join(names(tmp_path)))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    atomic.write(tmp_path / "x.toml", "one")
    assert len(synced) == 2
    assert "x.toml" not in synced[0].split(",")  # the content first, under its temporary name
    assert synced[1] == "folder"
    atomic.write(tmp_path / "cache", "one", durable=False)
    assert len(synced) == 2


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    path = tmp_path / "x.toml"
    atomic.write(path, "one", backup=True)
    atomic.write(path, "two", backup=True)

    def full(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"cannot save .*x\.toml") as caught:
        atomic.write(path, "three", backup=True)
    assert "make room" in caught.value.hint
    assert path.read_text(encoding="utf-8") == "two"
    assert path.with_name("x.toml.bak").read_text(encoding="utf-8") == "one"
    assert names(tmp_path) == ["x.toml", "x.toml.bak"]


LIMITED = """
import resource, signal, sys
from pathlib import Path
from tui.domain.errors import StoreError
from tui.store import atomic
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    atomic.write(Path(sys.argv[1]), "x" * 10_000, backup=True)
except StoreError as error:
    print(type(error).__name__)
"""


@POSIX
def test_a_real_limit_on_the_size_of_files_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("old", encoding="utf-8")
    with other_process(LIMITED, str(path)) as process:
        assert process.communicate()[0] == "StoreError\n"
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["x.toml"]


KILLED = """
import os, sys
from pathlib import Path
from tui.store import atomic
Path.replace = lambda *_: os.kill(os.getpid(), 9)  # after the temporary file is whole, before it is in place
atomic.write(Path(sys.argv[1]), "new", backup=sys.argv[2] == "backup")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("backup", ["backup", "none"])
def test_killed_between_writing_and_replacing_leaves_the_old_file(tmp_path: Path, backup: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text("old", encoding="utf-8")
    with other_process(KILLED, str(path), backup) as process:
        assert process.wait() == -9
    assert path.read_text(encoding="utf-8") == "old"
    assert len(names(tmp_path)) > 1  # the temporary file shows that it came that far
    atomic.write(path, "newer", backup=True)
    assert path.read_text(encoding="utf-8") == "newer"
    assert path.with_name("x.toml.bak").read_text(encoding="utf-8") == "old"


def test_a_link_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "settings.toml"
    real.parent.mkdir()
    real.write_text("old", encoding="utf-8")
    link = tmp_path / "settings.toml"
    link.symlink_to(real)
    atomic.write(link, "new")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new"


def test_a_folder_that_is_missing_or_a_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file") as caught:
        atomic.write(tmp_path / "a" / "b", "x")
    assert "folder" in caught.value.hint
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="Not a directory"):
        atomic.write(tmp_path / "file" / "b", "x")


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied") as caught:
        atomic.write(tmp_path / "x", "x")
    tmp_path.chmod(0o700)
    assert "owns" in caught.value.hint
