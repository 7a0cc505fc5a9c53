"""Atomic, durable, private writes: at any moment the file is either the old one or the new one, whole."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from tui.store.trouble import explained

PRIVATE = 0o600
BACKUP = ".bak"


def write(path: Path, text: str, *, backup: bool = False, fresh: bool = False, durable: bool = True) -> None:
    """Replace the file at `path` by one with `text` (UTF-8, 0600).

    With `backup` the former version stays beside it as `.bak`. With `fresh` an existing file is left alone and
    FileExistsError is raised. Without `durable` nothing waits for the disk (for caches). A link is followed. Raises
    StoreError when the disk is full or the folder cannot be written; the former version is then unharmed.
    """
    write_bytes(path, text.encode("utf-8"), backup=backup, fresh=fresh, durable=durable)


def write_bytes(path: Path, data: bytes, *, backup: bool = False, fresh: bool = False, durable: bool = True) -> None:
    """`write` for bytes."""
    with explained("save", path):
        target = Path(os.path.realpath(path))
        temporary = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
        try:
            _fill(temporary, data, durable=durable)
            if backup:
                _keep(target, temporary)
            taken = fresh and not _place_fresh(temporary, target)
            if not fresh:
                temporary.replace(target)
            if durable:
                sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
    if taken:
        raise FileExistsError(str(path))


def _fill(temporary: Path, data: bytes, *, durable: bool) -> None:
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def _keep(target: Path, temporary: Path) -> None:
    """Make the former version the backup, itself atomically; a hard link where the file system has them."""
    if not target.exists():
        return
    spare = temporary.with_suffix(BACKUP)
    try:
        try:
            os.link(target, spare)
        except OSError:
            shutil.copyfile(target, spare)
        spare.chmod(PRIVATE)
        spare.replace(target.with_name(target.name + BACKUP))
    finally:
        spare.unlink(missing_ok=True)


def _place_fresh(temporary: Path, target: Path) -> bool:
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    except OSError:  # no hard links here: the check and the replacement are two steps then
        if target.exists():
            return False
        temporary.replace(target)
    return True


def sync_folder(folder: Path) -> None:
    """Make a renaming in `folder` durable; Windows has no such thing and does not need it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems refuse to sync folders
            os.fsync(handle)
    finally:
        os.close(handle)
