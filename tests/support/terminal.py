"""A program in a real terminal: a pseudo-terminal, an emulator that draws it, and keys. Waits are on what is shown."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import pexpect
import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "backspace": "\x7f",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f8": "\x1b[19~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abdefgklnopqrstuvwxy"},
    "ctrl+c": "\x03",
}

QUIET = 0.05
"""Seconds without output after which a picture counts as drawn."""


class Terminal:
    """A running program and its screen."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        columns: int = 80,
        rows: int = 24,
        cwd: str | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.taken_at = 0.0
        """When the last output came, on the clock of time.perf_counter."""
        plain = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("TEXTUAL", "TMUX", "NO_COLOR", "COLUMNS", "LINES"))
        }
        self.process: pexpect.spawn[bytes] = pexpect.spawn(
            command[0],
            list(command[1:]),
            env={**plain, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **environ},
            dimensions=(rows, columns),
            timeout=5,
            cwd=cwd,
        )
        self.process.delaybeforesend = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.close(force=True)

    @property
    def text(self) -> str:
        """What is shown, line by line, without blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds: float = QUIET) -> bool:
        """Take what the program wrote within `seconds` and draw it; whether there was anything."""
        data = self.take(seconds)
        self.draw(data)
        return bool(data)

    def take(self, seconds: float = QUIET) -> bytes:
        """What the program wrote within `seconds`, not drawn yet: the emulator is slower than most programs."""
        try:
            data: bytes = self.process.read_nonblocking(65536, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return b""
        self.taken_at = time.perf_counter()
        return data

    def draw(self, data: bytes) -> None:
        """Show what was taken."""
        self.raw += data
        self._stream.feed(data)

    def wait(self, *texts: str, gone: str = "", seconds: float = 20.0) -> str:
        """The screen once all `texts` are on it and `gone` is not. AssertionError with the screen when it never is."""
        deadline = time.monotonic() + seconds
        while not self._shows(texts, gone):
            if time.monotonic() > deadline:
                raise AssertionError(f"timed out waiting for {texts} (gone: {gone!r}); the screen is:\n{self.text}")
            if not self.read() and not self.process.isalive() and not self.read():
                if self._shows(texts, gone):
                    break
                raise AssertionError(f"the program ended while waiting for {texts}; the screen is:\n{self.text}")
        while self.read():
            pass
        return self.text

    def _shows(self, texts: Sequence[str], gone: str) -> bool:
        shown = self.text
        return all(text in shown for text in texts) and not (gone and gone in shown)

    def press(self, *keys: str) -> Self:
        """Type keys by name (`enter`, `ctrl+n`), or a single character."""
        for key in keys:
            self.process.send(KEYS.get(key, key))
        return self

    def type(self, text: str) -> Self:
        """Type a text."""
        self.process.send(text)
        return self

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size."""
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def end(self, seconds: float = 20.0) -> int:
        """Wait for the program's end; its exit code, or minus the signal."""
        deadline = time.monotonic() + seconds
        while self.process.isalive():
            self.read()
            if time.monotonic() > deadline:
                raise AssertionError(f"the program does not end; the screen is:\n{self.text}")
        while self.read():
            pass
        self.process.close()
        return self.process.exitstatus if self.process.exitstatus is not None else -(self.process.signalstatus or 0)
