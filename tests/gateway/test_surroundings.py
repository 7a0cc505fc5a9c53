"""What stands around a GitLab: proxies, certificates of one's own, logins in ~/.netrc, and its own redirects."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.gateway.conftest import TOKEN, Connect, with_openssl
from tests.gateway.scripted import Scripted, http
from tui.domain import errors
from tui.domain.plan import Request
from tui.gateway.client import Gateway
from tui.gateway.connection import Connection
from tui.gateway.failures import stage
from tui.gateway.secret import Secret
from tui.gateway.session import proxy_of, tls_context

AWAY = "gitlab.corp.example"
"""A host that no name server knows: only a proxy can have reached it."""

VERSION = http(200, {"version": "18.0.0"})


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """None of this machine's own; TLS contexts are made anew."""
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


@pytest.fixture
def away() -> Iterator[Gateway]:
    """A gateway to a host that is not there, over plain http."""
    with ExitStack() as stack:
        link = Connection("corp", f"http://{AWAY}", Secret(TOKEN), insecure_http=True)
        yield stack.enter_context(Gateway(link, timeouts=(2, 5), total=1))


def test_the_environments_proxy_is_used(scripted: Scripted, away: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", scripted.answers(VERSION).url)
    assert away.version() == "18.0.0"
    assert scripted.requests() == [f"GET http://{AWAY}/api/v4/version"]


def test_this_machine_is_never_reached_through_a_proxy(
    scripted: Scripted, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Scripted() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert connect(scripted.answers(VERSION).url).version() == "18.0.0"
        assert proxy.received == []


@pytest.mark.parametrize(
    ("url", "exceptions", "shown"),
    [
        (f"https://{AWAY}", "", "http://proxy.lan:3128"),
        (f"https://{AWAY}/gitlab", "other.example", "http://proxy.lan:3128"),
        (f"https://{AWAY}", ".corp.example", ""),
        ("https://127.0.0.1:8443", "", ""),
    ],
)
def test_which_proxy_without_its_login(monkeypatch: pytest.MonkeyPatch, url: str, exceptions: str, shown: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.lan:3128")
    monkeypatch.setenv("NO_PROXY", exceptions)
    assert proxy_of(Connection("corp", url, Secret(TOKEN))) == shown


@pytest.mark.parametrize("answer", [http(407, "who are you", kind="text/plain"), http(403, "no", kind="text/plain")])
def test_a_proxy_that_refuses_is_named_and_a_write_did_nothing(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", scripted.answers(answer).url.replace("//", "//me:hunter2@"))
    link = Connection("corp", f"https://{AWAY}", Secret(TOKEN))
    with Gateway(link, timeouts=(2, 5), total=1) as gateway:
        for call in (gateway.version, lambda: gateway.send(Request("POST", "/x", {}))):
            with pytest.raises(errors.Unreachable, match="the proxy does not let us through") as caught:
                call()
            assert stage(caught.value) == "proxy"
            assert "hunter2" not in repr(caught.value) + str(caught.value.__cause__)
    assert not any(TOKEN.encode() in one for one in scripted.received)


@with_openssl
def test_https_through_a_proxy_with_a_ca_of_ones_own(
    scripted: Scripted, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])

    def tunnel(stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(stream, server_side=True) as inside:
            scripted.received.append(inside.recv(65536))
            inside.sendall(VERSION)

    monkeypatch.setenv("HTTPS_PROXY", scripted.answers(tunnel).url)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[1]))
    with Gateway(Connection("corp", f"https://{AWAY}", Secret(TOKEN)), timeouts=(2, 5), total=2) as gateway:
        assert gateway.version() == "18.0.0"
    connected, inside = scripted.received
    assert connected.startswith(f"CONNECT {AWAY}:443".encode())
    assert TOKEN.encode() not in connected
    assert TOKEN.encode() in inside


@with_openssl
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environments_ca_bundle_is_trusted(
    secure: Scripted, connect: Connect, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(certificate[1]))
    assert connect(secure.url).version() == "18.0.0"


def test_a_login_in_netrc_does_not_take_the_tokens_place(
    scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(f"machine {AWAY} login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    moved = http(301, {"message": "moved"}, Location=f"http://{AWAY}/api/v4/projects/7")
    project = http(200, {"id": 7, "path_with_namespace": "a/b", "permissions": {"group_access": {"access_level": 30}}})
    for oauth, header in ((False, f"PRIVATE-TOKEN: {TOKEN}"), (True, f"Authorization: Bearer {TOKEN}")):
        scripted.received.clear()
        monkeypatch.setenv("HTTP_PROXY", scripted.answers(moved, project).url)
        link = Connection("corp", f"http://{AWAY}", Secret(TOKEN), oauth=oauth, insecure_http=True)
        with Gateway(link, timeouts=(2, 5), total=2) as gateway:
            assert gateway.project("old/b").path == "a/b"
        assert len(scripted.received) == 2
        for request in scripted.received:
            assert header.encode() in request
            assert b"Basic" not in request


def test_a_moved_project_is_followed_below_a_path(scripted: Scripted, connect: Connect) -> None:
    moved = http(301, {"message": "moved"}, Location=f"{scripted.url}/gitlab/api/v4/projects/7")
    project = http(200, {"id": 7, "path_with_namespace": "a/b", "permissions": {"group_access": {"access_level": 30}}})
    scripted.answers(moved, project)
    assert connect(f"{scripted.url}/gitlab").project("old/b").path == "a/b"
    assert scripted.requests() == ["GET /gitlab/api/v4/projects/old%2Fb", "GET /gitlab/api/v4/projects/7"]


@pytest.mark.parametrize("location", ["https://other.example/api/v4/version", "http://127.0.0.1:1/api/v4/version"])
def test_the_token_does_not_follow_to_another_host(scripted: Scripted, connect: Connect, location: str) -> None:
    scripted.answers(http(302, "", Location=location))
    with pytest.raises(errors.Invalid, match="redirects") as caught:
        connect(scripted.url).version()
    assert stage(caught.value) == "GitLab"
    assert len(scripted.received) == 1


def test_how_far_a_request_came(scripted: Scripted, connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    page = http(200, "<html>sign in</html>", kind="text/html")
    for url, expected in (
        (nobody, "address"),
        (scripted.answers(page).url.replace("http:", "https:"), "TLS"),
        (scripted.url, "GitLab"),
    ):
        with pytest.raises(errors.GitLabError) as caught:
            connect(url, total=1).version()
        assert stage(caught.value) == expected


def test_a_version_that_is_told_at_another_address(scripted: Scripted, connect: Connect) -> None:
    scripted.answers(http(404, {"error": "404 Not Found"}), http(200, {"version": "18.0.0", "enterprise": True}))
    assert connect(scripted.url).version() == "18.0.0"
    assert scripted.requests() == ["GET /api/v4/version", "GET /api/v4/metadata"]


def test_a_version_that_is_kept_secret_is_no_error(scripted: Scripted, connect: Connect) -> None:
    for answer in (http(403, {"message": "403 Forbidden"}), http(404, {"error": "404 Not Found"})):
        assert connect(scripted.answers(answer).url).version() == ""


def test_waits_as_long_as_the_connection_says(scripted: Scripted) -> None:
    def hang(stream: socket.socket) -> None:
        scripted.stopping.wait(20)

    link = Connection("corp", scripted.answers(hang).url, Secret(TOKEN), timeout=0.2)
    with Gateway(link) as gateway, pytest.raises(errors.OutcomeUnknown, match="no answer within the time limit"):
        gateway.send(Request("POST", "/x", {}))
