"""The real gateway without a socket: its requests go to the sandbox's world in the same process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from tui.gateway import client, failures
from tui.gateway.answers import Answer
from tui.gateway.cancel import Cancel
from tui.gateway.client import Gateway
from tui.gateway.connection import Connection
from tui.gateway.failures import Sent
from tui.gateway.transport import Limits, Query, Transport
from tui.sandbox.instance import Instance
from tui.sandbox.wire import Received, encode

Ask = Callable[[Received], Answer]
"""How a request gets its answer: pauses, looks and counts as it likes."""

_FIRST_ERROR = 300


def answer(instance: Instance, received: Received, token: str) -> Answer:
    """What the world answers, as bytes."""
    made = instance.answer(received, {}, token, instance.record(received))
    encoded = encode(made, received.method)
    link = encoded.headers.get("Link", "")
    following = next((part for part in link.split(", ") if part.endswith('rel="next"')), "")
    query = urlsplit(following.partition(">")[0].lstrip("<")).query or None
    return Answer(encoded.status, encoded.headers, encoded.body, query)


class InProcess(Transport):
    """Everything of the transport but the wire."""

    def __init__(self, connection: Connection, ask: Ask) -> None:
        super().__init__(connection, Cancel(), Limits(1, 1, 1))
        self._ask = ask

    def _send(self, sent: Sent, query: Query | None, body: Mapping[str, Any] | None, *_: object) -> Answer:
        pairs = tuple((str(name), str(value)) for name, value in (query or {}).items())
        made = self._ask(Received(sent.method, sent.path, pairs, dict(body) if body is not None else {}))
        if made.status >= _FIRST_ERROR:
            raise failures.of_answer(sent, made)
        return made


def gateway(connection: Connection, ask: Ask) -> Gateway:
    """A gateway whose requests are answered by `ask`."""
    with patch.object(client, "Transport", lambda *_: InProcess(connection, ask)):
        return Gateway(connection)
