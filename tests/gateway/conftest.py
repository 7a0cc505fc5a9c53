"""A sandbox for each test, gateways that are closed again, and a server that answers what a test wrote."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.gateway.scripted import Scripted, http
from tui.gateway.cancel import Cancel
from tui.gateway.client import Gateway
from tui.gateway.connection import Connection
from tui.gateway.secret import Secret
from tui.sandbox.server import Server

ASSETS = Path(__file__).parents[2] / "assets"

TOKEN = "glpat-planted-secret-1"

Connect = Callable[..., Gateway]

OPENSSL = shutil.which("openssl")
with_openssl = pytest.mark.skipif(OPENSSL is None, reason="needs openssl to make a certificate")


@pytest.fixture
def sandbox() -> Iterator[Server]:
    with Server(None, assets=ASSETS, scenario="templates") as server:
        yield server


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with Scripted() as server:
        yield server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    asked = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:gitlab.corp.example", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([str(OPENSSL), *asked.split(), *names], check=True, capture_output=True)
    return key, cert


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[Scripted]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    with Scripted(context) as server:
        yield server.answers(http(200, {"version": "18.0.0"}))


@pytest.fixture
def connect() -> Iterator[Connect]:
    """`connect(url, token)`: a gateway with short time limits unless the test says otherwise."""
    with ExitStack() as stack:

        def make(
            url: str,
            token: str = TOKEN,
            *,
            cancel: Cancel | None = None,
            timeouts: tuple[float, float] = (2, 5),
            total: float = 10,
            ca: str = "",
            oauth: bool = False,
        ) -> Gateway:
            connection = Connection("corp", url, Secret(token), ca=ca, oauth=oauth)
            return stack.enter_context(Gateway(connection, cancel=cancel, timeouts=timeouts, total=total))

        yield make


@pytest.fixture
def gateway(sandbox: Server, connect: Connect) -> Gateway:
    """The sandbox's administrator."""
    return connect(sandbox.url, sandbox.token)


@pytest.fixture
def as_role(sandbox: Server, connect: Connect) -> Callable[[str], Gateway]:
    """`as_role("developer")`: a gateway of somebody in the sandbox with that role."""
    return lambda role: connect(sandbox.url, sandbox.tokens[role])
