"""A plan that is kept and applied later: exactly as it was reviewed, or not at all.

The plan is computed anew from the draft and from what GitLab says now, at the time of the first: if nothing that it
depends on has changed, it is the same to the letter. Anything else is told and refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from tui.domain.drift import Drift, draft_drifts
from tui.domain.errors import Stale
from tui.domain.planning import compute
from tui.domain.planning.readiness import unforeseen
from tui.domain.wish import Wish
from tui.runtime.since import applied_since, since
from tui.runtime.workbench import Prepared
from tui.store.plan_files import PlanFile

if TYPE_CHECKING:
    from pathlib import Path

    from tui.domain.draft import Draft
    from tui.domain.planning import Situation
    from tui.runtime.workbench import Session, Workbench


def kept(prepared: Prepared, session: Session, source: str) -> PlanFile:
    """The plan as a file keeps it; `source` is the id or path by which its draft is found again."""
    plan, situation = prepared.plan, prepared.situation
    return PlanFile(
        rollout=plan.rollout,
        instance=session.instance.name,
        url=session.instance.url,
        operator=situation.observed.operator.username,
        phase=prepared.goal.phase,
        step=prepared.goal.step_id,
        act=prepared.goal.act,
        reason=situation.reason,
        made_at=situation.now,
        source=source,
        draft=situation.draft,
        guide=_digest(situation),
        journal=prepared.mark,
        flags=dict(situation.observed.flags),
        issues=dict(situation.observed.issues),
        concerns=tuple(one.id for one in situation.concerns),
        plan=plan.as_dict(),
    )


def source_of(bench: Workbench, name_or_path: str) -> str:
    """How a plan file calls a draft: by its id in the drafts folder, by its whole path elsewhere."""
    path: Path = bench.drafts.find(name_or_path).absolute()
    return path.stem if path.parent == bench.drafts.folder.absolute() else str(path)


def check_draft(bench: Workbench, file: PlanFile, draft: Draft) -> None:
    """Stale when the draft or the address of the instance is another than when the plan was made."""
    found = list(draft_drifts(file.draft, draft))
    url = bench.instance(file.instance).url
    if url != file.url:
        found.append(Drift("instance", f"the instance {file.instance} was {file.url} and is {url}"))
    _refuse(file, found)


def taken_up(session: Session, file: PlanFile) -> Prepared:
    """The plan of a file, ready to be applied. Stale with what changed since, and by whom; else as `prepare`."""
    place = ("", "") if file.act else (file.phase, file.step)
    prepared = session.prepare_wish(file.draft, Wish(*place, reason=file.reason, act=file.act))
    if prepared is None:
        raise Stale(f"{file.rollout} has nothing left to do")
    now = prepared.situation.observed
    found = list(since(session.gateway, replace(now, at=file.made_at, flags=file.flags, issues=file.issues), now))
    if prepared.mark != file.journal:
        records = session.workbench.records
        found = [*applied_since(records, file.rollout, file.instance, file.journal), *found]
    if _digest(prepared.situation) != file.guide:
        found.append(Drift("guide", f"the guide {file.draft.guide} or a text of its issues is another one"))
    if now.operator.username != file.operator:
        found.append(Drift("operator", f"{file.operator} made the plan, and the token is {now.operator.username}'s"))
    new = unforeseen(prepared.situation, prepared.goal, file.concerns, prepared.situation.concerns)
    found.extend(Drift("time", text) for text in new)
    _refuse(file, found)
    situation = replace(prepared.situation, now=file.made_at)
    plan = replace(compute(situation, prepared.goal), twice=prepared.plan.twice)
    same = replace(prepared, plan=plan, situation=situation)
    if plan.as_dict()["changes"] != file.plan["changes"] or plan.fingerprint != file.plan["fingerprint"]:
        _refuse(file, _otherwise(file, same))
    return same


def _digest(situation: Situation) -> str:
    """Of the guide's wording and of the skeletons of its issues."""
    return hashlib.sha256(msgspec.json.encode([situation.guide, sorted(situation.skeletons.items())])).hexdigest()


def _otherwise(file: PlanFile, prepared: Prepared) -> list[Drift]:
    """Gates and issues are the same, and yet another plan comes of it: members, templates or names are others."""
    old = {one["id"]: one for one in file.plan["changes"]}
    new = {one["id"]: one for one in prepared.plan.as_dict()["changes"]}
    differing = [name for name in old | new if old.get(name) != new.get(name)]
    told = [(new.get(name) or old[name])["summary"] for name in differing]
    return [Drift("plan", f"another change comes of it now: {text}") for text in told] or [
        Drift("plan", "GitLab does not answer as it did")
    ]


def _refuse(file: PlanFile, found: Iterable[Drift]) -> None:
    drifts = tuple(found)
    if drifts:
        raise Stale(f"the plan of {file.made_at:%Y-%m-%d %H:%M} UTC no longer holds, nothing was sent", drifts)
