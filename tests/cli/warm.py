"""A process that has the program's modules loaded and makes a copy of itself for each run: half a second less each.

A run is still a process of its own, with its own environment, files and end; only the imports are done before. What
depends on how Python itself starts (its options, locale, time zone) must not be run this way.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("commands", "runtime", "gateway", "store", "sandbox", "domain")
LIBRARIES = ("gitlab.v4.objects", "jinja2", "sqlite3", "zoneinfo", "concurrent.futures.thread")
_SIZE = 1 << 20


class Warm:
    """The loaded process, and the one run at a time that it makes. For several threads; only on Linux."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(self, words: Sequence[str], environ: Mapping[str, str], out: int, err: int, seconds: float) -> int:
        """Run the program with these arguments, writing to these files; its exit code. TimeoutError after `seconds`."""
        asked = json.dumps({"words": list(words), "environ": dict(environ), "cwd": str(Path.cwd())}).encode()
        with self._lock:
            end = self._socket or self._start()
            end.settimeout(seconds)
            try:
                socket.send_fds(end, [asked], [out, err])
                return int(end.recv(_SIZE))
            except (OSError, ValueError):
                self._stop()  # its answer to this must never be taken for the answer to the next one
                raise

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.cli.warm", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT, start_new_session=True)
        self._socket = ours
        return ours

    def _stop(self) -> None:
        if self._process is not None and self._socket is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._socket.close()
        self._process = self._socket = None


@cache
def warm() -> Warm:
    """The one of this process; it ends with it, by the end of their socket."""
    return Warm()


def _serve(asking: socket.socket) -> None:
    """Make a run for each question, until nobody asks any more. Comes back in the copy too, to be the program."""
    _load()
    while True:
        asked, files, _, _ = socket.recv_fds(asking, _SIZE, 2)
        if not asked:
            return
        child = os.fork()
        if not child:
            asking.close()
            _become(json.loads(asked), files)
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        asking.send(str(os.waitstatus_to_exitcode(status)).encode())


def _load() -> None:
    for name in LIBRARIES:
        importlib.import_module(name)
    for package in PACKAGES:
        top = importlib.import_module(f"tui.{package}")
        for found in pkgutil.walk_packages(top.__path__, f"{top.__name__}."):
            importlib.import_module(found.name)


def _become(asked: dict[str, object], files: Sequence[int]) -> None:
    """The program, from its first line to its exit."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in enumerate((nothing, *files)):
        os.dup2(source, target)
        os.close(source)
    environ, words, cwd = asked["environ"], asked["words"], asked["cwd"]
    assert isinstance(environ, dict)
    assert isinstance(words, list)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(str(cwd))
    sys.argv = ["rollout-tui", *words]
    from tui.cli import main

    main()


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as end:
        _serve(end)
