"""The plan: what is blocked, what is made in which order, and what it does to the gates."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.support.rollouts import (
    FLAG,
    MEMBERS,
    NOW,
    TEAM,
    climbed,
    entry,
    observed,
    plan,
    sample,
    seen_issue,
    situation,
    with_issue,
    with_phase,
)
from tui.domain.draft import CheckAnswer, Draft, Posted, Waiver
from tui.domain.gates import OFF, ON, Gates
from tui.domain.observed import Operator
from tui.domain.plan import Plan, fingerprint, read_marker, resolve, unresolved
from tui.domain.text import Clean, listing

KINDS = ("rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout")
ISSUES = {kind: seen_issue(kind, iid) for iid, kind in enumerate(KINDS, start=4)}


def blocked(found: Plan) -> set[str]:
    return {one.id for one in found.blocked}


def waived(draft: Draft, requirement: str, reason: str) -> Draft:
    return structs.replace(draft, waivers=(*draft.waivers, Waiver(requirement=requirement, reason=reason)))


def test_the_first_plan_makes_four_linked_issues_and_then_opens_the_flag_for_the_team() -> None:
    found = plan(sample())
    assert (found.phase, found.step, found.action) == ("stakeholders", "team", "advance")
    assert blocked(found) == set()
    kinds = [change.kind for change in found.changes]
    assert kinds == ["create-issue"] * 4 + ["link-issues"] * 6 + ["set-gate"] * 3 + ["add-note", "edit-issue"]
    assert found.gates.end == TEAM


def test_every_change_comes_after_all_that_it_depends_on() -> None:
    done: set[str] = set()
    for change in plan(sample()).changes:
        assert set(change.after) <= done
        needed = {
            f"issue:{name.partition(':')[2]}"
            for name in unresolved(change.request.as_dict())
            if name[:3] in {"iid", "ref"}
        }
        assert needed <= set(change.after) | done
        done.add(change.id)


def test_gate_changes_wait_for_every_issue_and_for_each_other() -> None:
    changes = plan(sample()).changes
    gates = [change for change in changes if change.kind == "set-gate"]
    others = {change.id for change in changes if change.kind in {"create-issue", "link-issues"}}
    assert set(gates[0].after) == others
    assert [change.after for change in gates[1:]] == [(before.id,) for before in gates[:-1]]


@pytest.mark.parametrize("kind", ["internal-rollout", "internal-feedback", "rollout-plan"])
def test_v1_blocks_phase_1_when_a_required_issue_is_left_out(kind: str) -> None:
    found = plan(with_issue(sample(), kind, skip=True))
    assert blocked(found) == {f"{kind}-issue"}
    assert all(change.slot != kind for change in found.changes if change.kind == "create-issue")


def test_an_issue_that_the_draft_does_not_mention_is_made_with_the_guides_defaults() -> None:
    draft = structs.replace(sample(), issues=tuple(one for one in sample().issues if one.kind != "internal-feedback"))
    found = plan(draft)
    assert "issue:internal-feedback" in {change.id for change in found.changes}
    assert blocked(found) == set()


def test_empty_fields_warn_in_guide_and_block_in_strict() -> None:
    draft = with_issue(sample(), "rollout-plan", fields={})
    assert any("still empty" in warning for warning in plan(draft).warnings)
    assert blocked(plan(draft)) == set()
    assert "rollout-plan-fields" in blocked(plan(structs.replace(draft, strictness="strict")))


def test_a_waiver_needs_a_reason() -> None:
    draft = with_issue(sample(), "internal-rollout", skip=True)
    assert blocked(plan(waived(draft, "internal-rollout-issue", "  "))) == {"internal-rollout-issue"}
    found = plan(waived(draft, "internal-rollout-issue", "Covered by the company-wide announcement."))
    assert blocked(found) == set()
    assert found.entry is not None
    assert found.entry.waivers == {"internal-rollout-issue": "Covered by the company-wide announcement."}
    assert "Covered by the company-wide announcement." in found.entry.reason
    note = next(change for change in found.changes if change.kind == "add-note")
    assert "Covered by the company-wide announcement." in note.request.body["body"]
    created = next(change for change in found.changes if change.id == "issue:rollout-plan")
    assert "Covered by the company-wide announcement." in created.request.body["description"]


def test_phase_3_needs_phase_2_and_phase_1_does_not_count_for_it() -> None:
    team_only = (entry("stakeholders", "team", OFF, TEAM),)
    assert "members-phase" in blocked(plan(sample(), "everyone", look=observed(TEAM), entries=team_only))
    assert "members-phase" not in blocked(plan(sample(), "everyone", look=observed(MEMBERS), entries=climbed()))
    skipped = (*team_only, entry("members", "members", TEAM, TEAM, action="skip", reason="shown last week"))
    assert "members-phase" not in blocked(plan(sample(), "everyone", look=observed(TEAM), entries=skipped))


def test_phase_3_is_announced_first() -> None:
    silent = structs.replace(sample(), announcement=type(sample().announcement)())
    assert "announcement" in blocked(plan(silent, "everyone", look=observed(MEMBERS), entries=climbed()))


@pytest.mark.parametrize("check", ["considerations-reviewed", "provider-capacity"])
def test_an_open_check_blocks_and_not_applicable_needs_a_reason(check: str) -> None:
    others = tuple(one for one in sample().checks if one.id != check)
    for answer in (CheckAnswer(id=check), CheckAnswer(id=check, state="not-applicable")):
        assert blocked(plan(structs.replace(sample(), checks=(*others, answer)))) == {check}
    reasoned = CheckAnswer(id=check, state="not-applicable", note="No gateway is involved.")
    assert blocked(plan(structs.replace(sample(), checks=(*others, reasoned)))) == set()


def test_the_plan_issues_alone_leave_the_flag_untouched() -> None:
    found = plan(sample(), "issues")
    assert {change.kind for change in found.changes} == {"create-issue", "link-issues", "add-note", "edit-issue"} - {
        "edit-issue"
    }
    assert found.gates.calls == ()
    after = plan(sample(), look=observed(issues=ISSUES))
    assert {change.kind for change in after.changes} == {"set-gate", "add-note"}


def test_one_phase_can_have_a_rollout_plan_of_its_own() -> None:
    extra = structs.replace(sample().issues[0], phase="everyone", title="")
    draft = structs.replace(sample(), issues=(*sample().issues, extra))
    assert "issue:rollout-plan@everyone" not in {change.id for change in plan(draft).changes}
    found = plan(draft, "everyone", look=observed(MEMBERS, issues=ISSUES), entries=climbed())
    created = next(change for change in found.changes if change.kind == "create-issue")
    assert created.id == "issue:rollout-plan@everyone"
    assert "everyone" in created.request.body["title"]
    note = next(change for change in found.changes if change.kind == "add-note")
    assert note.slot == "rollout-plan@everyone"


def test_stepping_back_asks_for_nothing_and_keeps_the_members() -> None:
    bare = structs.replace(sample(), checks=())
    gates = replace(MEMBERS, percentage_of_actors=25)
    found = plan(bare, "members", look=observed(gates, issues=ISSUES), entries=climbed(1, 10, 25))
    assert (found.action, blocked(found)) == ("step-back", set())
    assert found.gates.end == MEMBERS
    assert found.gates.dips
    assert any("off for everybody" in warning for warning in found.warnings)


def test_100_percent_back_to_50_ends_with_the_team_the_members_and_50() -> None:
    found = plan(sample(), "everyone", "50", look=observed(ON, issues=ISSUES), entries=climbed(1, 10, 25, 50, 75, 100))
    assert found.action == "step-back"
    assert found.gates.end == replace(MEMBERS, percentage_of_actors=50)
    assert "Loses: everybody else." in found.effect


def test_off_is_one_call_and_never_blocked() -> None:
    found = plan(structs.replace(sample(), checks=()), "off", look=observed(ON, issues=ISSUES), entries=climbed(100))
    assert [change.request.body for change in found.changes if change.kind == "set-gate"] == [{"value": False}]
    assert blocked(found) == set()


def test_going_on_keeps_what_somebody_else_put_into_the_flag() -> None:
    foreign = replace(MEMBERS, actors=MEMBERS.actors | {"User:99"})
    found = plan(sample(), "everyone", look=observed(foreign, issues=ISSUES), entries=climbed())
    assert found.gates.end == replace(foreign, percentage_of_actors=1)
    assert any("Somebody else changed" in warning for warning in found.warnings)


def test_a_plan_issue_that_is_gone_is_made_anew_and_says_so() -> None:
    look = replace(observed(TEAM, issues={"internal-feedback": ISSUES["internal-feedback"]}), gone=frozenset(KINDS[:1]))
    found = plan(sample(), "members", look=look, entries=climbed()[:1])
    made = {change.slot: change.summary for change in found.changes if change.kind == "create-issue"}
    assert [slot for slot, summary in made.items() if "anew, since it is gone" in summary] == ["rollout-plan"]
    assert found.entry is not None
    assert made["rollout-plan"] in found.entry.changes
    assert any("rollout-plan that was made before is gone" in warning for warning in found.warnings)


@pytest.mark.parametrize("target", ["instance", "chatops"])
def test_what_only_a_project_flag_has_is_not_ignored_in_silence(target: Literal["instance", "chatops"]) -> None:
    draft = structs.replace(sample(), flag=structs.replace(sample().flag, target=target, environment="production"))
    assert any(one.startswith('flag.environment: is "production", which has') for one in plan(draft).warnings)
    assert not any("has no meaning" in one for one in plan(sample()).warnings)


def test_a_person_whom_gitlab_does_not_know_blocks_and_cannot_be_waived() -> None:
    look = replace(observed(), unknown=frozenset({("user", "bobb")}))
    draft = waived(with_phase(sample(), "stakeholders", users=("alice", "bobb")), "actor-user-bobb", "who cares")
    assert blocked(plan(draft, look=look)) == {"actor-user-bobb"}


def test_an_operator_who_may_not_read_flags_is_told_before_anything_is_written() -> None:
    look = replace(observed(), flags={}, operator=Operator(3, Clean("carol"), Clean("Carol"), admin=False))
    assert "administrator" in blocked(plan(sample(), look=look))
    assert "administrator" not in blocked(plan(sample(), "issues", look=look))


@pytest.mark.parametrize("leftover", ["<feature-flag-name>", "TBD", "???", "_Add the reason here_", "NAME"])
def test_leftovers_block_with_the_list(leftover: str) -> None:
    fields = {**sample().issues[0].fields, "overview": f"The model is {leftover} today."}
    found = plan(with_issue(sample(), sample().issues[0].kind, fields=fields))
    problem = next(one for one in found.blocked if one.id.startswith("leftovers-"))
    assert leftover in problem.text
    assert "line" in problem.text


def test_strict_blocks_where_guide_warns() -> None:
    silent = with_phase(sample(), "stakeholders", selected=False, reason="")
    entries = climbed()[1:]
    strict = structs.replace(silent, strictness="strict")
    assert blocked(plan(strict, "everyone", look=observed(MEMBERS), entries=entries)) >= {"stakeholders-skipped"}
    assert blocked(plan(silent, "everyone", look=observed(MEMBERS), entries=entries)) == set()


def test_an_announcement_must_be_posted_in_every_channel_before_everybody_gets_the_model() -> None:
    told = sample().announcement
    some = structs.replace(told, posted_at=None, posted=(Posted(channel=told.channels[0], at=NOW, by="alice"),))
    all_ = structs.replace(some, posted=tuple(Posted(channel=one, at=NOW) for one in told.channels))
    found = plan(structs.replace(sample(), announcement=some), "everyone", look=observed(MEMBERS), entries=climbed())
    assert [one.text for one in found.blocked] == [
        (
            f"Announcement posted before everybody outside gets it: not yet in {listing(list(told.channels[1:]))}: "
            f"note it with `rollout-tui tell {sample().id} --posted CHANNEL` (m on the rollout screen)"
        )
    ]
    posted = structs.replace(sample(), announcement=all_)
    assert blocked(plan(posted, "everyone", look=observed(MEMBERS), entries=climbed())) == set()


def test_a_wait_that_is_not_over_is_said() -> None:
    found = plan(sample(), "everyone", look=observed(MEMBERS), entries=climbed())
    assert any("wait" in warning and "not over" in warning for warning in found.warnings)


def test_nothing_is_due_after_the_last_step_and_an_applied_step_is_empty() -> None:
    here = situation(sample(), observed(ON, issues=ISSUES), climbed(1, 10, 25, 50, 75, 100))
    assert here.goal() is None
    assert plan(sample(), "members", look=observed(MEMBERS, issues=ISSUES), entries=climbed()).empty


def test_a_step_whose_gates_are_set_but_not_recorded_is_recorded() -> None:
    found = plan(sample(), look=observed(TEAM, issues=ISSUES))
    assert [change.kind for change in found.changes] == ["add-note"]


def test_v2_and_v3_move_the_internal_rollout_issue_and_demand_the_flag_rollout_issue() -> None:
    for name in ("v2", "v3"):
        draft = structs.replace(sample(), guide=name)
        assert "internal-rollout-issue" not in blocked(plan(with_issue(draft, "internal-rollout", skip=True)))
        late = plan(with_issue(draft, "internal-rollout", skip=True), "members", look=observed(TEAM))
        assert "internal-rollout-issue" in blocked(late)
        assert "flag-rollout-issue" in blocked(plan(with_issue(draft, "flag-rollout", skip=True)))
    assert blocked(plan(with_issue(sample(), "flag-rollout", skip=True))) == set()


def test_v3_has_an_opt_out_phase_on_a_flag_of_its_own() -> None:
    draft = structs.replace(sample(), guide="v3")
    draft = with_phase(
        draft, "opt-out", selected=True, groups=("code-creation",), flag="code_completion_opt_out_fireworks"
    )
    look = observed(MEMBERS, issues=ISSUES)
    look = replace(look, flags={**look.flags, "code_completion_opt_out_fireworks": replace(look.flag(FLAG), gates=OFF)})
    found = plan(draft, "opt-out", look=look, entries=climbed())
    gates = [change.request for change in found.changes if change.kind == "set-gate"]
    assert [(one.path, dict(one.body)) for one in gates] == [
        ("/features/code_completion_opt_out_fireworks", {"value": True, "group": "code-creation"})
    ]


def test_the_flag_type_is_a_warning_in_v3() -> None:
    draft = structs.replace(sample(), guide="v3", flag=structs.replace(sample().flag, type="ops"))
    assert any("beta" in warning for warning in plan(draft).warnings)
    assert "flag-type" not in blocked(plan(draft))


def test_the_same_situation_gives_the_same_plan() -> None:
    assert plan(sample()).as_dict() == plan(sample()).as_dict()


def test_a_fingerprint_changes_with_gates_and_with_issues() -> None:
    looks = [
        observed(),
        observed(TEAM),
        observed(issues=ISSUES),
        observed(issues={**ISSUES, "flag-rollout": seen_issue("flag-rollout", 7, description="x")}),
    ]
    assert len({fingerprint(look) for look in looks}) == len(looks)


@given(
    st.builds(
        Gates,
        actors=st.frozensets(st.sampled_from(["User:1", "User:2", "Group:1"])),
        groups=st.frozensets(st.just("gitlab_team_members")),
        percentage_of_actors=st.sampled_from([0, 1, 25, 75]),
    )
    | st.just(ON),
    st.sampled_from(["stakeholders", "members", "everyone", "off"]),
    st.sampled_from([(), climbed(), climbed(1, 10), climbed(1, 10, 25, 50, 75, 100)]),
)
def test_no_plan_ever_sends_a_number_without_a_key(gates: Gates, phase: str, entries: tuple[object, ...]) -> None:
    found = plan(sample(), phase, look=observed(gates, issues=ISSUES), entries=entries)  # type: ignore[arg-type]
    for change in found.changes:
        if change.kind == "set-gate":
            value = change.request.body["value"]
            assert isinstance(value, bool) or (0 < value < 100 and change.request.body["key"] == "percentage_of_actors")


def test_markers_and_notes_resolve_to_one_line_each() -> None:
    known = {
        "operation:issue:rollout-plan": "abc",
        "operation:note": "def",
        "at": "2026-11-22T10:00:00Z",
        "ref:internal-rollout": "g/p#1",
    }
    known |= {f"ref:{kind}": "g/p#1" for kind in KINDS} | {f"iid:{kind}": "1" for kind in KINDS}
    for change in plan(sample()).changes:
        if change.id in {"issue:rollout-plan", "note"}:
            body = resolve(dict(change.request.body), known)
            text = str(body.get("description") or body.get("body"))
            assert unresolved(text) == ()
            marked = read_marker(text)
            assert marked is not None
            assert marked.operation == ("abc" if change.id == "issue:rollout-plan" else "def")
            assert marked.slot == "rollout-plan"


def test_a_live_step_is_said_with_how_long_it_was_live() -> None:
    past = tuple(replace(one, at=NOW.replace(hour=8)) for one in climbed())
    found = plan(sample(), "everyone", look=observed(MEMBERS, issues=ISSUES), entries=past)
    assert found.entry is not None
    assert found.entry.live_seconds == 2 * 3600


@pytest.mark.parametrize("phase", ["", "members", "off"])
def test_a_project_flag_is_never_set_through_the_instance(phase: str) -> None:
    flag = structs.replace(sample().flag, target="project", project="group/app")
    draft = structs.replace(sample(), flag=flag)
    gates = replace(MEMBERS, percentage_of_actors=25)
    found = plan(draft, phase, look=observed(gates, issues=ISSUES), entries=climbed(1, 10, 25))
    assert "flag-project" in blocked(found)
    assert not [one for one in found.changes if one.request.path.startswith("/features")]


def test_a_flag_that_the_draft_does_not_name_any_more_is_not_forgotten() -> None:
    """Nothing that is planned for the new one closes the old one."""
    old = tuple(replace(one, flag="use_old_name") for one in climbed(1))
    found = plan(sample(), look=observed(OFF), entries=old)
    assert "flag-renamed" in blocked(found)
    assert any("has opened use_old_name before" in one and "panic use_old_name" in one for one in found.warnings)
    back = plan(sample(), "off", look=observed(MEMBERS), entries=old)
    assert back.blocked == ()
    assert any("has opened use_old_name before" in one for one in back.warnings)
    closed = plan(sample(), look=replace(observed(OFF), former={"use_old_name": OFF}), entries=old)
    assert "flag-renamed" not in blocked(closed)
    assert not any("use_old_name" in one for one in closed.warnings)
