"""The guides, skeletons and samples that ship, decoded without the store: the domain's tests are about the domain."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from tui.domain import render
from tui.domain.decode import decode
from tui.domain.draft import Draft, IssueDraft
from tui.domain.gates import OFF, Gates
from tui.domain.guide import Guide
from tui.domain.history import Action, Entry
from tui.domain.plan import reference
from tui.domain.steps import ladder
from tui.domain.template import Vocabulary

ASSETS = Path(__file__).parents[2] / "assets"
START = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)

R = TypeVar("R", bound=msgspec.Struct)


def _read(path: Path, record: type[R]) -> R:
    value, problems = decode(tomllib.loads(path.read_text(encoding="utf-8")), record)
    assert value is not None, [str(one) for one in problems]
    return value


@cache
def guides() -> dict[str, Guide]:
    return {path.stem: _read(path, Guide) for path in sorted((ASSETS / "guides").glob("*.toml"))}


@cache
def samples() -> dict[str, Draft]:
    return {path.stem: _read(path, Draft) for path in sorted((ASSETS / "samples").glob("*.toml"))}


@cache
def skeleton(name: str) -> str:
    return (ASSETS / "skeletons" / name).read_text(encoding="utf-8")


@cache
def vocabulary() -> Vocabulary:
    return _read(ASSETS / "templates.toml", Vocabulary)


def body(
    draft: Draft,
    kind: str,
    *,
    guide: Guide | None = None,
    issue: IssueDraft | None = None,
    text: str = "",
    template: str = "",
    entries: Sequence[Entry] = (),
) -> str:
    """The description of one plan issue, as the planner asks for it."""
    chosen = guide or guides()[draft.guide]
    plan_issue = chosen.issue(kind)
    assert plan_issue is not None
    return render.issue_body(
        text or skeleton(plan_issue.skeleton),
        draft=draft,
        guide=chosen,
        issue=render.default_issue(plan_issue, draft, issue),
        steps=ladder(draft, chosen),
        entries=entries,
        references={slot: reference("ref", slot) for slot in plan_issue.mentions},
        template=template,
        vocabulary=vocabulary(),
    )


def entry(
    phase: str, step: str, *, hours: float = 0, action: Action = "advance", before: Gates = OFF, after: Gates = OFF
) -> Entry:
    """A history entry, `hours` after the start."""
    return Entry(
        id=f"{phase}-{step}-{hours}",
        at=START + timedelta(hours=hours),
        rollout="sample",
        operator="alice",
        instance="sandbox",
        flag="use_it",
        phase=phase,
        step=step,
        action=action,
        gates_before=before,
        gates_after=after,
    )
