"""`rollout-tui sandbox`: the embedded GitLab alone, for other clients, until SIGTERM."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from types import FrameType

import click

from tui.commands.common import bench, say


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option(
    "--scenario",
    default="company",
    help="What it is seeded with: company, templates, rough-network, admin-mode, closed-projects.",
)
@click.option("--project", default=None, help="Also make this empty private project.")
@click.option(
    "--gitlab", "era", type=click.Choice(["current", "13.8"]), default="current", help="The GitLab it imitates."
)
@click.option(
    "--state", type=click.Path(file_okay=False, path_type=Path), default=None, help="Keep its state in this folder."
)
@click.option("--prefix", default="", help="The path it is installed under, such as /gitlab.")
@click.option("--admin-mode", is_flag=True, help="Administrators' tokens need the scope admin_mode for their powers.")
@click.option(
    "--stale",
    type=click.FloatRange(0),
    default=None,
    help="Show flags as they were up to so many seconds ago; GitLab's processes do for 60.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when it is ready.")
def command(
    *,
    port: int,
    scenario: str,
    project: str | None,
    era: str,
    state: Path | None,
    prefix: str,
    admin_mode: bool,
    stale: float | None,
    as_json: bool,
) -> None:
    """Serve the embedded sandbox on 127.0.0.1 until SIGTERM or ctrl+c. Nothing outside this machine reaches it."""
    from tui.runtime.connect import sandbox_errors
    from tui.sandbox.server import Server
    from tui.sandbox.world.conditions import Conditions
    from tui.store.assets import ROOT

    conditions = Conditions(admin_mode, stale or 0.0) if admin_mode or stale is not None else None
    folder = state or bench().locations.data / "sandbox-served"
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    with (
        sandbox_errors(),
        Server(
            folder,
            port=port,
            scenario=scenario,
            project=project,
            era=era,
            conditions=conditions,
            prefix=prefix,
            assets=ROOT,
        ) as server,
    ):
        signal.signal(signal.SIGTERM, ask)
        signal.signal(signal.SIGINT, ask)
        ready = {"url": server.url, "token": server.token, "project": server.project, "tokens": dict(server.tokens)}
        if as_json:
            click.echo(json.dumps(ready))
        else:
            say(f"GITLAB_URL={server.url}")
            say(f"GITLAB_TOKEN={server.token}")
            say(f"project: {server.project}; tokens by role:")
            for role, token in server.tokens.items():
                say(f"  {role:12} {token}")
            say("Serving until ctrl+c.", err=True)
        stop.wait()
