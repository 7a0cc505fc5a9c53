"""The first picture must not wait for HTTP libraries."""

from __future__ import annotations

import subprocess
import sys

LIGHT = "import sys, tui.gateway, tui.gateway.connection, tui.gateway.secret, tui.gateway.cancel\n"
SHOW = "print(*sorted({'gitlab', 'requests', 'urllib3', 'tenacity', 'subprocess'} & set(sys.modules)))"


def loaded(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", code + SHOW], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_connection_and_cancel_load_no_http_library() -> None:
    assert loaded(LIGHT) == set()


def test_the_client_does() -> None:
    assert {"gitlab", "requests"} <= loaded("import sys, tui.gateway.client\n")
