"""`rollout-tui plan DRAFT`: what apply would change. Exit code 2 when there are changes, 3 when it is blocked."""

from __future__ import annotations

from typing import Any

import click

from tui.commands.common import bench, instance_option, json_option, print_json, say
from tui.commands.exits import Exit
from tui.domain.plan import Plan

NOTHING = "Nothing is left to do: the last step is live."


@click.command("plan")
@click.argument("draft")
@click.option("--phase", default="", help="A phase of the guide, `issues`, or `off`; by default the next step due.")
@click.option("--step", default="", help="A step of that phase, such as 25%.")
@click.option("--reason", default="", help="Why; kept in the history.")
@instance_option
@json_option
def command(draft: str, *, phase: str, step: str, reason: str, instance: str, as_json: bool) -> int:
    """Show what apply would change, without changing anything."""

    workbench = bench()
    opened = workbench.drafts.load(draft)
    with workbench.session(instance or opened.gitlab.instance) as session:
        prepared = session.prepare(opened, phase, step, reason)
    if prepared is None:
        print_json(nothing(opened.id)) if as_json else say(NOTHING)
        return Exit.DONE
    plan = prepared.plan
    if as_json:
        print_json(plan.as_dict())
    else:
        show(plan)
    if plan.blocked:
        return Exit.BLOCKED
    return Exit.DONE if plan.empty else Exit.CHANGES


def nothing(rollout: str) -> dict[str, Any]:
    """The JSON of a plan when nothing is due."""
    empty: dict[str, Any] = {"changes": [], "blocked": [], "warnings": []}
    return {"rollout": rollout, "phase": "", "step": "", "fingerprint": "", **empty, "effect": NOTHING}


def show(plan: Plan) -> None:
    """A plan for people."""
    say(f"{plan.rollout}: {plan.title} (phase {plan.phase}{', step ' + plan.step if plan.step else ''})")
    say(f"on {plan.instance}, flag {plan.flag}")
    say()
    say(plan.effect)
    sections = [
        ("Blocked by", [f"{one.id}: {one.text}" for one in plan.blocked]),
        ("To know", list(plan.warnings)),
        ("Changes", [change.summary for change in plan.changes]),
    ]
    for title, lines in sections:
        if lines:
            say(f"\n{title}")
            for number, line in enumerate(lines, start=1):
                say(f"{number:3}. {line}")
    if plan.empty:
        say("\nNo changes: GitLab is as this step wants it.")
