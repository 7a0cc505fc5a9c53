"""From the name of an instance to a connection: the embedded sandbox, the environment, or the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.domain.errors import SandboxUnavailable, TokenMissing
from tui.domain.text import one_line
from tui.gateway.connection import (
    OAUTH_VARIABLE,
    Connection,
    from_config,
    from_environment,
    is_loopback,
    token_variable,
)
from tui.gateway.secret import Secret

if TYPE_CHECKING:
    from tui.store.locations import Locations
    from tui.store.settings import Instance as Configured
    from tui.store.settings import Settings

SANDBOX = "sandbox"
ENVIRONMENT = "env"


@dataclass(frozen=True)
class Instance:
    """An instance that can be connected to, as screens name it. `production` asks for the flag's name at apply.

    `token` is in words where its token comes from, never the token.
    """

    name: str
    label: str
    url: str = ""
    production: bool = False
    token: str = ""

    @property
    def is_sandbox(self) -> bool:
        """Whether it is the embedded sandbox."""
        return self.name == SANDBOX


def instances(settings: Settings, environ: Mapping[str, str]) -> tuple[Instance, ...]:
    """All instances: the sandbox, the environment's if there is one, and the settings'."""
    return tuple(_shown(one, environ) for one in settings.known(environ).values())


def instance(name: str, settings: Settings, environ: Mapping[str, str]) -> Instance:
    """The instance of that name. BadInput names those there are."""
    return _shown(settings.instance(name, environ), environ)


def _shown(configured: Configured, environ: Mapping[str, str]) -> Instance:
    """A GitLab on this machine is nobody's production."""
    if configured.name == SANDBOX:
        return Instance(SANDBOX, "SANDBOX", token="made at its start")  # noqa: S106 - words
    host = (urlsplit(configured.url).hostname or "") if configured.url else ""
    production = configured.production and not is_loopback(host)
    label = f"{configured.name} {host}".rstrip()
    name = f"PRODUCTION {label}" if production else label
    return Instance(configured.name, name, configured.url, production, _source(configured, environ))


def _source(configured: Configured, environ: Mapping[str, str]) -> str:
    """Where the token comes from."""
    if configured.config:
        return one_line(f"python-gitlab's file, section {configured.config}")
    variable = token_variable(environ) if configured.name == ENVIRONMENT else configured.token_env
    kind = "OAuth, " if configured.oauth or variable == OAUTH_VARIABLE else ""
    return f"{variable or 'nowhere'} ({kind}{'set' if environ.get(variable) else 'not set'})"


def connection(
    name: str, settings: Settings, environ: Mapping[str, str], locations: Locations, stack: ExitStack
) -> Connection:
    """A connection to the instance. The sandbox is started, or joined where it runs, and left with `stack`."""
    instance(name, settings, environ)
    if name == SANDBOX:
        return _sandbox(locations, stack)
    if name == ENVIRONMENT:
        found = from_environment(environ)
        if found is None:
            raise TokenMissing("GITLAB_URL is not set")
        return found
    return _from_settings(name, settings, environ)


def _sandbox(locations: Locations, stack: ExitStack) -> Connection:
    from tui.sandbox.attach import attach
    from tui.store.assets import ROOT

    with sandbox_errors():
        attached = stack.enter_context(attach(locations.sandbox, assets=ROOT))
    return Connection(name=SANDBOX, url=attached.url, token=Secret(attached.token))


@contextmanager
def sandbox_errors() -> Iterator[None]:
    """The sandbox knows nothing of our errors, so that its world stays independent of the planner's."""
    from tui.sandbox.errors import SandboxError

    try:
        yield
    except SandboxError as error:
        raise SandboxUnavailable(str(error), error.hint) from error


def _from_settings(name: str, settings: Settings, environ: Mapping[str, str]) -> Connection:
    chosen = settings.instance(name, environ)
    if chosen.config:
        return from_config(chosen.config, name=name, insecure_http=chosen.insecure_http)
    token = environ.get(chosen.token_env, "")
    if not token:
        raise TokenMissing(f"the instance {name} takes its token from {chosen.token_env}, which is not set")
    return Connection(name, chosen.url, Secret(token), chosen.ca, chosen.oauth, chosen.insecure_http)
