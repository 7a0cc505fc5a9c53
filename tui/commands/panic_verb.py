"""`rollout-tui panic FLAG`: off for everybody, now. No draft, no guide, no history and no question is needed.

Where there is a history of the flag's rollout, it is told afterwards: whatever goes wrong with that, the flag is off.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from tui.commands.common import json_option, print_json, say, stopping
from tui.domain.by_hand import off_by_hand
from tui.domain.errors import BadInput, RolloutError
from tui.domain.gates import OFF
from tui.domain.plan import Request
from tui.domain.readback import gates_in
from tui.domain.validate_parts import flag_name

if TYPE_CHECKING:
    from tui.gateway.cancel import Cancel
    from tui.gateway.client import Gateway
    from tui.store.locations import Locations
    from tui.store.settings import Settings

CONVERGES = (
    "GitLab's other processes follow within a minute; who is connected directly keeps the model until the token ends, "
    "about an hour."
)


@click.command("panic")
@click.argument("flag")
@click.option("--instance", default="", help="The instance; by default that of the settings, or of GITLAB_URL.")
@click.option("--project", default="", metavar="PATH", help="The flag is this project's, not the instance's.")
@json_option
def command(flag: str, *, instance: str, project: str, as_json: bool) -> None:
    """Turn FLAG off for everybody, now: one request, no questions.

    If it fails, the ways to do it by hand are printed.
    """
    from tui.gateway.cancel import Cancel
    from tui.gateway.client import Gateway
    from tui.runtime.connect import connection
    from tui.store.locations import Locations

    _check(flag, project=bool(project))
    cancel = Cancel()
    with ExitStack() as stack, stopping(cancel):
        with _by_hand(flag, project):
            locations = Locations.find(os.environ)
            settings = _settings(locations)
            name = instance or _default(settings)
            gateway = Gateway(connection(name, settings, os.environ, locations, stack), cancel=cancel)
            stack.callback(gateway.close)
            answer = gateway.send(_request(flag, project))
            off = answer.get("active") is False if project else gates_in(answer) == OFF
            if not off:
                raise RolloutError(f"{name} answered, and {flag} is not off", "Turn it off by hand, now.")
            doubt = "" if project else _doubt(gateway, flag, answer.get("definition"))
        _tell(flag, name, doubt, as_json=as_json)
        _record(locations, cancel, name, flag, project)


def _tell(flag: str, name: str, doubt: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"flag": flag, "instance": name, "off": True, "warning": doubt})
        return
    say(f"{flag} is off for everybody on {name}.")
    say(CONVERGES, err=True)
    if doubt:
        say(f"! {doubt}", err=True)


def _record(locations: Locations, cancel: Cancel, name: str, flag: str, project: str) -> None:
    """Keep it in the history of the flag's rollout, if there is one here; every failure is told in one line."""
    from tui.runtime.panicked import keep
    from tui.runtime.workbench import Workbench

    try:
        with Workbench(locations, os.environ) as bench, bench.session(name, cancel) as session:
            kept = keep(bench, session, flag, project)
    except RolloutError as error:
        say(f"! The history does not tell of it: {error}", err=True)
        return
    if kept is None:
        return
    where = " and on its plan issue" if kept.noted else ""
    if kept.entry is not None:
        say(f"Kept in the history of {kept.rollout}{where}.", err=True)
    if kept.trouble:
        say(f"! The plan issue does not tell of it: {kept.trouble}", err=True)


def _check(flag: str, *, project: bool) -> None:
    wrong = [one for one in flag_name("FLAG", flag, project=project) if one.level == "error"]
    if wrong:
        raise BadInput(str(wrong[0]))


def _settings(locations: Locations) -> Settings:
    """The settings; with damaged ones what the environment names must do."""
    from tui.store.settings import Settings, load

    try:
        return load(locations)
    except RolloutError as error:
        say(f"! {error}", err=True)
        return Settings()


def _default(settings: Settings) -> str:
    """Never the sandbox unless it is asked for: the real flag would stay on."""
    if settings.default_instance != "sandbox":
        return settings.default_instance
    if os.environ.get("GITLAB_URL", "").strip():
        return "env"
    raise BadInput(
        "no GitLab is configured, so nothing was turned off", "Set GITLAB_URL and GITLAB_TOKEN, or name one."
    )


def _request(flag: str, project: str) -> Request:
    if project:
        path = f"/projects/{quote(project.strip('/'), safe='')}/feature_flags/{flag}"
        return Request("PUT", path, {"active": False})
    return Request("POST", f"/features/{flag}", {"value": False})


def _doubt(gateway: Gateway, flag: str, definition: object) -> str:
    """Whether another flag may have been meant: GitLab takes a misspelt name for a new flag and says nothing."""
    if definition is not None:
        return ""
    try:
        flags = gateway.gates()
    except RolloutError as error:
        return f"Whether the name is right could not be checked: {error}"
    open_ = [name for name, seen in flags.items() if name != flag and seen.gates != OFF]
    near = difflib.get_close_matches(flag, open_, n=3, cutoff=0.6)
    if not near:
        return f"GitLab has no definition of {flag}. Is the name right? Another flag may still be open."
    return f"GitLab has no definition of {flag}, and these are open: {', '.join(near)}. Is the name right?"


@contextmanager
def _by_hand(flag: str, project: str) -> Iterator[None]:
    """Whatever goes wrong, nobody is left without a way."""
    try:
        yield
    except BaseException:
        say(f"Turn {flag} off by hand:", err=True)
        for line in off_by_hand(flag, project=project):
            say(f"  {line}", err=True)
        raise
