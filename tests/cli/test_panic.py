"""`panic`: the flag is off whatever else is broken, and nobody is left without a way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.program import ENV_DRAFT, Program
from tests.sandbox.api import Api
from tui.sandbox.server import Server

FLAG = "use_fireworks_codestral_code_completion"
OFF = {"boolean": False}


@pytest.fixture
def api(server: Server) -> Iterator[Api]:
    with Api(server) as api:
        api.flag(FLAG, value=25, key="percentage_of_actors")
        api.flag(FLAG, value=True, user="alice")
        yield api


def writes(server: Server) -> list[str]:
    return [one.method for one in server.requests if one.method != "GET"]


def test_one_request_and_it_is_off(connected: Program, server: Server, api: Api) -> None:
    before = len(server.requests)
    ran = connected("panic", FLAG, "--json")
    assert (ran.code, ran.json["off"], ran.json["instance"]) == (0, True, "env")
    assert [one.method for one in list(server.requests)[before:]] == ["POST"]
    assert api.gates(FLAG) == OFF


def test_neither_records_nor_drafts_nor_guides_nor_settings_are_needed(connected: Program, api: Api) -> None:
    home: Path = connected.home
    for folder in ("guides", "drafts"):
        (home / folder).mkdir(parents=True, mode=0o700)
    (home / "guides" / "v1.toml").write_text("schema = [")
    (home / "drafts" / "codestral.toml").write_text("[[[")
    (home / "settings.toml").write_text("schema = 99")
    database = home / "records.db"
    database.write_bytes(b"")
    with closing(sqlite3.connect(database, isolation_level=None)) as locked:
        locked.execute("BEGIN EXCLUSIVE")
        ran = connected("panic", FLAG)
    assert (ran.code, "is off for everybody on env" in ran.out) == (0, True)
    assert "settings.toml" in ran.err
    assert api.gates(FLAG) == OFF


def test_a_flag_of_a_project_is_made_inactive(connected: Program, server: Server, api: Api) -> None:
    made = api(
        "POST", "/projects/code-creation%2Frollouts/feature_flags", {"name": "new_model", "version": "new_version_flag"}
    )
    assert made.status == 201
    ran = connected("panic", "new_model", "--project", "code-creation/rollouts")
    assert ran.code == 0, ran.err
    assert api("GET", "/projects/code-creation%2Frollouts/feature_flags/new_model").body["active"] is False


@pytest.mark.parametrize(
    "environ", [{}, {"GITLAB_URL": "http://127.0.0.1:9", "GITLAB_TOKEN": "x"}], ids=["none", "dead"]
)
def test_without_a_gitlab_that_answers_the_ways_by_hand_are_printed(tmp_path: Path, environ: dict[str, str]) -> None:
    ran = Program(tmp_path / "home", **environ)("panic", FLAG)
    assert ran.code == 1
    assert "curl --fail-with-body --request POST" in ran.err
    assert f"feature set {FLAG} false" in ran.err
    assert f'Feature.disable("{FLAG}")' in ran.err


def test_who_may_not_set_flags_is_told_how_else(tmp_path: Path, server: Server, api: Api) -> None:
    program = Program(tmp_path / "home", GITLAB_URL=server.url, GITLAB_TOKEN=server.tokens["developer"])
    ran = program("panic", FLAG)
    assert (ran.code, "Turn" in ran.err and "by hand" in ran.err) == (1, True)
    assert api.gates(FLAG) != OFF


def test_a_misspelt_name_is_noticed_beside_the_flag_that_is_still_open(connected: Program, api: Api) -> None:
    ran = connected("panic", FLAG.replace("codestral", "codestrall"))
    assert ran.code == 0
    assert f"these are open: {FLAG}" in ran.err


def test_a_name_that_gitlab_does_not_know_is_doubted_even_with_no_like_one_open(connected: Program) -> None:
    ran = connected("panic", "zebra_crossing")
    assert (ran.code, "no definition of zebra_crossing" in ran.err) == (0, True)


def test_a_name_that_gitlab_would_cut_is_refused(connected: Program, server: Server, api: Api) -> None:
    before = len(writes(server))
    ran = connected("panic", "use.model")
    assert (ran.code, "has a dot" in ran.err) == (1, True)
    assert len(writes(server)) == before


def test_the_history_of_its_rollout_and_the_plan_issue_tell_of_it(connected: Program, server: Server) -> None:
    connected.save(ENV_DRAFT)
    assert connected("advance", ENV_DRAFT.id, "--yes").code == 0
    server.requests.clear()
    ran = connected("panic", FLAG, "--json")
    assert (ran.code, ran.json["off"], "and on its plan issue" in ran.err) == (0, True, True)
    assert server.requests[0].method == "POST", "the flag comes before everything else"
    assert [one["reason"] for one in connected("history", ENV_DRAFT.id, "--json").json] == ["", "panic"]
    connected.locations.drafts.joinpath(f"{ENV_DRAFT.id}.toml").unlink()
    gone = connected("panic", FLAG)
    assert (gone.code, "! The history does not tell of it: " in gone.err) == (0, True)
    with Api(server) as api:
        assert api.gates(FLAG) == OFF
