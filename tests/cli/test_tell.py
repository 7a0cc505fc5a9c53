"""`tell`: the texts for this moment, the marks of an announcement, and what it says without GitLab."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.cli.program import ENV_DRAFT
from tui.cli import cli
from tui.domain.draft import Announcement
from tui.domain.errors import BadInput, DraftInvalid
from tui.runtime.workbench import Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.store.drafts import DraftStore
from tui.store.locations import Locations

NAME = ENV_DRAFT.id
DRAFT = structs.replace(ENV_DRAFT, announcement=Announcement(channels=("#team", "#news"), text="Soon"))
Run = Callable[..., str]


@pytest.fixture
def store(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> DraftStore:
    """A home with a draft, and the first step made."""
    environ = {"ROLLOUT_TUI_HOME": str(tmp_path), "GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    places = Locations.under(tmp_path)
    with Workbench(places, environ) as bench:
        bench.drafts.save(DRAFT)
        with bench.session("env") as session:
            prepared = session.prepare(DRAFT)
            assert prepared is not None
            session.apply(prepared)
    return DraftStore(places)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command in this process, and what it printed."""

    def ran(*words: str) -> str:
        cli.main(args=list(words), prog_name="rollout-tui", standalone_mode=False)
        return capsys.readouterr().out

    return ran


def test_the_texts_are_printed_one_is_printed_alone_and_a_mark_is_everywhere(store: DraftStore, run: Run) -> None:
    shown = run("tell", NAME)
    assert "--- Status (status), for #g_code_creation\nCodestral 25.01 for Code Completion: under way\n" in shown
    assert "--- Before the next step (heads-up), for #g_code_creation\n" in shown
    assert shown.endswith("Announcement in #team: not posted yet\nAnnouncement in #news: not posted yet\n")
    assert run("tell", NAME, "status").startswith("Codestral 25.01 for Code Completion: under way\nLive: ")
    told: dict[str, Any] = json.loads(run("tell", NAME, "--posted", "#news", "--url", "https://chat/1", "--json"))
    assert [one["key"] for one in told["texts"]] == ["status", "heads-up", "announcement", "support"]
    assert [(one["channel"], one["by"], one["url"]) for one in told["announced"]] == [
        ("#team", "", ""),
        ("#news", "alice", "https://chat/1"),
    ]
    assert [one.channel for one in store.load(NAME).announcement.posted] == ["#news"]


def test_what_cannot_be_is_refused_and_a_mark_that_cannot_be_told_is_kept(
    store: DraftStore, run: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match='no text "hold" now'):
        run("tell", NAME, "hold")
    with pytest.raises(DraftInvalid, match="is no web address"):
        run("tell", NAME, "--posted", "#news", "--url", "chat")
    with pytest.raises(BadInput, match="--read-only changes nothing"):
        run("--read-only", "tell", NAME, "--posted", "#news")
    assert store.load(NAME).announcement.posted == ()
    server.faults.add(Fault("http-500", method="PUT", path_regex="/issues/"))
    assert "Announcement in #team: posted " in run("tell", NAME, "--posted", "#team")
    assert [one.channel for one in store.load(NAME).announcement.posted] == ["#team"]
    monkeypatch.setenv("GITLAB_TOKEN", "not-a-token")
    assert "Live: own team and interested stakeholders" in run("tell", NAME, "status")
