"""The flag of the two targets on the stage: what sets it, what shows it, whom it lets in, and what an outsider does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from msgspec import structs

from tests.support.rollouts import FLAG, sample, with_phase
from tui.domain.draft import Draft, FlagSpec, Place
from tui.domain.gates import OFF, Gates
from tui.domain.readback import gates_in
from tui.domain.strategies import read_flag
from tui.sandbox.wire import Received
from tui.sandbox.world.state import Project, Strategy, UserList, World

PROJECT = "code-creation/rollouts"
DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project=PROJECT))
DEEDS = ("off", "on", "7 %", "60 %", "dave in", "bob out", "members out")
"""What the outsider does to the flag."""

_MEMBERS, _PLACE = "gitlab_team_members", "production"


class Target(Protocol):
    """Where the flag lives."""

    draft: Draft

    def prepare(self, world: World) -> None:
        """What must be there before a rollout."""

    def sets(self, received: Received) -> bool:
        """Whether the request sets the flag."""

    def shows(self, received: Received) -> bool:
        """Whether the request reads the flag."""

    def shown(self, answer: Any) -> Gates:  # noqa: ANN401 - decoded JSON
        """The gates in an answer to such a read, as the program under test reads them."""

    def gates(self, world: World) -> Gates:
        """The gates that GitLab really has."""

    def deed(self, world: World, deed: str) -> Received | None:
        """The request by which the outsider does it; None when there is nothing to do it to."""


class OfInstance:
    """A flag of the instance, by its gates."""

    draft = DRAFT
    _BODIES: Mapping[str, Mapping[str, object]] = {
        "off": {"value": False},
        "on": {"value": True},
        "7 %": {"value": 7, "key": "percentage_of_actors"},
        "60 %": {"value": 60, "key": "percentage_of_actors"},
        "dave in": {"value": True, "user": "dave"},
        "bob out": {"value": False, "user": "bob"},
        "members out": {"value": False, "feature_group": _MEMBERS},
    }

    def prepare(self, world: World) -> None:
        world.definitions = {FLAG: world.definitions[FLAG]}  # the rest takes time and matters to nobody here

    def sets(self, received: Received) -> bool:
        return received.method == "POST" and received.path == f"/features/{FLAG}"

    def shows(self, received: Received) -> bool:
        return received.method == "GET" and received.path == "/features"

    def shown(self, answer: Any) -> Gates:  # noqa: ANN401 - as the protocol
        return next((gates_in(one) for one in answer if one.get("name") == FLAG), OFF)

    def gates(self, world: World) -> Gates:
        held = world.features.get(FLAG)
        if held is None:
            return OFF
        return Gates(
            held.boolean,
            frozenset(held.actors),
            frozenset(held.groups),
            held.percentage_of_actors or 0,
            held.percentage_of_time or 0,
        )

    def deed(self, world: World, deed: str) -> Received | None:
        return Received("POST", f"/features/{FLAG}", (), dict(self._BODIES[deed]))


class OfProject:
    """A flag of a project, by its strategies for one environment."""

    draft = with_phase(
        structs.replace(DRAFT, flag=FlagSpec(name=FLAG, target="project", project=PROJECT, environment=_PLACE)),
        "stakeholders",
        users=("alice", "bob"),
        groups=(),
    )

    def prepare(self, world: World) -> None:
        project, at = _project(world), next(iter(world.projects.values())).created_at
        project.user_lists[1] = UserList(1, 1, _MEMBERS, "carol,dave", at, at)

    def sets(self, received: Received) -> bool:
        return received.method in {"POST", "PUT"} and received.path.endswith(("/feature_flags", f"/{FLAG}"))

    def shows(self, received: Received) -> bool:
        return received.method == "GET" and received.path.endswith(f"/feature_flags/{FLAG}")

    def shown(self, answer: Any) -> Gates:  # noqa: ANN401 - as the protocol
        return read_flag(answer).gates(_PLACE) if "strategies" in answer else OFF

    def gates(self, world: World) -> Gates:
        flag, found = _project(world).flags.get(FLAG), OFF
        for one in flag.strategies if flag is not None and flag.active else ():
            found = found.union(_LETS_IN[one.name](one))
        return found

    def deed(self, world: World, deed: str) -> Received | None:
        flag = _project(world).flags.get(FLAG)
        if flag is None:
            return None
        body = _DEEDS[deed]({one.name: one for one in flag.strategies})
        return Received("PUT", f"/projects/{_project(world).id}/feature_flags/{FLAG}", (), body)


_LETS_IN: Mapping[str, Callable[[Strategy], Gates]] = {
    "default": lambda _: Gates(boolean=True),
    "userWithId": lambda one: Gates(actors=frozenset(one.parameters["userIds"].split(","))),
    "gitlabUserList": lambda _: Gates(groups=frozenset({_MEMBERS})),
    "flexibleRollout": lambda one: Gates(percentage_of_actors=int(one.parameters["rollout"])),
}

_Held = Mapping[str, Strategy]
_Body = dict[str, object]


def _new(name: str, **parameters: str) -> _Body:
    return {"name": name, "parameters": parameters, "scopes": [{"environment_scope": _PLACE}]}


def _rollout(held: _Held, percentage: int) -> _Body:
    there, parameters = held.get("flexibleRollout"), {"rollout": str(percentage)}
    if there is not None:
        return {"strategies": [{"id": there.id, "parameters": {**there.parameters, **parameters}}]}
    return {"strategies": [_new("flexibleRollout", groupId="default", stickiness="userId", **parameters)]}


def _without_bob(held: _Held) -> _Body:
    there = held.get("userWithId")
    left = [one for one in there.parameters["userIds"].split(",") if one != "bob"] if there is not None else []
    if there is None or not left:
        return {}
    return {"strategies": [{"id": there.id, "parameters": {"userIds": ",".join(left)}}]}


_DEEDS: Mapping[str, Callable[[_Held], _Body]] = {
    "off": lambda _: {"active": False},
    "on": lambda held: {"active": True, **({} if "default" in held else {"strategies": [_new("default")]})},
    "7 %": lambda held: _rollout(held, 7),
    "60 %": lambda held: _rollout(held, 60),
    "dave in": lambda _: {"strategies": [_new("userWithId", userIds="dave")]},
    "bob out": _without_bob,
    "members out": lambda held: {
        "strategies": [{"id": one.id, "_destroy": True} for one in held.values() if one.name == "gitlabUserList"]
    },
}


def _project(world: World) -> Project:
    return next(one for one in world.projects.values() if one.path == PROJECT)


TARGETS: Mapping[str, Target] = {"instance": OfInstance(), "project": OfProject()}
