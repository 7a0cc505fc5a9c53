"""HTTP sessions as we want them: one TLS context for all, no surprises from redirects or from the environment."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import ssl
from typing import Any
from urllib.parse import urljoin, urlsplit

import certifi
import gitlab
import requests
from gitlab._backends.requests_backend import RequestsBackend, RequestsResponse
from requests.adapters import HTTPAdapter

from tui.domain.errors import BadInput
from tui.gateway.connection import Connection, place


class Session(requests.Session):
    """Follows redirects of reads inside the instance only.

    requests takes the token off a redirect to another host only when it is a bearer token, and repeats a redirected
    write as a read.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """The address to go on with, or None to take the redirect as the answer."""
        target = super().get_redirect_target(resp)
        if target is None or resp.request.method != "GET":
            return None
        here, there = urlsplit(resp.url), urlsplit(urljoin(resp.url, target))
        same = here.scheme == there.scheme and place(here) == place(there)
        return target if same else None

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Keep the token: we stay on the host, and requests would put a login from ~/.netrc in its place."""


class SharedTls(HTTPAdapter):
    """Verifies with one context: requests would load the CA bundle again for each connection (30 ms of CPU)."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed through
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - passed through
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: object, cert: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The same for every session, whatever bundle the environment names: the context has it."""
        return super().build_connection_pool_key_attributes(request, verify=True)

    def cert_verify(self, conn: Any, url: str, verify: object, cert: object) -> None:  # noqa: ANN401 - urllib3's pool
        """Always."""
        conn.cert_reqs = "CERT_REQUIRED"


class Backend(RequestsBackend):
    """Keeps the response: python-gitlab's errors have no headers, and `Retry-After` is one."""

    _last: requests.Response | None = None

    def http_request(self, *args: Any, **kwargs: Any) -> RequestsResponse:  # noqa: ANN401 - passed through
        """One request; its response can be taken afterwards."""
        answer = super().http_request(*args, **kwargs)
        self._last = answer.response
        return answer

    def take(self) -> requests.Response:
        """The response to the last request, once. It is not kept longer: it holds the connection."""
        response, self._last = self._last, None
        assert response is not None
        return response


class Client:
    """A python-gitlab client for one thread at a time."""

    def __init__(self, connection: Connection) -> None:
        session = Session()
        session.max_redirects = 3
        session.trust_env = not connection.loopback
        session.mount("https://", SharedTls(tls_context(connection.ca)))
        self.backend = Backend(session)
        token = connection.token.reveal()
        self.gitlab = gitlab.Gitlab(
            connection.url,
            private_token=None if connection.oauth else token,
            oauth_token=token if connection.oauth else None,
            user_agent=f"rollout-tui/{_version()}",
            retry_transient_errors=False,
            keep_base_url=True,
            backend=lambda **_: self.backend,
        )

    def close(self) -> None:
        """Give the connections back to the system."""
        self.backend.client.close()


def proxy_of(connection: Connection) -> str:
    """The proxy that requests to the instance go through, without a login; empty for none. None is for this machine."""
    if connection.loopback:
        return ""
    found = requests.utils.select_proxy(connection.url, requests.utils.get_environ_proxies(connection.url))
    parts = urlsplit(found or "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else found or ""


def bundle_of(connection: Connection) -> str:
    """The file of certificates that the operator named for the instance; empty for the system's."""
    return _bundle(connection.ca)


def _bundle(ca: str) -> str:
    return ca or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or ""


@functools.cache
def tls_context(ca: str) -> ssl.SSLContext:
    """A verifying context with `ca`, or with the environment's bundle, or with the system's and certifi's.

    Raises BadInput when the bundle cannot be read.
    """
    bundle = _bundle(ca)
    try:
        context = ssl.create_default_context()
        where = bundle or certifi.where()
        context.load_verify_locations(**{"capath" if os.path.isdir(where) else "cafile": where})  # noqa: PTH112
    except (OSError, ssl.SSLError) as error:
        raise BadInput(
            f"The CA bundle {bundle} cannot be read: {error.strerror or 'it holds no certificate'}.",
            "Give the path of a file with certificates in PEM form.",
        ) from error
    return context


@functools.cache
def _version() -> str:
    try:
        return importlib.metadata.version("rollout-tui")
    except importlib.metadata.PackageNotFoundError:
        return "0"
