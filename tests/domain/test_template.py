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
