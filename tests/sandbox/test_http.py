"""The frame around every call: who is calling, spellings of paths and parameters, pages, headers."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.api import PROJECT, SHARED, Api


def test_tokens_that_are_not_good(api: Api) -> None:
    server = api.server
    assert api("GET", "/user", token="").body == {"message": "401 Unauthorized"}
    assert api("GET", "/user", token="glpat-unknown").body == {"message": "401 Unauthorized"}
    expired = api("GET", "/user", token=server.mint("bob", expires_at=date(2026, 11, 22)))
    assert expired.status == 401
    assert expired.body["error_description"] == (
        "Token is expired. You can either do re-authorization or token refresh."
    )
    revoked = api("GET", "/user", token=server.mint("bob", revoked=True))
    assert revoked.body["error_description"] == "Token was revoked. You have to re-authorize from the user."
    assert revoked.body["error"] == "invalid_token"


def test_scopes(api: Api) -> None:
    reading = api.server.mint("alice", scopes=("read_api",))
    assert api("GET", f"{PROJECT}/issues", token=reading).status == 200
    reply = api("POST", f"{PROJECT}/issues", {"title": "x"}, token=reading)
    assert reply.status == 403
    assert reply.body == {
        "error": "insufficient_scope",
        "error_description": "The request requires higher privileges than provided by the access token.",
        "scope": "api read_api",
    }
    little = api.server.mint("alice", scopes=("read_user",))
    assert api("GET", "/user", token=little).status == 200
    assert api("GET", "/personal_access_tokens/self", token=little).body["scopes"] == ["read_user"]
    assert api("GET", PROJECT, token=little).body["scope"] == "api read_api"


@pytest.mark.parametrize("scheme", ["bearer", "query"])
def test_other_ways_to_send_the_token(api: Api, scheme: str) -> None:
    token = api.server.token
    if scheme == "bearer":
        reply = api("GET", "/user", token="", headers={"Authorization": f"Bearer {token}"})
    else:
        reply = api("GET", "/user", token="", query={"private_token": token})
    assert reply.body["username"] == "alice"
    assert token not in repr(list(api.server.requests))


@pytest.mark.parametrize(
    ("path", "query", "body"),
    [
        ("/features//f", {"key": "percentage_of_actors"}, {"value": 25}),
        ("/features/f/", {"value": "25", "key": "percentage_of_actors"}, None),
        ("/features/f.json", None, {"value": "25", "key": "percentage_of_actors"}),
        ("/features/f", {"value": "99", "key": "percentage_of_time"}, {"value": 25.0, "key": "percentage_of_actors"}),
    ],
)
def test_spellings_of_one_call(api: Api, path: str, query: dict[str, object] | None, body: object) -> None:
    assert api("POST", path, body, query=query).status == 201
    assert api.gates("f") == {"boolean": False, "percentage_of_actors": 25}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/x-www-form-urlencoded", b"value=25&key=percentage_of_actors"),
        (
            "multipart/form-data; boundary=X",
            (
                b'--X\r\nContent-Disposition: form-data; name="value"\r\n\r\n25\r\n'
                b'--X\r\nContent-Disposition: form-data; name="key"\r\n\r\npercentage_of_actors\r\n--X--\r\n'
            ),
        ),
    ],
)
def test_forms(api: Api, kind: str, content: bytes) -> None:
    assert api("POST", "/features/f", content, headers={"Content-Type": kind}).status == 201
    assert api.gates("f") == {"boolean": False, "percentage_of_actors": 25}


@pytest.mark.parametrize(
    ("content", "kind", "status", "wanted"),
    [
        (b"{", "application/json", 400, {"status": 400, "error": "Bad Request"}),
        (b'{"title":"\\u0000"}', "application/json", 400, "Bad Request"),
        (b'{"title":"\xff"}', "application/json", 400, "Bad Request"),
        (b'{"title":"\\ud800"}', "application/json", 400, "Bad Request"),
        (b"<a/>", "application/xml", 415, {"error": "The provided content-type 'application/xml' is not supported."}),
    ],
)
def test_bodies_that_cannot_be_read(api: Api, content: bytes, kind: str, status: int, wanted: object) -> None:
    reply = api("POST", f"{PROJECT}/issues", content, headers={"Content-Type": kind})
    assert (reply.status, reply.body) == (status, wanted)


def test_no_route_and_wrong_verb_are_the_same(api: Api) -> None:
    for method, path in (("GET", "/nothing/here"), ("PATCH", "/features/f"), ("PUT", "/features/f")):
        reply = api(method, path)
        assert (reply.status, reply.body) == (404, {"error": "404 Not Found"})


def test_renamed_projects(api: Api) -> None:
    old = "/projects/code-creation%2Fmodel-rollouts"
    reply = api("GET", f"{old}/issues")
    assert (reply.status, reply.headers["location"]) == (301, f"{api.server.url}/api/v4/projects/1/issues")
    reply = api("POST", f"{old}/issues", {"title": "x"})
    assert (reply.status, reply.body) == (405, {"message": "Non GET methods are not allowed for moved projects"})
    assert api("GET", old, token=api.server.mint("mallory")).status == 404


def test_pages_and_their_links(api: Api) -> None:
    for number in range(8):
        api.issue(title=f"n{number}", labels="paged")
    query: dict[str, object] = {"labels": "paged", "per_page": 3, "page": 2}
    reply = api("GET", f"{PROJECT}/issues", query=query)
    assert [issue["title"] for issue in reply.body] == ["n4", "n3", "n2"]
    wanted = {"x-page": "2", "x-per-page": "3", "x-total": "8", "x-total-pages": "3", "x-next-page": "3"}
    assert wanted.items() <= reply.headers.items()
    links = re.findall(r'<([^>]+)>; rel="(\w+)"', reply.headers["link"])
    assert [rel for _, rel in links] == ["prev", "next", "first", "last"]
    following = links[1][0]
    assert following.startswith(f"{api.server.url}/api/v4{PROJECT}/issues?")
    last = api("GET", f"{PROJECT}/issues", query=query | {"page": 3})
    assert (last.headers["x-next-page"], 'rel="next"' in last.headers["link"]) == ("", False)
    assert parse_qs(urlsplit(following).query) == {"labels": ["paged"], "page": ["3"], "per_page": ["3"]}


@pytest.mark.skipif(not SHARED.exists(), reason="the documented GitLab examples are not beside this checkout")
def test_pagination_headers_are_those_documented(api: Api) -> None:
    documented = (SHARED / "examples" / "headers_offset_pagination.txt").read_text().splitlines()[1:]
    names = {line.partition(":")[0] for line in documented} - {"status"}  # HTTP/2 shows the status as a header
    reply = api("GET", f"{PROJECT}/issues", query={"per_page": 1, "page": 2})
    assert names <= set(reply.headers)


@pytest.mark.parametrize(
    ("per_page", "status", "used"),
    [("101", 200, "100"), ("-1", 200, "20"), ("", 200, "20"), ("x", 400, None), ("0", 500, None)],
)
def test_odd_page_sizes(api: Api, per_page: str, status: int, used: str | None) -> None:
    reply = api("GET", f"{PROJECT}/issues", query={"per_page": per_page})
    assert reply.status == status
    assert reply.headers.get("x-per-page") == used
    assert api("GET", f"{PROJECT}/issues", query={"page": "99"}).body == []


def test_keyset_pages_have_only_a_next_link(api: Api) -> None:
    for number in range(5):
        api.issue(title=f"n{number}", labels="paged")
    path, seen = f"{PROJECT}/issues?labels=paged&pagination=keyset&per_page=2", []
    while path:
        reply = api("GET", path)
        assert "x-total" not in reply.headers
        seen += [issue["title"] for issue in reply.body]
        found = re.match(r'<[^>]+/api/v4([^>]+)>; rel="next"$', reply.headers.get("link", ""))
        path = found[1] if found else ""
    assert seen == ["n4", "n3", "n2", "n1", "n0"]


def test_unchanged_answers(api: Api) -> None:
    path = f"{PROJECT}/issues/1"
    tag = api("GET", path).headers["etag"]
    assert api("GET", path, headers={"If-None-Match": tag}).status == 304
    api("PUT", path, {"title": "Changed"})
    assert api("GET", path, headers={"If-None-Match": tag}).status == 200


def test_head_has_headers_only(api: Api) -> None:
    reply = api("HEAD", f"{PROJECT}/issues")
    assert reply.headers["x-total"] == "3"


def test_pages_for_people_are_not_there(api: Api) -> None:
    api.connection.request("GET", "/code-creation/rollouts/-/issues/1")
    answer = api.connection.getresponse()
    answer.read()
    assert (answer.status, answer.headers["Location"]) == (302, f"{api.server.url}/users/sign_in")


def test_the_connection_is_kept(api: Api) -> None:
    api("GET", "/version")
    before = api.connection.sock
    api("POST", "/features/f", {"value": "true"})
    api("DELETE", "/features/f")
    assert api.connection.sock is before
