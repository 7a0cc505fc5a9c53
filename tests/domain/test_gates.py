"""The gate algebra against a world of its own: every route arrives, is shortest, and dips only when it must."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.gates import OFF, ON, ActorName, Call, Gates, route, simulate

NAMES = (
    ActorName("user", "alice", "User:1"),
    ActorName("user", "bob", "User:2"),
    ActorName("group", "team", "Group:3"),
)
REFS = tuple(name.ref for name in NAMES)
GROUPS = ("gitlab_team_members", "beta_testers")
PERCENTAGES = (0, 0.5, 25, 50)
PEOPLE = {"in the first quarter": 20.0, "in the last": 90.0}
"""Two users by the percentage from which they are in."""

CALLS = (
    Call("on"),
    Call("off"),
    *(Call("percentage", percentage=number) for number in PERCENTAGES if number),
    *(Call(kind, actor=name) for name in NAMES for kind in ("add-actor", "remove-actor")),
    *(Call(kind, group=group) for group in GROUPS for kind in ("add-group", "remove-group")),
)


def gates() -> st.SearchStrategy[Gates]:
    """Gates that GitLab can have: fully on excludes the rest."""
    conditional = st.builds(
        Gates,
        actors=st.frozensets(st.sampled_from(REFS)),
        groups=st.frozensets(st.sampled_from(GROUPS)),
        percentage_of_actors=st.sampled_from(PERCENTAGES),
        percentage_of_time=st.sampled_from((0, 0, 0, 10)),
    )
    return st.one_of(st.just(ON), st.just(OFF), conditional)


def old_gates() -> st.SearchStrategy[Gates]:
    """Gates that GitLab 13.8 can have: anything beside boolean, and 100 as a percentage."""
    return st.builds(
        Gates,
        boolean=st.booleans(),
        actors=st.frozensets(st.sampled_from(REFS)),
        groups=st.frozensets(st.sampled_from(GROUPS)),
        percentage_of_actors=st.sampled_from((0, 1, 25, 50, 100)),
        percentage_of_time=st.sampled_from((0, 0, 10, 100)),
    )


def wanted() -> st.SearchStrategy[Gates]:
    return gates().filter(lambda one: not one.percentage_of_time)


def follow_old(start: Gates, calls: tuple[Call, ...]) -> list[Gates]:
    """What GitLab 13.8 does, written down from what was observed: true keeps the rest, only false clears."""
    passed = [start]
    for call in calls:
        now = passed[-1]
        match call.kind:
            case "on":
                passed.append(replace(now, boolean=True))
            case "off":
                passed.append(OFF)
            case "percentage":
                passed.append(replace(now, percentage_of_actors=int(call.percentage)))
            case _:
                passed.append(simulate(now, call))
    return passed


def inside(gates_: Gates) -> set[str]:
    """Who is in, asked one by one: each actor, a member of each group, two users by percentage, one by luck."""
    people = {*REFS, *GROUPS, *PEOPLE, "by luck"}
    lucky = {"by luck"} if gates_.percentage_of_time else set()
    everybody = gates_.boolean or gates_.percentage_of_actors == 100 or gates_.percentage_of_time == 100
    drawn = {one for one, needs in PEOPLE.items() if gates_.percentage_of_actors >= needs}
    return people if everybody else {*gates_.actors, *gates_.groups, *drawn, *lucky}


def follow(start: Gates, calls: tuple[Call, ...]) -> list[Gates]:
    """GitLab's transitions, written down a second time from its documentation."""
    passed = [start]
    for call in calls:
        body, now = call.body, passed[-1]
        assert not isinstance(body["value"], float | int) or isinstance(body["value"], bool) or "key" in body
        if call.actor:
            actor = {call.actor.ref}
            passed.append(
                Gates(
                    now.boolean,
                    now.actors | actor if body["value"] else now.actors - actor,
                    now.groups,
                    now.percentage_of_actors,
                    now.percentage_of_time,
                )
            )
        elif "feature_group" in body:
            group = {body["feature_group"]}
            groups = now.groups | group if body["value"] else now.groups - group
            passed.append(Gates(now.boolean, now.actors, groups, now.percentage_of_actors, now.percentage_of_time))
        elif "key" in body:
            assert not now.boolean, "GitLab refuses a percentage on a flag that is fully on"
            assert body["key"] == "percentage_of_actors"
            assert 0 < body["value"] < 100, "0 and 100 clear every gate"
            passed.append(Gates(False, now.actors, now.groups, body["value"], now.percentage_of_time))
        else:
            passed.append(ON if body["value"] else OFF)
    return passed


@given(gates(), wanted())
def test_every_route_arrives_and_its_simulation_is_true(start: Gates, end: Gates) -> None:
    way = route(start, end, NAMES)
    passed = follow(start, way.calls)
    assert passed[-1] == end == way.end
    assert tuple(passed[1:]) == way.after


@given(gates(), wanted())
def test_a_route_that_only_widens_never_takes_anybody_out(start: Gates, end: Gates) -> None:
    way = route(start, end, NAMES)
    if start.within(end):
        assert all(before.within(after) for before, after in zip((start, *way.after), way.after, strict=False))
        assert not way.dips


@given(gates(), wanted())
def test_on_a_route_without_off_nobody_who_stays_in_is_out_for_a_moment(start: Gates, end: Gates) -> None:
    """One person may be in by two gates: each state in between contains the whole start or the whole end."""
    way = route(start, end, NAMES)
    if not way.dips:
        assert all(start.within(between) or end.within(between) for between in way.after)


@given(gates(), wanted())
def test_a_route_is_off_for_all_only_when_no_other_route_exists(start: Gates, end: Gates) -> None:
    way = route(start, end, NAMES)
    if way.dips:
        assert end != OFF
        assert (
            start.boolean or start.percentage_of_time or (start.percentage_of_actors and not end.percentage_of_actors)
        )


@given(old_gates(), wanted().filter(lambda one: one.percentage_of_actors == int(one.percentage_of_actors)))
def test_on_an_old_gitlab_every_route_arrives_at_the_same_audience(start: Gates, end: Gates) -> None:
    way = route(start, end, NAMES)
    passed = follow_old(start, way.calls)
    assert passed[-1].same_audience(end)
    assert len(passed) == 1 + len(way.after)
    assert all(real.same_audience(told) for real, told in zip(passed[1:], way.after, strict=True))


@given(old_gates(), old_gates())
def test_audiences_are_compared_by_who_is_in(one: Gates, other: Gates) -> None:
    assert one.within(one)
    assert one.same_audience(other) == (one.within(other) and other.within(one))
    if one.within(other):
        assert inside(one) <= inside(other)
    both = one.union(other)
    assert one.within(both)
    assert other.within(both)
    assert inside(both) == inside(one) | inside(other)


@given(old_gates())
def test_everybody_is_everybody_whatever_stands_beside_it(one: Gates) -> None:
    assert one.everybody == ON.within(one) == one.same_audience(ON)


@pytest.mark.parametrize("all_in", [ON, replace(ON, groups=frozenset(GROUPS)), Gates(percentage_of_actors=100)])
def test_a_flag_that_is_on_for_everybody_needs_no_call_to_be_so(all_in: Gates) -> None:
    assert route(all_in, ON, NAMES).calls == ()


@settings(max_examples=60, deadline=None)
@given(gates(), wanted())
def test_no_shorter_sequence_exists(start: Gates, end: Gates) -> None:
    """Breadth first over all calls; a route that avoids off-for-all may be longer than one that does not."""
    way = route(start, end, NAMES)
    avoid = not way.dips and end != OFF
    seen = {start}
    level = deque([start])
    depth = 0
    while level and end not in seen:
        depth += 1
        following: deque[Gates] = deque()
        for one in level:
            for call in CALLS:
                try:
                    after = simulate(one, call)
                except ValueError:
                    continue
                if after not in seen and not (avoid and after == OFF):
                    seen.add(after)
                    following.append(after)
        level = following
    assert len(way.calls) == depth


def test_stepping_back_from_25_percent_to_the_members_keeps_team_and_members() -> None:
    team, members = frozenset({"User:1", "Group:3"}), frozenset({"gitlab_team_members"})
    way = route(Gates(actors=team, groups=members, percentage_of_actors=25), Gates(actors=team, groups=members), NAMES)
    assert way.end == Gates(actors=team, groups=members)
    assert [call.kind for call in way.calls] == ["off", "add-group", "add-actor", "add-actor"]
    assert way.dips


def test_100_percent_back_to_50_ends_with_the_team_the_members_and_50() -> None:
    end = Gates(actors=frozenset({"User:1"}), groups=frozenset({"gitlab_team_members"}), percentage_of_actors=50)
    way = route(ON, end, NAMES)
    assert [call.kind for call in way.calls] == ["off", "add-group", "add-actor", "percentage"]
    assert way.end == end


def test_an_actor_without_a_name_can_be_kept_but_not_added_again() -> None:
    foreign = frozenset({"User:99"})
    kept = route(Gates(actors=foreign), Gates(actors=foreign, percentage_of_actors=10), NAMES)
    assert kept.end.actors == foreign
    with pytest.raises(ValueError, match="User:99"):
        route(Gates(actors=foreign, percentage_of_actors=25), Gates(actors=foreign), NAMES)


@pytest.mark.parametrize("percentage", [0, 100, -1, 150])
def test_percentages_that_clear_or_break_the_flag_are_refused(percentage: float) -> None:
    with pytest.raises(ValueError, match="0 and 100"):
        simulate(OFF, Call("percentage", percentage=percentage))


@given(gates())
def test_gates_survive_plain_data(one: Gates) -> None:
    assert Gates.from_dict(one.as_dict()) == one
