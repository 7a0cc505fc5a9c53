"""GitLab's chat bot: the commands that a person runs where this program may not set the flag, and what they leave.

The grammar, read in the bot's own `feature` command and in GitLab's documentation of feature flag controls:

    PREFIX feature set NAME VALUE [--actors] [--user= | --group= | --project= | --feature-group=] [ENVIRONMENT]

A number is a percentage of time unless `--actors` is there, and `0` and `100` clear the other gates, so this program
says `true`, `false`, or a percentage with `--actors`, and names one actor a command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.domain.gates import FULL, tidy

PREFIX = "/chatops gitlab run"
"""How the bot is called today; older documents say `/chatops run`."""

CHANNEL = "#production"
"""The only channel in which the bot takes commands for production."""

METHOD = "CHAT"
"""Stands where a request has its HTTP method: a person sends this one."""

_WORD = re.compile(r"[A-Za-z0-9_.][\w./-]*", re.ASCII)
_OPTIONS = {"user": "--user", "group": "--group", "project": "--project", "feature_group": "--feature-group"}


@dataclass(frozen=True)
class Chat:
    """How an instance's bot is called, the channel to call it in, and the one to post to besides.

    Without `cross_post` it is the team's own channel.
    """

    prefix: str = PREFIX
    channel: str = CHANNEL
    cross_post: str = ""


CHAT = Chat()
"""GitLab.com's own bot."""


def sayable(text: str) -> bool:
    """Whether `text` can stand in a chat command as one word, with nothing in it that would end or extend it."""
    return _WORD.fullmatch(text) is not None


def word(text: str) -> str:
    """`text` if it is sayable, else ValueError."""
    if not sayable(text):
        raise ValueError(f"{text!r} cannot be said in a chat command: it is no single word")
    return text


def set_command(flag: str, body: Mapping[str, Any], prefix: str = PREFIX) -> str:
    """The command with the effect of a call of the Features API with that body.

    ValueError for a name that is no single word, and for a body that a command cannot say: a percentage of time, a
    percentage with a target, several targets.
    """
    options = [f"{option}={word(str(body[key]))}" for key, option in _OPTIONS.items() if key in body]
    value, key = body.get("value"), body.get("key")
    if isinstance(value, bool) and key is None and len(options) <= 1:
        said = "true" if value else "false"
    elif key == "percentage_of_actors" and not options and _is_share(value):
        said, options = str(tidy(float(str(value)))), ["--actors"]
    else:
        raise ValueError("a chat command is true, false, or a percentage of actors, for one target at most")
    return " ".join([prefix, "feature", "set", word(flag), said, *options])


def _is_share(value: object) -> bool:
    """0 and 100 are no percentages to GitLab: they clear the other gates."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < FULL


def get_command(flag: str, prefix: str = PREFIX) -> str:
    """The command that shows a flag's gates. ValueError for a name that is no single word."""
    return f"{prefix} feature get {word(flag)}"


def staging_command(flag: str, prefix: str = PREFIX) -> str:
    """The command that turns the flag on in staging, which the bot asks for before production."""
    return f"{set_command(flag, {'value': True}, prefix)} --staging"
