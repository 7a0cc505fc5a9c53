"""Verbs that are one action on a rollout each: `advance`, `hold`, `rollback` and their like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from math import isfinite
from typing import TYPE_CHECKING

import click

from tui.commands.apply_verb import run
from tui.commands.common import bench, instance_option, json_option, say
from tui.commands.from_file import Asked
from tui.domain.errors import BadInput, RolloutError
from tui.domain.steps import ISSUES, OFF_PHASE
from tui.domain.text import one_line
from tui.domain.verdict import DECISIONS, Decision, Verdict, decide, judge
from tui.domain.wish import Wish

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.history import Action

_Body = Callable[..., int]


def _all(*options: Callable[[_Body], _Body]) -> Callable[[_Body], _Body]:
    """Several options as one decorator; the last one is listed first."""
    return lambda body: reduce(lambda done, option: option(done), options, body)


_options = _all(
    json_option,
    instance_option,
    click.option("--attest", is_flag=True, help="You run each chat command as it is printed; none is asked about."),
    click.option("--yes", is_flag=True, help="Do not ask."),
    click.option("--reason", default="", help="Why; kept in the history and told on the plan issue."),
    click.argument("rollout", metavar="ROLLOUT"),
)
"""What all of these verbs take."""

_evidence = _all(
    click.option("--incident", is_flag=True, help="The provider has an incident: what failed is not the model's."),
    click.option("--verdict", "decision", type=click.Choice(DECISIONS), help="Your own; else what the numbers say."),
    click.option("--metric", "metrics", multiple=True, metavar="NAME=VALUE", help="What you see; repeat it."),
)
"""What was seen of the live step."""


def _simple(name: str, act: Action, told: str) -> click.Command:
    @click.command(name, help=told)
    @_options
    def command(*, rollout: str, reason: str, yes: bool, attest: bool, instance: str, as_json: bool) -> int:
        draft = loaded(rollout)
        return _run(draft, Wish(reason=reason, act=act), instance, yes=yes, attest=attest, as_json=as_json)

    return command


def _judging(name: str, act: Action, told: str) -> click.Command:
    @click.command(name, help=told)
    @_options
    @_evidence
    def command(
        *,
        rollout: str,
        reason: str,
        yes: bool,
        attest: bool,
        instance: str,
        as_json: bool,
        metrics: tuple[str, ...],
        decision: Decision | None,
        incident: bool,
    ) -> int:
        draft = loaded(rollout)
        verdict = _verdict(draft, readings(metrics), decision, incident=incident)
        return _run(
            draft, Wish(reason=reason, act=act, verdict=verdict), instance, yes=yes, attest=attest, as_json=as_json
        )

    return command


@click.command("rollback")
@click.option("--to", default="off", metavar="off|PHASE|STEP", help="How far back; everybody is out by default.")
@_options
@_evidence
def rollback(
    *,
    rollout: str,
    to: str,
    reason: str,
    yes: bool,
    attest: bool,
    instance: str,
    as_json: bool,
    metrics: tuple[str, ...],
    decision: Decision | None,
    incident: bool,
) -> int:
    """Take access away: off for everybody, or back to a phase (members) or a step (25%). No requirement stops it."""
    draft = loaded(rollout)
    if to == ISSUES:
        raise BadInput("the plan issues are no place to go back to", "Back to: off, a phase (members), a step (25%).")
    verdict = _verdict(draft, readings(metrics), decision or "roll-back", incident=incident) if metrics else None
    is_step = to.rstrip("% ").replace(".", "").isdigit() or to not in {OFF_PHASE, *(one.id for one in draft.phases)}
    wish = Wish("" if is_step else to, to if is_step else "", reason, verdict=verdict)
    return _run(draft, wish, instance, yes=yes, attest=attest, as_json=as_json, back=True)


def loaded(rollout: str) -> Draft:
    """The draft. Where it cannot be read, the way out that needs none is said: an act may be meant to close a flag."""
    try:
        return bench().drafts.load(rollout)
    except RolloutError:
        say("Without draft, guide and settings, this turns a flag off for everybody: rollout-tui panic FLAG", err=True)
        raise


def readings(metrics: tuple[str, ...]) -> dict[str, float]:
    """`latency_p95=1100` as a name and a number. Raises click.BadParameter for anything else."""
    found: dict[str, float] = {}
    for one in metrics:
        name, sign, value = one.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise click.BadParameter(f"{one!r} is not a metric and a number, such as latency_p95=1100") from None
        if not isfinite(found[name.strip()]):
            raise click.BadParameter(f"{one!r} is no number that was seen; leave out what was not")
        if not (sign and name.strip()):
            raise click.BadParameter(f"{one!r} names no metric, as in latency_p95=1100")
    return found


def _verdict(draft: Draft, seen: Mapping[str, float], decision: Decision | None, *, incident: bool) -> Verdict | None:
    """None when nothing was said. BadInput for a metric that neither a criterion nor the baseline of the draft has."""
    if not (seen or decision or incident):
        return None
    known = sorted({one.metric for one in draft.criteria} | {one.metric for one in draft.baseline})
    strange = [name for name in seen if known and name not in known]
    if strange:
        raise BadInput(f"{draft.id} has no metric {one_line(strange[0])}", f"It has: {', '.join(known)}.")
    judgement = judge(draft.criteria, draft.baseline, seen, incident=incident)
    return decide(judgement, decision, seen, incident=incident)


def _run(draft: Draft, wish: Wish, instance: str, *, yes: bool, attest: bool, as_json: bool, back: bool = False) -> int:
    what = Asked(draft, instance or draft.gitlab.instance, wish)
    return run(bench(), what, yes=yes, attest=attest, as_json=as_json, back=back)


COMMANDS: Mapping[str, click.Command] = {
    "advance": _judging("advance", "advance", "Go on to the next step, on what was seen of the live one."),
    "hold": _judging("hold", "hold", "Put the rollout on hold where it is: nobody goes on before it is resumed."),
    "rollback": rollback,
    "resume": _simple("resume", "resume", "Take a rollout up again that is on hold, finished or abandoned."),
    "skip": _simple("skip", "skip", "Pass over the next step, with a reason."),
    "undo": _simple("undo", "undo", "Put every gate back as it was before the last opening."),
    "finish": _simple("finish", "finish", "Close a rollout that has had everybody in for a day."),
    "abandon": _simple("abandon", "abandon", "Turn the flag off and give the rollout up, with a reason."),
}
