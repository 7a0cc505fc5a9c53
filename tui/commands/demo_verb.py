"""`rollout-tui demo`: a sample rollout on a throw-away sandbox, told step by step. No terminal and no GitLab needed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.common import json_option, print_json, say
from tui.commands.exits import Exit
from tui.domain import duration
from tui.domain.audience import Labels, who
from tui.domain.errors import BadInput
from tui.domain.text import counted

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.plan import Plan
    from tui.runtime.workbench import Prepared, Session, Workbench

Tell = Callable[[str], None]

SAMPLE = "sample-codestral-2501"


class DemoClock:
    """A clock that the story can put forward over the waits."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """The time of the story."""
        return self.now


@click.command("demo")
@click.option("--sample", default=SAMPLE, help="The sample to roll out.")
@json_option
def command(sample: str, *, as_json: bool) -> int:
    """Roll a sample out from nothing to 100 % on a sandbox that is thrown away afterwards."""
    from tui.runtime.workbench import Workbench, utc_now
    from tui.store.locations import Locations

    clock = DemoClock(utc_now())
    with (
        tempfile.TemporaryDirectory(prefix="rollout-tui-demo-") as folder,
        Workbench(Locations.under(Path(folder)), {}, clock) as workbench,
    ):
        steps = _tell(workbench, clock, sample, quiet=as_json)
    if as_json:
        print_json(steps)
    return Exit.DONE if all(step["outcome"] == "done" for step in steps) else Exit.ERROR


def _tell(workbench: Workbench, clock: DemoClock, sample: str, *, quiet: bool) -> list[dict[str, Any]]:
    tell = (lambda _: None) if quiet else say
    draft = _sample(workbench, sample)
    told: list[dict[str, Any]] = []
    tell(f"{draft.title}: {draft.model.name}, flag {draft.flag.name}, guide {draft.guide}")
    tell("On a sandbox of its own; nothing outside this machine is contacted.")
    with workbench.session("sandbox") as session:
        while (prepared := session.prepare(draft)) is not None:
            _before(prepared.plan, prepared.situation.now, tell)
            told.append(_step(session, prepared, tell))
            if told[-1]["outcome"] != "done":
                break
            wait = session.situation(draft).progress.remaining(clock.now)
            if wait:
                tell(f"  The story waits {duration.words(wait)}.")
            clock.now += wait + timedelta(minutes=1)
    entries = workbench.records.entries(draft.id, "sandbox")
    tell(f"\nThe history has {counted(len(entries), 'entry', 'entries')}:")
    for entry in entries:
        step = " ".join(filter(None, [entry.phase, entry.step]))
        tell(f"  {entry.at:%Y-%m-%d %H:%M}  {entry.operator:8} {step:18} {who(entry.gates_after, Labels(entry.names))}")
    return told


def _sample(workbench: Workbench, name: str) -> Draft:
    samples = {one.id: one for one in workbench.assets.samples()}
    if name not in samples:
        raise BadInput(f"there is no sample {name}", f"Samples: {', '.join(sorted(samples))}.")
    return samples[name]


def _before(plan: Plan, now: datetime, tell: Tell) -> None:
    tell(f"\n{now:%Y-%m-%d %H:%M} UTC  {plan.phase}: {plan.title}")
    for change in plan.changes:
        tell(f"  - {change.summary}")
    for one in plan.blocked:
        tell(f"  blocked by {one.id}: {one.text}")


def _step(session: Session, prepared: Prepared, tell: Tell) -> dict[str, Any]:
    plan = prepared.plan
    step: dict[str, Any] = {"phase": plan.phase, "step": plan.step}
    if plan.blocked:
        return {**step, "outcome": "blocked", "blocked": [one.id for one in plan.blocked]}
    result = session.apply(prepared)
    after = session.situation(prepared.situation.draft)
    gates = after.observed.flag(plan.flag).gates
    tell(f"  {counted(len(result.operations), 'change')} made. In now: {who(gates, after.labels)}.")
    return {**step, "outcome": result.outcome, "gates": gates.as_dict()}
