"""Which GitLab to talk to and as whom. Cheap to import: neither python-gitlab nor requests is loaded here."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from tui.domain.errors import BadInput, TokenMissing
from tui.domain.text import shorten
from tui.gateway.secret import Secret
from tui.gateway.token_kind import USABLE, unusable

ENVIRONMENT = "env"
"""The name of the instance that `GITLAB_URL` and `GITLAB_TOKEN` (or `GITLAB_OAUTH_TOKEN`) describe."""

VARIABLES = ("GITLAB_TOKEN", "GITLAB_OAUTH_TOKEN")
OAUTH_VARIABLE = VARIABLES[1]

_TOKEN = re.compile(r"[!-~]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Connection:
    """An instance by name, its address (a sub path is fine) and the operator's token.

    `ca` is the path of a CA bundle, empty for the system's. `oauth` sends the token as a bearer token. `timeout` are
    the seconds to wait for an answer, 0 for ours. Plain HTTP is refused except to this machine or with
    `insecure_http`. Raises BadInput for an address or a kind of token that will not do, and TokenMissing for an empty
    token.
    """

    name: str
    url: str
    token: Secret
    ca: str = ""
    oauth: bool = False
    insecure_http: bool = False
    timeout: float = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _address(self.name, self.url, self.insecure_http))
        if not self.token:
            raise TokenMissing(f"There is no token for the instance {self.name}.")
        if not _TOKEN.fullmatch(self.token.reveal()):
            raise BadInput(
                f"The token for the instance {self.name} holds blanks or characters that no token has.",
                "Copy it again, without quotes and line breaks.",
            )
        kind = unusable(self.token)
        if kind:
            raise BadInput(f"The token for the instance {self.name} is {kind}, which cannot do a rollout.", USABLE)

    @property
    def loopback(self) -> bool:
        """Whether the instance is on this machine."""
        return is_loopback(urlsplit(self.url).hostname or "")


def from_environment(environ: Mapping[str, str], *, insecure_http: bool = False) -> Connection | None:
    """The instance of `GITLAB_URL` and `GITLAB_TOKEN`, or `GITLAB_OAUTH_TOKEN`; None without a `GITLAB_URL`.

    Raises TokenMissing for an address without a token, BadInput for the token of a CI job.
    """
    url = environ.get("GITLAB_URL", "").strip()
    if not url:
        return None
    variable = token_variable(environ)
    token = environ.get(variable, "").strip()
    if not token:
        raise TokenMissing("GITLAB_URL is set, but GITLAB_TOKEN is not.", "Set GITLAB_TOKEN as well.")
    if token == environ.get("CI_JOB_TOKEN", "").strip():
        raise BadInput(f"{variable} is the token of this CI job, which cannot do a rollout.", USABLE)
    return Connection(ENVIRONMENT, url, Secret(token), oauth=variable == OAUTH_VARIABLE, insecure_http=insecure_http)


def token_variable(environ: Mapping[str, str]) -> str:
    """The variable that the environment's token is taken from: an access token goes before an OAuth token."""
    given = [name for name in VARIABLES if environ.get(name, "").strip()]
    return (*given, *VARIABLES)[0]


def from_config(
    section: str, files: Sequence[str] | None = None, *, name: str = "", insecure_http: bool = False
) -> Connection:
    """The instance of a section of python-gitlab's own configuration file, `helper:` commands included.

    `files` are read instead of the usual places; `name` is what we call the instance, the section's name by default.
    Runs the helper, so call it in a worker. Raises BadInput, TokenMissing.
    """
    from tui.gateway.config_file import read

    found = read(section, files)
    return Connection(name or section, found.url, found.token, found.ca, found.oauth, insecure_http, found.timeout)


def place(parts: SplitResult) -> tuple[str, int]:
    """Host in lower case and port of a split address; port 0 when it has none and its scheme none either."""
    return (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine, without asking the name server."""
    if host.lower() in {"localhost", "localhost."}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def split_address(text: str) -> SplitResult | None:
    """A web address in its parts; None when it is not one."""
    try:
        parts = urlsplit(text.strip())
        usable = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and place(parts)[1] > 0
    except ValueError:
        return None
    return parts if usable and not re.search(r"[\x00-\x20\x7f\\]", parts.geturl()) else None


def _address(name: str, text: str, insecure_http: bool) -> str:
    parts = split_address(text)
    if parts is None:
        raise BadInput(
            f'The address of the instance {name} is not a web address: "{_without_login(text)}".',
            "Write it like https://gitlab.example.com",
        )
    if parts.username is not None or parts.password is not None:
        raise BadInput(
            f"The address of the instance {name} holds a user name or password.",
            "Leave it out of the address and use a token.",
        )
    if parts.query or parts.fragment:
        raise BadInput(
            f'The address of the instance {name} has something after "?" or "#".',
            "Only the address of GitLab itself is needed, like https://gitlab.example.com",
        )
    if parts.scheme == "http" and not (insecure_http or is_loopback(parts.hostname or "")):
        raise BadInput(
            f"The address of the instance {name} is plain http: the token would travel unprotected.",
            "Use https://, or set insecure_http for this instance in the settings.",
        )
    path = parts.path.rstrip("/").removesuffix("/api/v4").rstrip("/")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _without_login(text: str) -> str:
    return shorten(re.sub(r"//[^/]*@", "//…@", text), 80)
