"""The command line: options, exit codes, and how results and errors are printed. Verbs are in `tui.commands`.

Results go to stdout, everything else to stderr. Textual is imported only by what draws.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from tui.commands.exits import Exit, exit_code
from tui.domain.errors import BadInput, RolloutError, Stale

VERBS = {
    "apply": "Make the changes of a plan.",
    "demo": "A sample rollout from nothing to 100 %, told step by step.",
    "doctor": "Check what a rollout needs, changing nothing.",
    "drafts": "List the drafts and running rollouts.",
    "history": "The phase history.",
    "lead": "Who has the lead of a rollout; take it, or give it up.",
    "open": "Open a draft in the terminal app.",
    "panic": "Turn a flag off for everybody, now.",
    "plan": "Show what apply would change.",
    "sandbox": "Serve the embedded GitLab sandbox.",
    "status": "Where a rollout is, and what GitLab says of its flag.",
    "sync": "Take what others did from the notes on GitLab, and check them.",
    "tell": "Texts to tell people now; where the announcement was posted.",
    "who": "Who is in, and who comes in with which step.",
}


ACTS = {
    "abandon": "Turn the flag off and give the rollout up.",
    "advance": "Go on to the next step, on what was seen of the live one.",
    "finish": "Close a rollout that has everybody in and is stable.",
    "hold": "Put the rollout on hold where it is.",
    "resume": "Take a rollout up again that is on hold, finished or abandoned.",
    "rollback": "Take access away: off for everybody, or back to a phase or step.",
    "skip": "Pass over the next step, with a reason.",
    "undo": "Put every gate back as it was before the last opening.",
}
"""Verbs that are one action on a rollout each; they share a module."""

CHANGING = frozenset({"apply", "panic", *ACTS})
"""Verbs that change something on GitLab."""


class Verbs(click.Group):
    """Verbs are imported when they are asked for: `--help` and `drafts` need neither Textual nor python-gitlab."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, sorted."""
        return sorted({**VERBS, **ACTS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command; None for one that does not exist."""
        if cmd_name in ACTS:
            acts: dict[str, click.Command] = importlib.import_module("tui.commands.act_verbs").COMMANDS
            return acts[cmd_name]
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"tui.commands.{cmd_name}_verb")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted({**VERBS, **ACTS}.items()))


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"rollout-tui {version('rollout-tui')}")
        ctx.exit()


@click.group(cls=Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Print the version."
)
@click.option("--sandbox", is_flag=True, help="Start on the embedded sandbox: no GitLab is needed.")
@click.option("--read-only", is_flag=True, help="Look at everything, change nothing.")
@click.option("--debug", is_flag=True, help="Write a log, without secrets, and say where.")
@click.pass_context
def cli(ctx: click.Context, *, sandbox: bool, read_only: bool, debug: bool) -> None:
    """Walk a new AI model through GitLab's Model Rollout Guide.

    Without a command the terminal app starts.
    """
    if debug:
        from tui.commands.logs import start_log

        start_log()
    if sandbox and ctx.invoked_subcommand is not None:
        raise click.UsageError(
            f"--sandbox is for the app; for a verb: rollout-tui {ctx.invoked_subcommand} … --instance sandbox", ctx
        )
    if read_only and ctx.invoked_subcommand in CHANGING:
        raise BadInput(f"--read-only changes nothing, and {ctx.invoked_subcommand} would", "Use plan to look ahead.")
    if ctx.invoked_subcommand is None:
        from tui.commands.start import start

        sys.exit(start(sandbox=sandbox, read_only=read_only, debug=debug))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    try:
        result = cli.main(args=words, prog_name="rollout-tui", standalone_mode=False)
        code = int(result) if isinstance(result, int) else Exit.DONE
    except click.exceptions.Abort:
        code = _fail("interrupted", "interrupted", "", Exit.INTERRUPTED, as_json=as_json)
    except click.ClickException as error:
        context = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "rollout-tui"
        code = _fail("usage", error.format_message(), f"Try: {context} --help", Exit.USAGE, as_json=as_json)
    except RolloutError as error:
        since = [one.as_dict() for one in error.since] if isinstance(error, Stale) else []
        code = _fail(error.code, str(error), error.hint, exit_code(error), as_json=as_json, since=since)
    except KeyboardInterrupt:
        code = _fail("interrupted", "interrupted", "", Exit.INTERRUPTED, as_json=as_json)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; Python must not complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.ERROR
    sys.exit(code)


def _fail(
    code: str, message: str, hint: str, status: Exit, *, as_json: bool, since: Sequence[dict[str, str]] = ()
) -> Exit:
    from tui.domain.text import clean

    if as_json:
        error: dict[str, Any] = {"code": code, "message": clean(message), "hint": clean(hint)}
        if since:
            error["since"] = [{key: clean(text) for key, text in one.items()} for one in since]
        click.echo(json.dumps({"error": error}))
    else:
        click.echo(clean(f"rollout-tui: {message}"), err=True)
        if hint:
            click.echo(clean(hint), err=True)
    return status
