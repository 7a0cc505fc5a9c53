"""`rollout-tui status ROLLOUT`: where a rollout is, and what GitLab says of its flag right now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from tui.commands.common import bench, instance_option, json_option, print_json, say
from tui.domain import duration
from tui.domain.audience import who
from tui.domain.exposure import chart, points
from tui.domain.feedback import asked, heard, joined, thread_words
from tui.domain.forecast import forecast
from tui.domain.heard import as_data
from tui.domain.history import ACTION_WORDS
from tui.domain.lifecycle import state_of
from tui.domain.observed import FlagSeen
from tui.domain.planning import Situation
from tui.domain.planning.checks import left_open
from tui.domain.progress import Progress
from tui.domain.text import listing, one_line

WIDTH = 72
"""Cells of the chart of the exposure."""


@click.command("status")
@click.argument("rollout")
@instance_option
@json_option
def command(rollout: str, *, instance: str, as_json: bool) -> None:
    """Where a rollout is: live step, next step and when, gates as GitLab says them, plan issues."""
    workbench = bench()
    draft = workbench.drafts.load(rollout)
    from tui.runtime import listening

    with workbench.session(instance or draft.gitlab.instance) as session:
        situation = listening.situation(session, draft)
    if as_json:
        print_json(status(situation))
    else:
        _show(situation)


def status(situation: Situation) -> dict[str, Any]:
    """The status as plain data."""
    progress, flag = situation.progress, situation.observed.flag(situation.draft.flag.name)
    position, following, due = progress.position, progress.next, progress.due_at()
    gates = situation.shown(flag.name)
    return {
        "rollout": situation.draft.id,
        "instance": situation.observed.instance,
        "flag": flag.name,
        "phase": position.phase if position else "",
        "step": position.id if position else "",
        "since": progress.since.isoformat() if progress.since else None,
        "skipped": [{"phase": step.phase, "step": step.id} for step in progress.steps if step.key in progress.skipped],
        "next": {"phase": following.phase, "step": following.id} if following else None,
        "due_at": due.isoformat() if due else None,
        "gates": gates.as_dict(),
        "attested": flag.attested,
        "unread": flag.unread,
        "left_open": sorted(situation.left_open),
        "read_at": situation.observed.at.isoformat(),
        "who": who(gates, situation.labels),
        "state": state_of(progress),
        "unlike": other.text if (other := situation.unlike(flag)) else "",
        "forecast": [one.as_dict() for one in forecast(situation.draft.capacity, gates, following)],
        "issues": {
            slot: {"ref": seen.ref, "url": seen.url, "confidential": seen.confidential, "open": seen.open}
            for slot, seen in situation.observed.issues.items()
        },
        "feedback": _feedback(situation),
        "concerns": [one.as_dict() for one in situation.concerns],
        "lead": situation.lead.as_dict(situation.now) if situation.lead else None,
        "remarks": list(situation.observed.remarks),
    }


def _feedback(situation: Situation) -> dict[str, Any]:
    """What the phases that have begun ask, what was heard, and the threads (None where GitLab does not tell)."""
    draft, told = joined(situation.draft, situation.facts.told), situation.observed.threads
    begun = [one for one in asked(draft, situation.guide) if situation.progress.reached(one[0].id)]
    known = heard(draft, situation.guide, {phase.id for phase, _ in begun})
    return {
        "questions": [
            {
                "phase": phase.id,
                "question": question.id,
                "text": question.text,
                "heard": as_data(one for one in known if one.question == question.id),
            }
            for phase, question in begun
        ],
        "threads": {slot: {"open": one.open, "total": one.total} if one else None for slot, one in told.items()},
    }


def _say_feedback(situation: Situation) -> None:
    """What is not answered or not settled, and the threads: the rest is in the plan issue."""
    for question in _feedback(situation)["questions"]:
        left = [one for one in question["heard"] if one.get("open")]
        for one in left:
            words = ": ".join(filter(None, (one.get("by", ""), one.get("answer", ""), one.get("text", ""))))
            say(f"Asks: {question['text']} To be settled: {words}")
        if not question["heard"]:
            say(f"Asks: {question['text']} No answer yet")
    for text in thread_words(situation.observed):
        say(f"      {text}")


def _say_gates(situation: Situation, flag: FlagSeen) -> None:
    """Who is in, what that rests on, and what is not as it should be."""
    rests = "attested, not observed" if flag.attested else f"read {situation.observed.at:%Y-%m-%d %H:%M} UTC"
    rests = "by the history: the gates could not be read" if flag.unread else rests
    say(f"In:   {who(situation.shown(flag.name), situation.labels)} ({rests})")
    if other := situation.unlike(flag):
        say(f"!     {other.text}", err=True)
    for text in left_open(situation):
        say(f"!     {text}", err=True)
    if flag.unanswered:
        say(f"!     Nobody said whether this command ran: {flag.unanswered}", err=True)


def _show(situation: Situation) -> None:
    progress, flag = situation.progress, situation.observed.flag(situation.draft.flag.name)
    live = progress.position
    say(f"{situation.draft.title or situation.draft.id} on {situation.observed.instance}")
    say(f"Live: {live.title} ({live.phase} {live.id})" if live else "Live: nothing")
    said = progress.held or progress.finished or progress.abandoned
    if said:
        reason = f": {one_line(said.reason)}" if said.reason else ""
        say(f"      {ACTION_WORDS[said.action]} {said.at:%Y-%m-%d %H:%M} UTC by {said.operator}{reason}")
    gates = situation.shown(flag.name)
    _say_gates(situation, flag)
    say(f"Next: {_next(progress, situation.now)}")
    skipped = [step.title for step in progress.steps if step.key in progress.skipped]
    if skipped:
        say(f"      skipped: {listing(skipped)}")
    for one in forecast(situation.draft.capacity, gates, progress.next):
        if one.then:
            say(f"Load: {one.text}{', more than is safe' if one.short else ''}")
    for concern in situation.concerns:
        say(f"Now:  {concern.text}")
    _say_feedback(situation)
    if situation.lead:
        say(f"      {situation.lead.words(situation.now)}")
    for row in chart(points(situation.entries, flag.name), situation.now, WIDTH):
        say(f"      {row}")
    for slot, seen in situation.observed.issues.items():
        say(f"      {slot}: {seen.url}")
    for remark in situation.observed.remarks:
        say(f"!     {remark}", err=True)


def _next(progress: Progress, now: datetime) -> str:
    if progress.held or progress.finished or progress.abandoned:
        return "nothing before it is resumed"
    if progress.next is None:
        return f"nothing; {'the last step is live' if progress.done else 'the other steps are skipped'}"
    left = duration.words(progress.remaining(now))
    return f"{progress.next.title}, {'due now' if left == 'now' else 'due in ' + left}"
