"""`rollout-tui sync ROLLOUT`: the history here and the notes on GitLab made one, and what is wrong with the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.commands.common import bench, instance_option, json_option, print_json, say
from tui.commands.history_verb import line
from tui.domain.text import counted

if TYPE_CHECKING:
    from tui.runtime.rebuild import Learned


@click.command("sync")
@click.argument("rollout")
@instance_option
@json_option
def command(rollout: str, *, instance: str, as_json: bool) -> None:
    """Take the steps that others made into the history here, and say which notes were edited or forged.

    Nothing is changed on GitLab. Looking at a rollout does the same by itself.
    """
    from tui.runtime.rebuild import learn

    workbench = bench()
    draft = workbench.drafts.load(rollout)
    with workbench.session(instance or draft.gitlab.instance) as session:
        observed = session.observe(draft)
        learned = learn(session.gateway, workbench.records, observed, draft.id)
        total = len(workbench.records.entries(draft.id, session.instance.name))
    if as_json:
        print_json(_plain(learned, total))
    else:
        _show(learned, total, issues=bool(observed.issues))


def _plain(learned: Learned, total: int) -> dict[str, Any]:
    return {
        "notes": learned.notes,
        "entries": total,
        "added": [entry.as_dict() for entry in learned.added],
        "edited": [entry.as_dict() for entry in learned.doubted if entry.doubt == "edited"],
        "forged": [entry.as_dict() for entry in learned.doubted if entry.doubt == "forged"],
        "unreadable": list(learned.unreadable),
    }


def _show(learned: Learned, total: int, *, issues: bool) -> None:
    if not issues:
        say("There are no plan issues of this rollout on GitLab yet.")
        return
    for entry in learned.added:
        say(f"+ {line(entry)}")
    new = counted(len(learned.added), "entry", "entries")
    say(f"{counted(learned.notes, 'note')} read, {new} new here; the history has {total}.")
    for remark in learned.remarks:
        say(f"! {remark}", err=True)
