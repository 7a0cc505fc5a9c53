"""`rollout-tui plan DRAFT`: what apply would change. Exit code 2 when there are changes, 3 when it is blocked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.common import bench, instance_option, json_option, print_json, say
from tui.commands.exits import Exit
from tui.domain.plan import Change, Plan

if TYPE_CHECKING:
    from tui.runtime.workbench import Prepared, Session

NOTHING = "Nothing is left to do: the last step is live, or those that are left were skipped (--phase names one)."


@click.command("plan")
@click.argument("draft")
@click.option("--phase", default="", help="A phase of the guide, `issues`, or `off`; by default the next step due.")
@click.option("--step", default="", help="A step of that phase, such as 25%.")
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option("--out", default="", metavar="FILE", help="Write the plan to a file that `apply FILE` applies exactly.")
@instance_option
@json_option
def command(draft: str, *, phase: str, step: str, reason: str, out: str, instance: str, as_json: bool) -> int:
    """Show what apply would change, without changing anything."""

    workbench = bench()
    opened = workbench.drafts.load(draft)
    with workbench.session(instance or opened.gitlab.instance) as session:
        prepared = session.prepare(opened, phase, step, reason)
        written = bool(out) and prepared is not None and write(prepared, session, draft, out)
    if prepared is None:
        print_json(nothing(opened.id)) if as_json else say(NOTHING)
        return Exit.DONE
    plan = prepared.plan
    if as_json:
        print_json({**plan.as_dict(), "file": out} if written else plan.as_dict())
    else:
        show(plan)
    if out:
        _say_where(plan, out, written=written)
    if plan.blocked:
        return Exit.BLOCKED
    return Exit.DONE if plan.empty else Exit.CHANGES


def write(prepared: Prepared, session: Session, draft: str, out: str) -> bool:
    """Write the plan of `draft` to the file `out`; whether there was something to be applied."""
    from tui.runtime.planned import kept, source_of
    from tui.store.plan_files import save

    if prepared.plan.blocked or prepared.plan.empty:
        return False
    save(Path(out).expanduser(), kept(prepared, session, source_of(session.workbench, draft)))
    return True


def _say_where(plan: Plan, out: str, *, written: bool) -> None:
    if written:
        say(f"\nWritten to {out}. Apply exactly this with: rollout-tui apply {out}", err=True)
    else:
        say(
            f"\n{out} was not written: {'the plan is blocked' if plan.blocked else 'there is nothing to apply'}.",
            err=True,
        )


def nothing(rollout: str) -> dict[str, Any]:
    """The JSON of a plan when nothing is due."""
    empty: dict[str, Any] = {"changes": [], "blocked": [], "warnings": []}
    return {"rollout": rollout, "phase": "", "step": "", "fingerprint": "", **empty, "effect": NOTHING}


def _said(change: Change) -> str:
    command = change.request.body["command"] if change.kind == "run-command" else ""
    return f"{change.summary}\n     {command}" if command else change.summary


def show(plan: Plan) -> None:
    """A plan for people."""
    say(f"{plan.rollout}: {plan.title} (phase {plan.phase}{', step ' + plan.step if plan.step else ''})")
    say(f"on {plan.instance}, flag {plan.flag}")
    say()
    say(plan.effect)
    sections = [
        ("Blocked by", [f"{one.id}: {one.text}" for one in plan.blocked]),
        ("To know", list(plan.warnings)),
        ("Changes", [_said(change) for change in plan.changes]),
    ]
    for title, lines in sections:
        if lines:
            say(f"\n{title}")
            for number, line in enumerate(lines, start=1):
                say(f"{number:3}. {line}")
    if plan.empty:
        say("\nNo changes: GitLab is as this step wants it.")
