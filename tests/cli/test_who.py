"""`who`: names, ids, lists and groups, now and at a step, beside what GitLab says."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from tests.cli.program import SANDBOX_DRAFT, Program
from tui.domain.draft import FlagSpec

NAME = SANDBOX_DRAFT.id


def test_names_ids_and_references_at_a_step(program: Program) -> None:
    program.save(SANDBOX_DRAFT)
    said = program("who", NAME, "alice", "4711", "Group:22", "nobody-here", "--at", "25%", "--json")
    assert said.code == 0, said.err
    found = {one["actor"]: one for one in said.json["actors"]}
    assert (found["alice"]["in"], found["alice"]["by"]) == (True, "by name")
    assert (found["4711"]["in"], found["4711"]["above"], found["4711"]["enters"]) == (False, 66.192, "75%")
    assert (found["Group:22"]["in"], found["Group:22"]["by"]) == (True, "by percentage")
    assert said.json["unknown"] == ["nobody-here"]
    assert said.json["feature_groups"] == ["gitlab_team_members"]


def test_a_pasted_list_a_group_and_a_million_users(program: Program, tmp_path: Path) -> None:
    program.save(SANDBOX_DRAFT)
    pasted = tmp_path / "accounts.txt"
    pasted.write_text("@alice, bob\n4711; User:9\n")
    said = program(
        "who", NAME, "10-11", "@no/such", "--list", str(pasted), "--group", "code-creation", "--of", "1000000",
        "--at", "1", "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert [one["actor"] for one in said.json["actors"]][:6] == ["10", "11", "alice", "bob", "4711", "9"]
    assert said.json["unknown"] == ["no/such"]
    assert {one["ref"] for one in said.json["actors"]} > {"User:9"}
    assert said.json["following"] == "10%"
    share = said.json["share"]
    assert 9_000 < share["in"] < 11_000
    assert 85_000 < share["entering"] < 95_000


def test_before_anything_is_live_it_says_with_which_step_they_come(program: Program) -> None:
    program.save(SANDBOX_DRAFT)
    said = program("who", NAME, "alice", "dave")
    assert "alice  comes in with Own team" in said.out
    assert "Now: 0 of 2 actors in" in said.out


def test_what_cannot_be_answered_is_said(program: Program) -> None:
    program.save(SANDBOX_DRAFT)
    assert program("who", NAME).code == 64
    assert "Its steps: team" in program("who", NAME, "alice", "--at", "33%").err
    flag = FlagSpec(name="new_model", target="project", project="code-creation/rollouts")
    program.save(structs.replace(SANDBOX_DRAFT, id="of-a-project", flag=flag))
    assert "by another rule than GitLab's" in program("who", "of-a-project", "alice").err


def test_a_file_that_is_no_text_and_a_range_that_runs_backwards_say_so(program: Program, tmp_path: Path) -> None:
    program.save(SANDBOX_DRAFT)
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\xff\xfe")
    said = program("who", NAME, "--list", str(bad), "--json")
    assert (said.code, "is no text in UTF-8" in said.json["error"]["message"]) == (1, True)
    back = program("who", NAME, "21000-1")
    assert (back.code, "ends before it begins" in back.err) == (1, True)
