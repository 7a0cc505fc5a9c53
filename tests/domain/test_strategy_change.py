"""One request turns a project's flag into the one that is wanted; the sandbox performs it, and users are counted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.sandbox.api import ASSETS, PROJECT
from tui.domain.gates import OFF, ON, Gates
from tui.domain.strategies import ProjectFlag, Scope, Strategy, UserList, read_flag
from tui.domain.strategy_change import creation, repeated, retargeted, shared, update
from tui.sandbox.instance import Instance
from tui.sandbox.wire import Received

USERS = ("alice", "bob", "carol", "dave", "erin", "frank")
ENVIRONMENTS = ("production", "staging", "review/one")
LISTS = {"staff": "carol,dave", "friends": "erin"}


class Place:
    """A sandbox without a socket: one flag of one project, written and read as JSON."""

    def __init__(self) -> None:
        self.instance = Instance(None, assets=ASSETS)
        self.instance.open()
        self.token = self.instance.tokens["admin"]
        made = [self.ask("POST", "feature_flags_user_lists", {"name": n, "user_xids": x}) for n, x in LISTS.items()]
        self.lists = {one["name"]: UserList(one["id"], one["name"]) for one in made}
        self.world = self.instance.snapshot()

    def ask(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        received = Received(method, f"{PROJECT}/{path}", (), dict(body))
        answer = self.instance.answer(received, {}, self.token)
        assert answer.status < 300, answer
        plain: dict[str, Any] = json.loads(json.dumps(answer.body))
        return plain

    def start(self, flag: dict[str, Any]) -> dict[str, Any]:
        self.instance.restore(self.world)
        strategies = [
            {**one, "user_list_id": self.lists[one["user_list"]].id} if "user_list" in one else one
            for one in flag["strategies"]
        ]
        return self.ask("POST", "feature_flags", {"name": "use_it", **flag, "strategies": strategies})


PLACE = Place()


def test_what_is_there_once_too_often_goes_with_the_next_change_and_nothing_of_other_hands() -> None:
    scopes = (Scope("production"),)
    users = [Strategy("userWithId", (("userIds", "alice,bob"),), scopes, id=number) for number in (1, 2)]
    theirs = [Strategy("userWithId", (("userIds", "zoe"),), (Scope("staging"),), id=number) for number in (3, 4)]
    flag = ProjectFlag(strategies=(*users, *theirs))
    assert repeated(flag.strategies, users[:1]) == (users[1],)
    wanted = Gates(actors=frozenset({"alice", "bob"}), percentage_of_actors=10)
    after = retargeted(flag, "production", wanted, {}, narrow=False)
    assert [one.id for one in after.strategies] == [1, 3, 4, 0]


def inside(answer: Mapping[str, Any], environment: str) -> set[str]:
    """Who is in, by Unleash's own rules and without the domain: a strategy that matches is enough."""
    found = set()
    for strategy in answer["strategies"] if answer["active"] else ():
        patterns = [scope["environment_scope"] for scope in strategy["scopes"]]
        if any(one in {"*", environment} or (one == "review/*" and environment[:7] == "review/") for one in patterns):
            found |= {user for user in USERS if _matches(strategy, user)}
    return found


def _matches(strategy: Mapping[str, Any], user: str) -> bool:
    given = strategy["parameters"]
    if strategy["name"] == "userWithId":
        return user in given["userIds"].split(",")
    if strategy["name"] == "gitlabUserList":
        return user in strategy["user_list"]["user_xids"].split(",")
    share = int(given.get("rollout", given.get("percentage", 100)))
    number = hashlib.sha256(f"{given.get('groupId')}:{user}".encode()).digest()[0] % 100
    return number < share


scopes = st.sampled_from(
    [["production"]] * 4
    + [["staging"], ["*"], ["review/*"], ["production", "staging"], ["review/*", "production"], ["*", "production"]]
).map(lambda found: [{"environment_scope": one} for one in found])
shares = st.sampled_from(["0", "10", "25", "50", "75", "100"])
groups = st.sampled_from(["default", "other"])
everybody = st.fixed_dictionaries({"name": st.just("default"), "parameters": st.just({}), "scopes": scopes})
strategy = st.one_of(
    st.fixed_dictionaries(
        {
            "name": st.just("userWithId"),
            "parameters": st.lists(st.sampled_from(USERS), min_size=1, max_size=3, unique=True).map(
                lambda users: {"userIds": ",".join(users)}
            ),
            "scopes": scopes,
        }
    ),
    st.fixed_dictionaries(
        {
            "name": st.just("gitlabUserList"),
            "parameters": st.just({}),
            "user_list": st.sampled_from(sorted(LISTS)),
            "scopes": scopes,
        }
    ),
    st.fixed_dictionaries(
        {
            "name": st.just("flexibleRollout"),
            "parameters": st.fixed_dictionaries(
                {"rollout": shares, "groupId": groups, "stickiness": st.sampled_from(["default", "userId"])}
            ),
            "scopes": scopes,
        }
    ),
    st.fixed_dictionaries(
        {
            "name": st.just("gradualRolloutUserId"),
            "parameters": st.fixed_dictionaries({"percentage": shares, "groupId": groups}),
            "scopes": scopes,
        }
    ),
)
some = st.lists(strategy, max_size=4)
flags = st.fixed_dictionaries(
    {
        "active": st.sampled_from([True, True, False]),
        "strategies": some | some | st.lists(strategy | everybody, max_size=3),
    }
)
wishes = st.one_of(
    st.just(OFF),
    st.just(ON),
    st.builds(
        Gates,
        actors=st.frozensets(st.sampled_from(USERS), max_size=3),
        groups=st.frozensets(st.sampled_from(sorted(LISTS))),
        percentage_of_actors=st.sampled_from([0, 1, 25, 50, 99]),
    ),
)
CHEAP = settings(max_examples=150, deadline=None)


def performed(made: dict[str, Any], environment: str, wanted: Gates, *, narrow: bool) -> tuple[ProjectFlag, Any]:
    """The flag that was aimed at, and GitLab's answer to the request."""
    before = read_flag(made)
    after = retargeted(before, environment, wanted, PLACE.lists, narrow=narrow)
    body = update(before, after)
    return after, PLACE.ask("PUT", "feature_flags/use_it", body)


@CHEAP
@given(flags, wishes, st.sampled_from(["production", "staging", "*"]))
def test_going_on_lets_everybody_in_who_should_be_and_takes_nothing_from_anybody(
    flag: dict[str, Any], wanted: Gates, environment: str
) -> None:
    made = PLACE.start(flag)
    before = read_flag(made).gates(environment)
    wish = ON if wanted.everybody else before.union(wanted)
    assume(wish.same_audience(wanted) or not wanted.everybody)
    after, answer = performed(made, environment, wish, narrow=False)
    assert read_flag(answer).like(after)
    assert wish.within(after.gates(environment))
    named = environment if environment != "*" else "nowhere"
    assert inside(made, named) <= inside(answer, named)
    assert wanted.actors <= inside(answer, named)
    if wanted.everybody:
        assert inside(answer, named) == set(USERS)


@CHEAP
@given(flags, wishes, st.sampled_from(["production", "staging"]), st.booleans())
def test_other_environments_stay_as_they_are(
    flag: dict[str, Any], wanted: Gates, environment: str, narrow: bool
) -> None:
    made = PLACE.start({**flag, "active": True})
    _, answer = performed(made, environment, wanted, narrow=narrow)
    others = [one for one in ENVIRONMENTS if one != environment]
    if answer["active"]:
        assert [inside(answer, one) for one in others] == [inside(made, one) for one in others]
    else:
        assert all(inside(made, one) == set() for one in others)


@CHEAP
@given(flags, wishes, st.sampled_from(["production", "staging", "*"]))
def test_a_way_back_leaves_nobody_in_but_those_whom_shared_strategies_keep(
    flag: dict[str, Any], wanted: Gates, environment: str
) -> None:
    made = PLACE.start(flag)
    before = read_flag(made)
    after, answer = performed(made, environment, wanted, narrow=True)
    assert read_flag(answer).like(after)
    got = after.gates(environment)
    if before.active and not shared(before, environment, wanted):
        assert got.within(wanted)
    if not shared(before, environment, wanted):
        assert wanted == OFF or wanted.actors <= got.actors or got.everybody
    if wanted == OFF and before.active and not any(one.covers(environment) for one in after.strategies):
        assert got == OFF
        assert after.active == bool(after.strategies) or after == before


@given(wishes)
def test_a_new_flag_is_made_with_exactly_what_is_wanted(wanted: Gates) -> None:
    PLACE.instance.restore(PLACE.world)
    after = retargeted(ProjectFlag(), "production", wanted, PLACE.lists, narrow=False)
    answer = PLACE.ask("POST", "feature_flags", creation("use_it", "Why", after))
    assert read_flag(answer).like(after)
    assert read_flag(answer).gates("production") == (wanted if wanted != OFF else OFF)
    assert inside(answer, "staging") == set()
    assert answer["version"] == "new_version_flag"


def strategy_of(name: str, *scopes: str, id: int = 1, **parameters: str) -> Strategy:  # noqa: A002 - GitLab's word
    places = tuple(Scope(one, 10 * id + number) for number, one in enumerate(scopes))
    return Strategy(name, tuple(sorted(parameters.items())), places, id)


TEN = strategy_of("flexibleRollout", "production", groupId="own", rollout="10", stickiness="default")
PEOPLE = strategy_of("userWithId", "production", id=2, userIds="bob,alice")


def test_a_percentage_is_raised_in_place_so_that_the_same_users_stay_in() -> None:
    flag = ProjectFlag(strategies=(TEN, PEOPLE))
    wanted = Gates(actors=frozenset({"alice", "bob"}), percentage_of_actors=25)
    after = retargeted(flag, "production", wanted, {}, narrow=False)
    assert update(flag, after) == {
        "strategies": [{"id": 1, "parameters": {"groupId": "own", "rollout": "25", "stickiness": "default"}}]
    }


def other(rollout: str) -> Strategy:
    """A percentage whose group has other users in it than TEN's."""
    return strategy_of("flexibleRollout", "production", id=5, groupId="other", rollout=rollout, stickiness="default")


@pytest.mark.parametrize(("share", "left"), [("0", [25]), ("5", [5, 25])])
def test_of_two_percentages_the_wider_one_is_raised_and_nobody_of_the_other_loses_access(
    share: str, left: list[int]
) -> None:
    flag = ProjectFlag(strategies=(other(share), TEN))
    after = retargeted(flag, "production", Gates(percentage_of_actors=25), {}, narrow=False)
    assert [one.percentage for one in after.strategies] == left
    assert after.strategies[-1].parameter("groupId") == "own"


def test_a_way_back_lets_in_nobody_of_the_narrower_percentage() -> None:
    """Its group at 5 % raised to 8 would let in users who were not in at 10 % of the other."""
    flag = ProjectFlag(strategies=(other("5"), TEN))
    after = retargeted(flag, "production", Gates(percentage_of_actors=8), {}, narrow=True)
    assert [(one.parameter("groupId"), one.percentage) for one in after.strategies] == [("own", 8)]


def test_our_own_percentage_stays_beside_one_of_somebody_else_that_has_other_users() -> None:
    theirs = strategy_of("gradualRolloutUserId", "production", id=3, groupId="default", percentage="25")
    flag = ProjectFlag(strategies=(TEN, theirs))
    wanted = Gates(actors=frozenset({"alice"}), percentage_of_actors=25)
    after = retargeted(flag, "production", wanted, {}, narrow=False)
    assert [one.percentage for one in after.strategies] == [25, 25, 0]


def test_people_are_added_to_those_who_are_there_in_their_order() -> None:
    flag = ProjectFlag(strategies=(PEOPLE,))
    wanted = Gates(actors=frozenset({"alice", "bob", "zoe"}))
    after = retargeted(flag, "production", wanted, {}, narrow=False)
    assert update(flag, after) == {"strategies": [{"id": 2, "parameters": {"userIds": "bob,alice,zoe"}}]}


def test_a_shared_strategy_loses_the_environment_and_keeps_the_others() -> None:
    both = strategy_of("default", "staging", "production")
    flag = ProjectFlag(strategies=(both,))
    after = retargeted(flag, "production", OFF, {}, narrow=True)
    assert update(flag, after) == {"strategies": [{"id": 1, "scopes": [{"id": 11, "_destroy": True}]}]}
    assert after.active


def test_off_makes_a_flag_inactive_only_when_nothing_else_is_in_it() -> None:
    alone = ProjectFlag(strategies=(TEN,))
    after = retargeted(alone, "production", OFF, {}, narrow=True)
    assert update(alone, after) == {"active": False, "strategies": [{"id": 1, "_destroy": True}]}
    pattern = ProjectFlag(strategies=(TEN, strategy_of("default", "*", id=3)))
    assert retargeted(pattern, "production", OFF, {}, narrow=True).active
    assert shared(pattern, "production", OFF) == (pattern.strategies[1],)


def test_an_inactive_flag_comes_back_with_what_is_wanted_and_not_with_what_it_had() -> None:
    theirs = strategy_of("gradualRolloutUserId", "production", groupId="default", percentage="50")
    old = ProjectFlag(active=False, strategies=(theirs, strategy_of("default", "x", id=2)))
    after = retargeted(old, "production", Gates(percentage_of_actors=1), {}, narrow=False)
    assert after.active
    assert after.gates("production") == Gates(percentage_of_actors=1)
    assert after.gates("x") == ON


def test_a_user_list_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no user list staff"):
        retargeted(ProjectFlag(), "production", Gates(groups=frozenset({"staff"})), {}, narrow=False)
