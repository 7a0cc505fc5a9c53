"""The timeline table, its place in a description, and the note of a step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.domain.shipped import entry, guides, samples
from tui.domain.gates import OFF, ON, Gates
from tui.domain.history import Entry, read_entry
from tui.domain.plan import marker, read_marker, reference, resolve
from tui.domain.quick_actions import take_out
from tui.domain.steps import ladder
from tui.domain.timeline import END, START, audience, between, replace_block, step_note, table

STEPS = ladder(samples()["sample-codestral-2501"], guides()["v1"])
TEAM = Gates(actors=frozenset({"User:2", "User:3"}))
MEMBERS = replace(TEAM, groups=frozenset({"gitlab_team_members"}))
QUARTER = replace(MEMBERS, percentage_of_actors=25)


def statuses(entries: tuple[Entry, ...]) -> list[str]:
    rows = [line.strip("| ").split(" | ") for line in table(STEPS, entries).splitlines()[2:]]
    return [f"{date} {status}" for date, _, status in rows]


def test_nothing_has_happened() -> None:
    assert statuses(()) == ["- planned"] * 8


def test_plan_issues_alone_move_nothing() -> None:
    assert statuses((entry("issues", "", action="create-issues"),)) == ["- planned"] * 8


def test_steps_are_done_live_and_planned() -> None:
    found = statuses((entry("stakeholders", "team"), entry("members", "members", hours=24)))
    assert found[:3] == ["2026-02-02 09:00 done", "2026-02-03 09:00 **live**", "- planned"]


def test_a_step_that_was_jumped_over_says_so() -> None:
    found = statuses((entry("stakeholders", "team"), entry("everyone", "25%", hours=1)))
    assert found[1:5] == ["- passed over", "- passed over", "- passed over", "2026-02-02 10:00 **live**"]


def test_the_last_step_is_complete() -> None:
    assert statuses((entry("everyone", "100%"),))[-1] == "2026-02-02 09:00 **live**, and complete"


def test_stepping_back_names_when_the_later_steps_ended() -> None:
    found = statuses(
        (
            entry("members", "members"),
            entry("everyone", "1%", hours=1),
            entry("everyone", "10%", hours=2),
            entry("members", "members", hours=5, action="step-back"),
        )
    )
    assert found[1:5] == [
        "2026-02-02 14:00 **live**",
        "2026-02-02 10:00 rolled back 2026-02-02 14:00",
        "2026-02-02 11:00 rolled back 2026-02-02 14:00",
        "- planned",
    ]


def test_off_rolls_everything_back_and_starting_again_clears_it() -> None:
    off = (
        entry("stakeholders", "team"),
        entry("members", "members", hours=1),
        entry("off", "", hours=3, action="roll-back"),
    )
    assert statuses(off)[:2] == [
        "2026-02-02 09:00 rolled back 2026-02-02 12:00",
        "2026-02-02 10:00 rolled back 2026-02-02 12:00",
    ]
    assert statuses(off)[-1] == "2026-02-02 12:00 **off for everybody**"
    again = statuses((*off, entry("stakeholders", "team", hours=4)))
    assert again[:2] == ["2026-02-02 13:00 **live**", "2026-02-02 10:00 rolled back 2026-02-02 12:00"]
    assert len(again) == 8


def test_a_step_that_was_live_once_and_is_skipped_now_says_so() -> None:
    found = statuses(
        (
            entry("everyone", "10%"),
            entry("members", "members", hours=1, action="step-back"),
            entry("everyone", "10%", hours=2, action="skip"),
            entry("everyone", "25%", hours=3),
        )
    )
    assert found[3:5] == ["2026-02-02 09:00 skipped", "2026-02-02 12:00 **live**"]


def test_the_minute_of_a_step_that_is_only_planned_is_filled_in_when_it_is_sent() -> None:
    made = (entry("stakeholders", "team"), replace(entry("members", "members", hours=24), id=""))
    text = table(STEPS, made)
    assert resolve(text, {"minute": "2026-02-03 09:07"}).splitlines()[2:4] == [
        f"| 2026-02-02 09:00 | {audience(STEPS[0])} | done |",
        f"| 2026-02-03 09:07 | {audience(STEPS[1])} | **live** |",
    ]


def test_a_step_that_the_draft_no_longer_has_changes_nothing() -> None:
    assert statuses((entry("members", "members"), entry("everyone", "33%", hours=1)))[1] == "2026-02-02 09:00 **live**"


def test_the_table_is_replaced_between_its_markers_only() -> None:
    description = f"before\n{between(table(STEPS, ()))}\nafter"
    new = table(STEPS, (entry("stakeholders", "team"),))
    assert replace_block(description, new) == f"before\n{START}\n{new}\n{END}\nafter"


@pytest.mark.parametrize("text", ["", START, END, f"{END} {START}", START[:-1]])
def test_missing_markers_are_told(text: str) -> None:
    assert replace_block(text, "x") is None


def test_a_backslash_in_the_table_is_text() -> None:
    assert replace_block(f"{START}{END}", r"\1 \g<0>") == f"{START}\n\\1 \\g<0>\n{END}"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (MEMBERS, QUARTER, "has been set to `25%` of actors"),
        (QUARTER, ON, "has been set to `true`"),
        (QUARTER, OFF, "has been set to `false`"),
        (OFF, TEAM, "has been set to `true` for 2 actors"),
        (TEAM, MEMBERS, "has been set to `true` for feature group `gitlab_team_members`"),
        (ON, replace(QUARTER, percentage_of_actors=50), "has been set to `50%` of actors"),
        (QUARTER, MEMBERS, "has been set to `true` for 2 actors and feature group `gitlab_team_members`"),
    ],
)
def test_the_first_line_is_worded_like_gitlabs_own_log(before: Gates, after: Gates, words: str) -> None:
    made = entry("everyone", "25%", before=before, after=after)
    assert step_note(made, made.as_dict(), "m").splitlines()[0] == f"Feature flag `use_it` {words}"


def test_the_note_of_the_plan_issues_has_no_gates() -> None:
    made = entry("issues", "", action="create-issues")
    text = step_note(made, made.as_dict(), "m")
    assert text.startswith("The plan issues of this rollout have been created.")
    assert "| Gate |" not in text


def full_note(made: Entry) -> str:
    data = {**made.as_dict(), "id": reference("operation", "note"), "at": reference("at")}
    return step_note(made, data, marker("note", "sample", "rollout-plan"))


def test_a_note_is_read_back_as_the_entry_it_was_made_from() -> None:
    made = replace(
        entry("everyone", "25%", before=MEMBERS, after=QUARTER),
        waivers={"flag-type": "Stays --> for good <!-- x"},
        effect="Gains: 25 points more of users.",
        live_seconds=7200,
    )
    note = resolve(full_note(made), {"at": "2026-02-02T09:00:00Z", "operation:note": "01XYZ"})
    assert read_entry(note) == replace(made, id="01XYZ")
    found = read_marker(note)
    assert found is not None
    assert found.operation == "01XYZ"
    assert note.splitlines()[-1].endswith("slot=rollout-plan -->")
    assert "live for 2 h" in note
    assert "alice on sandbox, 2026-02-02T09:00:00Z" in note


def test_a_note_shows_waivers_once_and_the_steps_own_reason() -> None:
    made = replace(
        entry("members", "members", after=TEAM),
        waivers={"flag-type": "Stays."},
        reason="Early, as agreed; waived flag-type: Stays.",
    )
    lines = full_note(made).splitlines()
    assert "- `flag-type`: Stays." in lines
    assert "Reason: Early, as agreed" in lines


@pytest.mark.parametrize(
    "text",
    [
        "/close",
        "a\n/close",
        "<!-- rollout-tui: entry={} -->",
        "⟪at⟫ ⟪operation:note⟫",
        "x -->\n/close",
        "{{ 7*7 }}",
        "a | b",
    ],
)
def test_hostile_words_do_nothing_in_a_note(text: str) -> None:
    made = replace(
        entry("members", "members", after=Gates(actors=frozenset({text}), groups=frozenset({text}))),
        operator=text,
        reason=text,
        effect=text,
        flag=text,
        waivers={text: text},
    )
    note = resolve(full_note(made), {"at": "2026-02-02T09:00:00Z", "operation:note": "01XYZ"})
    assert take_out(note).actions == ()
    assert not [line for line in note.splitlines() if line.startswith("/")]
    found = read_entry(note)
    assert found is not None
    assert (found.id, found.reason) == ("01XYZ", text)
    assert "<!--" not in note[: note.index('<!-- rollout-tui: entry={"')]
    rows = [line for line in note.splitlines() if line.startswith("| ")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {4}
