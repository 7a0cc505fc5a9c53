"""A request as a person would run it."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from msgspec import structs

from tests.support.rollouts import FLAG, MEMBERS, TEAM, climbed, observed, plan, sample
from tui.domain.by_hand import by_hand, chatops, curl, http, off_by_hand
from tui.domain.gates import OFF, Gates
from tui.domain.plan import Change, Request


def gate_changes(phase: str, step: str, gates: Gates, steps: tuple[int, ...] = ()) -> list[Change]:
    entries = climbed(*steps) if steps or gates == MEMBERS else ()
    changes = plan(sample(), phase, step, look=observed(gates), entries=entries).changes
    return [change for change in changes if change.kind == "set-gate"]


def test_the_chat_commands_of_the_team_name_one_actor_each() -> None:
    assert [chatops(change) for change in gate_changes("stakeholders", "team", OFF)] == [
        f"/chatops gitlab run feature set {FLAG} true --group=code-creation",
        f"/chatops gitlab run feature set {FLAG} true --user=alice",
        f"/chatops gitlab run feature set {FLAG} true --user=bob",
    ]


def test_a_percentage_always_has_actors_and_no_target() -> None:
    assert [chatops(change) for change in gate_changes("everyone", "10%", MEMBERS)] == [
        f"/chatops gitlab run feature set {FLAG} 10 --actors"
    ]


def test_feature_group_off_and_on() -> None:
    assert chatops(gate_changes("members", "members", TEAM)[-1]).endswith(
        f"set {FLAG} true --feature-group=gitlab_team_members"
    )
    assert chatops(gate_changes("off", "", MEMBERS)[0]).endswith(f"set {FLAG} false")
    assert chatops(gate_changes("everyone", "100%", MEMBERS)[0]).endswith(f"set {FLAG} true")


def test_an_own_prefix_is_used_and_other_changes_have_no_command() -> None:
    changes = plan(sample(), "stakeholders").changes
    assert {chatops(change) for change in changes if change.kind != "set-gate"} == {""}
    gate = next(change for change in changes if change.kind == "set-gate")
    assert chatops(gate, "/bot run").startswith("/bot run feature set ")


@pytest.mark.parametrize("title", ["it's $HOME `id`", 'a "quote"', "line\nbreak", "; rm -rf /", "\x1b]0;x\x07"])
def test_a_shell_takes_the_body_of_curl_as_one_word(title: str) -> None:
    command = curl(Request("POST", "/projects/1/issues", {"title": title}), "https://gitlab.example.com/")
    words = shlex.split(command.replace("\\\n", " "))
    assert "https://gitlab.example.com/api/v4/projects/1/issues" in words
    assert len(words) == len(shlex.split(curl(Request("POST", "/p", {"a": "b"})).replace("\\\n", " ")))
    assert "\x1b" not in command


def test_curl_takes_the_token_from_the_environment_and_the_address_too_when_it_is_not_known() -> None:
    command = curl(Request("GET", "/features"))
    assert '"PRIVATE-TOKEN: $GITLAB_TOKEN"' in command
    assert '"$GITLAB_URL"/api/v4/features' in command
    assert "--data" not in command


def test_http_shows_method_path_and_body() -> None:
    text = http(Request("POST", f"/features/{FLAG}", {"value": True, "user": "alice"}))
    assert text.splitlines()[0] == f"POST /api/v4/features/{FLAG}"
    assert '"user": "alice"' in text


def test_a_projects_flag_is_turned_off_in_its_project_and_never_by_the_bot() -> None:
    by_curl, in_rails = off_by_hand("use_it", "https://gitlab.example.com", project="group/sub/app")
    assert "--request PUT https://gitlab.example.com/api/v4/projects/group%2Fsub%2Fapp/feature_flags/use_it" in by_curl
    assert """--data '{"active": false}'""" in by_curl
    assert in_rails.startswith('Project.find_by_full_path("group/sub/app")')
    assert "/features/use_it" in off_by_hand("use_it")[0]


def test_a_command_for_a_person_is_the_request_itself_and_has_no_other_form() -> None:
    draft = structs.replace(sample(), flag=structs.replace(sample().flag, target="chatops"))
    change = plan(draft, "stakeholders").commands[0]
    command = f"/chatops gitlab run feature set {FLAG} true --group=code-creation"
    assert (by_hand(change, "request"), by_hand(change, "chat"), by_hand(change, "curl")) == (command, command, "")


def test_a_name_that_no_command_can_say_has_none() -> None:
    change = gate_changes("members", "members", TEAM)[-1]
    request = Request("POST", change.request.path, {"value": True, "feature_group": "a group --production"})
    assert chatops(replace(change, request=request)) == ""
