"""Where requests go: redirects, next pages, sub paths, and the address that GitLab believes to have."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import Connect
from tests.gateway.scripted import Scripted, http
from tui.domain import errors
from tui.domain.plan import Request


def test_write_is_not_redirected(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(http(301, "<html>", kind="text/html", Location=f"{scripted.url}/api/v4/projects/2/issues"))
    with pytest.raises(errors.Invalid, match=r"redirects.*has moved to") as caught:
        connect(scripted.url).send(Request("POST", "/projects/1/issues", {"title": "x"}))
    assert caught.value.status == 301
    assert scripted.requests() == ["POST /api/v4/projects/1/issues"]


def test_read_follows_a_redirect_inside_the_instance(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(
        http(301, {}, Location=f"{scripted.url}/api/v4/projects/7"),
        http(200, {"id": 7, "path_with_namespace": "a/new", "permissions": {"project_access": {"access_level": 30}}}),
    )
    assert connect(scripted.url).project("a/b").path == "a/new"


def test_token_does_not_follow_a_redirect_elsewhere(scripted: Scripted, connect: Connect) -> None:
    with Scripted() as other:
        scripted.answers(http(302, {}, Location=f"{other.url}/api/v4/projects/7"))
        with pytest.raises(errors.Invalid, match="moved to"):
            connect(scripted.url).project("a/b")
        assert other.received == []


def test_redirect_in_a_circle(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(http(302, {}, Location=f"{scripted.url}/api/v4/projects/a%2Fb"))
    with pytest.raises(errors.Invalid, match="in a circle"):
        connect(scripted.url).project("a/b")
    assert len(scripted.received) < 10


def test_next_page_is_asked_of_the_instance_itself(scripted: Scripted, connect: Connect) -> None:
    with Scripted() as other:
        scripted.answers(
            http(200, [{"name": "a"}], Link=f'<{other.url}/api/v4/projects/1/labels?page=2&per_page=100>; rel="next"'),
            http(200, [{"name": "b"}]),
        )
        assert connect(scripted.url).labels(1) == ["a", "b"]
        assert other.received == []
    assert [line.partition("?")[2] for line in scripted.requests()] == ["per_page=100", "per_page=100&page=2"]


def test_next_page_that_never_ends(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(http(200, [{"name": "a"}], X_Next_Page="2"))
    assert connect(scripted.url).labels(1) == ["a", "a"]


def test_sub_path(scripted: Scripted, connect: Connect) -> None:
    url = f"{scripted.url}/git/lab"
    answer = {"iid": 3, "project_id": 7, "title": "t", "web_url": f"{url}/a/b/-/issues/3"}
    scripted.answers(http(200, answer))
    gateway = connect(url + "/")
    found = gateway.issue_at(f"{url}/a/b/-/issues/3")
    assert found is not None
    assert found.ref == "a/b#3"
    assert scripted.requests() == ["GET /git/lab/api/v4/projects/a%2Fb/issues/3"]
    scripted.answers(http(200, {"id": 1, "username": "alice", "web_url": f"{url}/alice"}))
    with pytest.raises(errors.BadInput, match="not an address on"):
        gateway.issue_at(f"{scripted.url}/git/laboratory/b/-/issues/3")


def test_address_that_gitlab_believes_to_have(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(
        http(200, {"id": 1, "username": "alice", "web_url": "https://gitlab.example.com/alice"}),
        http(200, {"iid": 3, "project_id": 7, "web_url": "https://gitlab.example.com/a/b/-/issues/3"}),
    )
    found = connect(scripted.url).issue_at("https://gitlab.example.com/a/b/-/issues/3")
    assert found is not None
    assert found.ref == "a/b#3"
