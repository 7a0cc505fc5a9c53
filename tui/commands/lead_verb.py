"""`rollout-tui lead ROLLOUT`: who has the lead of a rollout; take it over, or give it up."""

from __future__ import annotations

import click

from tui.commands.common import bench, instance_option, json_option, print_json, say
from tui.domain.errors import BadInput


@click.command("lead")
@click.argument("rollout")
@click.option("--take", "does", flag_value="take", help="Take the lead, also from somebody else, or renew it.")
@click.option("--release", "does", flag_value="release", help="Give your lead up.")
@instance_option
@json_option
@click.pass_context
def command(ctx: click.Context, rollout: str, *, does: str | None, instance: str, as_json: bool) -> None:
    """Who has the lead of ROLLOUT, noted on its plan issue.

    While somebody has it, nobody else opens the flag further; the way back is everybody's. It ends by itself.
    """
    from tui.runtime import leading
    from tui.runtime.telling import refresh_if_possible

    if does and ctx.parent is not None and ctx.parent.params.get("read_only"):
        raise BadInput(f"--read-only changes nothing, and lead --{does} would", "Leave it out to look.")
    workbench = bench()
    draft = workbench.drafts.load(rollout)
    work = {"take": leading.take, "release": leading.release}.get(does or "", leading.lead)
    with workbench.session(instance or draft.gitlab.instance) as session:
        found = work(session, draft)
        if does:
            refresh_if_possible(session, draft)
        if does == "release" and found is not None and found.holder != session.gateway.operator().username:
            say("You do not have the lead, so nothing was given up.", err=True)
    now = workbench.clock()
    if as_json:
        print_json(found.as_dict(now) if found else {"holder": "", "held": False})
    else:
        say(f"{found.words(now) if found else 'Nobody has the lead'}.")
