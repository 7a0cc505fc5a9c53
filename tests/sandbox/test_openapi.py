"""Each operation of GitLab's own OpenAPI document that the app's targets need: it is there, and answers as listed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.sandbox.api import PROJECT, SHARED, Api

DOCUMENT = SHARED / "openapi" / "openapi_v3.features_and_feature_flags.subset.yaml"
FLAGS, LISTS = f"{PROJECT}/feature_flags", f"{PROJECT}/feature_flags_user_lists"
FLAG = {"name": "f1", "version": "new_version_flag"}
LIST = {"name": "l", "user_xids": "1"}
SUCCESSES: dict[str, tuple[str, object]] = {
    "GET /features": ("/features", None),
    "GET /features/definitions": ("/features/definitions", None),
    "POST /features/{name}": ("/features/new", {"value": "true"}),
    "DELETE /features/{name}": ("/features/ci_live_log", None),
    "GET /projects/{id}/feature_flags": (FLAGS, None),
    "POST /projects/{id}/feature_flags": (FLAGS, {"name": "f2", "version": "new_version_flag"}),
    "GET /projects/{id}/feature_flags/{feature_flag_name}": (f"{FLAGS}/f1", None),
    "PUT /projects/{id}/feature_flags/{feature_flag_name}": (f"{FLAGS}/f1", {"active": False}),
    "DELETE /projects/{id}/feature_flags/{feature_flag_name}": (f"{FLAGS}/f1", None),
    "GET /projects/{id}/feature_flags_user_lists": (LISTS, None),
    "POST /projects/{id}/feature_flags_user_lists": (LISTS, LIST | {"name": "other"}),
    "GET /projects/{id}/feature_flags_user_lists/{iid}": (f"{LISTS}/1", None),
    "PUT /projects/{id}/feature_flags_user_lists/{iid}": (f"{LISTS}/1", {"name": "renamed"}),
    "DELETE /projects/{id}/feature_flags_user_lists/{iid}": (f"{LISTS}/1", None),
}
NOT_SERVED = {
    "GET /projects/{id}/feature_flags_settings": "who may change flags is a setting of servers newer than ours",
    "PUT /projects/{id}/feature_flags_settings": "the same",
}
OTHERWISE = {
    ("PUT /projects/{id}/feature_flags_user_lists/{iid}", 403): "the list of answers leaves roles out for user lists",
    ("DELETE /projects/{id}/feature_flags_user_lists/{iid}", 403): "the same",
    ("GET /projects/{id}/feature_flags_user_lists/{iid}", 403): "the same",
    ("GET /projects/{id}/feature_flags_user_lists", 403): "the same",
    ("POST /projects/{id}/feature_flags_user_lists", 403): "the same",
    ("GET /projects/{id}/feature_flags", 403): "GitLab's own tests say 403 below developer",
    ("GET /projects/{id}/feature_flags/{feature_flag_name}", 403): "the same",
    ("DELETE /features/{name}", 401): "GitLab's own tests say 401 for strangers on each route",
    ("DELETE /features/{name}", 403): "and 403 for those who are no administrators",
}
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="GitLab's OpenAPI document is not beside this checkout")


def _operations() -> Iterator[tuple[str, set[int]]]:
    """Each operation with the statuses that it lists; read by its lines, which are as regular as a generator's."""
    path, statuses = "", set[int]()
    for line in DOCUMENT.read_text().splitlines() if DOCUMENT.exists() else ():
        if found := re.match(r'  "/api/v4(/\S+)":$', line):
            path = found[1]
        elif found := re.match(r"    (get|post|put|delete):$", line):
            statuses = set()
            yield f"{found[1].upper()} {path}", statuses
        elif found := re.match(r"        '(\d{3})':$", line):
            statuses.add(int(found[1]))


DOCUMENTED = dict(list(_operations()))


def test_every_operation_is_called_or_excused() -> None:
    assert set(DOCUMENTED) == set(SUCCESSES) | set(NOT_SERVED)


@pytest.mark.parametrize("operation", sorted(SUCCESSES))
def test_operation(api: Api, operation: str) -> None:
    """Success has the listed status; so have a stranger's call and a guest's."""
    api("POST", FLAGS, FLAG)
    api("POST", LISTS, LIST)
    path, body = SUCCESSES[operation]
    method = operation.partition(" ")[0]
    refused = {api(method, path, body, token="").status, api(method, path, body, role="guest").status}
    assert refused - DOCUMENTED[operation] == {status for known, status in OTHERWISE if known == operation}
    assert all(status >= 400 for status in refused)
    (success,) = (status for status in DOCUMENTED[operation] if status < 300)
    reply = api(method, path, body)
    assert reply.status == success, reply
