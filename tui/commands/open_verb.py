"""`rollout-tui open DRAFT`: the terminal app, on that draft."""

from __future__ import annotations

import click

from tui.commands.common import bench


@click.command("open")
@click.argument("draft")
@click.option("--read-only", is_flag=True, help="Look at everything, change nothing.")
@click.pass_context
def command(ctx: click.Context, draft: str, *, read_only: bool) -> int:
    """Open a draft or running rollout in the terminal app."""
    from tui.commands.start import start

    opened = bench().drafts.load(draft)
    watching = read_only or bool(ctx.parent and ctx.parent.params.get("read_only"))
    return start(open_draft=opened.id, read_only=watching)
