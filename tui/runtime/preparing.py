"""From a draft and a wish to a plan that can be applied."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.domain.draft import Draft
from tui.domain.errors import BadInput, Blocked, GitLabError
from tui.domain.history import BACK
from tui.domain.lifecycle import goal_of, refused, taken_up
from tui.domain.observed import FlagSeen
from tui.domain.operation import Apply
from tui.domain.plan import Plan
from tui.domain.planning import Goal, Situation, compute
from tui.domain.progress import Progress, progress
from tui.domain.steps import ladder
from tui.domain.text import listing
from tui.domain.wish import Wish
from tui.runtime.doubles import Doubles
from tui.runtime.fractions import fraction_remarks
from tui.runtime.settle import Settled, Settler
from tui.runtime.workbench import Prepared

if TYPE_CHECKING:
    from tui.runtime.workbench import Session
    from tui.store.records import Records


def prepare(session: Session, draft: Draft, wish: Wish) -> Prepared | None:
    """What `Session.prepare` promises."""
    bench, name = session.workbench, session.instance.name
    records = bench.records
    here = progress(ladder(draft, bench.guide(draft)), records.entries(draft.id, name))
    asked = _asked(here, wish)
    reducing = asked is not None and here.reduces(asked)
    if not reducing:
        bench.check(draft)
    settled, remarks = _settle(session, draft.id, reducing=reducing)
    broken = records.unfinished(draft.id, name)
    wanted = broken.gates_wanted if broken else None
    situation = session.situation(draft, wish.reason, wanted, reducing=reducing)
    situation = replace(situation, verdict=wish.verdict)
    seen = situation.observed
    mark = records.mark(draft.id, name)
    if broken is not None and _overtaken(records, broken, situation):
        broken = None
    goal = _goal(situation, broken, wish)
    if goal is None:
        return None
    remarks = (*seen.remarks, *remarks, *fraction_remarks(session, draft.id, goal))
    situation = replace(situation, observed=replace(seen, remarks=remarks))
    resumes = broken is not None and _same(broken, goal)
    if broken is not None and resumes:
        situation = replace(situation, gates_before=broken.gates_before, gates_wanted=broken.gates_wanted)
        refused = (one.error for one in records.operations(broken.id) if one.state == "rejected")
        situation = replace(situation, refused=tuple(refused))
    plan = compute(situation, goal)
    if broken is not None and resumes:
        _adopt_states(session, settled, plan, seen.flag(plan.flag))
        adopted = tuple(one.summary or one.change for one in records.adopted(draft.id, name))
        if adopted:
            situation = replace(situation, adopted=adopted)
            plan = compute(situation, goal)
    if plan.empty:
        twice = _twice(session, draft.id)
        if broken is not None and resumes and not twice:
            records.end(broken.id, "done", bench.clock())
        plan = replace(plan, twice=twice, warnings=(*plan.warnings, *twice))
    return Prepared(plan, situation, goal, settled.adopted, mark)


def _twice(session: Session, rollout: str) -> tuple[str, ...]:
    """What was made twice, where an apply has nothing else to do. To plan changes nothing, so it is only told."""
    with suppress(GitLabError):
        return Doubles(session.gateway, session.workbench.records).look(rollout, session.instance.name)
    return ()


def _adopt_states(session: Session, settled: Settled, plan: Plan, flag: FlagSeen) -> None:
    """A gate, link or edit whose outcome was unknown is there when the plan that goes on does not ask for it again."""
    asked = {
        _place(change.kind, change.request.method, change.request.path, change.request.body) for change in plan.changes
    }
    records, now = session.workbench.records, session.workbench.clock()
    for one in settled.states:
        if one.kind == "run-command" and flag.attested:  # nobody can see whether it ran
            continue
        if _place(one.kind, one.method, one.path, one.body) not in asked:
            records.settled(one.id, "confirmed", now, adopted=True)


def _place(kind: str, method: str, path: str, body: Mapping[str, Any]) -> str:
    """What tells whether two requests ask for the same; edits of texts and strategies differ from plan to plan."""
    told = {} if kind == "edit-issue" or "/feature_flags" in path else dict(body)
    return json.dumps([method, path, told], sort_keys=True, default=str)


def _overtaken(records: Records, broken: Apply, situation: Situation) -> bool:
    """Whether somebody has made another step since: what was broken off is no longer where the rollout goes."""
    own = {broken.id, *(one.id for one in records.operations(broken.id))}
    step = (broken.phase, broken.step)
    others = (one for one in situation.entries if one.id not in own and (one.phase, one.step) != step)
    return any(entry.at >= broken.started_at for entry in others)


def _settle(session: Session, rollout: str, *, reducing: bool) -> tuple[Settled, tuple[str, ...]]:
    """Settle what is open. On the way back neither another process nor an error may stand in the way."""
    bench = session.workbench
    with session.turn(rollout, needed=not reducing) as alone:
        if not alone:
            return Settled(), ("Another process is planning or applying this rollout at the same time.",)
        try:
            settler = Settler(session.gateway, bench.records, session.cancel)
            return settler.settle(rollout, session.instance.name, bench.clock(), hurry=reducing), ()
        except GitLabError as error:
            if not reducing:
                raise
            return Settled(), (f"What a broken apply left could not be looked for: {error}",)


def _asked(here: Progress, wish: Wish) -> Goal | None:
    """What the wish leads to; None when nothing is due."""
    return goal_of(here, wish.act) if wish.act is not None else here.goal(wish.phase, wish.step)


def _same(broken: Apply, goal: Goal) -> bool:
    """Whether the goal is what was broken off."""
    told = goal.act is None or broken.action == goal.act
    return told and (broken.phase, broken.step) == (goal.phase, goal.step_id)


def _instead(rollout: str, wish: Wish) -> str:
    """What to do when an action is not possible; that the flag is turned off is never up to a state."""
    if wish.act in BACK:
        return f"Whatever the state, this turns the flag off: rollout-tui rollback {rollout}"
    return f"Where it is: rollout-tui status {rollout}"


def _goal(situation: Situation, broken: Apply | None, wish: Wish) -> Goal | None:
    """The goal; None when nothing is due. What was broken off comes first unless something else is asked for."""
    here = situation.progress
    if broken is not None and wish.open:
        resumed = taken_up(here, broken.phase, broken.step, broken.action)
        if resumed is not None:
            return resumed
    goal = _asked(here, wish)
    if wish.act is not None and (goal is None or wish.act in BACK):
        why = refused(here, wish.act, wish.reason)
        if why or goal is None:
            raise Blocked(f"{situation.draft.id}: {why or 'nothing is due'}", _instead(situation.draft.id, wish))
    if goal is None and not wish.open:
        known = listing([f"{one.phase} {one.id}" for one in situation.steps])
        what = f"{situation.draft.id} has no step {' '.join(filter(None, (wish.phase, wish.step)))}"
        raise BadInput(what, f"Its steps: {known}; issues; off.")
    return goal
