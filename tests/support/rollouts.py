"""Guides, drafts and looks at GitLab for tests of the pure core."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from msgspec import structs

from tui.domain.decode import decode
from tui.domain.draft import Draft, IssueDraft, PhaseDraft
from tui.domain.gates import OFF, ActorName, Gates
from tui.domain.guide import Guide
from tui.domain.history import Entry
from tui.domain.observed import FlagSeen, IssueSeen, Observed, Operator, ProjectSeen
from tui.domain.plan import Plan, marker
from tui.domain.planning import Situation, compute
from tui.domain.steps import ActorKey
from tui.domain.template import Vocabulary
from tui.domain.text import Clean

ASSETS = Path(__file__).parents[2] / "assets"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FLAG = "use_fireworks_codestral_code_completion"
NAMES: dict[ActorKey, ActorName] = {
    ("user", "alice"): ActorName("user", "alice", "User:1"),
    ("user", "bob"): ActorName("user", "bob", "User:2"),
    ("group", "code-creation"): ActorName("group", "code-creation", "Group:1"),
}
TEAM = Gates(actors=frozenset({"User:1", "User:2", "Group:1"}))
MEMBERS = replace(TEAM, groups=frozenset({"gitlab_team_members"}))


@cache
def guide(name: str = "v1") -> Guide:
    """A guide that ships."""
    found, problems = decode(tomllib.loads((ASSETS / "guides" / f"{name}.toml").read_text()), Guide)
    assert found is not None, problems
    return found


@cache
def sample(name: str = "sample-codestral-2501") -> Draft:
    """A sample that ships."""
    found, problems = decode(tomllib.loads((ASSETS / "samples" / f"{name}.toml").read_text()), Draft)
    assert found is not None, problems
    return found


@cache
def skeletons(name: str = "v1") -> Mapping[str, str]:
    """The skeletons of a guide."""
    return {one.skeleton: (ASSETS / "skeletons" / one.skeleton).read_text() for one in guide(name).issues}


@cache
def vocabulary() -> Vocabulary:
    """What words of templates mean, as shipped."""
    found, problems = decode(tomllib.loads((ASSETS / "templates.toml").read_text()), Vocabulary)
    assert found is not None, problems
    return found


def with_issue(draft: Draft, kind: str, **changes: object) -> Draft:
    """The draft with one of its issues changed, or added."""
    kinds = [one.kind for one in draft.issues]
    if kind not in kinds:
        return structs.replace(draft, issues=(*draft.issues, IssueDraft(kind=kind, **changes)))  # type: ignore[arg-type]
    issues = tuple(structs.replace(one, **changes) if one.kind == kind else one for one in draft.issues)
    return structs.replace(draft, issues=issues)


def with_phase(draft: Draft, phase: str, **changes: object) -> Draft:
    """The draft with one of its phases changed, or added."""
    if draft.phase(phase) is None:
        return structs.replace(draft, phases=(*draft.phases, PhaseDraft(id=phase, **changes)))  # type: ignore[arg-type]
    phases = tuple(structs.replace(one, **changes) if one.id == phase else one for one in draft.phases)
    return structs.replace(draft, phases=phases)


def seen_issue(
    slot: str, iid: int, rollout: str = "sample-codestral-2501", description: str | None = None
) -> IssueSeen:
    """A plan issue as GitLab has it."""
    text = description if description is not None else f"text\n\n{marker(f'issue:{slot}', rollout, slot)}"
    ref, url = f"code-creation/rollouts#{iid}", f"http://127.0.0.1/code-creation/rollouts/-/issues/{iid}"
    return IssueSeen(1, iid, Clean(ref), Clean(url), Clean(slot), Clean(text), confidential=True, open=True)


def observed(gates: Gates = OFF, *, issues: Mapping[str, IssueSeen] | None = None, flag: str = FLAG) -> Observed:
    """One look at a GitLab with the given gates and plan issues, all linked."""
    found = dict(issues or {})
    links = frozenset(frozenset({one, two}) for one in found for two in found if one != two)
    return Observed(
        at=NOW,
        instance="sandbox",
        operator=Operator(1, Clean("alice"), Clean("Alice"), admin=True),
        project=ProjectSeen(1, Clean("code-creation/rollouts"), Clean("http://127.0.0.1/x"), access_level=50),
        flags={flag: FlagSeen(flag, gates, exists=gates != OFF, defined=True)},
        issues=found,
        links=links,
        names=NAMES,
    )


def situation(draft: Draft, look: Observed | None = None, entries: tuple[Entry, ...] = ()) -> Situation:
    """What a plan is computed from."""
    return Situation(
        draft, guide(draft.guide), skeletons(draft.guide), look or observed(), entries, NOW, vocabulary=vocabulary()
    )


def plan(
    draft: Draft, phase: str = "", step: str = "", *, look: Observed | None = None, entries: tuple[Entry, ...] = ()
) -> Plan:
    """The plan for a phase and step, or for what is due."""
    here = situation(draft, look, entries)
    goal = here.goal(phase, step)
    assert goal is not None, f"no such step: {phase} {step}"
    return compute(here, goal)


def entry(phase: str, step: str, before: Gates, after: Gates, **changes: object) -> Entry:
    """An entry of the sample's history."""
    made = Entry(
        id=f"{phase}-{step}",
        at=NOW,
        rollout="sample-codestral-2501",
        operator="alice",
        instance="sandbox",
        flag=FLAG,
        phase=phase,
        step=step,
        action="advance",
        gates_before=before,
        gates_after=after,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def climbed(*percentages: int) -> tuple[Entry, ...]:
    """The history of a rollout that went through team and members and then these percentages."""
    entries = [entry("stakeholders", "team", OFF, TEAM), entry("members", "members", TEAM, MEMBERS)]
    gates = MEMBERS
    for number in percentages:
        after = Gates(boolean=True) if number == 100 else replace(MEMBERS, percentage_of_actors=number)
        entries.append(entry("everyone", f"{number}%", gates, after))
        gates = after
    return tuple(entries)
