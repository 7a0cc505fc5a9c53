"""`rollout-tui tell ROLLOUT`: the texts to tell people now, and where the announcement was posted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tui.commands.common import bench, instance_option, json_option, print_json, say
from tui.domain.errors import BadInput, DraftInvalid, GitLabError, InUse, Stale

if TYPE_CHECKING:
    from tui.domain.announcing import Standing
    from tui.domain.draft import Draft
    from tui.domain.planning import Situation
    from tui.domain.telling import Message
    from tui.runtime.workbench import Session, Workbench


@click.command("tell")
@click.argument("rollout")
@click.argument("text", default="")
@click.option("--posted", "channels", multiple=True, metavar="CHANNEL", help="The announcement was posted there.")
@click.option("--url", default="", help="Where the post can be read, with one --posted.")
@instance_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    rollout: str,
    *,
    text: str,
    channels: tuple[str, ...],
    url: str,
    instance: str,
    as_json: bool,
) -> None:
    """The texts that this moment of ROLLOUT asks for, to be posted by you; TEXT prints that one alone.

    Nothing is posted from here. --posted notes in the draft and on the plan issue that you posted the announcement.
    """
    if channels and ctx.parent is not None and ctx.parent.params.get("read_only"):
        raise BadInput("--read-only changes nothing, and tell --posted would", "Leave it out to read the texts.")
    if url and len(channels) != 1:
        raise click.UsageError("--url says where one post can be read: give it with one --posted", ctx)
    workbench = bench()
    draft = workbench.drafts.load(rollout)
    with workbench.session(instance or draft.gitlab.instance) as session:
        if channels:
            draft = _mark(session, draft, channels, url)
        situation = _situation(session, draft)
    _print(workbench, situation, text, as_json=as_json)


def _mark(session: Session, draft: Draft, channels: Sequence[str], url: str) -> Draft:
    """The draft with the marks, saved, and told on the plan issue, by the next step where that is not possible now."""
    from tui.domain.announcing import posted, problems
    from tui.runtime.telling import refresh
    from tui.store.lock import DraftLock

    bench_, who = session.workbench, session.gateway.operator().username
    with DraftLock(bench_.drafts.path(draft.id), who):
        marked = bench_.drafts.load(draft.id)
        for channel in (" ".join(one.split()) for one in channels):
            marked = posted(marked, channel, bench_.clock(), who, url)
        wrong = [one for one in problems(marked) if one.level == "error"]
        if wrong:
            raise DraftInvalid(f"{draft.id}: {'; '.join(map(str, wrong))}", wrong, "Nothing was noted.")
        bench_.drafts.save(marked)
    try:
        refresh(session, marked)
    except (GitLabError, InUse, Stale) as error:
        say(f"!     Noted in the draft; the plan issue does not say so before the next step: {error}", err=True)
    return marked


def _situation(session: Session, draft: Draft) -> Situation:
    """As GitLab has it; by the history where it does not answer, since that is when people want to be told."""
    from tui.domain.ways_back import remembered

    workbench, name = session.workbench, session.instance.name
    try:
        situation = session.situation(draft)
    except GitLabError as error:
        entries = workbench.records.entries(draft.id, name)
        if not entries:
            raise
        say(f"!     By the history alone: {error}", err=True)
        return remembered(draft, workbench.guide(draft), entries, workbench.clock(), name)
    if situation.observed.flag(draft.flag.name).unread:
        say("!     By the history: the gates could not be read with this token.", err=True)
    return situation


def _print(workbench: Workbench, situation: Situation, text: str, *, as_json: bool) -> None:
    from tui.domain.announcing import standings
    from tui.runtime.telling import texts

    found = texts(workbench.assets, situation)
    if text and text not in {one.key for one in found}:
        raise BadInput(f'there is no text "{text}" now', f"There are: {', '.join(one.key for one in found)}")
    chosen = [one for one in found if text in {"", one.key}]
    announced = standings(situation.draft.announcement)
    if as_json:
        print_json({"texts": [one.as_dict() for one in chosen], "announced": [one.as_dict() for one in announced]})
    elif text:
        say(chosen[0].text)
    else:
        _show(chosen, announced)


def _show(found: Sequence[Message], announced: Sequence[Standing]) -> None:
    for one in found:
        where = f", for {', '.join(one.channels)}" if one.channels else ""
        say(f"--- {one.title} ({one.key}){where}")
        say(one.text)
        say()
    for mark in announced:
        at = (
            f"posted {mark.at:%Y-%m-%d %H:%M} UTC{f' by {mark.by}' if mark.by else ''}" if mark.at else "not posted yet"
        )
        say(f"Announcement in {mark.channel}: {at}")
