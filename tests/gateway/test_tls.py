"""HTTPS is verified: a certificate of nobody is refused, that of a named CA is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway.conftest import Connect, with_openssl
from tests.gateway.scripted import Scripted
from tui.domain import errors
from tui.domain.plan import Request

pytestmark = with_openssl


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
