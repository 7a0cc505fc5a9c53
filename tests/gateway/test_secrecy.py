"""A planted token is in no message, representation, log or trace, whatever goes wrong."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Callable

import pytest

from tests.gateway.conftest import TOKEN, Connect
from tests.gateway.scripted import Scripted, http
from tui.domain import errors
from tui.domain.plan import Request
from tui.gateway.client import Gateway

ANSWERS = {
    "refused": http(401, {"message": f"401 Unauthorized {'x' * 10}"}),
    "invalid": http(400, {"message": "no"}),
    "fault": http(500, {"message": "500"}),
    "page": http(200, "<html>", kind="text/html"),
    "cut": http(200, "{"),
    "lost": b"",
}


def read(gateway: Gateway) -> None:
    gateway.project("a/b")


def write(gateway: Gateway) -> None:
    gateway.send(Request("POST", "/features/x", {"value": True}))


def everything_about(error: BaseException) -> str:
    """What a crash report with local variables would show."""
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    links = [error, error.__cause__, error.__context__]
    return "".join(trace.format()) + "".join(f"{one!r} {one} {vars(one) if one else ''}" for one in links)


@pytest.mark.parametrize("oauth", [False, True])
@pytest.mark.parametrize("call", [read, write])
@pytest.mark.parametrize("answer", ANSWERS)
def test_planted_token_is_nowhere(
    scripted: Scripted,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    answer: str,
    call: Callable[[Gateway], None],
    oauth: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    scripted.answers(ANSWERS[answer])
    gateway = connect(scripted.url, oauth=oauth, total=1)
    with pytest.raises(errors.GitLabError) as caught:
        call(gateway)
    assert any(TOKEN in request.decode() for request in scripted.received)
    shown = everything_about(caught.value) + caplog.text + "".join(capfd.readouterr()) + repr(gateway)
    assert TOKEN not in shown
    assert "tui.gateway" in caplog.text


def test_errors_keep_no_request(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(b"")
    with pytest.raises(errors.OutcomeUnknown) as caught:
        write(connect(scripted.url))
    cause = caught.value.__cause__
    assert cause is not None
    assert getattr(cause, "request", None) is None
    assert not any("PreparedRequest" in type(one).__name__ for one in gc.get_referents(cause))


def test_log_has_a_line_for_each_request(
    scripted: Scripted, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tui.gateway")
    scripted.answers(http(500), http(200, {"version": "18.0.0"}))
    connect(scripted.url).version()
    lines = [record.getMessage() for record in caplog.records if record.name == "tui.gateway"]
    assert [line.split()[:3] for line in lines] == [
        ["GET", "/version", "500"],
        ["again", "in", lines[1].split()[2]],
        ["GET", "/version", "200"],
    ]
    assert lines[0].endswith(" ms")


def test_log_has_no_bodies(scripted: Scripted, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    scripted.answers(http(201, {"iid": 1}))
    connect(scripted.url).send(Request("POST", "/projects/1/issues", {"title": "confidential plan"}))
    assert "confidential plan" not in caplog.text
