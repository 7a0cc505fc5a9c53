"""A GitLab without a network: the world under one lock, kept in a folder, and who may ask it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event, RLock
from urllib.parse import unquote

from tui.sandbox import seed
from tui.sandbox.errors import SandboxError
from tui.sandbox.faults import Fault, Faults
from tui.sandbox.state import Folder, Kind, copy_of, random_token
from tui.sandbox.wire import Received
from tui.sandbox.world import features, router
from tui.sandbox.world.access import fingerprint
from tui.sandbox.world.conditions import Conditions, FlagCache
from tui.sandbox.world.era import ERAS
from tui.sandbox.world.http import ApiError, Call, Response
from tui.sandbox.world.params import from_pairs
from tui.sandbox.world.state import World

REMEMBERED = 10_000
LIMIT, LIMIT_PERIOD = 7200, 60
_READS = frozenset({"GET", "HEAD"})
_FIRST_ERROR = 400
_SERVER_ERROR = 500


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


class Instance:
    """Everything of a sandbox but its socket; safe to use from any thread once opened. Without a folder it forgets."""

    url = "http://sandbox.invalid"

    def __init__(
        self,
        folder: Path | None,
        *,
        assets: Path,
        scenario: str = "company",
        faults: Faults | None = None,
        project: str | None = None,
        era: str = "current",
        clock: Callable[[], datetime] = utc_now,
        conditions: Conditions | None = None,
    ) -> None:
        """`project` adds a second, empty, private project; `conditions` are the scenario's unless given.

        Raises SandboxError for an unknown era.
        """
        if era not in ERAS:
            raise SandboxError(f"The sandbox cannot be GitLab {era!r}.", f"Known: {', '.join(ERAS)}.")
        self.era, self.scenario = ERAS[era], scenario
        self.faults = faults or Faults()
        self.requests: deque[Received] = deque(maxlen=REMEMBERED)
        self.turn = Event()
        self.project = project or ""
        self.conditions = conditions or Conditions()
        self._conditions_given = conditions is not None
        self._flag_cache = FlagCache()
        self._assets, self._clock = assets, clock
        self._folder = Folder(folder) if folder else None
        self._world = World(project="")
        self._origin = scenario
        self._guard = RLock()
        self._tokens: dict[str, str] = {}

    def open(self) -> None:
        """Read the world from the folder, else make it from the scenario. Raises SandboxError when neither works."""
        self._origin = seed.origin(self._assets, self.scenario)
        saved = self._folder.load(self._origin) if self._folder else None
        fresh, rehearsed, conditions = seed.load(self._assets, self.scenario)
        if not self._conditions_given:
            self.conditions = conditions
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
        """A token for each role, made when first asked for; with a folder the same ones after a restart."""
        with self._guard:
            if not self._tokens:
                self._tokens = {role: self._of_role(role, username) for role, username in self._world.roles.items()}
            return dict(self._tokens)

    def _of_role(self, role: str, username: str) -> str:
        """The role's token; another one where that was revoked."""
        secret = self._folder.role_token(role) if self._folder else None
        known = self._world.tokens.get(fingerprint(secret)) if secret else None
        if secret is None or (known is not None and known.revoked):
            return self.mint(username)
        if known is None:
            with self.edit() as world:
                seed.add_token(world, username, secret, self._now())
        return secret

    def mint(
        self,
        username: str,
        *,
        scopes: tuple[str, ...] = ("api",),
        expires_at: date | None = None,
        revoked: bool = False,
        kind: Kind = "personal",
    ) -> str:
        """One more random token for a user, as limited as asked. Raises SandboxError for an unknown user."""
        secret = random_token(kind)
        with self.edit() as world:
            made = seed.add_token(world, username, secret, self._now(), scopes, kind)
            made.expires_at, made.revoked = expires_at, revoked
        return secret

    def mint_bot(self, path: str, level: str, *, scopes: tuple[str, ...] = ("api",)) -> str:
        """The token of a project or group: its bot user, made for it, has that level there.

        Raises SandboxError when no project and no group has that path.
        """
        with self.edit() as world:
            kind, username = seed.add_bot(world, path, level, self._now())
        return self.mint(username, scopes=scopes, kind=kind)

    def snapshot(self) -> World:
        """A copy of the world as it is."""
        with self._guard:
            return copy_of(self._world)

    def restore(self, world: World) -> None:
        """Put back a world that `snapshot` gave; tokens minted since stay good.

        Faults and remembered requests are gone, and requests that a fault still holds end without a further effect.
        """
        with self._guard:
            tokens = self._world.tokens
            self._world = copy_of(world)
            self._world.tokens = tokens | self._world.tokens
            self.faults.clear()
            self.requests.clear()
            self._flag_cache = FlagCache()
            self.turn.set()
            self.turn = Event()
            self._save()

    @contextmanager
    def edit(self) -> Iterator[World]:
        """The world itself, to be changed by hand while nobody is answered; on the disk afterwards."""
        with self._guard:
            yield self._world
            self._save()

    def _save(self) -> None:
        if self._folder:
            self._folder.save(self._world, self._origin)

    def _now(self) -> datetime:
        now = self._clock().astimezone(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def answer(
        self, received: Received, headers: Mapping[str, str], secret: str | None, loaded: int | None = None
    ) -> Response:
        """What the world says; an effect is on the disk before this returns. `loaded` is what `record` gave."""
        with self._guard:
            call = self._call(received.method, received.path, received)
            call.headers, call.loaded = headers, loaded
            response = router.handle(call, secret)
            effect = received.method not in _READS
            if effect and not _FIRST_ERROR <= response.status < _SERVER_ERROR:
                self._save()
            return response

    def _call(self, method: str, path: str, received: Received) -> Call:
        params = from_pairs(received.query)
        if isinstance(received.body, Mapping):
            params |= received.body
        call = Call(self._world, self.era, self._now(), self.url, method, path, received.query, params)
        call.conditions, call.flag_cache = self.conditions, self._flag_cache
        return call

    def record(self, received: Received) -> int | None:
        """Remember the request for whoever asks what was sent; the version of the issue that it is about to change."""
        loaded = router.version_of(self._world, received.path) if received.method == "PUT" else None
        self.requests.append(received)
        return loaded

    def outsider(self, fault: Fault, path: str) -> None:
        """An administrator who is not the caller changes the flag: what the fault says, else 7 % or off."""
        flag = fault.flag or unquote(path.rstrip("/").rpartition("/")[2])
        with self.edit() as world:
            held = world.features.get(flag)
            usual = {"value": "false"} if held and held.boolean else {"value": "7", "key": "percentage_of_actors"}
            call = self._call("POST", path, Received("POST", path, (), dict(fault.params or usual)))
            try:
                features.set_flag(call, flag)
            except ApiError as error:
                raise SandboxError(f"The outsider's change was refused: {error}") from error

    def limits(self) -> Mapping[str, str]:
        """What an answer says of the general limit on requests when that is reached; old servers say nothing."""
        if not self.era.limits_told:
            return {}
        reset = int(self._now().timestamp()) + LIMIT_PERIOD
        shown = {"Limit": LIMIT, "Name": "throttle_authenticated_api", "Observed": LIMIT + 1, "Remaining": 0}
        return {f"RateLimit-{name}": str(value) for name, value in {**shown, "Reset": reset}.items()}

    def revoke(self, secret: str | None) -> None:
        """The token is good no more."""
        with self.edit() as world:
            token = world.tokens.get(fingerprint(secret or ""))
            if token:
                token.revoked = True
