"""Reads are repeated, writes never; waits end when the operator says so. Against the misbehaving sandbox."""

from __future__ import annotations

import email.utils
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.gateway.conftest import Connect
from tests.gateway.scripted import Scripted, http
from tui.domain import errors
from tui.domain.plan import Request
from tui.gateway.cancel import Cancel
from tui.gateway.client import Gateway
from tui.sandbox.faults import Fault, Kind
from tui.sandbox.server import Server

AT_ONCE = 8.0
"""Seconds within which a stop has to end it on a machine that is busy; what hangs here hangs for 30."""

CREATE = Request("POST", "/projects/1/issues", {"title": "Exactly one"})


def seen(sandbox: Server, method: str = "GET") -> int:
    return sum(one.method == method for one in sandbox.requests)


def made(sandbox: Server) -> int:
    issues = sandbox.snapshot().projects[1].issues.values()
    return sum(issue.title == "Exactly one" for issue in issues)


@pytest.mark.parametrize("kind", ["lost-before", "http-429", "http-500", "http-502", "http-503", "truncated-json"])
def test_read_is_repeated_until_it_works(sandbox: Server, gateway: Gateway, kind: Kind) -> None:
    sandbox.faults.add(Fault(kind, times=2))
    assert gateway.version() == "18.5.1-ee"
    assert seen(sandbox) == 3


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("lost-before", errors.Unreachable),
        ("http-429", errors.Throttled),
        ("http-500", errors.ServerFault),
        ("http-502", errors.ServerFault),
        ("truncated-json", errors.Unreachable),
    ],
)
def test_read_is_given_up_after_four_attempts(
    sandbox: Server, gateway: Gateway, kind: Kind, error: type[errors.GitLabError]
) -> None:
    sandbox.faults.add(Fault(kind, times=-1))
    with pytest.raises(error):
        gateway.version()
    assert seen(sandbox) == 4


@pytest.mark.parametrize("answer", [{"message": "401 Unauthorized"}, {"error": "x"}])
def test_refused_read_is_not_repeated(scripted: Scripted, connect: Connect, answer: object) -> None:
    scripted.answers(http(401, answer))
    with pytest.raises(errors.TokenRefused):
        connect(scripted.url).version()
    assert len(scripted.received) == 1


def test_read_waits_as_long_as_it_is_asked_to(sandbox: Server, gateway: Gateway) -> None:
    sandbox.faults.add(Fault("http-429", retry_after="1"))
    start = time.monotonic()
    gateway.version()
    assert time.monotonic() - start >= 1


@pytest.mark.parametrize("form", ["7200", "date", "99999999999"])
def test_read_does_not_wait_longer_than_it_may(sandbox: Server, gateway: Gateway, form: str) -> None:
    date = email.utils.format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    sandbox.faults.add(Fault("http-429", retry_after=date if form == "date" else form))
    with pytest.raises(errors.Throttled, match="an hour or more") as caught:
        gateway.version()
    assert caught.value.after == 3600
    assert seen(sandbox) == 1


@pytest.mark.parametrize(("retry_after", "after"), [("7", 7.0), (None, None), ("nonsense", None)])
def test_throttled_write_is_not_repeated(
    sandbox: Server, gateway: Gateway, retry_after: str | None, after: float | None
) -> None:
    sandbox.faults.add(Fault("http-429", method="POST", retry_after=retry_after))
    with pytest.raises(errors.Throttled) as caught:
        gateway.send(CREATE)
    assert caught.value.after == after
    assert (seen(sandbox, "POST"), made(sandbox)) == (1, 0)


@pytest.mark.parametrize(
    ("kind", "effect", "effects"),
    [
        ("lost-before", False, 0),
        ("lost-after", False, 1),
        ("http-500", False, 0),
        ("http-500", True, 1),
        ("http-502", True, 1),
        ("http-503", False, 0),
        ("truncated-json", False, 1),
        ("hang", True, 1),
    ],
)
def test_write_without_an_answer_is_sent_once_and_unknown(
    sandbox: Server, connect: Connect, kind: Kind, effect: bool, effects: int
) -> None:
    gateway = connect(sandbox.url, sandbox.token, timeouts=(1, 0.5))
    sandbox.faults.add(Fault(kind, method="POST", effect=effect))
    with pytest.raises(errors.OutcomeUnknown) as caught:
        gateway.send(CREATE)
    assert "POST /projects/1/issues" in str(caught.value)
    assert (seen(sandbox, "POST"), made(sandbox)) == (1, effects)


def test_redirect_to_the_sign_in_page(sandbox: Server, gateway: Gateway) -> None:
    sandbox.faults.add(Fault("redirect", times=2))
    with pytest.raises(errors.Unreachable, match="not as GitLab's API"):
        gateway.version()
    with pytest.raises(errors.Invalid, match="redirects"):
        gateway.send(CREATE)
    assert made(sandbox) == 0


def test_token_that_is_revoked_in_between(sandbox: Server, gateway: Gateway) -> None:
    gateway.version()
    sandbox.faults.add(Fault("revoke-token"))
    with pytest.raises(errors.TokenRefused, match="was revoked"):
        gateway.version()


def test_expired_and_unknown_tokens(sandbox: Server, connect: Connect) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=2)
    with pytest.raises(errors.TokenRefused, match="is expired"):
        connect(sandbox.url, sandbox.mint("bob", expires_at=yesterday)).operator()
    with pytest.raises(errors.TokenRefused, match="does not know the token"):
        connect(sandbox.url).operator()


def cancelled_in_time(cancel: Cancel, call: Callable[[], object], when: Callable[[], bool]) -> float:
    """Seconds from the cancel, which comes as soon as `when()`, to the end of `call`, which must be Interrupted."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(call)
        deadline = time.monotonic() + 10
        pause = threading.Event()
        while not when() and time.monotonic() < deadline:
            pause.wait(0.01)
        start = time.monotonic()
        cancel.set("the operator pressed ctrl+c")
        with pytest.raises(errors.Interrupted, match=r"ctrl\+c"):
            future.result(10)
        return time.monotonic() - start


@pytest.mark.parametrize("fault", [Fault("http-429", retry_after="8"), Fault("hang")], ids=["waiting", "reading"])
def test_cancel_ends_a_wait_at_once(sandbox: Server, connect: Connect, fault: Fault) -> None:
    cancel = Cancel()
    gateway = connect(sandbox.url, sandbox.token, cancel=cancel, timeouts=(5, 30), total=60)
    sandbox.faults.add(fault)
    assert cancelled_in_time(cancel, gateway.version, lambda: sandbox.faults.injected == 1) < AT_ONCE


def test_cancelled_gateway_sends_nothing(sandbox: Server, connect: Connect) -> None:
    cancel = Cancel()
    gateway = connect(sandbox.url, sandbox.token, cancel=cancel)
    cancel.set()
    for call in (gateway.version, lambda: gateway.send(CREATE)):
        with pytest.raises(errors.Interrupted):
            call()
    assert len(sandbox.requests) == 0


def test_cancel_does_not_cut_a_write_that_is_under_way(sandbox: Server, connect: Connect) -> None:
    cancel = Cancel()
    gateway = connect(sandbox.url, sandbox.token, cancel=cancel)
    sandbox.faults.add(Fault("slow", method="POST", seconds=0.2))
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(gateway.send, CREATE)
        pause = threading.Event()
        while not sandbox.faults.injected and not future.done():
            pause.wait(0.01)
        cancel.set()
        assert future.result(10)["title"] == "Exactly one"


def test_a_stop_leaves_a_hanging_write_with_an_unknown_outcome_within_a_second(
    sandbox: Server, connect: Connect
) -> None:
    cancel = Cancel()
    gateway = connect(sandbox.url, sandbox.token, cancel=cancel)
    sandbox.faults.add(Fault("hang", method="POST", effect=True))
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(gateway.send, CREATE)
        pause = threading.Event()
        while not sandbox.faults.injected and not future.done():
            pause.wait(0.01)
        start = time.monotonic()
        cancel.set()
        with pytest.raises(errors.OutcomeUnknown):
            future.result(10)
        assert time.monotonic() - start < AT_ONCE


def test_what_makes_an_accident_good_is_sent_in_spite_of_a_stop(sandbox: Server, connect: Connect) -> None:
    cancel = Cancel()
    gateway = connect(sandbox.url, sandbox.token, cancel=cancel)
    cancel.set()
    assert gateway.send(CREATE, regardless=True)["title"] == "Exactly one"


def test_many_threads_share_a_gateway(sandbox: Server, gateway: Gateway) -> None:
    def work(number: int) -> tuple[str, str]:
        issue = gateway.issue_from(gateway.send(Request("POST", "/projects/1/issues", {"title": f"Plan {number}"})))
        again = gateway.issue(1, issue.iid)
        return f"Plan {number}", again.title if again else ""

    with ThreadPoolExecutor(8) as pool:
        assert all(wanted == got for wanted, got in pool.map(work, range(64)))
    assert len(list(gateway.recent_issues(1))) >= 64


def test_connections_are_kept(sandbox: Server, gateway: Gateway) -> None:
    before = {thread.name for thread in threading.enumerate() if thread.name.startswith("sandbox client")}
    for _ in range(20):
        gateway.version()
    now = [thread for thread in threading.enumerate() if thread.name.startswith("sandbox client")]
    assert len(now) - len(before) <= 1


def test_closed_gateway_gives_its_connections_back(sandbox: Server, connect: Connect) -> None:
    gateway = connect(sandbox.url, sandbox.token)
    gateway.version()
    gateway.close()
    deadline, pause = time.monotonic() + 5, threading.Event()
    while any(thread.name == "sandbox client" for thread in threading.enumerate()) and time.monotonic() < deadline:
        pause.wait(0.01)
    assert not any(thread.name == "sandbox client" for thread in threading.enumerate())
