"""`rollout-tui history`: the phase history, oldest first."""

from __future__ import annotations

import click

from tui.commands.common import bench, json_option, print_json, say
from tui.domain.audience import Labels, who
from tui.domain.errors import NoSuchDraft
from tui.domain.history import ACTION_WORDS, Entry
from tui.domain.text import one_line


@click.command("history")
@click.argument("rollout", default="")
@json_option
def command(rollout: str, *, as_json: bool) -> None:
    """The phase history of all rollouts, or of one."""
    from tui.domain.history_query import HistoryQuery
    from tui.store.history import History

    workbench = bench()
    query = HistoryQuery(rollout=rollout, descending=False)
    entries = list(History(workbench.records).iterate(query))
    if rollout and not entries and rollout not in workbench.drafts.ids():
        raise NoSuchDraft(f"nothing is known of a rollout {one_line(rollout)}")
    if as_json:
        print_json([entry.as_dict() for entry in entries])
        return
    for entry in entries:
        say(line(entry))
    if not entries:
        say("No history yet: nothing was applied.")


def line(entry: Entry) -> str:
    """An entry on one line."""
    step = " ".join(filter(None, [entry.phase, entry.step]))
    moved = f"{who(entry.gates_before, Labels(entry.names))} → {who(entry.gates_after, Labels(entry.names))}"
    reason = f"  ({one_line(entry.reason)})" if entry.reason else ""
    action = ACTION_WORDS[entry.action]
    doubt = f"  ! the note is {entry.doubt}: {entry.doubt_reason}" if entry.doubt else ""
    return f"{entry.at:%Y-%m-%d %H:%M} UTC  {entry.operator:12} {entry.flag}  {step}  {action}: {moved}{reason}{doubt}"
