"""What a plan for a project's flag says, and what stands in its way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.support.rollouts import entry, observed, plan, sample, seen_issue, with_phase
from tui.domain.by_hand import by_hand
from tui.domain.draft import Draft, FlagSpec, StepDraft, Waiver
from tui.domain.gates import OFF, Gates
from tui.domain.history import Entry
from tui.domain.observed import FlagSeen, Observed, ProjectSeen
from tui.domain.plan import Plan, fingerprint
from tui.domain.strategies import ProjectFlag, Scope, Strategy, UserList
from tui.domain.text import Clean

NAME, LIST = "use_it", "gitlab_team_members"
SPEC = FlagSpec(name=NAME, target="project", project="group/app", environment="production")
DRAFT: Draft = with_phase(structs.replace(sample(), flag=SPEC), "stakeholders", users=("alice", "bob"), groups=())
APP = ProjectSeen(7, Clean("group/app"), Clean("http://127.0.0.1/group/app"), access_level=30)
LISTS = {LIST: UserList(9, LIST, ("carol", "dave"))}
TEAM = Strategy("userWithId", (("userIds", "alice,bob"),), (Scope("production", 11),), 1)
STAFF = Strategy("gitlabUserList", (), (Scope("production", 21),), 2, LIST, 9)
EVERYWHERE = Strategy("default", (), (Scope("*", 31),), 3)


KINDS = ("rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout")
ISSUES = {kind: seen_issue(kind, iid, description="") for iid, kind in enumerate(KINDS, start=4)}


def look(flag: ProjectFlag | None = None, **changes: object) -> Observed:
    """GitLab with that flag, or without one, to a developer who is no administrator."""
    seen = observed()
    known = FlagSeen(NAME, defined=False) if flag is None else with_gates(flag)
    operator = replace(seen.operator, admin=False)
    made = replace(seen, operator=operator, flags={NAME: known}, flag_project=APP, user_lists=LISTS)
    return replace(made, **changes)  # type: ignore[arg-type]


def with_gates(flag: ProjectFlag) -> FlagSeen:
    return FlagSeen(NAME, flag.gates("production"), exists=True, defined=True, project=flag)


def history(*keys: tuple[str, str]) -> tuple[Entry, ...]:
    return tuple(entry(phase, step, OFF, OFF, flag=NAME) for phase, step in keys)


TEAM_IN = history(("stakeholders", "team"))
STAFF_IN = history(("stakeholders", "team"), ("members", "members"))


def blocked(found: Plan) -> dict[str, str]:
    return {one.id: one.text for one in found.blocked}


def test_a_new_flag_is_one_post_after_the_issues() -> None:
    found = plan(DRAFT, look=look())
    assert blocked(found) == {}
    changes = [one for one in found.changes if one.is_gate]
    assert len(changes) == 1
    assert (changes[0].request.method, changes[0].request.path) == ("POST", "/projects/7/feature_flags")
    assert found.gates.end == Gates(actors=frozenset({"alice", "bob"}))
    assert changes[0].summary == f"Make {NAME} in group/app for production, on for the team (alice, bob)"
    assert found.entry is not None
    assert found.entry.gates_after == found.gates.end
    assert "creates a new one" in " ".join(found.warnings)


def test_a_step_is_one_put_that_can_be_made_by_hand_but_not_by_the_chat_bot() -> None:
    found = plan(DRAFT, look=look(ProjectFlag(strategies=(TEAM,))), entries=TEAM_IN)
    change = next(one for one in found.changes if one.is_gate)
    assert (change.request.method, change.request.path) == ("PUT", f"/projects/7/feature_flags/{NAME}")
    assert change.summary == f"Change {NAME} in group/app for production: add {LIST}"
    assert by_hand(change, "chat") == ""
    assert "--request PUT" in by_hand(change, "curl")
    assert '"user_list_id": 9' in by_hand(change, "request")


@pytest.mark.parametrize(
    ("seen", "requirement", "words"),
    [
        (look(flag_project=None, flags={}), "flag-project", "group/app"),
        (look(flags={}), "flag-readable", "developers may"),
        (look(flag_project=replace(APP, access_level=20)), "developer", "less than a developer in group/app"),
        (look(flag_role=40), "developer", "less than a maintainer in group/app"),
        (look(flag_role=100), "developer", "lets nobody change"),
        (look(ProjectFlag(legacy=True)), "flag-legacy", "takes no changes"),
    ],
)
def test_a_flag_out_of_reach_is_told_and_cannot_be_waived(seen: Observed, requirement: str, words: str) -> None:
    found = plan(DRAFT, look=seen)
    assert words in blocked(found)[requirement]
    assert all(one.hard for one in found.blocked)


@pytest.mark.parametrize(
    ("draft", "requirement", "words"),
    [
        (with_phase(DRAFT, "stakeholders", groups=("code-creation",)), "groups-stakeholders", "cannot name groups"),
        (with_phase(DRAFT, "members", feature_groups=("nobody",)), "user-list-nobody", "no user list nobody"),
        (
            with_phase(DRAFT, "everyone", steps=(StepDraft(percentage=0.5), StepDraft(percentage=100))),
            "whole-percentage",
            "whole percentages only, not 0.5 %",
        ),
    ],
)
def test_what_strategies_cannot_say_is_told_at_the_step_that_asks_for_it(
    draft: Draft, requirement: str, words: str
) -> None:
    phase = {"groups-stakeholders": "stakeholders", "user-list-nobody": "members"}.get(requirement, "everyone")
    entries = {"stakeholders": (), "members": TEAM_IN, "everyone": STAFF_IN}[phase]
    found = plan(draft, phase, look=look(ProjectFlag(strategies=(TEAM, STAFF))), entries=entries)
    assert words in blocked(found)[requirement]


def test_the_way_back_asks_neither_for_a_list_nor_for_a_role() -> None:
    flag = ProjectFlag(strategies=(TEAM, STAFF, replace(EVERYWHERE, scopes=(Scope("production", 31),))))
    seen = look(flag, user_lists={}, flag_project=replace(APP, access_level=20))
    entries = (*STAFF_IN, *history(("everyone", "1%"), ("everyone", "100%")))
    for phase, step in (("members", ""), ("off", "")):
        found = plan(DRAFT, phase, step, look=seen, entries=entries)
        assert blocked(found) == {}
        assert found.reduces
    assert found.gates.end == OFF
    change = next(one for one in found.changes if one.is_gate)
    assert change.request.body["active"] is False
    assert change.summary.endswith("take its strategies away and make it inactive")


def test_the_way_back_takes_away_what_somebody_else_opened_here_and_keeps_who_is_in_both() -> None:
    wide = Strategy("gradualRolloutUserId", (("groupId", "x"), ("percentage", "75")), (Scope("production", 41),), 4)
    draft = with_phase(DRAFT, "stakeholders", users=("alice", "carol"))
    people = replace(TEAM, parameters=(("userIds", "alice,carol,dave"),))
    flag = ProjectFlag(strategies=(people, wide), lists=False)
    assert plan(draft, "off", look=look(flag), entries=STAFF_IN).gates.end == OFF
    back = plan(draft, "stakeholders", look=look(flag), entries=STAFF_IN)
    assert back.gates.end == Gates(actors=frozenset({"alice", "carol"}))
    on = plan(draft, "everyone", look=look(flag), entries=STAFF_IN)
    assert on.gates.end.percentage_of_actors == 75
    assert "gates-ahead" in blocked(on)


def test_what_other_environments_share_stays_open_and_is_told() -> None:
    flag = ProjectFlag(strategies=(TEAM, EVERYWHERE))
    found = plan(DRAFT, "off", look=look(flag), entries=TEAM_IN)
    assert blocked(found) == {}
    assert found.gates.end.everybody
    assert any("stays open for everybody in *" in one for one in found.warnings)
    assert next(one for one in found.changes if one.is_gate).request.body == {
        "strategies": [{"id": 1, "_destroy": True}]
    }


def test_a_rollout_for_all_environments_tells_which_have_strategies_of_their_own() -> None:
    draft = structs.replace(DRAFT, flag=structs.replace(SPEC, environment=""))
    everywhere = replace(TEAM, scopes=(Scope("*", 11),))
    staging = replace(EVERYWHERE, scopes=(Scope("staging", 31),))
    found = plan(draft, "off", look=look(ProjectFlag(strategies=(everywhere, staging))), entries=TEAM_IN)
    assert "use_it has everybody in staging, which this rollout neither opens nor closes." in found.warnings
    assert next(one for one in found.changes if one.is_gate).request.body == {
        "strategies": [{"id": 1, "_destroy": True}]
    }


def test_an_inactive_flag_with_other_environments_wants_a_reason() -> None:
    staging = replace(EVERYWHERE, scopes=(Scope("staging", 31),))
    flag = ProjectFlag(active=False, strategies=(staging, TEAM))
    assert list(blocked(plan(DRAFT, look=look(flag)))) == ["flag-inactive"]
    reason = Waiver(requirement="flag-inactive", reason="Staging is ready.")
    found = plan(structs.replace(DRAFT, waivers=(reason,)), look=look(flag))
    assert blocked(found) == {}
    assert found.entry is not None
    assert found.entry.waivers == {"flag-inactive": "Staging is ready."}
    alone = ProjectFlag(active=False, strategies=(TEAM,))
    assert blocked(plan(DRAFT, look=look(alone))) == {}


@pytest.mark.parametrize(
    ("draft", "seen", "words"),
    [
        (DRAFT, look(unknown=frozenset({("user", "bob")})), "GitLab knows no user bob"),
        (structs.replace(DRAFT, flag=structs.replace(SPEC, environment="")), look(), "count in all of them"),
        (structs.replace(DRAFT, flag=structs.replace(SPEC, actor="project")), look(), "not of projects"),
        (
            DRAFT,
            look(ProjectFlag(strategies=(replace(EVERYWHERE, scopes=(Scope("staging"),)),))),
            "1 strategy of use_it for other environments",
        ),
    ],
)
def test_what_does_not_block_is_told(draft: Draft, seen: Observed, words: str) -> None:
    found = plan(draft, look=seen)
    assert blocked(found) == {}
    assert any(words in one for one in found.warnings)


def test_where_lists_are_not_taken_their_members_are_named_and_leave_again() -> None:
    old = look(ProjectFlag(strategies=(TEAM,), lists=False))
    found = plan(DRAFT, look=old, entries=TEAM_IN)
    assert found.gates.end == Gates(actors=frozenset({"alice", "bob", "carol", "dave"}))
    assert any("named one by one" in one for one in found.warnings)
    wide = replace(TEAM, parameters=(("userIds", "alice,bob,carol,dave"),))
    back = plan(DRAFT, "stakeholders", look=look(ProjectFlag(strategies=(wide,), lists=False)), entries=STAFF_IN)
    assert back.gates.end == Gates(actors=frozenset({"alice", "bob"}))


def test_a_strategy_for_another_environment_makes_a_plan_stale() -> None:
    seen = look(ProjectFlag(strategies=(TEAM,)))
    other = look(ProjectFlag(strategies=(TEAM, replace(EVERYWHERE, scopes=(Scope("staging"),)))))
    assert seen.flag(NAME).gates == other.flag(NAME).gates
    assert fingerprint(seen) != fingerprint(other)


STRATEGIES = st.lists(
    st.sampled_from([TEAM, STAFF, replace(EVERYWHERE, scopes=(Scope("staging", 31),))]), unique=True, max_size=3
)


@settings(max_examples=40, deadline=None)
@given(STRATEGIES, st.booleans(), st.sampled_from(["team", "members", "1%", "50%", "100%", "off"]))
def test_every_step_ends_where_it_says_and_each_contains_the_one_before(
    strategies: list[Strategy], active: bool, step: str
) -> None:
    phase = {"team": "stakeholders", "members": "members", "off": "off"}.get(step, "everyone")
    seen = look(ProjectFlag(active=active, strategies=tuple(strategies)), issues=ISSUES)
    found = plan(DRAFT, phase, "" if step == "off" else step, look=seen, entries=())
    start, end = found.gates.start, found.gates.end
    if step == "off":
        assert end == OFF
        return
    assert start.within(end)
    assert {"alice", "bob"} <= end.actors or end.everybody
    assert end.everybody == (step == "100%")
    assert step in {"team", "100%"} or LIST in end.groups
    change = next((one for one in found.changes if one.is_gate), None)
    assert (change is None) == start.same_audience(end)
    if change is not None and change.aim is not None:
        assert change.aim.after.gates("production") == end
        assert [one for one in change.aim.after.strategies if one.only("staging")] == [
            one for one in strategies if one.only("staging")
        ]
