"""`rollout-tui doctor`: check what a rollout needs, changing nothing."""

from __future__ import annotations

import click

from tui.commands.common import bench, json_option, print_json, say
from tui.commands.exits import Exit

_GLYPHS = {"ok": "✓", "warning": "!", "failed": "✗", "skipped": "–"}


@click.command("doctor")
@click.argument("instance", default="")
@click.option("--project", default="", help="Also check this project for the plan issues.")
@click.option("--draft", "draft_id", default="", help="Also check what this draft needs: an id or a path.")
@json_option
def command(instance: str, *, project: str, draft_id: str, as_json: bool) -> int:
    """Check an instance, in the order in which things would fail; by default the draft's or the environment's.

    Without either it is the one that the settings call default. Nothing is changed on GitLab.
    """
    from tui.runtime.doctor import diagnose
    from tui.runtime.doctor_row import folded

    workbench = bench()
    draft = workbench.drafts.load(draft_id) if draft_id else None
    environment = "env" if workbench.environ.get("GITLAB_URL") else ""
    usual = draft.gitlab.instance if draft else environment
    with workbench.session(instance or usual or workbench.settings.default_instance) as session:
        rows = list(diagnose(session, project, draft))
    if as_json:
        print_json([row.as_dict() for row in rows])
    else:
        for row in folded(rows):
            say(f"{_GLYPHS[row.state]} {row.name:13} {row.text}")
            if row.hint and row.state != "ok":
                say(f"  {'':13} {row.hint}")
    return Exit.ERROR if any(row.state == "failed" for row in rows) else Exit.DONE
