"""Chat commands on the command line: asked one by one on a terminal, or printed for who said that they run each."""

from __future__ import annotations

import select
import sys
from typing import TYPE_CHECKING

import click

from tui.commands.common import say
from tui.domain.errors import Blocked, Interrupted
from tui.domain.text import counted, one_line

if TYPE_CHECKING:
    from tui.domain.plan import Change, Plan, Request
    from tui.gateway.cancel import Cancel
    from tui.runtime.attesting import Attest

_POLL = 0.1
"""Seconds between two looks at whether the apply was stopped while an answer is awaited."""


def attest_by(plan: Plan, cancel: Cancel, *, asks: bool, attest: bool, as_json: bool) -> Attest | None:
    """Who runs the plan's chat commands: None when there are none, or something else stands in the way anyway.

    `asks`: there is a terminal to ask on. `attest`: the operator runs each command as it is printed. Blocked, with the
    commands printed, when neither is so.
    """
    if not plan.commands or plan.blocked:
        return None
    if attest:
        return _Printing(plan, to_stderr=as_json)
    if asks:
        return _Asking(plan, cancel)
    for change in plan.commands:
        say(_command(change.request), err=as_json)
    raise Blocked(
        f"{counted(len(plan.commands), 'chat command')} of this plan must be run by a person, and nothing was done yet",
        "Apply in a terminal, which asks what came of each; or add --attest: you run each command as it is printed.",
    )


def _command(request: Request) -> str:
    return one_line(str(request.body["command"]))


class _Printing:
    """Prints a command and counts it as run."""

    def __init__(self, plan: Plan, *, to_stderr: bool) -> None:
        self._channels = {change.id: one_line(change.request.path) for change in plan.commands}
        self._to_stderr = to_stderr

    def __call__(self, change: Change, request: Request) -> bool:
        say(f"{self._channels[change.id]}  {_command(request)}", err=self._to_stderr)
        return True


class _Asking:
    """Prints a command, and asks whether it ran."""

    def __init__(self, plan: Plan, cancel: Cancel) -> None:
        self._places = {change.id: place for place, change in enumerate(plan.commands, start=1)}
        self._cancel = cancel

    def __call__(self, change: Change, request: Request) -> bool:
        place = f"{self._places[change.id]} of {len(self._places)}"
        say(f"\nChat command {place}, in {one_line(request.path)}: {change.summary}")
        say(f"\n  {_command(request)}\n")
        posts = [str(request.body[key]) for key in ("cross_post", "issue") if request.body.get(key)]
        if posts:
            say(f"Post it to {' and '.join(posts)} too.")
        while True:
            click.echo("Did it run, and did the bot answer? [y/n]: ", nl=False, err=True)
            answer = self._line().strip().lower()
            if answer in {"y", "yes", "n", "no"}:
                return answer.startswith("y")

    def _line(self) -> str:
        """What is typed. Interrupted when the apply is stopped meanwhile, or nobody can type any more."""
        while not _typed():
            self._cancel.check()
        line = sys.stdin.readline()
        if not line:
            raise Interrupted("Interrupted: there is nobody to answer.")
        return line


def _typed() -> bool:
    """Whether a line is there; waits a moment for it. Windows cannot tell, and waits as long as it takes."""
    if sys.platform == "win32":
        return True
    return bool(select.select([sys.stdin], [], [], _POLL)[0])
