"""The settings file: which GitLab instances there are and what the operator prefers. Never a token."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui.domain.chatops import CHANNEL, PREFIX, Chat
from tui.domain.draft import Strictness
from tui.domain.errors import BadInput
from tui.domain.problem import Problem
from tui.domain.text import one_line
from tui.store import atomic
from tui.store.calendar import Window, window_problems, working_day
from tui.store.incidents import Incidents, incident_problems
from tui.store.locations import Locations
from tui.store.read_toml import parse, read_text, typed
from tui.store.toml_form import dumps

SCHEMA = 1
SANDBOX = "sandbox"
ENV = "env"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_COMMAND = re.compile(r"/?[\w-]+(?: [\w-]+)*")
_CHANNEL = re.compile(r"[#@]?[\w.-]+")
_SECRET_KEY = re.compile(r"token|password|passwd|secret|private_key|api_key", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"\bgl[a-z]{2,10}-[A-Za-z0-9_.-]{8,}")
_TOKENS = "a token belongs into GITLAB_TOKEN, a variable named by token_env, or python-gitlab's own configuration file"


class Instance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A GitLab instance and where its token comes from.

    `config` is a section of python-gitlab's own configuration file, `token_env` an environment variable's name,
    `oauth` says that it holds an OAuth token, `ca` names a file of certificates to trust. `production` instances ask
    more before they change anything. The last three are for flags that a chat bot sets: how it is called (older ones:
    `/chatops run`), the channel in which, and the channel to post to besides (empty: the team's own).
    """

    name: str
    url: str = ""
    config: str = ""
    token_env: str = ""
    oauth: bool = False
    ca: str = ""
    insecure_http: bool = False
    production: bool = True
    chatops_prefix: str = PREFIX
    chatops_channel: str = CHANNEL
    chatops_cross_post: str = ""

    @property
    def chat(self) -> Chat:
        """How the chat bot of this instance is called."""
        return Chat(self.chatops_prefix, self.chatops_channel, self.chatops_cross_post)


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings. `operator` is the name in the history when GitLab does not tell one.

    `freezes` names a calendar of freeze windows that ships (`gitlab`), `freeze` are windows of the operator's own;
    `incidents` says where open ones are found. `working_day` (`09:00-17:30`, `Sun-Thu 09:00-17:30`) is the operator's,
    in the time of `zone`.
    """

    schema: int = SCHEMA
    operator: str = ""
    default_instance: str = SANDBOX
    guide: str = "v1"
    strictness: Strictness = "guide"
    theme: str = ""
    editor: str = ""
    instances: tuple[Instance, ...] = ()
    working_day: str = ""
    zone: str = "UTC"
    freezes: str = ""
    incidents: Incidents = Incidents()
    freeze: tuple[Window, ...] = ()

    @property
    def windows(self) -> tuple[Window, ...]:
        """The freeze windows of the file, each with its zone."""
        return tuple(replace(one, zone=one.zone or self.zone) for one in self.freeze)

    @property
    def watches(self) -> bool:
        """Whether anything says when no flag is to be opened."""
        return bool(self.freezes or self.freeze or self.working_day or self.incidents.project)

    def known(self, environ: Mapping[str, str]) -> dict[str, Instance]:
        """All instances by name: the built-in sandbox, `env` when GITLAB_URL is set, and those of the file."""
        found = {SANDBOX: Instance(name=SANDBOX, production=False)}
        if environ.get("GITLAB_URL", "").strip():
            url = environ["GITLAB_URL"].strip()
            found[ENV] = Instance(name=ENV, url=url, token_env="GITLAB_TOKEN")  # noqa: S106 - a variable's name
        return found | {instance.name: instance for instance in self.instances}

    def instance(self, name: str, environ: Mapping[str, str]) -> Instance:
        """The instance of that name. Raises BadInput that lists the known ones."""
        known = self.known(environ)
        if name in known:
            return known[name]
        missing = "Set GITLAB_URL and GITLAB_TOKEN. " if name == ENV else "Add it to the settings. "
        raise BadInput(f'there is no instance "{one_line(name)}"', f"{missing}Known: {', '.join(known)}.")


class SettingsInvalid(BadInput):
    """The settings file has problems; all of them are in `.problems`."""

    code = "settings-invalid"

    def __init__(self, message: str, problems: list[Problem], hint: str = "") -> None:
        super().__init__(message, hint)
        self.problems = tuple(problems)


def person(settings: Settings) -> str:
    """Who is at the keyboard, where GitLab does not say: the settings' operator, or whoever is logged in here."""
    if settings.operator:
        return settings.operator
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # in a container the user can be a bare number
        return "somebody"


def load(locations: Locations) -> Settings:
    """The settings; the defaults when there is no file. Raises SettingsInvalid with all problems, or StoreError."""
    path = locations.settings
    if not path.exists():
        return Settings()
    try:
        settings, problems = _read(read_text(path))
    except ValueError as error:
        settings, problems = None, [Problem("", str(error))]
    if settings is None or problems:
        listed = "; ".join(str(problem) for problem in problems)
        raise SettingsInvalid(f"{one_line(str(path))}: {listed}", problems, "Correct the file; it was not changed.")
    return settings


def save(locations: Locations, settings: Settings) -> None:
    """Write the settings. Raises SettingsInvalid rather than write what could not be read again, or StoreError."""
    text = dumps(settings)
    read, problems = _read(text)
    if read is None or problems:
        listed = "; ".join(str(problem) for problem in problems)
        raise SettingsInvalid(f"these settings cannot be saved: {listed}", problems)
    locations.make()
    atomic.write(locations.settings, text, backup=True)


def _read(text: str) -> tuple[Settings | None, list[Problem]]:
    data = parse(text) if text.strip() else {}
    if isinstance(data, Problem):
        return None, [data]
    secrets = list(_secrets(data, ""))
    if secrets:
        return None, secrets
    settings, problems = typed({"schema": SCHEMA, **data}, Settings, schema=SCHEMA)
    return settings, problems or (list(_check(settings)) if settings else [])


def _secrets(data: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Keys and values that look like tokens; their values are in no message."""
    for key, value in data.items():
        where = one_line(f"{path}{key}")
        if isinstance(value, Mapping):
            yield from _secrets(value, f"{where}.")
        elif isinstance(value, list):
            for place, item in enumerate(value):
                nested = item if isinstance(item, Mapping) else {"": item}
                yield from _secrets(nested, f"{where}[{place}]." if isinstance(item, Mapping) else f"{where}[{place}]")
        elif _SECRET_KEY.search(key) and key != "token_env":
            yield Problem(where, "a token must not be in this file", _TOKENS)
        elif isinstance(value, str) and _SECRET_VALUE.search(value):
            yield Problem(where, "looks like a token, which must not be in this file", _TOKENS)


def _check(settings: Settings) -> Iterator[Problem]:
    names: set[str] = set()
    for place, instance in enumerate(settings.instances):
        path = f"instances[{place}]"
        if instance.name in {SANDBOX, ENV}:
            yield Problem(f"{path}.name", f'"{instance.name}" is built in', "choose another name")
        elif not _NAME.fullmatch(instance.name):
            yield Problem(
                f"{path}.name", f'is "{one_line(instance.name)}"', "letters, digits, dots, hyphens, at most 63"
            )
        if instance.name in names:
            yield Problem(f"{path}.name", f'"{one_line(instance.name)}" is there twice', "each name once")
        names.add(instance.name)
        yield from _check_address(path, instance)
        yield from _check_chat(path, instance)
    if settings.default_instance not in names | {SANDBOX, ENV}:
        allowed = "one of: " + ", ".join([SANDBOX, ENV, *(one_line(name) for name in names)])
        yield Problem("default_instance", f'there is no instance "{one_line(settings.default_instance)}"', allowed)
    yield from window_problems(settings.freeze, settings.freezes)
    yield from incident_problems(settings.incidents, sorted(names | {SANDBOX, ENV}))
    day = working_day(settings.working_day, settings.zone)
    if isinstance(day, Problem):
        yield day


def _check_chat(path: str, instance: Instance) -> Iterator[Problem]:
    if not _COMMAND.fullmatch(instance.chatops_prefix):
        yield Problem(f"{path}.chatops_prefix", "is not how a bot is called", f"words on one line, such as {PREFIX}")
    for key in ("chatops_channel", "chatops_cross_post"):
        channel = getattr(instance, key)
        if not _CHANNEL.fullmatch(channel) and (channel or key == "chatops_channel"):
            yield Problem(f"{path}.{key}", "is not the name of a channel", f"one word, such as {CHANNEL}")


def _check_address(path: str, instance: Instance) -> Iterator[Problem]:
    if not instance.url and not instance.config:
        yield Problem(f"{path}.url", "is missing", "the address of GitLab, or `config` with a section's name")
    elif instance.url and not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", instance.url):
        yield Problem(f"{path}.url", "is not an address of GitLab", "such as https://gitlab.example.com")
    if instance.token_env and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", instance.token_env):
        yield Problem(f"{path}.token_env", "is not the name of a variable", "such as GITLAB_TOKEN")
