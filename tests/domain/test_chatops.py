"""Chat commands: the grammar that the bot takes, and what no name can smuggle into it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.hostile import STRINGS
from tui.domain.chatops import get_command, set_command, staging_command

FLAG = "use_new_model"
SET = f"/chatops gitlab run feature set {FLAG}"


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ({"value": True}, f"{SET} true"),
        ({"value": False}, f"{SET} false"),
        ({"value": 25, "key": "percentage_of_actors"}, f"{SET} 25 --actors"),
        ({"value": 50.0, "key": "percentage_of_actors"}, f"{SET} 50 --actors"),
        ({"value": 0.5, "key": "percentage_of_actors"}, f"{SET} 0.5 --actors"),
        ({"value": True, "user": "alice"}, f"{SET} true --user=alice"),
        ({"value": False, "user": "a.b-c_d-"}, f"{SET} false --user=a.b-c_d-"),
        ({"value": True, "group": "gitlab-org/sub.group"}, f"{SET} true --group=gitlab-org/sub.group"),
        ({"value": True, "project": "gitlab-org/gitlab"}, f"{SET} true --project=gitlab-org/gitlab"),
        ({"value": True, "feature_group": "gitlab_team_members"}, f"{SET} true --feature-group=gitlab_team_members"),
    ],
)
def test_each_call_of_the_api_has_its_command(body: dict[str, Any], command: str) -> None:
    assert set_command(FLAG, body) == command


@pytest.mark.parametrize(
    "body",
    [
        {"value": 0, "key": "percentage_of_actors"},
        {"value": 100, "key": "percentage_of_actors"},
        {"value": 25},
        {"value": 25, "key": "percentage_of_time"},
        {"value": 25, "key": "percentage_of_actors", "user": "alice"},
        {"value": True, "key": "percentage_of_actors"},
        {"value": True, "user": "alice", "group": "team"},
        {"value": "true"},
        {},
    ],
)
def test_what_would_do_more_than_was_asked_has_no_command(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a chat command is"):
        set_command(FLAG, body)


NAMES = [
    "", "-alice", "--production", "alice bob", "alice,bob", "alice --staging", "alice\n/chatops gitlab run feature",
    "alice\u00a0x", "@alice", "$(id)", "`id`", "a;b", "a'b", 'a"b', "\u202eecila", "алиса", "alice=true", "a" + "\x00",
    *(text for text in STRINGS if not text.isalnum() or not text.isascii()),
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", ["user", "group", "project", "feature_group"])
def test_a_name_that_is_no_single_word_has_no_command(name: str, key: str) -> None:
    with pytest.raises(ValueError, match="no single word"):
        set_command(FLAG, {"value": True, key: name})


@pytest.mark.parametrize("name", NAMES)
def test_nor_has_a_flag(name: str) -> None:
    for say in (get_command, staging_command, lambda flag: set_command(flag, {"value": False})):
        with pytest.raises(ValueError, match="no single word"):
            say(name)


def test_an_older_bot_is_called_by_its_own_prefix() -> None:
    older = "/chatops run"
    assert set_command(FLAG, {"value": False}, older) == f"/chatops run feature set {FLAG} false"
    assert get_command(FLAG, older) == f"/chatops run feature get {FLAG}"
    assert staging_command(FLAG, older) == f"/chatops run feature set {FLAG} true --staging"
