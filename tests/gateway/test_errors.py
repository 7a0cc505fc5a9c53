"""Every answer that is not what was asked for, over a real socket: the error's class, its words, its hint."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

import pytest

from tests.gateway.conftest import Connect
from tests.gateway.scripted import Scripted, head, http
from tui.domain import errors
from tui.domain.plan import Request
from tui.gateway.client import Gateway

EXPIRED = "Token is expired. You can either do re-authorization or token refresh."
REVOKED = "Token was revoked. You have to re-authorize from the user."
SCOPE = {"error": "insufficient_scope", "error_description": "The request requires …", "scope": "api read_api"}
LIMIT = {"message": {"error": "This endpoint has been requested too many times. Try again later."}}
PAGE = "<html><body>GitLab is not responding</body></html>"
POST = Request("POST", "/projects/1/issues", {"title": "x"})

# status, body, the error's class and what its message says, for reads and writes alike
REFUSALS = [
    (400, {"message": "400 Bad request - bob is not found!"}, errors.Invalid, ": bob is not found!."),
    (400, {"message": {"title": ["can't be blank", "is bad"]}}, errors.Invalid, "title can't be blank, is bad"),
    (400, {"message": ["Name has already been taken"]}, errors.Invalid, "Name has already been taken"),
    (400, {"error": "title is missing"}, errors.Invalid, "title is missing"),
    (400, {"status": 400, "error": "Bad Request"}, errors.Invalid, "Bad Request"),
    (401, {"message": "401 Unauthorized"}, errors.TokenRefused, "does not know the token"),
    (401, {"error": "invalid_token", "error_description": EXPIRED}, errors.TokenRefused, "is expired"),
    (401, {"error": "invalid_token", "error_description": REVOKED}, errors.TokenRefused, "was revoked"),
    (401, {"message": "Your IP is not allowed"}, errors.TokenRefused, "Your IP is not allowed"),
    (403, SCOPE, errors.ScopeMissing, "the scope api"),
    (403, {"message": "403 Forbidden"}, errors.Denied, "does not allow"),
    (403, {"message": "403 Forbidden  - Your account has been blocked"}, errors.Denied, ": Your account has been bl"),
    (404, {"message": "404 Project Not Found"}, errors.NotFound, "does not know"),
    (404, {"message": "No Issue found for given params"}, errors.NotFound, "No Issue found for given params"),
    (405, {"message": "Non GET methods are not allowed for moved projects"}, errors.Invalid, "moved to another path"),
    (409, {"message": "Issue(s) already assigned"}, errors.Conflict, "already assigned"),
    (409, {"message": "409 Conflict: Resource lock"}, errors.Conflict, ": Resource lock"),
    (412, {"message": "412 Precondition Failed"}, errors.Conflict, "412 Precondition Failed"),
    (415, {"error": "The provided content-type is not supported."}, errors.Invalid, "content-type"),
    (422, {"message": "422 Unprocessable Entity"}, errors.Invalid, "422 Unprocessable Entity"),
    (400, {}, errors.Invalid, "refused"),
    (400, [1, 2], errors.Invalid, "refused"),
    (400, {"message": None}, errors.Invalid, "refused"),
    (400, {"message": {"a": {"b": [{"c": 1}]}}}, errors.Invalid, "a b c 1"),
]


def read(gateway: Gateway) -> None:
    gateway.project("a/b")


def write(gateway: Gateway) -> None:
    gateway.send(POST)


@pytest.mark.parametrize("call", [read, write])
@pytest.mark.parametrize(("status", "body", "error", "said"), REFUSALS)
def test_refusal(
    scripted: Scripted,
    connect: Connect,
    call: Callable[[Gateway], None],
    status: int,
    body: object,
    error: type[errors.GitLabError],
    said: str,
) -> None:
    scripted.answers(http(status, body))
    with pytest.raises(errors.GitLabError) as caught:
        call(connect(scripted.url))
    assert type(caught.value) is error
    assert said in str(caught.value)
    assert caught.value.hint
    assert caught.value.status == status
    assert len(scripted.received) == 1


def test_a_scope_for_reading_does_not_do_for_a_change(scripted: Scripted, connect: Connect) -> None:
    gateway = connect(scripted.answers(http(403, SCOPE)).url)
    with pytest.raises(errors.ScopeMissing, match=r"the scope api or read_api, which the project a/b"):
        read(gateway)
    with pytest.raises(errors.ScopeMissing, match=r"the scope api, which POST"):
        write(gateway)


@pytest.mark.parametrize("call", [read, write])
def test_text_of_an_error_is_cleaned_and_shortened(
    scripted: Scripted, connect: Connect, call: Callable[[Gateway], None]
) -> None:
    scripted.answers(http(400, {"message": "\x1b]0;x\x07\n\u202e[b]" + "x" * 5000}))
    with pytest.raises(errors.Invalid) as caught:
        call(connect(scripted.url))
    assert len(str(caught.value)) < 400
    assert not set(str(caught.value)) & set("\x1b\x07\n\u202e")


def test_plain_text_error(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(http(400, "Bad Request", kind="text/plain"))
    with pytest.raises(errors.Invalid, match=r": Bad Request\."):
        write(connect(scripted.url))


def test_body_that_is_not_text(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(head(400, {"Content-Length": "3", "Content-Type": "text/plain"}) + b"\xff\xfe\x00")
    with pytest.raises(errors.Invalid):
        write(connect(scripted.url))


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404])
def test_page_instead_of_an_answer_to_a_read(scripted: Scripted, connect: Connect, status: int) -> None:
    scripted.answers(http(status, PAGE, kind="text/html; charset=utf-8"))
    with pytest.raises(errors.Unreachable, match="not as GitLab's API") as caught:
        read(connect(scripted.url))
    assert "login page" in caught.value.hint
    assert len(scripted.received) == 1


def test_page_instead_of_an_answer_to_a_write(scripted: Scripted, connect: Connect) -> None:
    gateway = connect(scripted.url)
    scripted.answers(http(403, PAGE, kind="text/html"))
    with pytest.raises(errors.Unreachable, match="not as GitLab's API"):
        write(gateway)
    scripted.answers(http(200, PAGE, kind="text/html"))
    with pytest.raises(errors.OutcomeUnknown):
        write(gateway)
    scripted.answers(http(413, PAGE, kind="text/html"))
    with pytest.raises(errors.Invalid, match="too large"):
        write(gateway)


def test_answer_of_another_shape(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(http(200, {"id": "no number", "path_with_namespace": "a/b"}))
    with pytest.raises(errors.Unreachable, match="not as GitLab's API"):
        read(connect(scripted.url))
    assert len(scripted.received) == 1


@pytest.mark.parametrize("status", [408, 500, 501, 502, 503, 504, 520])
def test_server_fault_after_a_write_leaves_the_outcome_open(scripted: Scripted, connect: Connect, status: int) -> None:
    scripted.answers(http(status, {"message": "500 Internal Server Error"}, Retry_After="0"))
    with pytest.raises(errors.OutcomeUnknown) as caught:
        write(connect(scripted.url))
    assert caught.value.status == status
    assert len(scripted.received) == 1


@pytest.mark.parametrize(
    "body",
    ["[1]", '{"iid": ', "12", '"text"', "\xff", "", "{}", '{"message": "202 Accepted"}'],
    ids=["list", "cut", "number", "text", "bytes", "nothing", "no-fields", "other-fields"],
)
def test_success_without_a_readable_body_leaves_the_outcome_open(
    scripted: Scripted, connect: Connect, body: str
) -> None:
    scripted.answers(http(201, body))
    with pytest.raises(errors.OutcomeUnknown):
        write(connect(scripted.url))
    assert len(scripted.received) == 1


def reset(stream: socket.socket) -> None:
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def half(stream: socket.socket) -> None:
    stream.sendall(http(201, {"iid": 1, "title": "x" * 100})[:-40])


def bad_chunk(stream: socket.socket) -> None:
    stream.sendall(head(201, {"Transfer-Encoding": "chunked"}) + b"zz\r\n{}")


def nonsense(stream: socket.socket) -> None:
    stream.sendall(b"\x1b]0;hello\x07\r\n\r\n")


@pytest.mark.parametrize(
    "answer", [reset, half, bad_chunk, nonsense, b""], ids=lambda one: getattr(one, "__name__", "eof")
)
def test_broken_connection(
    scripted: Scripted, connect: Connect, answer: bytes | Callable[[socket.socket], None]
) -> None:
    gateway = connect(scripted.url)
    scripted.answers(answer)
    with pytest.raises(errors.OutcomeUnknown) as caught:
        write(gateway)
    assert len(scripted.received) == 1
    assert "\x1b" not in str(caught.value)
    scripted.answers(answer, http(200, {"version": "18.0.0"}))
    assert gateway.version() == "18.0.0"


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("call", [read, write])
def test_nobody_listens(connect: Connect, call: Callable[[Gateway], None]) -> None:
    with pytest.raises(errors.Unreachable, match="nothing listens there"):
        call(connect(closed_port(), total=1))


@pytest.mark.parametrize("call", [read, write])
def test_no_connection_in_time(connect: Connect, call: Callable[[Gateway], None]) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.create_connection(address), socket.socket() as second:
            second.setblocking(False)
            second.connect_ex(address)
            gateway = connect(f"http://127.0.0.1:{address[1]}", timeouts=(0.2, 5), total=1)
            with pytest.raises(errors.GitLabError) as caught:
                call(gateway)
    assert isinstance(caught.value, errors.Unreachable)


@pytest.mark.parametrize("call", [read, write])
def test_slow_answer(scripted: Scripted, connect: Connect, call: Callable[[Gateway], None]) -> None:
    def hang(_: socket.socket) -> None:
        scripted.stopping.wait(30)

    scripted.answers(hang)
    expected = errors.OutcomeUnknown if call is write else errors.Unreachable
    with pytest.raises(expected, match=r"no answer within|did not answer"):
        call(connect(scripted.url, timeouts=(1, 0.3), total=1))


@pytest.mark.parametrize("call", [read, write])
def test_answer_that_trickles_in_has_an_end(
    scripted: Scripted, connect: Connect, call: Callable[[Gateway], None]
) -> None:
    def trickle(stream: socket.socket) -> None:
        for byte in http(200, {"version": "18.0.0"}):
            stream.sendall(bytes([byte]))
            if scripted.stopping.wait(0.1):
                return

    scripted.answers(trickle)
    expected = errors.OutcomeUnknown if call is write else errors.Unreachable
    with pytest.raises(expected, match="within 1 s"):
        call(connect(scripted.url, timeouts=(1, 1), total=1))


def test_user_is_the_one_that_was_asked_for(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(http(200, [{"id": 3, "username": "bobby"}]))
    assert connect(scripted.url).user("bob") is None


@pytest.mark.parametrize(
    ("member", "admin", "level"),
    [(http(200, {"access_level": 40}), True, 40), (http(404, {}), True, 0), (http(404, {}), None, 0)],
)
def test_access_level_where_the_project_does_not_say(
    scripted: Scripted, connect: Connect, member: bytes, admin: bool | None, level: int
) -> None:
    project = {"id": 7, "path_with_namespace": "a/b", "permissions": {"project_access": None, "group_access": None}}
    scripted.answers(http(200, project), http(200, {"id": 5, "username": "alice", "is_admin": admin}), member)
    assert connect(scripted.url).project("a/b").access_level == level
    assert scripted.requests()[-1] == "GET /api/v4/projects/7/members/all/5"


def test_who_sends(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(http(200, {"version": "18.0.0"}))
    connect(scripted.url).version()
    request = scripted.received[0].decode()
    assert "User-Agent: rollout-tui/" in request
    assert "PRIVATE-TOKEN: glpat-planted-secret-1" in request


def test_text_that_json_cannot_hold_is_no_crash(scripted: Scripted, connect: Connect) -> None:
    with pytest.raises(errors.Invalid, match="cannot be sent"):
        connect(scripted.url).send(Request("POST", "/x", {"value": float("nan")}))
    assert scripted.received == []
