"""Where a sandbox keeps itself: state, key, and who serves the folder. Folder 0700, files 0600, no token in any."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Literal

import msgspec

from tui.sandbox.errors import SandboxError
from tui.sandbox.world.state import World

Kind = Literal["personal", "project", "group", "oauth", "job"]
KEY_BYTES = 32
TOKEN_BYTES = 15
_OWN = "rollout-tui sandbox: the folder's own token"
_ROLE = "rollout-tui sandbox: the token of the role "


class Address(msgspec.Struct):
    """Who serves the folder: base url, process id, and the project for plan issues."""

    url: str
    pid: int
    project: str


class _Saved(msgspec.Struct):
    scenario: str
    world: World
    schema: int = 1


def random_token(kind: Kind) -> str:
    """A token like GitLab's of that kind."""
    if kind == "oauth":
        return secrets.token_hex(32)
    return ("glcbt-" if kind == "job" else "glpat-") + secrets.token_urlsafe(TOKEN_BYTES)


def write_durably(path: Path, content: bytes) -> None:
    """Replace the file so that after a crash it is either the old or the new one, and only its owner reads it."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class Folder:
    """The files of one sandbox."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = path / "state.json"
        self.key = path / "key"
        self.address = path / "server.json"
        self.lock = path / "server.lock"

    def make(self) -> None:
        """The folder, private. Raises SandboxError when it cannot be made."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
        except OSError as error:
            raise SandboxError(f"The sandbox folder {self.path} cannot be used: {error}", "Choose another.") from error

    def load(self, scenario: str) -> World | None:
        """The saved world, None when there is none. Raises SandboxError when unreadable or of another scenario."""
        try:
            saved = msgspec.json.decode(self.state.read_bytes(), type=_Saved)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise SandboxError(
                f"The sandbox state {self.state} cannot be read: {error}",
                "Move the file away to start with a fresh sandbox.",
            ) from error
        if saved.scenario != scenario:
            raise SandboxError(
                f"The sandbox in {self.path} was made from the scenario {saved.scenario!r}, not {scenario!r}.",
                f"Choose another folder, or move {self.state} away.",
            )
        return saved.world

    def save(self, world: World, scenario: str) -> None:
        """The world on the disk, before this returns. Raises OSError."""
        write_durably(self.state, msgspec.json.encode(_Saved(scenario, world)))

    def read_address(self) -> Address | None:
        """Who last said to serve this folder; they may be gone."""
        try:
            return msgspec.json.decode(self.address.read_bytes(), type=Address)
        except (OSError, msgspec.DecodeError):
            return None

    def write_address(self, url: str, project: str) -> None:
        write_durably(self.address, msgspec.json.encode(Address(url, os.getpid(), project)))

    def ensure_key(self) -> None:
        """Make the key when there is none; only the one who holds the lock does this."""
        if not self.key.exists():
            write_durably(self.key, secrets.token_bytes(KEY_BYTES))

    def own_token(self) -> str | None:
        """The token that every process of this user can compute; None before there is a key."""
        return self._derived(_OWN)

    def role_token(self, role: str) -> str | None:
        """The same for a role: it is printed at each start, and is in no file."""
        return self._derived(_ROLE + role)

    def _derived(self, name: str) -> str | None:
        try:
            key = self.key.read_bytes()
        except OSError:
            return None
        digest = hmac.new(key, name.encode(), hashlib.sha256).digest()
        return "glpat-" + base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def copy_of(world: World) -> World:
    """A world of its own with the same content."""
    return msgspec.json.decode(msgspec.json.encode(world), type=World)
