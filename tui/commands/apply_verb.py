"""`rollout-tui apply DRAFT|FILE`: make the changes. Resumes a broken apply by looking first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from tui.commands.attesting import attest_by
from tui.commands.common import bench, instance_option, json_option, print_json, say, stopping
from tui.commands.exits import Exit
from tui.commands.from_file import Asked, asked
from tui.commands.plan_verb import NOTHING, show
from tui.domain.by_hand import off_by_hand
from tui.domain.draft import FlagSpec
from tui.domain.errors import BadInput, RolloutError
from tui.domain.operation import Operation, Outcome
from tui.domain.plan import GATE_KINDS, Plan
from tui.domain.steps import OFF_PHASE
from tui.runtime.apply import ApplyResult
from tui.runtime.workbench import Prepared, Session, Workbench

_SHOWN = {"intended": "…", "confirmed": "✓", "rejected": "✗", "unknown": "?"}


@click.command("apply")
@click.argument("draft", metavar="DRAFT|FILE")
@click.option("--phase", default="", help="A phase of the guide, `issues`, or `off`; by default the next step due.")
@click.option("--step", default="", help="A step of that phase, such as 25%.")
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--attest", is_flag=True, help="You run each chat command as it is printed; none is asked about.")
@instance_option
@json_option
def command(
    draft: str, *, phase: str, step: str, reason: str, yes: bool, attest: bool, instance: str, as_json: bool
) -> int:
    """Make the changes that plan shows: each exactly once, journalled before and after.

    FILE is one that `plan DRAFT --out FILE` wrote: exactly that plan is applied, or none.
    """
    workbench = bench()
    what = asked(workbench, draft, phase=phase, step=step, reason=reason, instance=instance)
    return run(workbench, what, yes=yes, attest=attest, as_json=as_json)


def run(workbench: Workbench, what: Asked, *, yes: bool, attest: bool, as_json: bool, back: bool = False) -> int:
    """Plan what is asked for, show it, ask, and make the changes; returns the exit code.

    Raises BadInput when it is to lead `back` and would let somebody in.
    """
    closes = what.wish.phase == OFF_PHASE or what.wish.act in {"roll-back", "abandon"}
    with way_out(what.draft.flag, needed=closes), workbench.session(what.instance) as session, stopping(session.cancel):
        prepared = what.prepare(session)
        if prepared is None or (prepared.plan.empty and not prepared.plan.blocked):
            return _nothing(what.draft.id, prepared, as_json=as_json)
        if back:
            _leads_back(prepared.plan)
        asks = sys.stdin.isatty() and not (yes or as_json)
        by = attest_by(prepared.plan, session.cancel, asks=asks, attest=attest, as_json=as_json)
        _ask(prepared, session, yes=yes, as_json=as_json)
        result = session.apply(prepared, (lambda _: None) if as_json else _tell(prepared), by)
    if as_json:
        print_json(result.as_dict())
    else:
        _summary(result)
    if closes and result.outcome != "done" and not any(_set(one) for one in result.operations):
        _by_hand(what.draft.flag)
    return code_of(result.outcome, interrupted=session.cancel.is_set)


def _set(operation: Operation) -> bool:
    return operation.kind in GATE_KINDS and operation.state == "confirmed"


def _leads_back(plan: Plan) -> None:
    closes = plan.action == "repair" and plan.gates.end.within(plan.gates.start)
    if not (plan.reduces or closes):
        raise BadInput(f"{plan.title} is no step back: {plan.effect}", "To open the flag further: rollout-tui advance.")


@contextmanager
def way_out(flag: FlagSpec, *, needed: bool) -> Iterator[None]:
    """If turning a flag off fails here, say how to do it by hand: nobody looks that up in an emergency."""
    try:
        yield
    except RolloutError:
        if needed:
            _by_hand(flag)
        raise


def _by_hand(flag: FlagSpec) -> None:
    if not flag.name:
        return
    project = flag.project if flag.target == "project" else ""
    again = f"rollout-tui panic {flag.name}{f' --project {project}' if project else ''}"
    say(f"Turn {flag.name} off without draft, guide and settings ({again}), or by hand:", err=True)
    for line in off_by_hand(flag.name, project=project):
        say(f"  {line}", err=True)


def _nothing(rollout: str, prepared: Prepared | None, *, as_json: bool) -> int:

    if as_json:
        print_json(ApplyResult(rollout, "done", ()).as_dict())
    else:
        say(NOTHING if prepared is None else f"Nothing to do: GitLab is as “{prepared.plan.title}” wants it.")
    for warning in prepared.plan.warnings if prepared is not None else ():
        say(f"! {warning}", err=True)
    return Exit.DONE


def _ask(prepared: Prepared, session: Session, *, yes: bool, as_json: bool) -> None:
    if prepared.plan.blocked:
        return
    if yes:
        for warning in prepared.plan.warnings:
            say(f"! {warning}", err=True)
        return
    if not sys.stdin.isatty() or as_json:
        verb = click.get_current_context().info_name
        said = "asks before it changes anything; without a terminal, or with --json, add --yes"
        raise click.UsageError(f"{verb} {said}")
    show(prepared.plan)
    if session.instance.production:
        flag = prepared.plan.flag
        if click.prompt(f"\nThis is {session.instance.label}. Type the flag's name to go on", err=True) != flag:
            raise click.Abort
        return
    click.confirm(f"\nMake these changes on {session.instance.label}?", abort=True, err=True)


def _tell(prepared: Prepared) -> Callable[[Operation], None]:
    summaries = {change.id: change.summary for change in prepared.plan.changes}

    def tell(operation: Operation) -> None:
        if operation.state != "intended":
            url = f"  {operation.url}" if operation.url else ""
            say(f"{_SHOWN.get(operation.state, ' ')} {summaries[operation.change]}{url}")

    return tell


def _summary(result: ApplyResult) -> None:
    for remark in result.remarks:
        say(f"! {remark}", err=True)
    words = {"done": "Done.", "stale": "Stopped: GitLab changed since the plan was made.", "stopped": "Stopped."}
    say(words.get(result.outcome, f"Not done ({result.outcome})."))
    for told in result.told:
        say(told)
    if result.reason:
        say(result.reason, err=True)
    if result.outcome != "done":
        say("Apply again: it looks at what is there first and does only the rest.", err=True)


def code_of(outcome: Outcome, *, interrupted: bool) -> int:
    """The exit code of an apply. What stopped without its operator asking for it is an error."""
    if outcome == "stopped":
        return Exit.INTERRUPTED if interrupted else Exit.ERROR
    codes = {"done": Exit.DONE, "stale": Exit.STALE, "unknown": Exit.UNKNOWN}
    return codes.get(outcome, Exit.ERROR)
