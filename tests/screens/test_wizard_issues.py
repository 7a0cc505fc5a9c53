"""Plan issues: each has its fields and its preview, can be left out with a reason, or be one that exists."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest

from screens.plan_issues import PlanIssuesScreen
from tests.domain.shipped import guides
from tests.support.clock import Clock
from tests.support.wizard import EMPTY, SAMPLE, Wizard, wizard
from tui.domain.draft import Draft, IssueDraft
from tui.domain.edit import put
from tui.domain.observed import Template
from tui.domain.template import digest
from tui.domain.text import Clean
from tui.widgets.messages import TemplatesWanted
from tui.widgets.text_editor import TextEditor
from tui.widgets.wizard_parts import Templates

V1 = guides()["v1"]
URL = "https://gitlab.example.com/a/b/-/issues/12"


def issue(draft: Draft, slot: str) -> IssueDraft:
    found = draft.issue(slot)
    assert found is not None, f"{slot} is not in the draft"
    return found


async def choose(one: Wizard, *keys: str) -> None:
    while one.at != "@issue":
        await one.press("shift+tab")
    await one.press(*keys)
    await one.settled()


async def test_up_and_down_choose_the_issue_and_no_draft_changes() -> None:
    async with wizard(PlanIssuesScreen, size=(120, 40)) as one:
        await choose(one, "down", "down")
        assert "Internal feedback issue" in one.app.drawn
        assert "issues[internal-feedback].fields.scope" in one.paths()
        assert "Internal Feedback" in one.screen.preview.text
        assert one.saved == []
        await choose(one, "up")
        assert "issues[internal-rollout].fields.audience" in one.paths()


async def test_the_fields_of_an_issue_are_filled_in() -> None:
    async with wizard(PlanIssuesScreen, EMPTY, size=(120, 40)) as one:
        await one.go("issues[rollout-plan].fields.overview")
        await one.press("a", "enter", "enter", "b")
        await one.go("issues[rollout-plan].fields.success_criteria")
        await one.press("x", "enter", "enter", "y")
        assert issue(one.draft, "rollout-plan").fields == {"overview": "a\n\nb", "success_criteria": ("x", "y")}
        await one.until(lambda: "- x\n- y" in one.screen.preview.text, "the items in the preview")


async def test_what_is_left_empty_means_the_guides_defaults() -> None:
    async with wizard(PlanIssuesScreen) as one:
        path = "issues[rollout-plan]"
        await one.go(f"{path}.labels")
        assert one.row(f"{path}.labels").control.placeholder.startswith("group::code creation")  # type: ignore[union-attr]
        await one.write("a, b")
        assert issue(one.draft, "rollout-plan").labels == ("a", "b")
        await one.press(*["backspace"] * 4)
        assert issue(one.draft, "rollout-plan").labels is None
        await one.press("-")
        assert issue(one.draft, "rollout-plan").labels == ()
        await one.go(f"{path}.confidential")
        await one.press("right", "right")
        assert issue(one.draft, "rollout-plan").confidential is False
        await one.press("right")
        assert issue(one.draft, "rollout-plan").confidential is None
        await one.go(f"{path}.due")
        await one.write("2026-12-01")
        assert issue(one.draft, "rollout-plan").due == date(2026, 12, 1)


async def test_a_leftover_is_listed_and_marked_in_the_preview() -> None:
    draft = put(SAMPLE, "issues[rollout-plan].fields.overview", "Fine\nTBD", V1)
    async with wizard(PlanIssuesScreen, draft, size=(120, 40)) as one:
        await one.settled()
        assert "! TBD" in one.screen.preview.text
        assert "1 leftover" in one.app.drawn
        await one.press("f8", "enter")
        assert one.at == "issues[rollout-plan].fields.overview"


async def test_a_problem_of_another_issue_chooses_it() -> None:
    draft = put(SAMPLE, "issues[internal-rollout].fields.audience", "", V1)
    async with wizard(PlanIssuesScreen, draft) as one:
        assert "○ 1 item open" in one.app.drawn
        await one.press("f8", "enter")
        await one.until(lambda: one.at == "issues[internal-rollout].fields.audience", "the field")


async def test_leaving_one_out_says_what_it_blocks_and_asks_for_a_reason() -> None:
    clock = Clock()
    async with wizard(PlanIssuesScreen, field="issues.internal-rollout", clock=clock) as one:
        await one.until(lambda: one.at == "issues[internal-rollout].skip", "the field")
        clock.forward(hours=2)
        await one.press("space")
        await one.settled()
        assert issue(one.draft, "internal-rollout").skip
        assert "– left out" in one.app.drawn
        assert "is left out of this rollout" in one.status
        await one.press("tab")
        await one.write("Covered")
        await one.settled()
        waiver = one.draft.waiver("internal-rollout-issue")
        assert waiver is not None
        assert (waiver.reason, waiver.by, waiver.at) == ("Covered", "alice", clock.now)
        assert "Nothing is open here" in one.status
        await one.press("shift+tab", "space")
        await one.settled()
        assert one.shown("issues[internal-rollout].title") == ""


async def test_an_issue_that_exists_has_no_fields_to_fill_in() -> None:
    async with wizard(PlanIssuesScreen, EMPTY, size=(120, 40)) as one:
        await one.go("issues[rollout-plan].existing")
        await one.write(URL)
        await one.settled()
        assert issue(one.draft, "rollout-plan").existing == URL
        assert "issues[rollout-plan].title" not in one.paths()
        assert one.at == "issues[rollout-plan].existing"
        assert "used as it is" in one.app.drawn


async def test_one_phase_can_have_an_issue_of_its_own() -> None:
    async with wizard(PlanIssuesScreen, size=(120, 50)) as one:
        await one.go("@own:everyone")
        await one.press("space")
        await one.settled()
        own = issue(one.draft, "rollout-plan@everyone")
        assert own.fields == issue(one.draft, "rollout-plan").fields
        await choose(one, "down")
        assert "Rollout plan issue for everyone" in one.app.drawn
        assert "Codestral 25.01 Rollout Plan (everyone)" in one.screen.preview.text
        await choose(one, "up")
        await one.go("@own:everyone")
        await one.press("space")
        assert one.draft.issue("rollout-plan@everyone") is None


async def test_the_editor_gives_the_text_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf " and more" >> "$1"\n')
    script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(script))
    async with wizard(PlanIssuesScreen, put(EMPTY, "issues[rollout-plan].fields.overview", "Text", V1)) as one:
        monkeypatch.setattr(one.app, "suspend", nullcontext)
        await one.go("issues[rollout-plan].fields.overview")
        await one.press("ctrl+e")
        assert issue(one.draft, "rollout-plan").fields["overview"] == "Text and more"


async def test_an_editor_that_fails_leaves_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/nowhere/no-editor")
    async with wizard(PlanIssuesScreen) as one:
        monkeypatch.setattr(one.app, "suspend", nullcontext)
        await one.go("issues[rollout-plan].fields.overview")
        await one.press("ctrl+e")
        assert "did not start" in one.status
        assert "EDITOR" in one.status
        assert one.draft == SAMPLE


async def test_a_terminal_that_cannot_be_handed_over_says_so() -> None:
    async with wizard(PlanIssuesScreen) as one:
        await one.go("issues[rollout-plan].fields.overview")
        await one.press("ctrl+e")
        assert "cannot be handed to an editor" in one.status


async def test_what_no_phase_asks_for_is_made_only_when_it_is_wanted() -> None:
    async with wizard(PlanIssuesScreen, EMPTY, size=(120, 40), field="issues.flag-rollout") as one:
        path = "issues[flag-rollout].skip"
        await one.until(lambda: one.at == path, "the field")
        assert one.shown(path) == "no, leave it out"
        assert "– optional" in one.app.drawn
        assert [field for field in one.paths() if field.startswith("issues[")] == [path]
        assert not one.saved
        await one.press("space")
        await one.settled()
        assert "issues[flag-rollout].fields.summary" in one.paths()
        assert not issue(one.draft, "flag-rollout").skip


# the text

BODY = "issues[rollout-plan].body"
HOUSE = "## House rules\n\nAsk <whom>.\n\n/label ~house\n/due 2027-01-31\n/close"


def templates(text: str = HOUSE) -> Templates:
    return Templates({"rollout-plan": Template(Clean("Ours"), Clean(text))})


async def write_text(one: Wizard, *keys: str) -> None:
    """Open the text, press keys in it, keep it."""
    await one.press("f7")
    await one.until(lambda: isinstance(one.app.screen, TextEditor), "the text")
    await one.press(*keys)
    if isinstance(one.app.screen, TextEditor):
        await one.press("ctrl+s")
    await one.settled()


async def test_the_templates_are_asked_for_and_the_preview_follows_them() -> None:
    async with wizard(PlanIssuesScreen, size=(120, 40)) as one:
        assert [type(message) for message in one.app.asked] == [TemplatesWanted]
        await one.until(
            lambda: "without the project's template: it was not read" in one.screen.preview.text, "the words"
        )
        assert isinstance(one.screen, PlanIssuesScreen)
        one.screen.show_templates(templates())
        await one.until(lambda: "Ask <whom>." in one.screen.preview.text, "the template")
        assert "the project's template Ours, filled in" in one.screen.preview.text
        assert "by quick actions: label house, due 2027-01-31" in one.screen.preview.text
        assert "! Not run, and not in the text that is sent: /close" in one.screen.preview.text
        assert "1 leftover" in one.app.drawn
        one.screen.show_templates(Templates(why="the server is not there"))
        await one.until(lambda: "the server is not there" in one.screen.preview.text, "the reason")
        assert "House rules" not in one.screen.preview.text


async def test_what_is_known_already_is_not_asked_for_again() -> None:
    async with wizard(PlanIssuesScreen, size=(120, 40), templates=templates()) as one:
        await one.until(lambda: "House rules" in one.screen.preview.text, "the template")
        assert one.app.asked == []


async def test_a_text_is_completed_in_place_and_is_the_operators_from_then_on() -> None:
    async with wizard(PlanIssuesScreen, size=(120, 50), templates=templates()) as one:
        await write_text(one, "M", "i", "n", "e", "enter")
        kept = issue(one.draft, "rollout-plan")
        assert kept.body.startswith("Mine\n> This is a sample")
        assert kept.body.endswith("/label ~house\n/due 2027-01-31\n/close")
        assert (kept.template, kept.template_digest) == ("Ours", digest(HOUSE))
        assert one.saved[-1] == one.draft
        await one.until(lambda: "your own: the fields no longer change it" in one.screen.preview.text, "the words")
        assert "The text is your own" in one.app.drawn
        assert "your own text still has <whom> in line" in one.status
        one.screen.take("issues[rollout-plan].fields.overview", "Another overview")
        await one.settled()
        assert "Another overview" not in one.screen.preview.text
        await one.press("f8", "enter")
        await one.until(lambda: isinstance(one.app.screen, TextEditor), "the text, from the list of what is open")


async def test_a_text_that_is_as_it_is_made_is_nobodys() -> None:
    async with wizard(PlanIssuesScreen, put(SAMPLE, BODY, "Mine", V1), templates=templates()) as one:
        await write_text(one, "ctrl+r")
        kept = issue(one.draft, "rollout-plan")
        assert (kept.body, kept.template, kept.template_digest) == ("", "", "")


async def test_going_back_loses_nothing_unasked() -> None:
    async with wizard(PlanIssuesScreen, templates=templates()) as one:
        await one.press("f7", "f7")
        await one.until(lambda: isinstance(one.app.screen, TextEditor), "the text")
        await one.press("M", "escape")
        assert isinstance(one.app.screen, TextEditor)
        assert "escape again throws the changes away" in one.app.drawn
        await one.press("escape")
        await one.until(lambda: one.app.screen is one.screen, "the form")
        assert one.draft == SAMPLE


async def test_a_template_that_changed_is_told_with_what_to_do() -> None:
    draft = put(put(SAMPLE, BODY, "Mine", V1), "issues[rollout-plan].template", "Ours", V1)
    async with wizard(PlanIssuesScreen, draft, size=(120, 50), templates=templates()) as one:
        await one.until(lambda: "has changed since" in one.screen.preview.text, "the news")
        assert "F7 opens yours: ^s keeps" in one.app.drawn
        await write_text(one)
        assert issue(one.draft, "rollout-plan").body == "Mine"
        assert issue(one.draft, "rollout-plan").template_digest == digest(HOUSE)
        await one.until(lambda: "has changed since" not in one.screen.preview.text, "no more news")


async def test_without_gitlab_a_text_keeps_what_it_was_begun_from() -> None:
    draft = put(SAMPLE, BODY, "Mine", V1)
    for name in ("template", "template_digest"):
        draft = put(draft, f"issues[rollout-plan].{name}", "x", V1)
    async with wizard(PlanIssuesScreen, draft) as one:
        await write_text(one, "M")
        kept = issue(one.draft, "rollout-plan")
        assert (kept.body, kept.template, kept.template_digest) == ("MMine", "x", "x")


async def test_the_text_can_be_written_in_the_operators_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf "Mine \\033]0;x\\007" > "$1"\n')
    script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(script))
    async with wizard(PlanIssuesScreen) as one:
        monkeypatch.setattr(one.app, "suspend", nullcontext)
        await write_text(one, "ctrl+e")
        assert issue(one.draft, "rollout-plan").body == "Mine \ufffd]0;x\ufffd"


async def test_there_is_no_text_where_nothing_is_sent_or_may_be_changed() -> None:
    async with wizard(PlanIssuesScreen, put(SAMPLE, "issues[rollout-plan].skip", True, V1)) as one:
        await one.press("f7")
        assert one.app.screen is one.screen
    async with wizard(PlanIssuesScreen, read_only="bob has it") as one:
        await one.press("f7")
        assert "bob has it" in one.status
        assert one.app.screen is one.screen
