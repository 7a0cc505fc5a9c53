"""HTTPS is verified: a certificate of nobody is refused, that of a named CA is taken."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.conftest import Connect
from tests.gateway.scripted import Scripted, http
from tui.domain import errors
from tui.domain.plan import Request

OPENSSL = shutil.which("openssl")

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="needs openssl to make a certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    asked = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([str(OPENSSL), *asked.split(), *names], check=True, capture_output=True)
    return key, cert


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[Scripted]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    with Scripted(context) as server:
        yield server.answers(http(200, {"version": "18.0.0"}))


def test_certificate_of_nobody_is_refused(secure: Scripted, connect: Connect) -> None:
    gateway = connect(secure.url, total=1)
    with pytest.raises(errors.Unreachable, match="certificate of corp is not trusted") as caught:
        gateway.version()
    assert "CA file" in caught.value.hint
    with pytest.raises(errors.Unreachable):
        gateway.send(Request("POST", "/x", {}))
    assert secure.received == []


def test_certificate_of_a_named_ca_is_taken(secure: Scripted, connect: Connect, certificate: tuple[Path, Path]) -> None:
    assert connect(secure.url, ca=str(certificate[1])).version() == "18.0.0"


def test_certificate_for_another_name_is_refused(
    secure: Scripted, connect: Connect, certificate: tuple[Path, Path]
) -> None:
    url = secure.url.replace("127.0.0.1", "localhost")
    with pytest.raises(errors.Unreachable, match=r"not trusted.*localhost"):
        connect(url, ca=str(certificate[1]), total=1).version()


def test_plain_server_behind_an_https_address(scripted: Scripted, connect: Connect) -> None:
    with pytest.raises(errors.Unreachable, match="the encrypted connection failed"):
        connect(scripted.url.replace("http:", "https:"), total=1).version()


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_unusable_ca(connect: Connect, tmp_path: Path, content: str | None) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    with pytest.raises(errors.BadInput, match=r"ca\.pem cannot be read"):
        connect("https://127.0.0.1:1", ca=str(bundle)).version()
