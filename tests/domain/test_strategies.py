"""A project's flag as GitLab prints it, and whom it lets in where."""

from __future__ import annotations

from typing import Any

import pytest

from tui.domain.gates import OFF, ON, Gates
from tui.domain.strategies import ProjectFlag, Scope, read_flag, read_list

STAFF = {"id": 9, "iid": 1, "name": "staff", "user_xids": "carol, dave,"}


def printed(name: str, *scopes: str, id: int = 1, **more: object) -> dict[str, Any]:  # noqa: A002 - GitLab's word
    places = [{"id": 10 * id + number, "environment_scope": one} for number, one in enumerate(scopes or ("*",))]
    return {"id": id, "name": name, "parameters": {}, "scopes": places, **more}


def rollout(share: str, stickiness: str) -> dict[str, Any]:
    return printed("flexibleRollout", parameters={"groupId": "g", "rollout": share, "stickiness": stickiness})


@pytest.mark.parametrize(
    ("strategy", "gates"),
    [
        (printed("default"), ON),
        (printed("userWithId", parameters={"userIds": "bob, alice,"}), Gates(actors=frozenset({"alice", "bob"}))),
        (printed("userWithId", parameters={"userIds": ""}), OFF),
        (printed("gitlabUserList", user_list=STAFF), Gates(groups=frozenset({"staff"}))),
        (
            printed("gradualRolloutUserId", parameters={"groupId": "g", "percentage": "5"}),
            Gates(percentage_of_actors=5),
        ),
        (rollout("25", "userId"), Gates(percentage_of_actors=25)),
        (rollout("25", "default"), Gates(percentage_of_actors=25)),
        (rollout("25", "USERID"), Gates(percentage_of_actors=25)),
        (rollout("100", "userId"), ON),
        (rollout("0", "userId"), OFF),
        (rollout("25", "random"), Gates(percentage_of_time=25)),
        (rollout("25", "sessionId"), Gates(percentage_of_time=25)),
        (printed("somethingNewer"), OFF),
    ],
)
def test_each_kind_of_strategy_is_a_gate(strategy: dict[str, Any], gates: Gates) -> None:
    assert read_flag({"active": True, "strategies": [strategy]}).gates("production") == gates
    assert read_flag({"active": False, "strategies": [strategy]}).gates("production") == OFF


@pytest.mark.parametrize(
    ("scope", "environment", "counts"),
    [
        ("*", "production", True),
        ("*", "*", True),
        ("production", "production", True),
        ("production", "production-eu", False),
        ("production*", "production-eu", True),
        ("review/*", "review/one", True),
        ("review/*", "review/*", True),
        ("review/*", "production", False),
        ("*/eu", "staging/eu", True),
        ("production", "*", False),
        ("a.b", "axb", False),
    ],
)
def test_a_scope_covers_environments_by_its_stars(scope: str, environment: str, counts: bool) -> None:
    assert Scope(scope).covers(environment) is counts


def test_strategies_are_or_ed_and_only_those_of_the_environment_count() -> None:
    flag = read_flag(
        {
            "active": True,
            "version": "new_version_flag",
            "strategies": [
                printed("userWithId", "production", parameters={"userIds": "alice"}),
                printed("gitlabUserList", "review/*", "production", id=2, user_list=STAFF),
                printed("default", "staging", id=3),
            ],
        }
    )
    assert flag.gates("production") == Gates(actors=frozenset({"alice"}), groups=frozenset({"staff"}))
    assert flag.gates("review/1") == Gates(groups=frozenset({"staff"}))
    assert flag.gates("staging") == ON
    assert flag.gates("pre") == OFF


@pytest.mark.parametrize(
    ("strategies", "lists"),
    [([], None), ([printed("default")], False), ([printed("default", user_list=None)], True)],
)
def test_an_older_server_shows_by_what_it_does_not_print_that_it_has_no_lists(
    strategies: list[object], lists: object
) -> None:
    assert read_flag({"strategies": strategies}).lists is lists


def test_two_flags_are_alike_whatever_the_ids_the_order_and_the_spelling() -> None:
    people = [printed("userWithId", id=number, parameters={"userIds": ids}) for number, ids in ((4, "a,b"), (7, "b,a"))]
    one = {"active": True, "strategies": [rollout("25", "userId"), people[0]]}
    two = {"active": True, "strategies": [people[1], rollout("25", "USERID")]}
    assert read_flag(one).like(read_flag(two))
    assert not read_flag(one).like(read_flag({**two, "active": False}))
    assert not read_flag(one).like(read_flag({**two, "strategies": [*people, rollout("25", "userId")]}))
    assert read_flag({"version": "legacy_flag"}) == ProjectFlag(legacy=True)


@pytest.mark.parametrize("answer", [{"strategies": "x"}, {"strategies": [{"id": 1}]}, {"strategies": [{"name": 1}]}])
def test_an_answer_without_a_flag_is_told(answer: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\$\.strategies|Expected"):
        read_flag(answer)


def test_names_from_gitlab_are_one_harmless_line() -> None:
    hostile = "a\x1b]0;x\x07\nb"
    listed = read_list({**STAFF, "name": hostile}).name
    assert not {"\n", "\x1b", "\x07"} & set(listed)
    assert read_list(STAFF).members == ("carol", "dave")
    named = read_flag({"strategies": [printed("userWithId", parameters={"userIds": hostile})]}).gates("x").actors
    assert not {"\n", "\x1b", "\x07"} & set("".join(named))
