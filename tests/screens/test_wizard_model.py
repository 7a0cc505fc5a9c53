"""Model and flag: what is filled in by keys ends up in the draft."""

from __future__ import annotations

from screens.model import ModelScreen
from tests.domain.shipped import guides
from tests.support.wizard import EMPTY, SAMPLE, wizard
from tui.domain.edit import put

V1 = guides()["v1"]


async def test_an_empty_draft_is_filled_in_from_top_to_bottom() -> None:
    async with wizard(ModelScreen, EMPTY) as one:
        assert "6 open" in one.app.drawn
        await one.write("Codestral for all")
        for path, text in (
            ("model.name", "Codestral 25.01"),
            ("model.feature", "Code Completion"),
            ("model.reason", "Better"),
            ("team.dri", "alice"),
            ("team.stakeholders", "bob, carol,bob,"),
            ("gitlab.project", "a/b"),
            ("flag.name", "use_it"),
        ):
            await one.go(path)
            await one.write(text)
        await one.settled()
        draft = one.saved[-1]
        assert (draft.title, draft.model.name, draft.model.reason) == ("Codestral for all", "Codestral 25.01", "Better")
        assert (draft.team.dri, draft.team.stakeholders) == ("alice", ("bob", "carol"))
        assert (draft.gitlab.project, draft.flag.name) == ("a/b", "use_it")
        assert "Nothing is open here" in one.status


async def test_a_long_text_has_lines() -> None:
    async with wizard(ModelScreen, EMPTY) as one:
        await one.go("model.reason")
        await one.press("a", "enter", "b")
        assert one.draft.model.reason == "a\nb"


async def test_enter_goes_on_to_the_next_field() -> None:
    async with wizard(ModelScreen) as one:
        await one.press("enter")
        assert one.at == "guide"
        await one.press("enter")
        assert one.at == "strictness"


async def test_down_in_a_list_of_choices_points_and_enter_chooses() -> None:
    async with wizard(ModelScreen) as one:
        await one.go("flag.target")
        await one.press("down")
        assert one.at == "flag.target"
        assert one.draft == SAMPLE, "to walk through a form changes nothing"
        assert "› project  A project's own flag" in one.app.drawn
        await one.press("space")
        assert one.draft.flag.target == "project"
        await one.press("down", "enter")
        assert one.saved[-1].flag.target == "chatops"


async def test_another_guide_changes_what_is_asked_and_keeps_the_rest() -> None:
    async with wizard(ModelScreen) as one:
        await one.go("guide")
        await one.press("space", "right")
        await one.settled()
        assert one.draft == put(SAMPLE, "guide", "v3", V1)
        assert one.screen.guide.id == "v3"
        await one.go("flag.type")
        assert "The guide expects beta" in one.help


async def test_choices_turn_both_ways() -> None:
    async with wizard(ModelScreen) as one:
        await one.go("strictness")
        await one.press("left", "right")
        assert [draft.strictness for draft in one.saved] == ["strict", "guide"]


async def test_the_instance_is_one_of_those_there_are() -> None:
    async with wizard(ModelScreen) as one:
        await one.go("gitlab.instance")
        assert one.shown("gitlab.instance") == "SANDBOX"
        await one.press("space")
        assert one.draft.gitlab.instance == "main"


async def test_an_instance_that_is_gone_is_not_taken_for_another() -> None:
    async with wizard(ModelScreen, put(SAMPLE, "gitlab.instance", "old", V1)) as one:
        assert one.row("gitlab.instance").control.chosen == -1  # type: ignore[union-attr]
        assert one.draft.gitlab.instance == "old"


async def test_only_a_project_target_asks_for_project_and_environment() -> None:
    async with wizard(ModelScreen) as one:
        assert "flag.project" not in one.paths()
        await one.go("flag.target")
        await one.press("space")
        await one.settled()
        assert one.paths()[-2:] == ["flag.project", "flag.environment"]
        assert one.at == "flag.target"
        await one.go("flag.environment")
        await one.write("production")
        await one.go("flag.target")
        await one.press("space")
        await one.settled()
        assert (one.draft.flag.target, one.draft.flag.environment) == ("chatops", "")
        assert "flag.environment" not in one.paths()


async def test_a_flag_name_is_checked_while_it_is_typed() -> None:
    async with wizard(ModelScreen, put(SAMPLE, "flag.name", "", V1), field="flag.name") as one:
        await one.until(lambda: one.at == "flag.name", "the field")
        await one.write("disable_x_beta")
        await one.settled()
        assert "double negative" in one.help
        await one.write("-y")
        await one.settled()
        assert "cannot be the name of a flag" in one.help
        assert one.row("flag.name").level == "failed"
