"""Chat commands on the command line: asked about on a terminal, else printed, and never believed without a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from msgspec import structs

from tests.cli.program import ENV_DRAFT, Program
from tests.support.chat_bot import Bot
from tests.support.rollouts import FLAG
from tui.domain.draft import Draft
from tui.sandbox.server import Server

DRAFT: Draft = structs.replace(ENV_DRAFT, flag=structs.replace(ENV_DRAFT.flag, target="chatops"))
COMMANDS = [
    f"/chatops gitlab run feature set {FLAG} true --{target}"
    for target in ("group=code-creation", "user=alice", "user=bob")
]


@pytest.fixture
def developer(tmp_path: Path, server: Server) -> Program:
    program = Program(tmp_path / "home", GITLAB_URL=server.url, GITLAB_TOKEN=server.tokens["developer"])
    program.save(DRAFT)
    return program


@pytest.fixture
def terminal(developer: Program) -> Iterator[pexpect.spawn[str]]:
    """`apply` on a terminal, with the plan agreed to."""
    words = developer.command("apply", DRAFT.id)
    child = pexpect.spawn(
        words[0], words[1:], env=developer.environ, timeout=20, encoding="utf-8", dimensions=(40, 160)
    )
    child.delaybeforesend = None
    child.expect("Make these changes")
    child.sendline("y")
    yield child
    child.close(force=True)


def test_without_somebody_to_ask_the_commands_are_printed_and_nothing_is_done(
    developer: Program, server: Server
) -> None:
    ran = developer("apply", DRAFT.id, "--yes")
    assert ran.code == 3
    assert ran.out.splitlines() == COMMANDS
    assert "--attest" in ran.err
    assert not [one for one in server.requests if one.method != "GET"]


def test_who_says_that_they_run_each_as_printed_is_taken_at_their_word(developer: Program, server: Server) -> None:
    ran = developer("apply", DRAFT.id, "--yes", "--attest", "--json")
    assert ran.code == 0
    assert [line.split("  ")[1] for line in ran.err.splitlines() if line.startswith("#production")] == COMMANDS
    run = [one for one in ran.json["operations"] if one["kind"] == "run-command"]
    assert [one["attested"] for one in run] == [True] * 3
    assert {one["attested"] for one in ran.json["operations"] if one["kind"] != "run-command"} == {False}
    assert not [one for one in server.requests if one.method == "POST" and "/features/" in one.path]
    status = developer("status", DRAFT.id, "--json").json
    assert status["attested"] is True
    assert status["gates"]["actors"] == ["Group:1", "User:1", "User:2"]


def test_on_a_terminal_each_command_is_asked_about_and_no_ends_it(terminal: pexpect.spawn[str], server: Server) -> None:
    bot = Bot(server)
    for command, answer in zip(COMMANDS, ("what?", "y", "n"), strict=True):
        terminal.expect_exact("in #production")
        terminal.expect_exact(command)
        terminal.expect_exact("[y/n]: ")
        if answer != "n":
            bot.run(command)
        terminal.sendline(answer)
        if answer == "what?":
            terminal.expect_exact("[y/n]: ")
            terminal.sendline("yes")
    terminal.expect_exact("the operator says that it failed")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1


def test_ctrl_c_at_the_question_stops_the_apply(terminal: pexpect.spawn[str]) -> None:
    terminal.expect_exact("[y/n]: ")
    terminal.sendintr()
    terminal.expect(pexpect.EOF, timeout=5)
    terminal.close()
    assert terminal.exitstatus == 130
