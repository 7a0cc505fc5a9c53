"""One sandbox for all processes of a user: start it when nobody serves the folder, else join the one that does."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tui.sandbox.errors import FolderBusyError, SandboxError
from tui.sandbox.server import Server
from tui.sandbox.state import Folder

PROBE_SECONDS = 2.0
PATIENCE_SECONDS = 10.0
_RETRY_SECONDS = 0.05


class Attached:
    """A sandbox to talk to. `owned` says whether this process serves it; leaving the context stops it only then."""

    def __init__(self, folder: Path, *, assets: Path, scenario: str, era: str) -> None:
        self._folder, self._assets, self._scenario, self._era = Folder(folder), assets, scenario, era
        self._server: Server | None = None
        self.url = ""
        self.project = ""
        self.token = ""

    def __repr__(self) -> str:
        return f"Attached(url={self.url!r}, owned={self.owned})"

    @property
    def owned(self) -> bool:
        return self._server is not None

    @property
    def server(self) -> Server | None:
        """The server when it is ours."""
        return self._server

    def __enter__(self) -> Self:
        return self.ensure()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ensure(self) -> Self:
        """Be attached: nothing to do while the sandbox answers, else join or start one.

        The address stays the same when its port is still free, the token always. Raises SandboxError when the folder
        stays taken by a process that does not answer.
        """
        deadline = monotonic() + PATIENCE_SECONDS
        while not (self._join() or self._serve()):
            if monotonic() > deadline:
                raise SandboxError(
                    f"The sandbox in {self._folder.path} is held by a process that does not answer.",
                    "Stop that process.",
                )
            Event().wait(_RETRY_SECONDS)
        return self

    def _join(self) -> bool:
        address, token = self._folder.read_address(), self._folder.own_token()
        if address is None or token is None:
            return False
        if not _answers(address.url, token):
            return False
        self.url, self.token, self.project = address.url, token, address.project
        return True

    def _serve(self) -> bool:
        server = Server(self._folder.path, assets=self._assets, scenario=self._scenario, era=self._era)
        try:
            server.start()
        except FolderBusyError:
            return False
        self.close()
        self._server = server
        self.url, self.token, self.project = server.url, server.own_token, server.project
        return True

    def close(self) -> None:
        """Stop serving when it is ours; a sandbox that was joined goes on."""
        if self._server is not None:
            self._server.stop()
            self._server = None


def _answers(url: str, token: str) -> bool:
    """Whether a sandbox that knows the token is at `url`."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", f"{target.path}/api/v4/version", headers={"PRIVATE-TOKEN": token})
        answer = connection.getresponse()
        body = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return answer.status == http.HTTPStatus.OK and "version" in body


def attach(folder: Path, *, assets: Path, scenario: str = "company", era: str = "current") -> Attached:
    """A context manager: the sandbox of this folder, joined or started."""
    return Attached(folder, assets=assets, scenario=scenario, era=era)
