"""All problems of a draft at once, each with its place, what is wrong and what is allowed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.domain.shipped import guides
from tui.domain.draft import (
    Capacity,
    CheckAnswer,
    Draft,
    FlagSpec,
    IssueDraft,
    PhaseDraft,
    Place,
    StepDraft,
    Team,
    Waiver,
)
from tui.domain.problem import Problem
from tui.domain.validate import requirement_ids, validate

GOOD = Draft(
    schema=1,
    id="good",
    gitlab=Place(project="group/project"),
    flag=FlagSpec(name="use_it"),
    phases=(PhaseDraft(id="stakeholders", users=("alice",)),),
)


def problems(draft: Draft) -> list[Problem]:
    return validate(draft, guides().get(draft.guide), guides())


def found(draft: Draft) -> dict[str, str]:
    return {one.path: one.level for one in problems(draft)}


def steps(*percentages: float, wait: str = "") -> Draft:
    rungs = tuple(StepDraft(percentage=one, wait=wait) for one in percentages)
    return replace(GOOD, phases=(PhaseDraft(id="everyone", steps=rungs),))


def issue(**values: object) -> Draft:
    return replace(GOOD, issues=(IssueDraft(**{"kind": "rollout-plan", **values}),))  # type: ignore[arg-type]


def phase(**values: object) -> Draft:
    return replace(GOOD, phases=(PhaseDraft(**{"id": "stakeholders", "users": ("alice",), **values}),))  # type: ignore[arg-type]


def test_a_good_draft_has_no_problems() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize("draft_id", ["", "Big", "a b", "-a", "../x", "a" * 64, "ä", "a\n"])
def test_ids_that_cannot_be_file_names(draft_id: str) -> None:
    assert found(replace(GOOD, id=draft_id)) == {"id": "error"}


def test_an_unknown_guide_names_the_nearest() -> None:
    (problem,) = problems(replace(GOOD, guide="v11"))
    assert (problem.path, problem.level) == ("guide", "error")
    assert "v1" in problem.allowed


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("use_it", []),
        ("use.it", ["error"]),
        ("use it", ["error"]),
        ("use-it", ["error"]),
        ("definitions", ["error"]),
        ("a/b", ["error"]),
        ("use_it\n", ["error"]),
        ("Use_It", ["warning"]),
        ("disable_it", ["warning"]),
        ("it_beta", ["warning"]),
        ("it_mvc", ["warning"]),
        ("Disable_it_beta", ["warning", "warning", "warning"]),
        ("Disable_New-Model", ["error", "warning"]),
    ],
)
def test_names_of_flags(name: str, levels: list[str]) -> None:
    here = problems(replace(GOOD, flag=FlagSpec(name=name)))
    assert [one.level for one in here] == levels
    assert {one.path for one in here} <= {"flag.name"}


def test_a_flag_is_needed_once_a_phase_is_selected() -> None:
    assert found(replace(GOOD, flag=FlagSpec())) == {"flag.name": "error"}
    assert found(replace(GOOD, flag=FlagSpec(), phases=())) == {}


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        (FlagSpec(name="use_it", target="project"), {"flag.project": "error"}),
        (FlagSpec(name="use_it", target="project", project="nope"), {"flag.project": "error"}),
        (FlagSpec(name="x", target="project", project="group/app"), {"flag.name": "error"}),
        (FlagSpec(name="use_it_", target="project", project="group/app"), {"flag.name": "error"}),
        (FlagSpec(name="Use_it", target="project", project="group/app"), {"flag.name": "error"}),
        (FlagSpec(name="use_it", target="project", project="group/app", environment="review/*"), {}),
        (
            FlagSpec(name="use_it", target="project", project="group/app", environment="a,b"),
            {"flag.environment": "error"},
        ),
        (FlagSpec(name="use-it", target="project", project="group/app"), {}),
        (FlagSpec(name="x", project="group/app"), {"flag.project": "warning"}),
        (FlagSpec(name="x", environment="production"), {"flag.environment": "warning"}),
        (FlagSpec(name="x", target="chatops", environment="production"), {"flag.environment": "warning"}),
        (FlagSpec(name="x", target="chatops", environment="staging"), {"flag.environment": "error"}),
    ],
)
def test_where_a_flag_lives(flag: FlagSpec, expected: dict[str, str]) -> None:
    assert found(replace(GOOD, flag=flag)) == expected


def test_what_a_projects_flag_cannot_do_is_told_while_the_draft_is_written() -> None:
    spec = FlagSpec(name="use_it", target="project", project="group/app", actor="project")
    chosen = (
        PhaseDraft(id="stakeholders", users=("alice",), groups=("team",)),
        PhaseDraft(id="everyone", steps=(StepDraft(percentage=0.5), StepDraft(percentage=100))),
    )
    assert found(replace(GOOD, flag=spec, phases=chosen)) == {
        "flag.actor": "warning",
        "phases[0].groups": "warning",
        "phases[1].steps[0].percentage": "warning",
    }


@pytest.mark.parametrize(
    ("draft", "path", "level", "words"),
    [
        (replace(GOOD, schema=7), "schema", "error", "schema 1"),
        (replace(GOOD, gitlab=Place()), "gitlab.project", "warning", "group/project"),
        (replace(GOOD, gitlab=Place(project="https://gitlab.com/a/b")), "gitlab.project", "error", "group/project"),
        (replace(GOOD, gitlab=Place(project="single")), "gitlab.project", "error", "group/project"),
        (replace(GOOD, team=Team(dri="@alice")), "team.dri", "error", "leave it out: alice"),
        (replace(GOOD, team=Team(stakeholders=("bob", "a,b"))), "team.stakeholders[1]", "error", "username"),
        (replace(GOOD, checks=(CheckAnswer(id="provider-capacty"),)), "checks[0].id", "error", "provider-capacity?"),
        (
            replace(GOOD, checks=(CheckAnswer(id="provider-capacity"),) * 2),
            "checks[1].id",
            "error",
            "leave one out",
        ),
        (
            replace(GOOD, checks=(CheckAnswer(id="provider-capacity", state="not-applicable"),)),
            "checks[0].note",
            "warning",
            "why",
        ),
        (replace(GOOD, capacity=(Capacity(region="x"),) * 2), "capacity[1].region", "error", "leave one out"),
        (
            replace(GOOD, capacity=(Capacity(region="x", quota_tokens_per_minute=-1),)),
            "capacity[0].quota_tokens_per_minute",
            "error",
            "0 or more",
        ),
        (replace(GOOD, waivers=(Waiver(requirement="flag-type"),)), "waivers[0].reason", "warning", "why"),
        (
            replace(GOOD, waivers=(Waiver(requirement="flag-typ", reason="x"),)),
            "waivers[0].requirement",
            "error",
            "flag-type?",
        ),
        (
            replace(GOOD, waivers=(Waiver(requirement="opt-out-decided", reason="x"),)),
            "waivers[0].requirement",
            "warning",
            "known",
        ),
        (issue(kind="rollout-plam"), "issues[0].kind", "error", "rollout-plan?"),
        (issue(fields={"overwiev": "x"}), "issues[0].fields.overwiev", "error", "overview?"),
        (issue(phase="everybody"), "issues[0].phase", "error", "everyone?"),
        (issue(title="x" * 256), "issues[0].title", "error", "255"),
        (issue(existing="group/project#12"), "issues[0].existing", "error", "/-/issues/12"),
        (issue(labels=("a", "b,c")), "issues[0].labels[1]", "error", "without commas"),
        (issue(labels=(" ",)), "issues[0].labels[0]", "error", "leave it out"),
        (issue(assignees=("@bob",)), "issues[0].assignees[0]", "error", "leave it out: bob"),
        (phase(id="members", users=("a b",)), "phases[0].users[0]", "error", "username"),
        (phase(groups=("a//b",)), "phases[0].groups[0]", "error", "group/subgroup"),
        (phase(users=("alice", "alice")), "phases[0].users[1]", "warning", "leave one out"),
        (phase(users=()), "phases[0]", "warning", "feature_groups"),
        (phase(wait="soon"), "phases[0].wait", "error", "15m"),
        (phase(wait="5m"), "phases[0].wait", "warning", "at least 15m"),
        (phase(id="stakeholder"), "phases[0].id", "error", "stakeholders?"),
        (phase(id="opt-out"), "phases[0].id", "warning", "known"),
        (phase(answers={"quota": "x"}), "phases[0].answers.quota", "error", "known"),
        (phase(id="everyone"), "phases[0].users", "warning", "leave them out"),
        (phase(steps=(StepDraft(percentage=5),)), "phases[0].steps", "warning", "leave them out"),
        (
            replace(phase(feature_groups=("staff",)), flag=FlagSpec(name="x", actor="project")),
            "phases[0].feature_groups",
            "error",
            "actor",
        ),
        (steps(0), "phases[0].steps[0].percentage", "error", "above 0"),
        (steps(-3), "phases[0].steps[0].percentage", "error", "above 0"),
        (steps(101), "phases[0].steps[0].percentage", "error", "at most 100"),
        (steps(0.1234), "phases[0].steps[0].percentage", "error", "3 decimals"),
        (steps(float("nan")), "phases[0].steps[0].percentage", "error", "above 0"),
        (steps(float("inf")), "phases[0].steps[0].percentage", "error", "at most 100"),
        (steps(10, 10), "phases[0].steps[1].percentage", "error", "more than"),
        (steps(10, 5), "phases[0].steps[1].percentage", "error", "more than"),
        (steps(10, wait="2 hours"), "phases[0].steps[0].wait", "error", "2h"),
    ],
)
def test_one_fault_gives_one_problem_with_its_remedy(draft: Draft, path: str, level: str, words: str) -> None:
    here = problems(draft)
    assert [(one.path, one.level) for one in here] == [(path, level)]
    assert words in here[0].allowed


@pytest.mark.parametrize("draft", [steps(0.125, 1, 99.999, 100), steps(100), issue(phase="everyone")])
def test_what_looks_odd_and_is_right(draft: Draft) -> None:
    assert problems(draft) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.example.com/group/project/-/issues/12",
        "http://127.0.0.1:8080/group/sub/project/-/issues/1",
        "https://gitlab.example.com/group/project/issues/12",
        "https://gitlab.example.com/group/project/-/work_items/12#note_3",
    ],
)
def test_addresses_of_issues(url: str) -> None:
    assert problems(issue(existing=url)) == []


def test_two_issues_of_a_kind_need_different_phases() -> None:
    plan = IssueDraft(kind="rollout-plan")
    assert found(replace(GOOD, issues=(plan, plan))) == {"issues[1].kind": "error"}
    assert found(replace(GOOD, issues=(plan, replace(plan, phase="everyone")))) == {}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"flag": "opt_out", "groups": ("acme",)}, {}),
        ({"groups": ("acme",)}, {"phases[0].flag": "error"}),
        ({"flag": "opt_out"}, {"phases[0].groups": "warning"}),
        ({"flag": "use_it", "groups": ("acme",)}, {"phases[0].flag": "error"}),
        ({"flag": "opt.out", "groups": ("acme",)}, {"phases[0].flag": "error"}),
        ({"selected": False}, {}),
    ],
)
def test_an_opt_out_needs_a_flag_of_its_own_and_groups(values: dict[str, object], expected: dict[str, str]) -> None:
    assert found(replace(phase(id="opt-out", users=(), **values), guide="v3")) == expected


def test_all_at_once_with_steps_is_told() -> None:
    draft = replace(steps(50, 100), phases=(replace(steps(50, 100).phases[0], method="all-at-once"),))
    assert found(draft) == {"phases[0].steps": "warning"}


def test_all_problems_come_at_once() -> None:
    draft = replace(
        steps(10, 5),
        id="No Id",
        flag=FlagSpec(name="a.b"),
        team=Team(dri="@x"),
        checks=(CheckAnswer(id="nope"),),
        issues=(IssueDraft(kind="nope"),),
    )
    assert set(found(draft)) == {
        "id",
        "flag.name",
        "team.dri",
        "checks[0].id",
        "issues[0].kind",
        "phases[0].steps[1].percentage",
    }


def test_every_requirement_can_be_named_in_a_waiver() -> None:
    from tests.domain.test_guides import REACHED, needs, without

    for guide_id, guide in guides().items():
        draft = replace(without(guide_id, "internal-rollout"), capacity=(Capacity(region="eu"),))
        known = set(requirement_ids(draft, guide))
        for one in guide.phases:
            assert set(needs(draft, one.id, REACHED)) <= known
