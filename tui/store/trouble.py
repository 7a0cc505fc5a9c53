"""What the operating system complains about, in words that say what, where and what to do."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tui.domain.errors import StoreError
from tui.domain.text import one_line

_HINTS = {
    errno.ENOSPC: "The disk is full: make room and save again. The former version is unharmed.",
    errno.EDQUOT: "Your disk quota is used up: make room and save again. The former version is unharmed.",
    errno.EACCES: "Check who owns the file and its folder, and that you may read and write them.",
    errno.EPERM: "Check who owns the file and its folder, and that you may read and write them.",
    errno.EROFS: "The file system is read-only: set ROLLOUT_TUI_HOME to a folder that can be written.",
    errno.ENOENT: "Its folder is not there: create it, or set ROLLOUT_TUI_HOME to another folder.",
    errno.ENOTDIR: "A file is where a folder should be: move it away, or set ROLLOUT_TUI_HOME to another folder.",
    errno.EISDIR: "A folder is where a file should be: move it away.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.EMFILE: "Too many files are open: close some programs, or raise the limit with `ulimit -n`.",
}
_OTHER = "Check the disk and the folder, or set ROLLOUT_TUI_HOME to another folder."


def store_error(error: OSError, doing: str, path: Path) -> StoreError:
    """`error` as a StoreError such as `cannot save /x/y.toml: No space left on device`."""
    reason = error.strerror or type(error).__name__
    return StoreError(f"cannot {doing} {one_line(str(path))}: {reason}", _HINTS.get(error.errno or 0, _OTHER))


@contextmanager
def explained(doing: str, path: Path) -> Generator[None]:
    """Raise what goes wrong inside with the file system as a StoreError about `doing` (a verb) and `path`."""
    try:
        yield
    except OSError as error:
        raise store_error(error, doing, path) from error
