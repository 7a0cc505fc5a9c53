"""`rollout-tui drafts`: the drafts and running rollouts, each with where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.commands.common import bench, json_option, print_json, say
from tui.domain.text import counted, shorten

if TYPE_CHECKING:
    from tui.domain.history import Entry
    from tui.store.index import Summary


@click.command("drafts")
@json_option
def command(*, as_json: bool) -> None:
    """List the drafts and running rollouts."""
    from tui.store.index import Index

    workbench = bench()
    index = Index(workbench.locations)
    summaries = index.summaries()
    if summaries:
        index.save()
    latest = workbench.records.latest()
    rows = [row(one, latest.get((one.id, one.instance))) for one in summaries]
    if as_json:
        print_json(rows)
    elif not rows:
        say("No drafts yet. Start one with: rollout-tui, or try: rollout-tui --sandbox")
    else:
        for one in rows:
            trouble = f"  ! {counted(one['problems'], 'problem')}" if one["problems"] else ""
            where = " ".join(filter(None, [one["phase"], one["step"]])) or "not started"
            say(f"{one['id']:32} {where:20} {shorten(one['title'], 60)}{trouble}")


def row(summary: Summary, entry: Entry | None) -> dict[str, Any]:
    """One draft as `drafts --json` prints it; phase and step are of the last applied step."""
    return {
        "id": summary.id,
        "title": summary.title,
        "flag": summary.flag,
        "phase": entry.phase if entry else "",
        "step": entry.step if entry else "",
        "path": str(summary.path),
        "problems": summary.problems,
        "problem": summary.problem,
        "instance": summary.instance,
        "sample": summary.sample,
    }
