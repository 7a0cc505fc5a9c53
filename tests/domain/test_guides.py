"""The guides that ship: whole, and different from each other just where the published wordings are."""

from __future__ import annotations

import pytest

from tests.domain.shipped import guides, samples, skeleton
from tui.domain import duration
from tui.domain.draft import CheckAnswer, Draft, FlagSpec, IssueDraft, PhaseDraft, Waiver
from tui.domain.requirements import Facts, Requirement, requirements
from tui.domain.steps import ladder
from tui.domain.validate import validate

REACHED = Facts(reached=frozenset({"stakeholders", "members"}))
GUIDES = ("v1", "v2", "v3")


def needs(draft: Draft, phase: str, facts: Facts = REACHED) -> dict[str, Requirement]:
    guide = guides()[draft.guide]
    found = guide.phase(phase)
    assert found is not None
    return {one.id: one for one in requirements(draft, guide, found, facts)}


def blocking(draft: Draft, phase: str, facts: Facts = REACHED) -> set[str]:
    return {one.id for one in needs(draft, phase, facts).values() if one.blocks(draft.strictness)}


def without(guide: str, *kinds: str) -> Draft:
    """A draft with both checks done that leaves plan issues out."""
    checks = tuple(CheckAnswer(id=one, state="done") for one in ("considerations-reviewed", "provider-capacity"))
    issues = tuple(IssueDraft(kind=kind, skip=True) for kind in kinds)
    return Draft(schema=1, id="x", guide=guide, checks=checks, issues=issues, flag=FlagSpec(name="x"))


def test_three_guides_ship_and_v1_is_the_default() -> None:
    assert set(guides()) == set(GUIDES)
    assert Draft(schema=1, id="x").guide == "v1"


@pytest.mark.parametrize("guide_id", GUIDES)
def test_every_item_says_where_it_comes_from(guide_id: str) -> None:
    guide = guides()[guide_id]
    questions = [one for phase in guide.phases for one in phase.questions]
    sentences = [one.sentence for one in guide.checks] + [one.sentence for one in guide.issues]
    sentences += [one.sentence for one in guide.phases] + [one.sentence for one in questions]
    assert all(sentence.strip() for sentence in sentences)
    assert guide.flag.sentence
    assert all(phase.announced_sentence for phase in guide.phases if phase.announced)
    assert all(field.help for issue in guide.issues for field in issue.fields)


@pytest.mark.parametrize("guide_id", GUIDES)
def test_names_inside_a_guide_hang_together(guide_id: str) -> None:
    guide = guides()[guide_id]
    phases = {phase.id for phase in guide.phases}
    kinds = {issue.kind for issue in guide.issues}
    for phase in guide.phases:
        assert set(phase.issues) <= kinds
        assert set(phase.phases) <= phases
        assert {question.before for question in phase.questions} <= phases
        waits = [phase.wait, phase.least_wait, *(ladder_.wait for ladder_ in phase.ladders)]
        assert None not in [duration.parse(wait) for wait in waits]
    assert all(set(check.before) == phases for check in guide.checks)
    assert all(set(issue.mentions) <= kinds - {issue.kind} for issue in guide.issues)
    assert all(skeleton(issue.skeleton) for issue in guide.issues)


@pytest.mark.parametrize("guide_id", GUIDES)
def test_no_two_plan_issues_wait_for_each_other(guide_id: str) -> None:
    waiting = {issue.kind: set(issue.mentions) for issue in guides()[guide_id].issues}
    while waiting:
        free = {kind for kind, mentions in waiting.items() if not mentions & set(waiting)}
        assert free, f"a circle among {sorted(waiting)}"
        waiting = {kind: mentions for kind, mentions in waiting.items() if kind not in free}


def test_v1_quotes_the_published_guide() -> None:
    guide = guides()["v1"]
    assert guide.checks[1].sentence == (
        "Make sure that the model provider or host can handle the volume of requests on AI Gateway"
    )
    members = guide.phase("members")
    assert members is not None
    assert members.sentence == "This is a required step before rolling out to all users."


@pytest.mark.parametrize("guide_id", GUIDES)
def test_members_come_before_everyone_in_every_wording(guide_id: str) -> None:
    assert "members-phase" in blocking(without(guide_id), "everyone", Facts())
    assert "members-phase" not in blocking(without(guide_id), "everyone")


@pytest.mark.parametrize("guide_id", GUIDES)
def test_stakeholders_are_recommended_and_members_required(guide_id: str) -> None:
    guide = guides()[guide_id]
    levels = {phase.id: phase.level for phase in guide.phases}
    assert (levels["stakeholders"], levels["members"], levels["everyone"]) == ("recommended", "required", "required")


@pytest.mark.parametrize(("guide_id", "blocked"), [("v1", True), ("v2", False), ("v3", False)])
def test_only_v1_wants_the_internal_rollout_issue_before_the_stakeholders(guide_id: str, blocked: bool) -> None:
    found = blocking(without(guide_id, "internal-rollout"), "stakeholders")
    assert ("internal-rollout-issue" in found) is blocked


@pytest.mark.parametrize("guide_id", GUIDES)
@pytest.mark.parametrize(
    ("phase", "kind"),
    [("stakeholders", "internal-feedback"), ("members", "internal-feedback"), ("members", "internal-rollout")],
)
def test_internal_issues_that_every_wording_wants(guide_id: str, phase: str, kind: str) -> None:
    assert f"{kind}-issue" in blocking(without(guide_id, kind), phase)


@pytest.mark.parametrize(("guide_id", "blocked"), [("v1", False), ("v2", True), ("v3", True)])
def test_the_feature_flag_issue_is_required_from_v2_on(guide_id: str, blocked: bool) -> None:
    for phase in guides()[guide_id].phases:
        found = blocking(without(guide_id, "flag-rollout"), phase.id)
        assert ("flag-rollout-issue" in found) is blocked, phase.id


@pytest.mark.parametrize("guide_id", GUIDES)
def test_the_rollout_plan_is_required_in_every_phase(guide_id: str) -> None:
    for phase in guides()[guide_id].phases:
        assert "rollout-plan-issue" in blocking(without(guide_id, "rollout-plan"), phase.id)


@pytest.mark.parametrize(("guide_id", "asked"), [("v1", False), ("v2", False), ("v3", True)])
def test_only_v3_expects_a_beta_flag_and_only_recommends_it(guide_id: str, asked: bool) -> None:
    draft = Draft(schema=1, id="x", guide=guide_id, flag=FlagSpec(name="x", type="ops"))
    found = needs(draft, "stakeholders")
    assert ("flag-type" in found) is asked
    assert not asked or (found["flag-type"].state == "open" and not found["flag-type"].blocks("guide"))


@pytest.mark.parametrize(("guide_id", "phases"), [("v1", 3), ("v2", 3), ("v3", 4)])
def test_only_v3_has_an_opt_out_and_asks_for_a_decision(guide_id: str, phases: int) -> None:
    guide = guides()[guide_id]
    assert len(guide.phases) == phases
    assert (guide.phase("opt-out") is not None) is (guide_id == "v3")
    assert ("opt-out-decided" in needs(without(guide_id), "everyone")) is (guide_id == "v3")


def test_the_opt_out_is_left_out_unless_it_is_chosen() -> None:
    plain = without("v3")
    assert "opt-out" not in {step.phase for step in ladder(plain, guides()["v3"])}
    chosen = PhaseDraft(id="opt-out", flag="opt_out_of_it", groups=("acme",))
    steps = ladder(Draft(schema=1, id="x", guide="v3", phases=(chosen,)), guides()["v3"])
    assert [step.phase for step in steps].index("opt-out") < [step.phase for step in steps].index("everyone")


@pytest.mark.parametrize("guide_id", GUIDES)
def test_the_three_questions_stand_before_everyone(guide_id: str) -> None:
    found = needs(without(guide_id), "everyone")
    assert {"quota-increase", "post-processing", "provider-contact"} <= set(found)
    assert "announcement" in blocking(without(guide_id), "everyone")


@pytest.mark.parametrize("guide_id", GUIDES)
@pytest.mark.parametrize("check", ["considerations-reviewed", "provider-capacity"])
def test_both_checks_stand_before_every_phase(guide_id: str, check: str) -> None:
    draft = Draft(schema=1, id="x", guide=guide_id)
    assert all(check in blocking(draft, phase.id) for phase in guides()[guide_id].phases)


@pytest.mark.parametrize(("reason", "state"), [("", "open"), ("  ", "open"), ("Covered elsewhere.", "waived")])
def test_a_waiver_needs_a_reason(reason: str, state: str) -> None:
    draft = without("v1", "internal-rollout")
    waived = Draft(
        schema=1,
        id="x",
        issues=draft.issues,
        waivers=(Waiver(requirement="internal-rollout-issue", reason=reason),),
    )
    found = needs(waived, "stakeholders")["internal-rollout-issue"]
    assert found.state == state
    assert found.reason == (reason if state == "waived" else "")


def test_the_rollout_plan_is_confidential_and_has_the_template_names() -> None:
    for guide in guides().values():
        plan = guide.issue("rollout-plan")
        flag = guide.issue("flag-rollout")
        assert plan is not None
        assert flag is not None
        assert plan.confidential
        assert plan.templates == ("Code Suggestions Model Rollout Plan", "AI Model Rollout")
        assert flag.templates == ("Feature Flag Roll Out",)


def test_samples_are_called_samples_and_have_no_problems() -> None:
    assert len(samples()) >= 4
    for name, draft in samples().items():
        assert draft.id == name
        assert draft.sample
        assert validate(draft, guides()[draft.guide], guides()) == []


def test_the_codestral_sample_goes_all_the_way_without_a_block_or_a_warning() -> None:
    draft = samples()["sample-codestral-2501"]
    for phase in guides()["v1"].phases:
        assert {one.state for one in needs(draft, phase.id).values()} == {"met"}
    percentages = [step.percentage for step in ladder(draft, guides()["v1"]) if step.percentage]
    assert percentages == [1, 10, 25, 50, 75, 100]
    assert len(draft.issues) == 4


def test_the_vertex_sample_is_stopped_by_capacity_and_by_nothing_else() -> None:
    draft = samples()["sample-vertex-codestral-2508"]
    assert blocking(draft, "stakeholders") == blocking(draft, "members") == set()
    assert blocking(draft, "everyone") == {"capacity-europe-west4", "capacity-us-central1"}
    assert needs(draft, "stakeholders")["flag-type"].state == "waived"


def test_every_issue_of_a_sample_has_all_its_fields() -> None:
    for draft in samples().values():
        for issue in guides()[draft.guide].issues:
            drafted = draft.issue(issue.kind)
            assert drafted is not None
            assert not [field.key for field in issue.fields if not drafted.fields.get(field.key)]
