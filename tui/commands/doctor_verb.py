"""`rollout-tui doctor`: check what a rollout needs, changing nothing."""

from __future__ import annotations

import click

from tui.commands.common import bench, json_option, print_json, say
from tui.commands.exits import Exit

_GLYPHS = {"ok": "✓", "warning": "!", "failed": "✗", "skipped": "–"}


@click.command("doctor")
@click.argument("instance", default="")
@click.option("--project", default="", help="Also check this project for the plan issues.")
@json_option
def command(instance: str, *, project: str, as_json: bool) -> int:
    """Check an instance, in the order in which things would fail; by default the environment's, else the settings'."""
    from tui.runtime.doctor import diagnose

    workbench = bench()
    environment = "env" if workbench.environ.get("GITLAB_URL") else ""
    with workbench.session(instance or environment or workbench.settings.default_instance) as session:
        rows = list(diagnose(session, project))
    if as_json:
        print_json([row.as_dict() for row in rows])
    else:
        for row in rows:
            say(f"{_GLYPHS[row.state]} {row.name:10} {row.text}")
            if row.hint and row.state != "ok":
                say(f"  {'':10} {row.hint}")
    return Exit.ERROR if any(row.state == "failed" for row in rows) else Exit.DONE
