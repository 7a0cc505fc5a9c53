"""A flag that a chat bot sets: the commands for a person to run, one by one, each attested by who ran it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tui.domain.attested import command_body
from tui.domain.chatops import METHOD, get_command, sayable, set_command, staging_command
from tui.domain.gates import OFF, Gates, Route
from tui.domain.plan import Change, Request, reference
from tui.domain.planning import instance_target
from tui.domain.planning.goals import flag_of, reduces
from tui.domain.planning.situation import Situation
from tui.domain.progress import Goal
from tui.domain.requirements import Requirement
from tui.domain.text import counted, listing

_TOLD = ("flag-rollout", "rollout-plan")
"""The plan issues on which a change of the flag is told, the first that there is."""


def gate_route(situation: Situation, goal: Goal) -> Route:
    """The bot calls the Features API, so the way is the instance's. ValueError for a name that no command can say."""
    found = instance_target.gate_route(situation, goal)
    for call in found.calls:
        set_command(flag_of(situation, goal), call.body, situation.chat.prefix)
    return found


def gate_changes(situation: Situation, goal: Goal, calls: Route, after: tuple[str, ...]) -> tuple[Change, ...]:
    """Each call as the command that a person runs."""
    changes = instance_target.gate_changes(situation, goal, calls, after)
    return tuple(_command(situation, change, after) for change in changes)


def _command(situation: Situation, change: Change, after: tuple[str, ...]) -> Change:
    chat = situation.chat
    command = set_command(change.flag, change.request.body, chat.prefix)
    body = command_body(command, change.flag, change.expected or OFF)
    body |= {"cross_post": _cross_post(situation)} if _cross_post(situation) else {}
    slots = {name.removeprefix("issue:") for name in after} | situation.observed.issues.keys()
    told = next((slot for slot in _TOLD if slot in slots), None)
    body |= {"issue": reference("url", told)} if told else {}
    return replace(change, kind="run-command", request=Request(METHOD, chat.channel, body))


def _cross_post(situation: Situation) -> str:
    """Besides the channel in which the bot is called, the team's own wants to know."""
    channel = situation.chat.cross_post or situation.draft.team.channel
    return "" if channel == situation.chat.channel else channel


def obstacles(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """People whom GitLab does not know, and a command of which nobody said what came of it."""
    yield from instance_target.obstacles(situation, goal)
    flag = situation.observed.flag(flag_of(situation, goal))
    if flag.unanswered and not _asked_again(situation, goal, flag.left):
        waiver = situation.draft.waiver("command-unanswered")
        reason = waiver.reason.strip() if waiver else ""
        text = (
            f"Nobody said whether this command ran: {flag.unanswered}. Take its step up again, or look with "
            f"{get_command(flag.name, situation.chat.prefix)}"
        )
        yield Requirement("command-unanswered", text, "waived" if reason else "open", reason=reason, path="flag.name")


def _asked_again(situation: Situation, goal: Goal, left: Gates | None) -> bool:
    """Whether the plan begins with the command that was not answered: running it twice does what once does."""
    try:
        calls = instance_target.gate_route(situation, goal)
    except ValueError:
        return False
    return calls.after[:1] == (left,)


def unreachable(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """Nothing: the command that takes access away is always shown."""
    return ()


def remarks(situation: Situation, goal: Goal, calls: Route) -> Iterable[str]:
    """Who runs what where, what the bot checks first, and what the gates rest on."""
    flag, chat = situation.observed.flag(flag_of(situation, goal)), situation.chat
    if not sayable(flag.name):
        return
    yield from _attested(situation, goal)
    if calls.calls:
        posts = listing([one for one in (_cross_post(situation), "the rollout issue") if one])
        yield (
            f"{counted(len(calls.calls), 'chat command')} for a person to run in {chat.channel}: each is shown, and "
            f"its outcome asked for. Post each to {posts} as well."
        )
        yield (
            "The bot may take up to 5 minutes to look for open incidents and changes in progress, and refuse then. "
            "This program never adds an option that overrides it."
        )
    if calls.calls and not reduces(situation, goal):
        yield f"The bot wants staging on before production: {staging_command(flag.name, chat.prefix)}"
    if any(call.percentage % 1 for call in calls.calls):
        yield "Older bots take whole percentages only."
    yield from instance_target.remarks(situation, goal, calls)


def _attested(situation: Situation, goal: Goal) -> Iterable[str]:
    flag = situation.observed.flag(flag_of(situation, goal))
    if not flag.attested:
        return
    look = get_command(flag.name, situation.chat.prefix)
    if situation.entries or flag.exists or flag.unanswered:
        yield f"The gates of {flag.name} are attested, not observed: they are what operators said. To see them: {look}"
    else:
        yield (
            f"The gates of {flag.name} cannot be read and nothing is attested yet: it counts as off, and a wrong name "
            f"would make a new flag. Look first: {look}"
        )
    if flag.unanswered and reduces(situation, goal):
        yield f"Nobody said whether this command ran, so the way back takes it for done: {flag.unanswered}"
