"""Instance flags beyond the derived sequence: targets, who is in, and what must hold for any sequence of calls."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.api import ASSETS, Api
from tui.sandbox import seed
from tui.sandbox.world import features
from tui.sandbox.world.era import CURRENT, ERAS
from tui.sandbox.world.gates import gates, is_enabled
from tui.sandbox.world.http import ApiError, Call
from tui.sandbox.world.state import World

FLAG = "use_fireworks_codestral_code_completion"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _post(world: World, era: str = "current", **params: object) -> bool:
    """One call to the flag; False when it was refused."""
    call = Call(world, ERAS[era], NOW, "", "POST", f"/features/{FLAG}", (), params, account=world.users[1])
    call.args = {"name": FLAG}
    try:
        features.update(call)
    except ApiError:
        return False
    return True


def _gates(world: World) -> dict[str, Any]:
    return {str(gate["key"]): gate["value"] for gate in gates(world.features[FLAG])} if FLAG in world.features else {}


def _company() -> World:
    return seed.load(ASSETS, "company")[0]


def test_each_kind_of_target_becomes_an_actor(api: Api) -> None:
    reply = api.flag(
        FLAG, value=True, user="alice,bob", group="code-creation", namespace="carol", project="code-creation/rollouts"
    )
    assert reply.status == 201
    actors = ["User:1", "User:2", "Group:1", "Namespaces::UserNamespace:3", "Project:1"]
    assert api.gates(FLAG) == {"boolean": False, "actors": actors}


def test_names_are_not_stripped_and_empty_ones_are_nothing(api: Api) -> None:
    assert api.flag(FLAG, value="true", user="alice, bob").body == {"message": "400 Bad request -  bob is not found!"}
    assert api.flag(FLAG, value="true", user="").status == 201
    assert FLAG not in [flag["name"] for flag in api("GET", "/features").body]
    assert api.flag(FLAG, value="true", user="alice,,bob").status == 201
    assert api.gates(FLAG)["actors"] == ["User:1", "User:2"]


def test_an_unknown_feature_group_is_stored_and_matches_nobody(api: Api) -> None:
    assert api.flag(FLAG, value="true", feature_group="gitlab_team_member").status == 201
    world = api.server.snapshot()
    assert api.gates(FLAG)["groups"] == ["gitlab_team_member"]
    assert not any(is_enabled(world, FLAG, user.username) for user in world.users.values())


def test_the_team_is_who_is_in_gitlab_com(api: Api) -> None:
    api.flag(FLAG, value="true", feature_group="gitlab_team_members")
    world = api.server.snapshot()
    assert is_enabled(world, FLAG, "judy")
    assert not is_enabled(world, FLAG, "customer_one")
    assert not is_enabled(world, FLAG, "nobody_at_all")


def test_opting_out_beats_being_on_and_a_flag_that_nobody_set_has_its_default(api: Api) -> None:
    api.flag(FLAG, value="true")
    assert is_enabled(api.server.snapshot(), FLAG, "customer_one")
    api.flag(FLAG, value="opt_out", user="customer_one")
    assert not is_enabled(api.server.snapshot(), FLAG, "customer_one")
    assert api.flag(FLAG, value="remove_opt_out", user="customer_one").status == 201
    assert is_enabled(api.server.snapshot(), FLAG, "customer_one")
    reply = api.flag(FLAG, value="remove_opt_out", user="customer_one")
    assert reply.body == {"message": "400 Bad request - No opt-out exists for @customer_one"}
    assert is_enabled(api.server.snapshot(), "geo_pages_replication", "alice")
    assert not is_enabled(api.server.snapshot(), "no_such_flag", "alice")


def test_one_target_that_is_refused_stops_the_others(api: Api) -> None:
    api.flag(FLAG, value="opt_out", user="bob")
    reply = api.flag(FLAG, value="true", user="alice,bob")
    assert reply.body == {"message": "400 Bad request - Opt-out exists for @bob - remove opt-out before enabling"}
    assert api.gates(FLAG) == {"boolean": False, "actors": ["User:2:opt_out"]}


def test_a_number_without_key_is_a_percentage_of_time(api: Api) -> None:
    assert api.flag(FLAG, value=25).body["gates"][1] == {"key": "percentage_of_time", "value": 25}


def test_a_dot_ends_the_name_and_a_typo_makes_a_flag_without_definition(api: Api) -> None:
    assert api.flag("Live.Flag-1", value="true").body["name"] == "Live"
    assert api.flag(FLAG + "s", value="true").body["definition"] is None
    assert api.flag(FLAG, value="true").body["definition"]["type"] == "beta"


def test_errors_of_several_parameters_are_told_at_once(api: Api) -> None:
    reply = api.flag(FLAG, value="1", key="", user="a", feature_group="b")
    assert reply.status == 400
    assert reply.body == {
        "error": "key does not have a valid value, "
        "key, feature_group are mutually exclusive, key, user are mutually exclusive"
    }


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/definitions"), ("POST", "/x"), ("DELETE", "/x")])
def test_only_admins(api: Api, method: str, path: str) -> None:
    for role in ("maintainer", "developer", "reporter", "guest"):
        assert api(method, f"/features{path}", role=role).body == {"message": "403 Forbidden"}
    assert api(method, f"/features{path}", token="").body == {"message": "401 Unauthorized"}


def test_there_is_no_single_flag_to_read(api: Api) -> None:
    assert api("GET", "/features/ci_live_log").body == {"error": "404 Not Found"}
    assert "x-total" not in api("GET", "/features").headers
    assert api("DELETE", "/features/never_was").status == 204


PEOPLE = st.sampled_from(["alice", "bob", "carol", "customer_one"])
CALLS = st.one_of(
    st.fixed_dictionaries({"value": st.sampled_from(["true", "false"]), "user": PEOPLE}),
    st.fixed_dictionaries(
        {"value": st.sampled_from(["true", "false"]), "feature_group": st.just("gitlab_team_members")}
    ),
    st.fixed_dictionaries(
        {"value": st.sampled_from(["1", "0.5", "25", "50", "99.9"]), "key": st.just("percentage_of_actors")}
    ),
    st.fixed_dictionaries({"value": st.sampled_from(["true", "false", "0", "100"])}),
    st.fixed_dictionaries({"value": st.sampled_from(["0", "100"]), "key": st.just("percentage_of_actors")}),
)
HISTORY = st.lists(CALLS, max_size=12)


def _after(history: list[dict[str, str]]) -> World:
    world = _company()
    for params in history:
        _post(world, **params)
    return world


@settings(max_examples=60, deadline=None)
@given(HISTORY, st.sampled_from(["0.5", "1", "25", "99.9"]))
def test_a_percentage_touches_no_other_gate(history: list[dict[str, str]], percentage: str) -> None:
    world = _after(history)
    before = _gates(world)
    accepted = _post(world, value=percentage, key="percentage_of_actors")
    after = _gates(world)
    assert accepted != bool(before.get("boolean"))
    before.pop("percentage_of_actors", None)
    if accepted:
        assert after.pop("percentage_of_actors") == float(percentage)
    assert after == (before or ({"boolean": False} if accepted else {}))


@settings(max_examples=60, deadline=None)
@given(HISTORY, st.sampled_from(["0", "false", "100", "true", "0.0", "100.0"]), st.booleans())
def test_all_or_nothing_wipes_every_gate(history: list[dict[str, str]], value: str, with_key: bool) -> None:
    world = _after(history)
    key = {"key": "percentage_of_actors"} if with_key else {}
    assert _post(world, value=value, **key)
    assert _gates(world) == {"boolean": value in {"100", "true", "100.0"}}


@settings(max_examples=60, deadline=None)
@given(HISTORY, PEOPLE)
def test_adding_and_removing_somebody_leaves_everybody_else(history: list[dict[str, str]], name: str) -> None:
    world = _after(history)
    user = world.user_named(name)
    assert user
    actor = f"User:{user.id}"
    before = _gates(world)
    assert _post(world, value="true", user=name)
    assert _post(world, value="true", user=name)
    assert _gates(world)["actors"].count(actor) == 1
    assert _post(world, value="false", user=name)
    kept = [each for each in before.get("actors", []) if each != actor]
    wanted = {"boolean": False} | {gate: value for gate, value in before.items() if gate != "actors"}
    assert _gates(world) == wanted | ({"actors": kept} if kept else {})


@settings(max_examples=60, deadline=None)
@given(HISTORY, st.sampled_from([("1", "10"), ("10", "25"), ("25", "99.9")]))
def test_a_larger_percentage_contains_the_smaller(history: list[dict[str, str]], steps: tuple[str, str]) -> None:
    world = _after(history)
    if world.features.get(FLAG) and world.features[FLAG].boolean:
        _post(world, value="false")
    reached = []
    for percentage in steps:
        _post(world, value=percentage, key="percentage_of_actors")
        reached.append({user.username for user in world.users.values() if is_enabled(world, FLAG, user.username)})
    assert reached[0] <= reached[1]


@settings(max_examples=60, deadline=None)
@given(HISTORY, st.sampled_from(list(ERAS)))
def test_refused_calls_change_nothing(history: list[dict[str, str]], era: str) -> None:
    world = _company()
    for params in history:
        before = _gates(world)
        if not _post(world, era, **params):
            assert _gates(world) == before
    before = _gates(world)
    assert not _post(world, era, value="true", user="nobody_at_all")
    assert not _post(world, era, value="150", key="percentage_of_actors")
    assert _gates(world) == before
    assert CURRENT is ERAS["current"]
