"""A field that was written reads as it was written, and nothing else changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.shipped import guides
from tui.domain.draft import Capacity, Draft, IssueDraft
from tui.domain.edit import (
    add_issue,
    canonical,
    get,
    mark,
    put,
    region_shares,
    remove_issue,
    split,
    waive,
    within,
)
from tui.domain.errors import BadInput

V1 = guides()["v1"]
EMPTY = Draft(schema=1, id="empty")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)

TEXT_PATHS = (
    "title",
    "model.name",
    "flag.name",
    "gitlab.project",
    "checks[provider-capacity].note",
    "issues[rollout-plan].title",
    "issues[rollout-plan].fields.overview",
    "issues[rollout-plan@everyone].fields.overview",
    "phases[stakeholders].reason",
    "phases[members].answers.quota-increase",
    "waivers[internal-rollout-issue].reason",
    "announcement.text",
)
NAME_PATHS = ("team.stakeholders", "issues[flag-rollout].labels", "phases[stakeholders].users", "announcement.channels")

edits = st.one_of(
    st.tuples(st.sampled_from(TEXT_PATHS), st.text()),
    st.tuples(st.sampled_from(NAME_PATHS), st.lists(st.text()).map(tuple)),
)


@given(st.lists(edits))
def test_what_was_put_is_got_and_the_last_one_counts(changes: list[tuple[str, object]]) -> None:
    draft = EMPTY
    for path, value in changes:
        draft = put(draft, path, value, V1)
    for path, value in dict(changes).items():
        assert get(draft, path, V1) == value


@given(edits, edits)
def test_fields_do_not_disturb_each_other(first: tuple[str, object], second: tuple[str, object]) -> None:
    if first[0] != second[0]:
        one = put(put(EMPTY, first[0], first[1], V1), second[0], second[1], V1)
        other = put(put(EMPTY, second[0], second[1], V1), first[0], first[1], V1)
        assert one == other


def test_a_phase_that_is_not_mentioned_keeps_what_the_guide_gives_it() -> None:
    draft = put(EMPTY, "phases[members].reason", "x", V1)
    members = draft.phase("members")
    assert members is not None
    assert members.feature_groups == ("gitlab_team_members",)
    assert get(EMPTY, "phases[opt-out].selected", guides()["v3"]) is False


def test_new_records_stand_in_the_guides_order() -> None:
    draft = put(EMPTY, "phases[everyone].wait", "1d", V1)
    draft = put(draft, "phases[stakeholders].wait", "1d", V1)
    assert [one.id for one in draft.phases] == ["stakeholders", "everyone"]


def test_an_empty_text_leaves_no_key_behind() -> None:
    draft = put(EMPTY, "issues[rollout-plan].fields.overview", "x", V1)
    draft = put(draft, "issues[rollout-plan].fields.overview", "", V1)
    assert draft.issues == (IssueDraft(kind="rollout-plan"),)


@pytest.mark.parametrize("path", ["", "nothing", "model.nothing", "issues[rollout-plan].nothing", "model.name.first"])
def test_a_path_that_names_no_field_is_refused(path: str) -> None:
    with pytest.raises(BadInput, match="no field"):
        get(EMPTY, path, V1)
    with pytest.raises(BadInput, match="no field"):
        put(EMPTY, path, "x", V1)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("flag.name", "flag.name"),
        ("phases[0].steps[2].percentage", "phases[everyone].steps[2].percentage"),
        ("phases.members.answers.quota-increase", "phases[members].answers.quota-increase"),
        ("issues.rollout-plan", "issues[rollout-plan]"),
        ("issues[0].labels[1]", "issues[rollout-plan@everyone].labels[1]"),
        ("checks.provider-capacity", "checks[provider-capacity]"),
        ("capacity.us.east", "capacity[1]"),
        ("capacity[0].region", "capacity[0]"),
        ("announcement.posted_at", "announcement.posted_at"),
        ("", ""),
    ],
)
def test_paths_of_problems_and_requirements_become_those_of_forms(said: str, meant: str) -> None:
    draft = put(EMPTY, "phases[everyone].wait", "1d", V1)
    draft = add_issue(draft, "rollout-plan", "everyone", V1)
    draft = put(draft, "capacity", (Capacity(region="eu"), Capacity(region="us.east")), V1)
    assert canonical(draft, said) == meant


def test_within_means_the_field_or_a_part_of_it() -> None:
    assert within("phases[everyone].steps[2].wait", "phases[everyone].steps")
    assert within("flag.name", "flag.name")
    assert not within("flag.names", "flag.name")


def test_a_check_is_signed_and_an_open_one_is_not() -> None:
    done = mark(EMPTY, "provider-capacity", "done", "alice", NOW, V1)
    assert (done.check("provider-capacity").by, done.check("provider-capacity").at) == ("alice", NOW)
    again = mark(done, "provider-capacity", "open", "alice", NOW, V1).check("provider-capacity")
    assert (again.by, again.at) == ("", None)


def test_issues_of_a_phases_own_come_and_go() -> None:
    draft = add_issue(EMPTY, "rollout-plan", "everyone", V1)
    assert draft == add_issue(draft, "rollout-plan", "everyone", V1)
    assert remove_issue(draft, "rollout-plan@everyone") == EMPTY


def test_a_waiver_lives_as_long_as_its_reason() -> None:
    draft = waive(EMPTY, "flag-type", " because ", "alice", NOW)
    assert draft.waiver("flag-type") is not None
    assert waive(draft, "flag-type", " ", "alice", NOW) == EMPTY


def test_the_share_of_a_quota() -> None:
    row = Capacity(region="eu", peak_requests_per_minute=90, quota_requests_per_minute=100, quota_tokens_per_minute=5)
    assert region_shares(row) == (90, None)
    assert region_shares(Capacity(region="eu", peak_requests_per_minute=9, quota_requests_per_minute=0)) == (None, None)


def test_split_takes_both_spellings() -> None:
    assert split("issues[a.b].fields.x") == ("issues", "a.b", "fields", "x")
    assert isinstance(put(EMPTY, "title", "x", V1), Draft)
