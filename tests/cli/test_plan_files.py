"""`plan --out FILE` and `apply FILE`: exit codes and what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.cli.program import ENV_DRAFT
from tui.cli import main
from tui.sandbox.server import Server
from tui.store.drafts import DraftStore
from tui.store.locations import Locations

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def home(tmp_path: Path) -> Locations:
    return Locations.under(tmp_path / "home")


@pytest.fixture
def run(
    home: Locations, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """The command line in this process, in a folder of its own: exit code, what it printed as JSON, and stderr."""
    for name in ("GITLAB_URL", "GITLAB_TOKEN", "ROLLOUT_TUI_HOME", "PYTHON_GITLAB_CFG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITLAB_URL", server.url)
    monkeypatch.setenv("GITLAB_TOKEN", server.token)
    monkeypatch.setenv("ROLLOUT_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    DraftStore(home).save(ENV_DRAFT)

    def ran(*words: str) -> tuple[int, Any, str]:
        with pytest.raises(SystemExit) as caught:
            main([*words, "--json"])
        said = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, json.loads(said.out), said.err

    return ran


def test_a_plan_is_written_applied_once_and_then_refused_with_4(run: Run, tmp_path: Path) -> None:
    code, plan, said = run("plan", ENV_DRAFT.id, "--out", "team.json")
    assert (code, plan["file"]) == (2, "team.json")
    assert "apply team.json" in said
    code, applied, _ = run("apply", "team.json", "--yes")
    assert (code, applied["outcome"]) == (0, "done")
    assert [one["id"] for one in applied["operations"]] == [one["id"] for one in plan["changes"]]
    code, refused, _ = run("apply", "team.json", "--yes")
    assert (code, refused["error"]["code"]) == (4, "stale-plan")
    assert refused["error"]["since"][0]["by"] == "by alice"


def test_a_file_that_holds_no_longer_writes_nothing(run: Run, home: Locations, server: Server) -> None:
    run("plan", ENV_DRAFT.id, "--out", "team.json")
    DraftStore(home).save(structs.replace(ENV_DRAFT, title="Another"))
    code, refused, _ = run("apply", "team.json", "--yes")
    assert code == 4
    assert refused["error"]["since"] == [
        {"subject": "draft:title", "text": f"the draft's title was “{ENV_DRAFT.title}” and is “Another”", "by": ""}
    ]
    text = Path("team.json").read_text().replace('"step": "team"', '"step": "members"')
    Path("team.json").write_text(text)
    code, refused, _ = run("apply", "team.json", "--yes")
    assert (code, refused["error"]["code"]) == (1, "bad-input")
    assert not [one for one in server.requests if one.method != "GET"]


def test_a_plan_that_cannot_be_applied_is_not_written(run: Run, home: Locations) -> None:
    issues = tuple(structs.replace(one, skip=True) for one in ENV_DRAFT.issues)
    DraftStore(home).save(structs.replace(ENV_DRAFT, issues=issues))
    code, plan, said = run("plan", ENV_DRAFT.id, "--out", "team.json")
    assert (code, "file" in plan) == (3, False)
    assert "was not written: the plan is blocked" in said
    assert not Path("team.json").exists()


def test_a_plan_for_a_folder_that_is_not_there_says_so(run: Run) -> None:
    code, told, _ = run("plan", ENV_DRAFT.id, "--out", "no/such/team.json")
    assert (code, told["error"]["hint"]) == (1, "Make the folder first, or choose another place.")


@pytest.mark.parametrize(
    ("words", "code"), [(("team.json", "--step", "1%"), 64), (("nowhere.json",), 1), (("nowhere",), 1)]
)
def test_a_plan_file_says_itself_what_it_is_about(run: Run, words: tuple[str, ...], code: int) -> None:
    assert run("apply", *words, "--yes")[0] == code


def test_a_draft_wins_over_a_file_of_its_name(run: Run) -> None:
    Path(ENV_DRAFT.id).write_text("something else")
    assert run("apply", ENV_DRAFT.id, "--yes")[0] == 0
