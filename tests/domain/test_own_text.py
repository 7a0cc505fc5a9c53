"""An operator's own text of a plan issue: what is sent of it, what it is checked for, and how it is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from msgspec import structs

from tests.domain.shipped import body
from tests.domain.test_quick_actions import TEXTS
from tests.domain.test_render_hostile import HOSTILE
from tests.support.rollouts import guide, observed, plan, sample, seen_issue, skeletons, vocabulary, with_issue
from tui.domain import timeline
from tui.domain.draft import Draft, IssueDraft
from tui.domain.observed import Template
from tui.domain.plan import read_marker, unresolved
from tui.domain.quick_actions import take_out
from tui.domain.render import begun_text, default_issue
from tui.domain.source import kinds
from tui.domain.steps import ladder
from tui.domain.template import changed, digest
from tui.domain.text import Clean
from tui.domain.wizard import open_items
from tui.sandbox.world.quick_actions import extract
from tui.store.drafts import loads
from tui.store.toml_form import dumps

DRAFT = sample()
NAME, TEXT = "AI Model Rollout", "## Overview\n\nold\n\n## House rules\n\nAsk <whom>.\n\n/label ~house\n/due in 2 weeks"
TEMPLATE = Template(Clean(NAME), Clean(TEXT))


def own(text: str, **more: object) -> Draft:
    return with_issue(DRAFT, "rollout-plan", body=text, **more)


def issue(draft: Draft) -> IssueDraft:
    found = draft.issue("rollout-plan")
    assert found is not None
    return found


def begun(template: str = "") -> str:
    rule = guide().issue("rollout-plan")
    assert rule is not None
    return begun_text(
        skeletons()[rule.skeleton],
        draft=DRAFT,
        guide=guide(),
        issue=default_issue(rule, DRAFT),
        steps=ladder(DRAFT, guide()),
        entries=(),
        template=template,
        vocabulary=vocabulary(),
    )


@pytest.mark.parametrize("template", ["", TEXT])
def test_a_text_that_was_begun_and_left_as_it_is_is_sent_as_if_it_had_not_been(template: str) -> None:
    assert body(own(begun(template)), "rollout-plan") == body(DRAFT, "rollout-plan", template=template)


def test_the_quick_actions_of_the_template_are_the_operators_from_then_on() -> None:
    assert begun(TEXT).endswith("\n\n/label ~house\n/due in 2 weeks")


def test_it_is_sent_as_it_is_with_addresses_filled_in_and_the_marker_as_its_last_line() -> None:
    text = body(own("Mine, see ⟪ref:internal-feedback⟫ and ⟪ref:nothing⟫.\n\nTBD"), "rollout-plan")
    assert text.startswith(
        "Mine, see ⟪ref:internal-feedback⟫ and _See the linked issues._.\n\nTBD\n\n<!-- rollout-tui:"
    )
    assert read_marker(text) == read_marker(text.splitlines()[-1]) is not None


def test_its_timeline_is_kept_up_to_date() -> None:
    text = body(own(f"Mine\n\n{timeline.START}\nwas here\n{timeline.END}\n\nmore"), "rollout-plan")
    assert "| Date (UTC) |" in text
    assert "was here" not in text
    assert "more" in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_does_nothing(hostile: str) -> None:
    rendered, safe = body(own(hostile), "rollout-plan"), body(own("harmless"), "rollout-plan")
    assert take_out(rendered).actions == ()
    references = [one for one in unresolved(rendered) if one not in unresolved(safe)]
    assert references in ([], ["ref:flag-rollout"])
    assert not any(ord(char) < 32 and char != "\n" for char in rendered)
    assert rendered.count("<!-- rollout-tui: operation=") == 1
    assert read_marker(rendered) == read_marker(rendered.splitlines()[-1]) is not None


def test_what_is_left_over_in_it_blocks_and_leads_to_it() -> None:
    made = plan(own("Mine, TBD"), "stakeholders")
    assert [(one.id, one.path) for one in made.blocked] == [("leftovers-rollout-plan", "issues.rollout-plan.body")]
    items = open_items(own("Mine, TBD"), guide(), {"v1": guide()})
    assert [(one.path, one.level) for one in items if one.step == "issues"] == [("issues[rollout-plan].body", "error")]


def test_fields_that_are_empty_do_not_matter_to_it() -> None:
    bare = structs.replace(issue(DRAFT), fields={})
    draft = structs.replace(DRAFT, issues=(bare, *DRAFT.issues[1:]))
    mine = structs.replace(DRAFT, issues=(structs.replace(bare, body="Mine"), *DRAFT.issues[1:]))
    assert "rollout-plan-fields" in {one.id for one in plan(draft, "stakeholders").requirements}
    assert "rollout-plan-fields" not in {one.id for one in plan(mine, "stakeholders").requirements}
    assert not [one for one in open_items(mine, guide(), {"v1": guide()}) if one.step == "issues"]


def test_a_text_that_gitlab_would_refuse_cannot_be_sent() -> None:
    made = plan(own("long " * 250_000), "stakeholders")
    assert [(one.id, one.hard) for one in made.blocked] == [("length-rollout-plan", True)]


@pytest.mark.parametrize(
    ("begun_from", "now", "said"),
    [
        ((NAME, digest(TEXT)), TEMPLATE, ""),
        ((NAME, digest("old")), TEMPLATE, "has changed since your text was begun from it"),
        ((NAME, digest(TEXT)), None, "is gone"),
        (("Other", digest(TEXT)), TEMPLATE, "your text was begun from “Other”"),
        (("", ""), TEMPLATE, "your text was begun without one"),
        (("", ""), None, ""),
    ],
)
def test_a_template_that_changed_since_is_told(begun_from: tuple[str, str], now: Template | None, said: str) -> None:
    name, hash_ = begun_from
    draft = own("Mine", template=name, template_digest=hash_)
    assert (said in changed(issue(draft), now)) if said else changed(issue(draft), now) == ""
    templates = {"rollout-plan": now} if now else {}
    made = plan(draft, "stakeholders", look=replace(observed(), templates=templates))
    assert any(said in one and "Plan issues" in one for one in made.warnings) == bool(said)


def test_nothing_is_said_of_a_template_that_could_not_be_read_or_of_an_issue_that_is_there() -> None:
    draft = own("Mine", template=NAME, template_digest="x")
    unread = plan(draft, "stakeholders", look=replace(observed(), templates=None))
    there = observed(issues={"rollout-plan": seen_issue("rollout-plan", 1)})
    assert not [one for one in (*unread.warnings, *plan(draft, look=there).warnings) if NAME in one]


def test_it_is_kept_in_the_file_as_a_person_reads_it() -> None:
    draft = own(
        '# Mine\n\nA "quote" and a \\ and {{ braces }}\n\n/label ~x', template=NAME, template_digest=digest(TEXT)
    )
    text = dumps(draft)
    assert loads(text, "x") == draft
    assert 'body = """\n# Mine\n\nA "quote"' in text
    assert f'template = "{NAME}"' in text


@settings(max_examples=40)
@given(TEXTS)
def test_whatever_the_template_or_the_text_no_gitlab_finds_a_command_and_the_marker_stands(text: str) -> None:
    for made in (body(DRAFT, "rollout-plan", template=text), body(own(text or "x"), "rollout-plan")):
        for protects in (True, False):
            left = extract(made, comments_protect=protects)
            assert (left.commands, left.text) == ((), made)
        assert made.count("<!-- rollout-tui: operation=") == 1
        assert read_marker(made) == read_marker(made.splitlines()[-1]) is not None
    placed = dict(kinds(body(DRAFT, "rollout-plan", template=text)))
    assert placed["## Requirements waived"] == "text"
