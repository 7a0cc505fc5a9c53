"""Two operators on two machines: a rollout is handed over in the middle, and a watcher changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import ENV_DRAFT, Program
from tui.cli import CHANGING, cli
from tui.domain.errors import BadInput
from tui.sandbox.server import Server

NAME = ENV_DRAFT.id


@pytest.fixture
def alice(connected: Program) -> Program:
    connected.save(ENV_DRAFT)
    return connected


@pytest.fixture
def bob(tmp_path: Path, server: Server) -> Program:
    """A colleague with a home of his own, who was sent the draft and nothing else."""
    with server.edit() as world:
        next(user for user in world.users.values() if user.username == "bob").is_admin = True
    program = Program(tmp_path / "bob", GITLAB_URL=server.url, GITLAB_TOKEN=server.mint("bob"))
    program.save(ENV_DRAFT)
    return program


def history(program: Program) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program("history", NAME, "--json").json
    return found


def test_the_second_goes_on_from_gitlab_alone_and_the_histories_are_equal(alice: Program, bob: Program) -> None:
    assert alice("advance", NAME, "--yes").code == 0
    assert alice("advance", NAME, "--yes").code == 0
    assert alice("hold", NAME, "--yes", "--reason", "bob takes over").code == 0
    assert history(bob) == []
    synced = bob("sync", NAME, "--json").json
    assert [one["action"] for one in synced["added"]] == ["advance", "advance", "hold"]
    assert (synced["entries"], synced["edited"], synced["forged"], synced["unreadable"]) == (3, [], [], [])
    assert history(bob) == history(alice)
    assert bob("lead", NAME, "--take").code == 0
    assert bob("resume", NAME, "--yes").code == 0
    assert bob("advance", NAME, "--yes").code == 0
    assert bob("rollback", NAME, "--to", "members", "--yes").code == 0
    told = alice("sync", NAME)
    assert "3 entries new here; the history has 6." in told.out
    assert history(alice) == history(bob)
    assert [one["operator"] for one in history(alice)] == ["alice"] * 3 + ["bob"] * 3
    assert alice("plan", NAME, "--json").json["step"] == bob("plan", NAME, "--json").json["step"] == "1%"


def test_the_lead_of_who_began_is_seen_taken_over_and_given_up(alice: Program, bob: Program) -> None:
    begun = alice("advance", NAME, "--yes")
    assert (begun.code, "You have the lead until " in begun.out) == (0, True)
    taken = bob("lead", NAME, "--json").json
    assert (taken["holder"], taken["held"]) == ("alice", True)
    blocked = bob("advance", NAME, "--yes", "--reason", "I am in a hurry")
    assert (blocked.code, "alice has the lead" in blocked.err, "--take" in blocked.err) == (3, True, True)
    assert bob("--read-only", "lead", NAME, "--take").code == 1
    assert bob("lead", NAME, "--take", "--json").json["holder"] == "bob"
    assert "bob has the lead" in alice("status", NAME).out
    assert bob("lead", NAME, "--release", "--json").json["held"] is False


@pytest.mark.parametrize("verb", sorted(CHANGING))
def test_no_verb_that_changes_something_is_for_watchers(verb: str) -> None:
    with pytest.raises(BadInput, match="--read-only changes nothing"):
        cli.main(args=["--read-only", verb, NAME, "--yes"], standalone_mode=False)


def test_a_watcher_sees_everything_and_changes_nothing(alice: Program, bob: Program, server: Server) -> None:
    assert alice("advance", NAME, "--yes").code == 0
    server.requests.clear()
    for words in (("sync", NAME), ("plan", NAME), ("lead", NAME)):
        assert bob("--read-only", *words).code in {0, 3}, words
    assert {one.method for one in server.requests} == {"GET"}


def test_a_rollout_without_plan_issues_has_nothing_to_sync(alice: Program) -> None:
    said = alice("sync", NAME)
    assert (said.code, "no plan issues" in said.out) == (0, True)
