"""What changed between two looks, in words: nothing that a plan depends on goes unsaid, and nothing else is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from tests.support.rollouts import FLAG, MEMBERS, TEAM, observed, sample, seen_issue
from tui.domain.draft import Waiver
from tui.domain.drift import draft_drifts, drifts
from tui.domain.gates import ON
from tui.domain.observed import FlagSeen, IssueSeen, Observed
from tui.domain.plan import fingerprint
from tui.domain.strategies import ProjectFlag, Scope, Strategy
from tui.domain.text import clean

ISSUE = seen_issue("rollout-plan", 1, description="One.\nTwo.\nThree.")
LOOK = observed(TEAM, issues={"rollout-plan": ISSUE})
STAGING = Strategy("default", scopes=(Scope("staging", 1),), id=1)
PRODUCTION = Strategy("userWithId", (("userIds", "alice"),), (Scope("production", 2),), id=2)


def with_issue(**changes: object) -> Observed:
    return replace(LOOK, issues={"rollout-plan": replace(ISSUE, **changes)})  # type: ignore[arg-type]


def with_project(project: ProjectFlag | None) -> Observed:
    return replace(LOOK, flags={FLAG: FlagSeen(FLAG, exists=project is not None, project=project)})


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (observed(MEMBERS, issues=LOOK.issues), f"{FLAG} was on for code-creation, alice or bob and is on for "),
        (with_issue(title=clean("Other")), "code-creation/rollouts#1 was called “rollout-plan” and is called “Other”"),
        (
            with_issue(description=clean("One.\n2\nThree.\nFour.")),
            "the description of code-creation/rollouts#1 was edited: 2 lines added (“2”, …), 1 line removed (“Two.”)",
        ),
        (with_issue(open=False), "code-creation/rollouts#1 was closed"),
        (with_issue(confidential=False), "code-creation/rollouts#1 was made public"),
        (with_issue(ref=clean("other/place#7")), "rollout-plan was code-creation/rollouts#1 and is other/place#7"),
        (replace(LOOK, issues={}), "the issue rollout-plan (code-creation/rollouts#1) is gone"),
    ],
)
def test_what_a_plan_depends_on_is_said(after: Observed, words: str) -> None:
    (found,) = drifts(LOOK, after)
    assert found.text.startswith(words)
    assert fingerprint(after) != fingerprint(LOOK)


@pytest.mark.parametrize("changes", [{"labels": (clean("x"),)}, {"assignees": (clean("bob"),)}, {"due": "2027-01-01"}])
def test_what_no_plan_depends_on_is_not(changes: dict[str, object]) -> None:
    after = with_issue(**changes)
    assert drifts(LOOK, after) == ()
    assert fingerprint(after) == fingerprint(LOOK)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (None, "was deleted"),
        (ProjectFlag(active=False, strategies=(STAGING, PRODUCTION)), "was deactivated"),
        (
            ProjectFlag(strategies=(PRODUCTION,)),
            "had the strategies default for staging and userWithId for production and has the strategies userWithId",
        ),
        (ProjectFlag(strategies=()), "and has no strategies"),
    ],
)
def test_strategies_of_other_environments_are_part_of_a_projects_flag(after: ProjectFlag | None, words: str) -> None:
    before = with_project(ProjectFlag(strategies=(STAGING, PRODUCTION)))
    (found,) = drifts(before, with_project(after))
    assert words in found.text


def test_the_same_strategies_under_other_ids_cannot_be_changed_by_the_old_ones() -> None:
    before = with_project(ProjectFlag(strategies=(STAGING, PRODUCTION)))
    again = with_project(ProjectFlag(strategies=(replace(PRODUCTION, id=9), replace(STAGING, id=8))))
    assert [one.text for one in drifts(before, again)] == [
        f"the strategies of {FLAG} were made anew, for the same people"
    ]
    assert drifts(again, again) == ()


def test_the_fields_of_a_draft_are_called_by_what_people_call_them() -> None:
    draft = sample()
    issues = (
        structs.replace(draft.issues[0], fields={**draft.issues[0].fields, "overview": "New."}),
        *draft.issues[1:],
    )
    changed = structs.replace(draft, issues=issues, waivers=(Waiver(requirement="flag-type", reason="Fine."),))
    texts = [one.text for one in draft_drifts(draft, changed)]
    assert any(one.startswith("the draft's issues[rollout-plan].fields.overview was “") for one in texts)
    assert "the draft's waivers[flag-type].reason was empty and is “Fine.”" in texts
    assert draft_drifts(draft, draft) == ()


def test_other_gates_beside_everybody_are_said_as_such() -> None:
    before, after = observed(replace(TEAM, boolean=True)), observed(ON)
    (found,) = drifts(before, after)
    assert found.text == f"{FLAG} has other gates than before, though it is on for everybody still"


def test_nothing_is_said_of_two_looks_that_are_the_same() -> None:
    other: IssueSeen = replace(ISSUE, author="somebody")
    assert drifts(LOOK, replace(LOOK, issues={"rollout-plan": other})) == ()
