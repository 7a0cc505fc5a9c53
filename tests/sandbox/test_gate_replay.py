"""The derived transitions, errors and vectors, replayed one by one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.sandbox.api import ASSETS, SHARED, Api
from tui.sandbox import seed
from tui.sandbox.server import Server
from tui.sandbox.world.gates import in_percentage
from tui.sandbox.world.state import Project, World

DERIVED = SHARED / "examples" / "derived"
FLAG = "f"

pytestmark = pytest.mark.skipif(not DERIVED.exists(), reason="the derived GitLab examples are not beside this checkout")


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DERIVED / name).read_text())
    return loaded


@pytest.fixture
def projects(server: Server) -> None:
    """The transitions speak of g/p with id 10 and g/q with id 11, and of user 1, who is alice here too."""
    for project_id, path in ((10, "g/p"), (11, "g/q")):
        server._world.projects[project_id] = Project(project_id, path, path, "private", server._clock())


def _same_gates(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> bool:
    def comparable(gates: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            each["key"]: sorted(each["value"]) if isinstance(each["value"], list) else each["value"] for each in gates
        }

    return comparable(found) == comparable(wanted)


@pytest.mark.usefixtures("projects")
def test_sequence(api: Api) -> None:
    for step in _load("gate_transitions.json")["sequence"]:
        request = dict(step["req"])
        method = request.pop("_method", "POST")
        reply = api(method, f"/features/{FLAG}", request or None)
        assert reply.status == step["http"], (step, reply)
        if "state" in step:
            assert reply.body["state"] == step["state"], step
        if "gates" in step:
            assert _same_gates(reply.body["gates"], step["gates"]), (step, reply.body)
        if "gates_percentage" in step:
            assert api.gates(FLAG)["percentage_of_actors"] == step["gates_percentage"]
        if "body" in step:
            assert reply.body == step["body"]
        if request == {"value": "false", "user": "alice"} and "state" not in step:
            assert api.gates(FLAG)["actors"] == ["Project:10", "Project:11"]
    assert FLAG not in [flag["name"] for flag in api("GET", "/features").body]


def test_gates_come_in_the_order_of_flipper(api: Api) -> None:
    api.flag(FLAG, value="true", feature_group="g")
    api.flag(FLAG, value="30")
    api.flag(FLAG, value="25", key="percentage_of_actors")
    api.flag(FLAG, value="true", user="alice")
    listed = next(flag for flag in api("GET", "/features").body if flag["name"] == FLAG)
    assert [gate["key"] for gate in listed["gates"]] == _load("gate_transitions.json")["gate_order"]


def _errors() -> list[dict[str, Any]]:
    return list(_load("gate_transitions.json")["errors"]) if DERIVED.exists() else []


@pytest.mark.parametrize("case", _errors(), ids=lambda case: str(case.get("req", case.get("auth"))))
def test_errors(api: Api, case: dict[str, Any]) -> None:
    if case.get("auth") == "none":
        reply = api("POST", f"/features/{FLAG}", {"value": "true"}, token="")
    elif case.get("auth") == "non-admin":
        reply = api("POST", f"/features/{FLAG}", {"value": "true"}, role="maintainer")
    else:
        reply = api("POST", f"/features/{FLAG}", case["req"])
    assert reply.status == case["http"]
    if "body_error_regex" in case:
        assert re.fullmatch(case["body_error_regex"], reply.body["error"])
    else:
        wanted = json.loads(json.dumps(case["body"]).replace("<target>", "@alice"))
        assert reply.body == wanted
    assert FLAG not in [flag["name"] for flag in api("GET", "/features").body]


@pytest.mark.parametrize("percentage", [0.001, 0.5, 1, 9.016, 9.89, 9.891, 13.6, 22.713, 25, 41.7, 50, 75, 99, 99.999])
def test_percentage_vectors(percentage: float) -> None:
    for vector in _load("percentage_of_actors_vectors.json")["vectors"]:
        wanted = percentage > vector["enabled_from_percent_above"]
        assert in_percentage(vector["flag"], vector["actor"], percentage) == wanted, vector


def test_the_scenario_has_the_definitions_that_rollouts_need() -> None:
    world: World = seed.load(ASSETS, "company")[0]
    kinds = {name: definition.type for name, definition in world.definitions.items()}
    assert kinds["use_fireworks_codestral_code_completion"] == "beta"
    assert kinds["use_vertex_codestral_code_completion"] == "ops"
