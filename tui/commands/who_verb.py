"""`rollout-tui who ROLLOUT ACTOR…`: whether somebody is in, at which percentage they come in, and with which step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

import click

from tui.commands.common import bench, instance_option, json_option, print_json, say
from tui.domain.cohort import how_many
from tui.domain.errors import BadInput
from tui.domain.gates import FULL, tidy
from tui.domain.steps import Step
from tui.domain.text import counted, listing, one_line

if TYPE_CHECKING:
    from tui.domain.planning import Situation
    from tui.runtime.affected import Affected


@click.command("who")
@click.argument("rollout")
@click.argument("actors", nargs=-1, metavar="[ACTOR]...")
@click.option("--list", "pasted", type=click.File("r", encoding="utf-8"), metavar="FILE|-", help="More actors.")
@click.option("--group", default="", metavar="PATH", help="The members of this GitLab group.")
@click.option("--of", "population", type=click.IntRange(1, 100_000_000), help="How many of the users 1 to N.")
@click.option("--at", "at", default="", metavar="STEP", help="At this step, such as 25%, instead of now.")
@instance_option
@json_option
def command(
    rollout: str,
    *,
    actors: tuple[str, ...],
    pasted: TextIO | None,
    group: str,
    population: int | None,
    at: str,
    instance: str,
    as_json: bool,
) -> None:
    """Who is in, and who comes in with which step.

    ACTOR is a username, a user's id, a range of ids such as 1-21000, a reference such as Group:22, or @group/path for
    its members. The percentage is computed by GitLab's own rule from the flag's name and the actor's id.
    """
    from tui.runtime.affected import affected, asked

    who = asked("\n".join([*actors, *([_listed(pasted)] if pasted else [])]))
    who = replace(who, groups=(*([group] if group else []), *who.groups))
    if not (actors or pasted or group or population):
        raise click.UsageError("name at least one actor, or give --list, --group or --of")
    workbench = bench()
    draft = workbench.drafts.load(rollout)
    with workbench.session(instance or draft.gitlab.instance) as session:
        situation = session.situation(draft)
        step = _step(situation, at)
        found = affected(session.gateway, situation, who, step=step)
    share = _share(situation, found, population) if population else None
    if as_json:
        print_json(as_data(found, share))
    else:
        _show(found, share)
    if step is None and situation.observed.flag(found.flag).unread:
        say("! By the history: the gates could not be read with this token.", err=True)


def _listed(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError:
        raise BadInput(
            f"{one_line(file.name)} is no text in UTF-8", "Give a file with one name or id a line."
        ) from None


def _step(situation: Situation, at: str) -> Step | None:
    if not at:
        return None
    plain = at.replace(" ", "").removesuffix("%")
    step = next((one for one in situation.steps if one.id.removesuffix("%") == plain), None)
    if step is None:
        raise BadInput(
            f"{situation.draft.id} has no step {at}", f"Its steps: {listing([one.id for one in situation.steps])}."
        )
    return step


def _share(situation: Situation, found: Affected, population: int) -> dict[str, int]:
    """How many of the users 1 to N the percentage takes in, now and with the following step."""
    gates = situation.asked(found.step) if found.step else situation.shown(found.flag)
    now = FULL if gates.everybody else gates.percentage_of_actors
    then = found.following.percentage if found.following else now
    ids = range(1, population + 1)
    inside = how_many(found.flag, ids, now)
    return {"of": population, "in": inside, "entering": max(0, how_many(found.flag, ids, max(now, then)) - inside)}


def as_data(found: Affected, share: dict[str, int] | None) -> dict[str, Any]:
    """The shape of `who --json`."""
    return {
        "flag": found.flag,
        "step": found.step.id if found.step else "",
        "following": found.following.id if found.following else "",
        "in": found.inside,
        "entering": found.entering,
        "actors": [
            {
                "actor": name,
                "ref": one.ref,
                "in": one.is_in,
                "by": one.by,
                "above": tidy(one.above),
                "enters": one.enters.id if one.enters else "",
            }
            for name, one in found.places
        ],
        "unknown": list(found.unknown),
        "feature_groups": list(found.feature_groups),
        "share": share,
    }


def _show(found: Affected, share: dict[str, int] | None) -> None:
    when = f"At {found.step.title}" if found.step else "Now"
    width = max((len(found.name(ref)) for ref in found.refs), default=0)
    for name, one in found.places:
        state = (
            f"in, {one.by}" if one.by else f"comes in with {one.enters.title}" if one.enters else "not in, at no step"
        )
        say(f"{name:<{width}}  {state}  (above {tidy(one.above)} %)")
    if len(found.refs) > 1:
        entering = f", {found.entering} more come in with {found.following.title}" if found.following else ""
        say(f"{when}: {found.inside} of {counted(len(found.refs), 'actor')} in{entering}.")
    if share:
        entering = f", {share['entering']:,} more with {found.following.title}" if found.following else ""
        say(f"{when}: {share['in']:,} of the users 1 to {share['of']:,} in by percentage{entering}.")
    for name in found.unknown:
        say(f"! GitLab knows nobody called {name}", err=True)
    if found.feature_groups:
        say(f"! In besides: everybody in {listing(list(found.feature_groups))}, whom only GitLab can tell.", err=True)
