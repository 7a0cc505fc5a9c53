"""From the name of an instance to a connection: the embedded sandbox, the environment, or the settings."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.domain.errors import BadInput, TokenMissing
from tui.gateway.connection import Connection, from_environment
from tui.gateway.secret import Secret

if TYPE_CHECKING:
    from tui.store.locations import Locations
    from tui.store.settings import Settings

SANDBOX = "sandbox"
ENVIRONMENT = "env"


@dataclass(frozen=True)
class Instance:
    """An instance that can be connected to, as screens name it. `production` asks for the flag's name at apply."""

    name: str
    label: str
    url: str = ""
    production: bool = False

    @property
    def is_sandbox(self) -> bool:
        """Whether it is the embedded sandbox."""
        return self.name == SANDBOX


def instances(settings: Settings, environ: Mapping[str, str]) -> tuple[Instance, ...]:
    """All instances, the sandbox first, then the environment's if there is one, then the settings'."""
    found = [Instance(SANDBOX, "SANDBOX")]
    if environ.get("GITLAB_URL"):
        url = environ["GITLAB_URL"]
        found.append(Instance(ENVIRONMENT, f"{ENVIRONMENT} · {_host(url)}", url))
    for one in settings.instances:
        label = f"PRODUCTION {one.name}" if one.production else one.name
        found.append(Instance(one.name, label, one.url, one.production))
    return tuple(found)


def instance(name: str, settings: Settings, environ: Mapping[str, str]) -> Instance:
    """The instance of that name. BadInput names those there are."""
    known = instances(settings, environ)
    found = next((one for one in known if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in known)
        hint = f"Known instances: {names}. Set GITLAB_URL and GITLAB_TOKEN, or add one to the settings."
        raise BadInput(f"there is no GitLab instance called {name}", hint)
    return found


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
    from tui.store.assets import ASSETS

    attached = stack.enter_context(attach(locations.sandbox, assets=ASSETS))
    return Connection(name=SANDBOX, url=attached.url, token=Secret(attached.token))


def _from_settings(name: str, settings: Settings, environ: Mapping[str, str]) -> Connection:
    chosen = next(one for one in settings.instances if one.name == name)
    if chosen.config:
        from tui.gateway.config_file import from_config

        return replace(from_config(chosen.config), name=name)
    token = environ.get(chosen.token_env, "")
    if not token:
        raise TokenMissing(f"the instance {name} takes its token from {chosen.token_env}, which is not set")
    return Connection(name=name, url=chosen.url, token=Secret(token), ca=chosen.ca, insecure_http=chosen.insecure_http)


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].rpartition("@")[2]
