"""`rollout-tui open DRAFT`: the terminal app, on that draft."""

from __future__ import annotations

import click

from tui.commands.common import bench


@click.command("open")
@click.argument("draft")
@click.option("--read-only", is_flag=True, help="Look at everything, change nothing.")
def command(draft: str, *, read_only: bool) -> int:
    """Open a draft or running rollout in the terminal app."""
    from tui.commands.start import start

    opened = bench().drafts.load(draft)
    return start(open_draft=opened.id, read_only=read_only)
