"""Issue texts: whole, repeatable, and inert whatever somebody typed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.domain.shipped import body, entry, guides, samples, skeleton
from tui.domain import lint
from tui.domain.draft import (
    Announcement,
    CheckAnswer,
    Draft,
    FlagSpec,
    IssueDraft,
    Model,
    Team,
    Waiver,
)
from tui.domain.errors import BadInput
from tui.domain.plan import read_marker, resolve, unresolved
from tui.domain.quick_actions import take_out
from tui.domain.render import announcement_text, default_issue, issue_title

KINDS = ("rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout")
EVERY = [(name, kind) for name in sorted(samples()) for kind in KINDS]
BARE = Draft(schema=1, id="bare")


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_a_sample_renders_whole(name: str, kind: str) -> None:
    text = body(samples()[name], kind)
    assert lint.leftovers(text) == ()
    assert take_out(text).actions == ()
    assert "_Nothing noted yet._" not in text
    assert text == body(samples()[name], kind)


@pytest.mark.parametrize("guide_id", ["v1", "v2", "v3"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_draft_renders_with_neutral_lines(guide_id: str, kind: str) -> None:
    text = body(replace(BARE, guide=guide_id), kind)
    assert "_Nothing noted yet._" in text
    assert lint.leftovers(text) == ()
    assert take_out(text).actions == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_the_guide_is_in_the_text(kind: str) -> None:
    guide = guides()["v1"]
    issue = guide.issue(kind)
    assert issue is not None
    for field in issue.fields:
        drafted = IssueDraft(kind=kind, fields={field.key: "Marmalade."})
        assert "Marmalade." in body(BARE, kind, issue=drafted), field.key


@pytest.mark.parametrize("field", ["summary", "expected_effect", "documentation", "feature_issue", "risks"])
def test_the_commands_only_flavour_has_its_fields_too(field: str) -> None:
    drafted = IssueDraft(kind="flag-rollout", fields={field: "Marmalade."})
    assert "Marmalade." in body(replace(BARE, guide="v3"), "flag-rollout", issue=drafted)


@pytest.mark.parametrize(
    "heading",
    [
        "Overview",
        "Resources",
        "Rollout success criteria",
        "Dashboard references",
        "Legal notes",
        "Known issues",
        "Timeline",
        "Feedback from team members",
        "Continue criteria",
        "Pause or rollback criteria",
        "Mitigation and rollback plan",
        "Release announcement",
    ],
)
def test_the_rollout_plan_has_the_sections_of_gitlabs_template(heading: str) -> None:
    assert f"# {heading}\n" in body(samples()["sample-codestral-2501"], "rollout-plan")


def test_numbers_of_the_draft_are_in_the_plan() -> None:
    text = body(samples()["sample-codestral-2501"], "rollout-plan")
    for part in (
        "| us-east | 3,400 | 6,000 |",
        "latency_p95 <= 1212 ms",
        "| latency_p50 | 637 | 782 | ms | 2025-09-01 |",
    ):
        assert part in text


def test_a_check_shows_its_state_and_evidence() -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    draft = replace(
        BARE,
        checks=(
            CheckAnswer(id="considerations-reviewed", state="done", evidence="https://x.example/1", by="bob", at=at),
            CheckAnswer(id="provider-capacity", state="not-applicable", note="Same host."),
        ),
    )
    text = body(draft, "rollout-plan")
    assert "- [x] Considerations for adding a model reviewed (bob 2026-01-05)\n  - https://x.example/1" in text
    assert "(not applicable)\n  - Same host." in text
    assert "- [ ] Considerations" in body(BARE, "rollout-plan")


def test_a_waiver_with_its_reason_is_on_the_issue_and_one_without_is_not() -> None:
    draft = replace(
        BARE,
        waivers=(
            Waiver(requirement="internal-rollout-issue", reason="Covered.", by="bob"),
            Waiver(requirement="flag-type"),
        ),
    )
    text = body(draft, "rollout-plan")
    assert "- `internal-rollout-issue`: Covered. (bob)" in text
    assert "flag-type" not in text


def test_siblings_are_linked_and_the_marker_is_resolved() -> None:
    text = body(samples()["sample-codestral-2501"], "rollout-plan")
    assert set(unresolved(text)) == {
        "ref:flag-rollout",
        "ref:internal-rollout",
        "ref:internal-feedback",
        "operation:issue:rollout-plan",
    }
    known = {"ref:flag-rollout": "group/project#4", "operation:issue:rollout-plan": "01XYZ"}
    sent = resolve(text, known)
    assert "| Feature flag rollout issue | group/project#4 |" in sent
    found = read_marker(sent)
    assert found is not None
    assert (found.operation, found.rollout, found.slot) == ("01XYZ", "sample-codestral-2501", "rollout-plan")


def test_an_issue_of_one_phase_names_its_slot_and_phase() -> None:
    guide = guides()["v1"]
    issue = guide.issue("rollout-plan")
    assert issue is not None
    drafted = IssueDraft(kind="rollout-plan", phase="everyone")
    draft = replace(BARE, model=Model(name="New"))
    assert issue_title(issue, draft, drafted) == "New Rollout Plan (everyone)"
    assert " slot=rollout-plan@everyone -->" in body(draft, "rollout-plan", issue=drafted)


def test_commands_never_set_a_percentage_of_time() -> None:
    for name in samples():
        text = body(samples()[name], "flag-rollout")
        flag = samples()[name].flag.name
        assert "--random" not in text
        sets = [line for line in text.splitlines() if line.startswith("/chatops gitlab run feature set")]
        assert sets
        for line in sets:
            words = line.split()
            assert flag in words
            assert words[-1].isdigit() is False or "--actors" in words
            assert "--actors" in words or {"true", "false"} & set(words), line


def test_a_step_down_command_restores_the_team() -> None:
    lines = body(samples()["sample-codestral-2501"], "flag-rollout").splitlines()
    flag = "use_fireworks_codestral_code_completion"
    start = next(number for number, line in enumerate(lines) if line.startswith("Off for users, on for the team"))
    assert lines[start + 3 : start + 7] == [
        f"/chatops gitlab run feature set {flag} false",
        f"/chatops gitlab run feature set --user=alice,bob {flag} true",
        f"/chatops gitlab run feature set --group=code-creation {flag} true",
        f"/chatops gitlab run feature set --feature-group=gitlab_team_members {flag} true",
    ]


@pytest.mark.parametrize("flag", [FlagSpec(), FlagSpec(name="x", target="project", project="a/b")])
def test_there_are_no_chat_commands_where_they_would_not_work(flag: FlagSpec) -> None:
    for guide_id in guides():
        assert "/chatops" not in body(replace(BARE, guide=guide_id, flag=flag), "flag-rollout")


def test_a_projects_flag_is_told_by_its_strategies_and_requests() -> None:
    spec = FlagSpec(name="use_it", target="project", project="group/app", environment="production")
    draft = replace(samples()["sample-codestral-2501"], flag=spec)
    for guide_id in guides():
        lines = body(replace(draft, guide=guide_id), "flag-rollout").splitlines()
        assert "userWithId alice,bob for production" in lines
        assert "gitlabUserList gitlab_team_members for production" in lines
        assert "flexibleRollout 25 % by userId for production" in lines
        assert "default (everybody) for production" in lines
        address = '"$GITLAB_URL/api/v4/projects/group%2Fapp/feature_flags/use_it"'
        assert len([line for line in lines if line.endswith(address)]) == 3


def test_a_field_with_markdown_keeps_its_lines() -> None:
    drafted = IssueDraft(kind="rollout-plan", fields={"overview": "One.\n\n- two\n- three\n"})
    assert "## Overview\n\nOne.\n\n- two\n- three\n" in body(BARE, "rollout-plan", issue=drafted)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("fine\n{{ nothing }}", 2, "nothing"),
        ("{{ fields.overwiev }}", 1, "overwiev"),
        ("a\n\n{% if %}", 3, "Expected"),
        ("{{ model.name.nope }}", 1, "nope"),
        ("{{ 1 / 0 }}", 1, "division"),
        ("{{ ''.__class__.__mro__ }}", 1, "__class__"),
    ],
)
def test_a_broken_skeleton_says_where_and_what_there_is(text: str, line: int, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        body(BARE, "rollout-plan", text=text)
    assert f"rollout-plan.md, line {line}" in str(caught.value)
    assert what in str(caught.value)
    assert "mitigation" in caught.value.hint
    assert "timeline" in caught.value.hint


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="no plan issue of the kind"):
        body_of_unknown()


def body_of_unknown() -> str:
    from tui.domain.render import issue_body

    return issue_body(
        skeleton("rollout-plan.md"),
        draft=BARE,
        guide=guides()["v1"],
        issue=IssueDraft(kind="postcard"),
        steps=(),
        entries=(),
        references={},
    )


def test_defaults_come_from_the_guide_and_the_draft_wins() -> None:
    issue = guides()["v1"].issue("rollout-plan")
    assert issue is not None
    draft = replace(BARE, model=Model(name="New"), team=Team(dri="bob"))
    default = default_issue(issue, draft)
    assert default.title == "New Rollout Plan"
    assert default.confidential is True
    assert "group::code creation" in (default.labels or ())
    assert default.assignees == ("bob",)
    own = IssueDraft(kind="rollout-plan", title="Mine", confidential=False, labels=(), assignees=("carol",))
    kept = default_issue(issue, draft, own)
    assert (kept.title, kept.confidential, kept.labels, kept.assignees) == ("Mine", False, (), ("carol",))


def test_a_title_is_one_line_within_gitlabs_limit() -> None:
    issue = guides()["v1"].issue("rollout-plan")
    assert issue is not None
    long = replace(BARE, model=Model(name="x" * 400 + "\n\ty"))
    title = issue_title(issue, long, IssueDraft(kind="rollout-plan", phase="everyone"))
    assert len(title) <= 255
    assert title.endswith("(everyone)")
    braces = replace(BARE, model=Model(name="{flag} {0} ⟪iid:x⟫"))
    assert issue_title(issue, braces, IssueDraft(kind="rollout-plan")) == "{flag} {0} «iid:x» Rollout Plan"


def test_history_is_in_the_timeline() -> None:
    text = body(samples()["sample-codestral-2501"], "rollout-plan", entries=(entry("stakeholders", "team"),))
    assert (
        "| 2026-02-02 09:00 | Own team and interested stakeholders: alice, bob, group code-creation | **live** |"
        in text
    )


def test_the_announcement_is_the_operators_own() -> None:
    draft = replace(BARE, announcement=Announcement(text="\n Hello  \n\nworld\n"))
    assert announcement_text(draft) == "Hello\n\nworld"
