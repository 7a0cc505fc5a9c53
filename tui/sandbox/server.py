"""The sandbox as a running thing: a thread that serves a world on 127.0.0.1 and keeps it in a folder."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event, RLock
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from filelock import FileLock, Timeout

from tui.sandbox import seed
from tui.sandbox.connection import Connection
from tui.sandbox.errors import FolderBusyError, SandboxError
from tui.sandbox.faults import Fault, Faults
from tui.sandbox.listener import Listener
from tui.sandbox.state import Folder, copy_of, random_token
from tui.sandbox.wire import Received
from tui.sandbox.world import features, router
from tui.sandbox.world.access import fingerprint
from tui.sandbox.world.era import ERAS
from tui.sandbox.world.http import ApiError, Call, Response
from tui.sandbox.world.params import from_pairs
from tui.sandbox.world.state import World

REMEMBERED = 10_000
STOP_SECONDS = 10.0
_READS = frozenset({"GET", "HEAD"})
_FIRST_ERROR = 400
_SERVER_ERROR = 500


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Server:
    """A fake GitLab: start it, talk to `url` with `token`, stop it; without a folder it forgets."""

    def __init__(
        self,
        folder: Path | None,
        *,
        assets: Path,
        port: int = 0,
        scenario: str = "company",
        faults: Faults | None = None,
        project: str | None = None,
        era: str = "current",
        clock: Callable[[], datetime] = _utc_now,
        latency: float = 0.0,
    ) -> None:
        """`port` 0 takes the one used last in this folder, else any; `project` adds a second, empty, private project.

        `latency` is in seconds and comes before every answer. Raises SandboxError for an unknown era.
        """
        if era not in ERAS:
            raise SandboxError(f"The sandbox cannot be GitLab {era!r}.", f"Known: {', '.join(ERAS)}.")
        self.era, self.scenario, self.latency = ERAS[era], scenario, latency
        self.faults = faults or Faults()
        self.requests: deque[Received] = deque(maxlen=REMEMBERED)
        self.stopping = Event()
        self.url = ""
        self.project = project or ""
        self._assets, self._port, self._clock = assets, port, clock
        self._folder = Folder(folder) if folder else None
        self._lock = FileLock(self._folder.lock, thread_local=False, mode=0o600) if self._folder else None
        self._world = World(project="")
        self._origin = scenario
        self._guard = RLock()
        self._ids = itertools.count(1)
        self._tokens: dict[str, str] = {}
        self._listener: Listener | None = None

    def __repr__(self) -> str:
        return f"Server(url={self.url!r}, project={self.project!r}, era={self.era.name!r})"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Serve. Raises FolderBusyError when another process serves the folder, SandboxError when it cannot start."""
        self._take_folder()
        try:
            self._open_world()
            self._bind()
        except BaseException:
            self._release()
            raise
        return self

    def _take_folder(self) -> None:
        if self._folder is None or self._lock is None:
            return
        self._folder.make()
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise FolderBusyError(
                f"Another process serves the sandbox in {self._folder.path}.", "Stop it, or use it as it is."
            ) from None

    def _open_world(self) -> None:
        self._origin = seed.origin(self._assets, self.scenario)
        saved = self._folder.load(self._origin) if self._folder else None
        fresh, rehearsed = seed.load(self._assets, self.scenario)
        self._world = saved or fresh
        for fault in rehearsed:
            self.faults.add(fault)
        if self.project:
            seed.add_role_project(self._world, self.project, self._now())
        self.project = self.project or self._world.project
        if self._folder is None:
            return
        self._folder.ensure_key()
        own = self.own_token
        if fingerprint(own) not in self._world.tokens:
            seed.add_token(self._world, self._world.roles["admin"], own, self._now())
        self._save()

    def _bind(self) -> None:
        handler = type("SandboxConnection", (Connection,), {"backend": self})
        try:
            self._listener = Listener(self._port or self._last_port(), handler)
        except OSError:
            if self._port:
                raise SandboxError(f"Port {self._port} cannot be used.", "Choose another, or 0 for any.") from None
            self._listener = Listener(0, handler)
        self.url = self._listener.url
        self._listener.start()
        if self._folder:
            self._folder.write_address(self.url, self.project)

    def _last_port(self) -> int:
        """The port of last time, so that addresses of issues stay good over a restart."""
        address = self._folder.read_address() if self._folder else None
        return (urlsplit(address.url).port or 0) if address else 0

    def stop(self) -> None:
        """Answer what was asked already, then close everything and give the folder back. Harmless when not running."""
        self.stopping.set()
        if self._listener is not None:
            self._listener.stop(STOP_SECONDS)
            self._listener = None
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()

    @property
    def own_token(self) -> str:
        """The token that any process of this user can compute for the folder; it is the operator's."""
        token = self._folder.own_token() if self._folder else None
        return token or self.token

    @property
    def token(self) -> str:
        """A token of the default operator, an administrator."""
        return self.tokens["admin"]

    @property
    def tokens(self) -> Mapping[str, str]:
        """A random token for each role, made when first asked for; they stay good over restarts."""
        with self._guard:
            if not self._tokens:
                self._tokens = {role: self.mint(username) for role, username in self._world.roles.items()}
            return dict(self._tokens)

    def mint(
        self,
        username: str,
        *,
        scopes: tuple[str, ...] = ("api",),
        expires_at: date | None = None,
        revoked: bool = False,
    ) -> str:
        """One more random token for a user, as limited as asked. Raises SandboxError for an unknown user."""
        secret = random_token()
        with self._changing() as world:
            seed.add_token(world, username, secret, self._now(), scopes=scopes, expires_at=expires_at, revoked=revoked)
        return secret

    def snapshot(self) -> World:
        """A copy of the world as it is."""
        with self._guard:
            return copy_of(self._world)

    @contextmanager
    def _changing(self) -> Iterator[World]:
        with self._guard:
            yield self._world
            self._save()

    def _save(self) -> None:
        if self._folder:
            self._folder.save(self._world, self._origin)

    def _now(self) -> datetime:
        now = self._clock().astimezone(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def answer(self, received: Received, headers: Mapping[str, str], secret: str | None) -> Response:
        """What the world says; an effect is on the disk before this returns."""
        with self._guard:
            call = self._call(received.method, received.path, received)
            call.headers = headers
            response = router.handle(call, secret)
            effect = received.method not in _READS
            if effect and not _FIRST_ERROR <= response.status < _SERVER_ERROR:
                self._save()
            return response

    def _call(self, method: str, path: str, received: Received) -> Call:
        params = from_pairs(received.query)
        if isinstance(received.body, Mapping):
            params |= received.body
        return Call(self._world, self.era, self._now(), self.url, method, path, received.query, params)

    def record(self, received: Received) -> None:
        """Remember the request for whoever asks what was sent."""
        self.requests.append(received)

    def outsider(self, fault: Fault, path: str) -> None:
        """An administrator who is not the caller changes the flag: what the fault says, else 7 % or off."""
        flag = fault.flag or unquote(path.rstrip("/").rpartition("/")[2])
        with self._changing() as world:
            held = world.features.get(flag)
            usual = {"value": "false"} if held and held.boolean else {"value": "7", "key": "percentage_of_actors"}
            call = self._call("POST", path, Received("POST", path, (), dict(fault.params or usual)))
            try:
                features.set_flag(call, flag)
            except ApiError as error:
                raise SandboxError(f"The outsider's change was refused: {error}") from error

    def revoke(self, secret: str | None) -> None:
        """The token is good no more."""
        with self._changing() as world:
            token = world.tokens.get(fingerprint(secret or ""))
            if token:
                token.revoked = True

    def request_id(self) -> str:
        return f"01SANDBOX{next(self._ids):017d}"
