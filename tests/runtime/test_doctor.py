"""The doctor's rows: in the order in which things fail, each with what to do, and nothing is changed."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from tests.support.rollouts import sample
from tui.domain.draft import Draft, Place
from tui.gateway.client import Gateway
from tui.gateway.session import tls_context
from tui.runtime.doctor import NAMES, diagnose
from tui.runtime.doctor_row import Row, folded
from tui.runtime.workbench import Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.sandbox.world.conditions import Conditions
from tui.store.assets import ROOT
from tui.store.locations import Locations

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PROJECT = "code-creation/rollouts"
DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project=PROJECT))


@pytest.fixture
def gitlab() -> Iterator[Server]:
    with Server(None, assets=ROOT) as running:
        yield running


def rows(home: Path, environ: Mapping[str, str], project: str = PROJECT, draft: Draft | None = None) -> dict[str, Row]:
    """What the doctor finds for these variables, by name in order."""
    with (
        Workbench(Locations.under(home), environ, lambda: NOW) as bench,
        bench.session("env") as session,
    ):
        found = list(diagnose(session, project, draft))
    assert len({row.name for row in found}) == len(found)
    assert all(row.hint for row in found if row.state in {"failed", "warning"})
    return {row.name: row for row in found}


def about(
    home: Path, server: Server, token: str = "", project: str = PROJECT, draft: Draft | None = None
) -> dict[str, Row]:
    found = rows(home, {"GITLAB_URL": server.url, "GITLAB_TOKEN": token or server.token}, project, draft)
    assert all(one.method == "GET" or one.path == "/markdown" for one in server.requests)
    return found


def wrong(found: dict[str, Row]) -> dict[str, str]:
    """The state of every row that is not all right, without the last one."""
    return {name: row.state for name, row in found.items() if row.state != "ok" and name != "next"}


def test_all_is_well(tmp_path: Path, gitlab: Server) -> None:
    found = about(tmp_path, gitlab)
    assert list(found) == ["instance", "token", *NAMES, "next"]
    assert wrong(found) == {}
    assert found["next"].text == "rollout-tui, or rollout-tui plan DRAFT"
    assert about(tmp_path, gitlab, draft=DRAFT)["next"].text == f"rollout-tui plan {DRAFT.id}"


def test_an_old_gitlab_that_keeps_things_to_itself(tmp_path: Path) -> None:
    with Server(None, assets=ROOT, era="13.8") as old:
        found = about(tmp_path, old)
        reading = about(tmp_path, old, old.mint("alice", scopes=("read_api",)))
        old.faults.add(Fault("http-404", path_regex="/markdown$"))
        silent = about(tmp_path, old)
    assert wrong(found) == {"expiry": "skipped"}
    assert "an old one" in found["GitLab"].text
    assert "it takes a request that wants the scope `api`" in found["scopes"].text
    assert wrong(reading) == {"expiry": "skipped", "scopes": "failed"}
    assert reading["next"].hint == "Make a token with the scope `api`."
    assert wrong(silent) == {"expiry": "skipped", "scopes": "warning"}
    assert "1 warning to read before: scopes" in silent["next"].text


@pytest.mark.parametrize(
    ("name", "environ"),
    [
        ("token", {}),
        ("token", {"GITLAB_TOKEN": "glcbt-64_abcdefgh"}),
        ("proxy", {"GITLAB_TOKEN": "glpat-x", "GITLAB_URL": "https://gitlab.corp.example"}),
        ("address", {"GITLAB_TOKEN": "glpat-x"}),
    ],
)
def test_what_fails_first_is_told_and_the_rest_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, environ: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setenv("HTTPS_PROXY", nobody)
    found = rows(tmp_path, {"GITLAB_URL": nobody, **environ})
    order = ["instance", "token", *NAMES]
    place = order.index(name)
    assert [found[one].state for one in order] == ["ok"] * place + ["failed"] + ["skipped"] * (len(NAMES) + 1 - place)
    assert found["next"].text == f"put right first: {name}"
    assert found["next"].hint == found[name].hint
    assert len(folded(found.values())) == place + 3


def test_a_file_of_certificates_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    tls_context.cache_clear()
    found = rows(tmp_path, {"GITLAB_URL": "https://127.0.0.1:1", "GITLAB_TOKEN": "glpat-x"})
    assert (found["TLS"].state, found["address"].state, found["GitLab"].state) == ("failed", "ok", "skipped")
    assert "none.pem cannot be read" in found["TLS"].text


def test_a_token_that_gitlab_does_not_take(tmp_path: Path, gitlab: Server) -> None:
    for token, said in (
        ("glpat-nobody-knows-this", "does not know the token"),
        (gitlab.mint("alice", expires_at=NOW.date() - timedelta(days=400)), "is expired"),
        (gitlab.mint("alice", revoked=True), "was revoked"),
    ):
        found = about(tmp_path, gitlab, token)
        assert found["GitLab"].state == "ok"
        assert said in found["sign-in"].text
        assert wrong(found) == {"sign-in": "failed", **dict.fromkeys(NAMES[5:], "skipped")}


def test_a_token_with_too_narrow_scopes(tmp_path: Path, gitlab: Server) -> None:
    reading = about(tmp_path, gitlab, gitlab.mint("alice", scopes=("read_api",)))
    assert wrong(reading) == {"scopes": "failed"}
    assert reading["scopes"].text == "only read_api"
    nothing = about(tmp_path, gitlab, gitlab.mint("alice", scopes=("read_repository",)))
    assert (nothing["sign-in"].state, nothing["scopes"].state, nothing["operator"].state) == ("ok", "failed", "failed")


def test_a_token_that_ends_soon(tmp_path: Path) -> None:
    with Server(None, assets=ROOT, clock=lambda: NOW) as gitlab:
        for days, state in ((3, "warning"), (60, "ok")):
            token = gitlab.mint("alice", expires_at=NOW.date() + timedelta(days=days))
            assert about(tmp_path, gitlab, token)["expiry"].state == state
        assert (
            "in less than 3 days"
            in about(tmp_path, gitlab, gitlab.mint("alice", expires_at=NOW.date() + timedelta(days=3)))["expiry"].text
        )


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("maintainer", {"administrator": "failed", "flags": "skipped"}),
        ("guest", {"administrator": "failed", "role": "failed", "flags": "skipped"}),
    ],
)
def test_people_without_the_powers(tmp_path: Path, gitlab: Server, role: str, expected: dict[str, str]) -> None:
    found = about(tmp_path, gitlab, gitlab.tokens[role])
    assert wrong(found) == expected
    assert "is no administrator" in found["administrator"].text
    assert role in found["role"].text


def test_admin_mode(tmp_path: Path, gitlab: Server) -> None:
    gitlab.conditions = Conditions(admin_mode=True)
    found = about(tmp_path, gitlab)
    assert "Admin Mode" in found["administrator"].text
    assert found["administrator"].hint == "Make a token with the scopes `api` and `admin_mode`."
    assert wrong(about(tmp_path, gitlab, gitlab.mint("alice", scopes=("api", "admin_mode")))) == {}


def test_the_project(tmp_path: Path, gitlab: Server) -> None:
    assert about(tmp_path, gitlab, project="")["project"].state == "skipped"
    assert about(tmp_path, gitlab, project="no/such")["project"].state == "failed"
    moved = about(tmp_path, gitlab, project="code-creation/model-rollouts")["project"]
    assert (moved.state, moved.text) == ("warning", "code-creation/model-rollouts has moved to code-creation/rollouts")
    with gitlab.edit() as world:
        world.projects[1].issues_enabled = False
    assert "without issues" in about(tmp_path, gitlab)["project"].text
    with gitlab.edit() as world:
        world.projects[1].archived = True
    assert "archived" in about(tmp_path, gitlab)["project"].text


def test_a_drafts_labels(tmp_path: Path, gitlab: Server) -> None:
    plan = structs.replace(DRAFT.issues[0], labels=("type::feature", "brand new", "group::code creation"))
    draft = structs.replace(DRAFT, issues=(plan,))
    assert about(tmp_path, gitlab, draft=draft)["labels"].text == "2 of 3 labels there; brand new will be made"


def test_a_drafts_flag(tmp_path: Path, gitlab: Server) -> None:
    assert "defined and not set yet" in about(tmp_path, gitlab, draft=DRAFT)["flags"].text
    typo = structs.replace(DRAFT, flag=structs.replace(DRAFT.flag, name="use_firework_codestral_code_completion"))
    found = about(tmp_path, gitlab, draft=typo)["flags"]
    assert (found.state, found.hint) == ("warning", f"Did you mean {DRAFT.flag.name}?")


def test_a_drafts_target(tmp_path: Path, gitlab: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = structs.replace(DRAFT, flag=structs.replace(DRAFT.flag, target="chatops"))
    found = about(tmp_path, gitlab, gitlab.tokens["developer"], draft=chat)
    assert "/chatops gitlab run feature set" in found["target"].text
    assert wrong(found) == {"administrator": "skipped", "flags": "skipped"}
    own = structs.replace(DRAFT, flag=structs.replace(DRAFT.flag, target="project", project=PROJECT))
    mine = about(tmp_path, gitlab, gitlab.tokens["developer"], draft=own)["target"]
    assert (mine.state, "will be made" in mine.text) == ("ok", True)
    reporter = about(tmp_path, gitlab, gitlab.tokens["reporter"], draft=own)["target"]
    assert (reporter.state, "developer" in reporter.hint) == ("failed", True)
    monkeypatch.setattr(Gateway, "flag_role", lambda *_: 40)
    stricter = about(tmp_path, gitlab, gitlab.tokens["developer"], draft=own)["target"]
    assert (stricter.state, "role maintainer" in stricter.hint) == ("failed", True)
    nowhere = structs.replace(own, flag=structs.replace(own.flag, project=""))
    assert about(tmp_path, gitlab, draft=nowhere)["target"].hint == "Set flag.project in the draft."


def test_other_kinds_of_tokens(tmp_path: Path, gitlab: Server) -> None:
    bot = about(tmp_path, gitlab, gitlab.mint_bot(PROJECT, "maintainer"))
    assert "GitLab's own user for a project access token" in bot["operator"].text
    oauth = gitlab.mint("alice", kind="oauth")
    found = rows(tmp_path, {"GITLAB_URL": gitlab.url, "GITLAB_OAUTH_TOKEN": oauth})
    assert found["token"].text == "GITLAB_OAUTH_TOKEN (OAuth, set)"
    assert wrong(found) == {}
    assert found["scopes"].text == "api"
    mistaken = about(tmp_path, gitlab, oauth)["sign-in"]
    assert (mistaken.state, "GITLAB_OAUTH_TOKEN" in mistaken.hint) == ("failed", True)
