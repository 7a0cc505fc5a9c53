"""What can go wrong before the sandbox serves."""

from __future__ import annotations


class SandboxError(Exception):
    """The sandbox cannot start or be joined; `message` says what and where, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class FolderBusyError(SandboxError):
    """Another process serves this folder."""
