"""What the wizard lists as open, and where it says to go."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from tests.domain.shipped import guides, samples
from tests.support.rollouts import plan
from tui.domain.draft import Draft, FlagSpec, IssueDraft
from tui.domain.edit import add_issue, get, put, waive
from tui.domain.history import Entry
from tui.domain.wizard import OpenItem, first_open, issue_slots, open_items, step_of

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
V1 = guides()["v1"]
EMPTY = Draft(schema=1, id="empty")
SAMPLE = samples()["sample-codestral-2501"]


def items_of(draft: Draft = SAMPLE, guide: str = "v1", entries: tuple[Entry, ...] = ()) -> dict[str, OpenItem]:
    return {one.path: one for one in open_items(draft, guides()[guide], guides(), entries)}


def test_a_complete_sample_has_nothing_open() -> None:
    assert items_of() == {}
    assert first_open(()) == "review"


def test_an_empty_draft_lists_each_blank_once_and_starts_at_the_model() -> None:
    items = open_items(EMPTY, V1, guides())
    paths = [one.path for one in items]
    assert paths.count("gitlab.project") == paths.count("flag.name") == paths.count("model.name") == 1
    assert first_open(items) == "model"
    assert [one.step for one in items] == sorted(
        (one.step for one in items), key=["model", "checklist", "issues", "phases"].index
    )


def test_an_error_takes_the_place_of_the_blank() -> None:
    item = items_of(replace(SAMPLE, flag=FlagSpec()))["flag.name"]
    assert item.level == "error"


def test_each_empty_required_field_is_an_item_of_its_own() -> None:
    draft = put(SAMPLE, "issues[rollout-plan].fields.overview", "", V1)
    item = items_of(draft)["issues[rollout-plan].fields.overview"]
    assert (item.step, item.level, item.text) == ("issues", "open", "Rollout plan: Overview is empty")


def test_leftovers_are_errors_with_their_line() -> None:
    draft = put(SAMPLE, "issues[rollout-plan].fields.overview", "Fine.\nTBD", V1)
    item = items_of(draft)["issues[rollout-plan].fields.overview"]
    assert item.level == "error"
    assert "TBD in line 2" in item.text


def test_an_issue_that_exists_or_is_left_out_has_no_open_fields() -> None:
    url = "https://gitlab.example.com/a/b/-/issues/1"
    draft = replace(SAMPLE, issues=(IssueDraft(kind="rollout-plan", existing=url), *SAMPLE.issues[1:]))
    assert items_of(draft) == {}


def test_a_left_out_issue_is_open_with_the_guides_sentence_until_it_is_waived() -> None:
    draft = put(SAMPLE, "issues[internal-rollout].skip", True, V1)
    item = items_of(draft)["issues[internal-rollout]"]
    assert (item.step, item.level) == ("issues", "open")
    assert "have been created" in item.sentence
    assert items_of(waive(draft, "internal-rollout-issue", "Covered.", "alice", NOW)) == {}


def test_what_a_later_phase_asks_is_not_due_until_that_phase_is() -> None:
    draft = put(SAMPLE, "phases[members].answers.quota-increase", "", V1)
    path = "phases[members].answers.quota-increase"
    assert items_of(draft)[path].level == "later"

    def entry(phase: str, step: str) -> Entry:
        return Entry(step, NOW, draft.id, "alice", "sandbox", draft.flag.name, phase, step, "advance")

    live = (entry("stakeholders", "team"), entry("members", "members"))
    assert items_of(draft, entries=live)[path].level == "warning"
    assert items_of(replace(draft, strictness="strict"), entries=live)[path].level == "open"


def test_the_sample_that_lacks_capacity_says_so_in_the_checklist() -> None:
    items = items_of(samples()["sample-vertex-codestral-2508"], "v3")
    assert [(one.step, one.level) for path, one in items.items() if path.startswith("capacity[")] == [
        ("checklist", "later"),
        ("checklist", "later"),
    ]


def test_every_path_has_its_step() -> None:
    assert [step_of(path) for path in ("flag.name", "checks[a]", "capacity[0]", "issues[a]", "criteria[0]")] == [
        "model",
        "checklist",
        "checklist",
        "issues",
        "phases",
    ]


def test_phases_that_reach_nobody_or_all_at_once_are_open() -> None:
    items = items_of(EMPTY)
    assert items["phases[stakeholders].users"].text == "Team members and stakeholders: nobody is named"
    assert items["phases[everyone].steps"].level == "open"
    named = put(put(EMPTY, "phases[stakeholders].users", ("alice",), V1), "phases[everyone].method", "all-at-once", V1)
    assert not [one for one in items_of(named).values() if one.step == "phases" and one.level != "later"]


def test_what_validation_says_of_an_empty_phase_is_not_said_twice() -> None:
    draft = put(EMPTY, "phases[stakeholders].wait", "1d", V1)
    found = [path for path in items_of(draft) if path.startswith("phases[stakeholders]")]
    assert [path for path in found if ".answers." not in path] == ["phases[stakeholders].users"]


def test_the_general_issue_is_there_until_every_phase_has_its_own() -> None:
    draft = EMPTY
    for phase in ("stakeholders", "members"):
        draft = add_issue(draft, "rollout-plan", phase, V1)
    own = ["rollout-plan@members", "rollout-plan@stakeholders"]
    assert issue_slots(draft, V1, "rollout-plan") == ["rollout-plan", *own]
    draft = add_issue(draft, "rollout-plan", "everyone", V1)
    assert issue_slots(draft, V1, "rollout-plan") == ["rollout-plan@everyone", *own]


def test_leftovers_are_listed_at_the_field_that_they_were_typed_in() -> None:
    draft = put(SAMPLE, "model.vendor", "TBD", V1)
    draft = put(put(draft, "title", "<model name>", V1), "announcement.text", "Fine.\nfrom ???? on", V1)
    draft = put(draft, "phases[members].answers.quota-increase", "TBA", V1)
    items = items_of(draft)
    assert {path: (one.step, one.level, one.text) for path, one in items.items()} == {
        "title": ("model", "error", "Title still has <model name>"),
        "model.vendor": ("model", "error", "Vendor still has TBD"),
        "announcement.text": ("phases", "error", "Text still has ????"),
        "phases[members].answers.quota-increase": ("phases", "error", "Quota-increase still has TBA"),
    }


def test_the_review_leads_to_the_field_that_a_leftover_comes_from() -> None:
    def path(draft: Draft) -> str:
        return next(one.path for one in plan(draft).blocked if one.id == "leftovers-rollout-plan")

    assert path(put(SAMPLE, "model.vendor", "TBD", V1)) == "model.vendor"
    both = put(put(SAMPLE, "model.vendor", "TBD", V1), "issues[rollout-plan].fields.overview", "TBD", V1)
    assert path(both) == "issues[rollout-plan].fields.overview"


def test_an_issue_that_no_phase_asks_for_is_left_out_until_it_is_wanted() -> None:
    kinds = {path.split("]")[0].removeprefix("issues[") for path in items_of(EMPTY) if path.startswith("issues[")}
    assert kinds == {"rollout-plan", "internal-rollout", "internal-feedback"}
    assert get(EMPTY, "issues[flag-rollout].skip", V1) is True
    assert get(EMPTY, "issues[rollout-plan].skip", V1) is False
    wanted = put(EMPTY, "issues[flag-rollout].skip", False, V1)
    assert "issues[flag-rollout].fields.summary" in items_of(wanted)
    filled = put(EMPTY, "issues[flag-rollout].fields.summary", "Fine.", V1)
    assert not filled.issues[0].skip
    assert "issue:flag-rollout" not in {one.id for one in plan(EMPTY, "issues").changes}
    assert "issue:flag-rollout" in {one.id for one in plan(filled, "issues").changes}


def test_nothing_is_listed_twice() -> None:
    for draft in (EMPTY, replace(EMPTY, guide="v3"), SAMPLE):
        listed = [
            (one.path, one.text.split(" (before: ")[0]) for one in open_items(draft, guides()[draft.guide], guides())
        ]
        assert len(set(listed)) == len(listed)
