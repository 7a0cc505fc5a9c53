"""Filling a project's own issue template."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from tests.domain.shipped import ASSETS, body, samples, vocabulary
from tui.domain import lint, timeline
from tui.domain.draft import FlagSpec, IssueDraft, Team
from tui.domain.plan import read_marker
from tui.domain.quick_actions import take_out
from tui.domain.template import fill

TEMPLATE = """<!-- Use this template for model rollouts -->

## Overview

_Add an overview here_

## Resources

| Resource | Link |
| --- | --- |
| Flag | `<feature-flag-name>` |

## Rollout Success Criteria

* _Add criteria_

## House rules

Ask the `#house` channel first.
/assign @boss

## Rollout

### Timeline

| Date | Audience | Status |
| --- | --- | --- |
| TBD | Team | |

### Persevere / Continue criteria

TBD

### Pivot / Pause / Rollback criteria

TBD

## Release announcement

TBD

/confidential
/label ~"group::code creation" ~"type::feature"
"""

DRAFT = samples()["sample-codestral-2501"]


def test_the_template_keeps_its_words_and_order() -> None:
    text = body(DRAFT, "rollout-plan", template=TEMPLATE)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    theirs = [line for line in TEMPLATE.splitlines() if line.startswith("#")]
    assert headings[: len(theirs)] == theirs
    assert "Ask the `#house` channel first." in text
    assert text.startswith("<!-- Use this template for model rollouts -->")


def test_matching_sections_are_filled_and_nothing_is_left_over() -> None:
    text = body(DRAFT, "rollout-plan", template=TEMPLATE)
    assert lint.leftovers(text) == ()
    assert "Codestral 25.01 becomes the model behind Code Completion." in text
    criteria = text[text.index("### Persevere / Continue criteria") : text.index("### Pivot / Pause / Rollback")]
    assert "latency_p95 <= 1212 ms" in criteria
    rollback = text[text.index("### Pivot / Pause / Rollback") : text.index("## Release announcement")]
    assert "latency_p95 > 1460 ms" in rollback


def test_what_the_template_has_no_place_for_comes_after_it() -> None:
    text = body(DRAFT, "rollout-plan", template=TEMPLATE)
    end = text.index("## Release announcement")
    for heading in ("## Legal notes", "## Mitigation and rollback plan", "## Requirements waived", "### Capacity"):
        assert text.index(heading) > end


def test_quick_actions_are_taken_out() -> None:
    filled = fill(TEMPLATE, body(DRAFT, "rollout-plan"), {}, vocabulary())
    assert take_out(filled.text).actions == ()
    assert not re.search("^/", filled.text, re.MULTILINE)


def test_it_says_what_was_filled_and_what_was_kept() -> None:
    filled = fill(TEMPLATE, body(DRAFT, "rollout-plan"), {}, vocabulary())
    assert "Overview" in filled.filled
    assert "Timeline" in filled.filled
    assert "Persevere / Continue criteria" in filled.filled
    assert "House rules" in filled.kept
    assert not set(filled.filled) & set(filled.kept)


@pytest.mark.parametrize("template", [TEMPLATE, "Only words.", "## House rules\n\nAsk."])
def test_the_timeline_and_the_marker_are_always_there_once(template: str) -> None:
    text = body(DRAFT, "rollout-plan", template=template)
    assert text.count(timeline.START) == text.count(timeline.END) == 1
    assert timeline.replace_block(text, "new") is not None
    assert read_marker(text) == read_marker(text.splitlines()[-1]) is not None


def test_a_heading_inside_code_is_no_heading() -> None:
    filled = fill("```\n## Overview\n```\n", "## Overview\n\nours")
    assert filled.kept == filled.filled == ()
    assert filled.text == "```\n## Overview\n```\n\n## Overview\n\nours"


@pytest.mark.parametrize("heading", ["## overview", "# Overview #", "###### OVERVIEW:", "## 1. Overview"])
def test_headings_match_whatever_their_level_and_case(heading: str) -> None:
    assert fill(f"{heading}\n\nold", "## Overview\n\nours").text == f"{heading}\n\nours"


def test_an_empty_section_of_ours_leaves_theirs() -> None:
    assert (
        fill("## Rollout\n\nkeep", "## Rollout\n\n### Timeline\n\nx").text == "## Rollout\n\nkeep\n\n### Timeline\n\nx"
    )


@pytest.mark.parametrize("placeholder", ["<feature-flag-name>", "<Feature Flag Name>", "<feature_flag_name>"])
def test_what_is_known_replaces_its_placeholder(placeholder: str) -> None:
    filled = fill(f"## Mine\n\nRun `{placeholder}`", "", {"feature flag name": "use_it"})
    assert filled.text == "## Mine\n\nRun `use_it`"
    assert filled.unfilled == ()


def test_an_empty_field_is_shown_as_empty_and_what_nothing_answers_stays_to_be_completed() -> None:
    filled = fill("<one>\n\n## Mine\n\na <two> TBD\n<!-- <three> -->", "", {"one": ""})
    assert filled.text == "(not noted)\n\n## Mine\n\na <two> TBD\n<!-- <three> -->"
    assert filled.unfilled == ("<one>",)


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Code Suggestions Model Rollout Plan", []),
        ("AI Model Rollout", ["_Add link_", "_Add link_"]),
        ("Feature Flag Roll Out", []),
    ],
)
def test_in_templates_made_after_gitlabs_own_only_what_nothing_answers_is_left(name: str, left: list[str]) -> None:
    template = (ASSETS / "sandbox" / "templates" / f"{name}.md").read_text(encoding="utf-8")
    kind = "flag-rollout" if name.startswith("Feature Flag") else "rollout-plan"
    text = body(DRAFT, kind, template=template)
    assert [one.text for one in lint.leftovers(text)] == left
    assert take_out(text).actions == ()
    assert text.count("## Expectations") <= 1


def test_a_hostile_name_does_nothing_in_a_template() -> None:
    draft = replace(DRAFT, flag=FlagSpec(name="x\n/close\n<!-- ⟪at⟫ `"), team=Team(dri="/close\n/close"))
    text = body(draft, "flag-rollout", template="## Mine\n\n`<feature-flag-name>`\n<username>")
    assert take_out(text).actions == ()
    assert "⟪at⟫" not in text
    assert "<!-- ⟪" not in text


def test_our_opening_follows_theirs() -> None:
    assert fill("Theirs.\n\n## A\n\na", "Ours.\n\n## B\n\nb").text == "Theirs.\n\nOurs.\n\n## A\n\na\n\n## B\n\nb"


def test_a_heading_that_an_operator_typed_loses_nothing() -> None:
    filled = fill("## Overview\n\nold", "## Overview\n\nfirst\n\n## Overview\n\nsecond\n\n## Aside\n\nthird")
    assert filled.text == "## Overview\n\nfirst\n\n## Overview\n\nsecond\n\n## Aside\n\nthird"


@pytest.mark.parametrize(("merged", "shown"), [("in 1a2b3c4d5e.", "1a2b3c4d5e"), ("Deployed.", "(not noted)")])
def test_a_commit_is_named_by_its_hash_or_not_at_all(merged: str, shown: str) -> None:
    drafted = IssueDraft(kind="flag-rollout", fields={"merge_commit": merged})
    text = body(DRAFT, "flag-rollout", issue=drafted, template="## Mine\n\nstatus <merge-commit-sha>")
    assert f"status {shown}\n" in text


GENERATIONS = {
    "questions for the team": (
        [
            "What",
            "Owners",
            "Expectations",
            "What are we expecting to happen?",
            "When is the feature viable?",
            "What might happen if this goes wrong?",
            "What can we monitor to detect problems with this?",
            "Rollout Steps",
            "Rollback Steps",
        ],
        ["Expectations", "When is the feature viable?"],
    ),
    "a long checklist": (
        [
            "Summary",
            "Owners",
            "Expectations",
            "What are we expecting to happen?",
            "What can go wrong and how would we detect it?",
            "Rollout Steps",
            "Rollout on non-production environments",
            "Preparation before production rollout",
            "Global rollout on production",
            "Rollback Steps",
        ],
        [
            "Expectations",
            "Rollout on non-production environments",
            "Preparation before production rollout",
            "Global rollout on production",
        ],
    ),
    "commands only": (
        ["Summary", "DRI and channel", "What could go wrong?", "Gotchas", "Rollback"],
        ["Gotchas"],
    ),
}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_flag_rollout_template_is_known_in_its_three_generations(generation: str) -> None:
    headings, kept = GENERATIONS[generation]
    template = "\n\n".join(f"## {one}\n\n_Add {one}_" for one in headings)
    filled = fill(template, body(DRAFT, "flag-rollout"), {}, vocabulary())
    assert list(filled.kept) == kept
    assert [one.text for one in lint.leftovers(filled.text)] == [f"_Add {one}_" for one in kept]


@pytest.mark.parametrize(
    "headings",
    [
        [
            "Overview",
            "Resources",
            "Rollout success criteria",
            "Dashboard references",
            "Legal notes",
            "Known issues",
            "Timeline",
            "Feedback from team members",
            "Persevere / Continue criteria",
            "Pivot / Pause / Rollback criteria",
            "Mitigation and rollback plan",
            "Release announcement",
        ],
        [
            "1. Overview",
            "**Resources**",
            "Rollout Success Criteria",
            "Dashboards",
            "Legal",
            "Known Issues:",
            "Schedule",
            "Internal feedback",
            "Continue criteria",
            "Pause criteria",
            "Mitigation",
            "Announcement",
        ],
    ],
)
def test_both_rollout_plan_templates_are_known(headings: list[str]) -> None:
    template = "\n\n".join(f"## {one}\n\nTBD" for one in headings)
    filled = fill(template, body(DRAFT, "rollout-plan"), {}, vocabulary())
    assert filled.kept == ()
    assert lint.leftovers(filled.text) == ()


@pytest.mark.parametrize(
    ("template", "begins"),
    [
        ("<!--\n## Overview\nTBD\n-->\nx", "<!--\n## Overview\nTBD\n-->\nx\n\n## Overview\n\nours"),
        ("---\n# name: x\n---\nx", "---\n# name: x\n---\nx\n\n## Overview\n\nours"),
        ("<!-- never closed", "<!-- never closed\n-->\n\n## Overview\n\nours"),
        ("```\nnever closed", "```\nnever closed\n```\n\n## Overview\n\nours"),
        ("{{ 7*7 }} {% x %}", "{{ 7*7 }} {% x %}\n\n## Overview\n\nours"),
        ("<!-- rollout-tui: timeline -->", "<!-- rollout-tui, timeline -->\n\n## Overview\n\nours"),
        ("⟪at⟫", "&#x27EA;at&#x27EB;\n\n## Overview\n\nours"),
    ],
)
def test_what_a_template_holds_stays_text(template: str, begins: str) -> None:
    assert fill(template, "## Overview\n\nours").text == begins


def test_carriage_returns_and_control_characters_of_a_template_do_nothing() -> None:
    text = body(DRAFT, "rollout-plan", template="## Overview\r\n\r\nTBD\r\n\r\n## Mine\r\n\r\na\x1b[2Jb\x00\r/close")
    assert "Codestral 25.01 becomes the model behind Code Completion." in text
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    assert "/close" in text.split("## Mine")[1].splitlines()[2]
