"""The one map from what HTTP and GitLab say to the errors that an operator understands.

For a write, what counts is whether it may have had an effect: a refusal by GitLab is certain, and so is a connection
that was never made; everything else is `OutcomeUnknown`. Every 5xx is: 13.8 answers 500 after it ran the commands of
a note, and a proxy answers 502 and 504 for requests that GitLab still works on.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Literal

import requests
import urllib3.exceptions as low

from tui.domain.errors import (
    Conflict,
    Denied,
    GitLabError,
    Invalid,
    NotAdmin,
    NotFound,
    OutcomeUnknown,
    ScopeMissing,
    ServerFault,
    Throttled,
    TokenRefused,
    Unreachable,
)
from tui.domain.text import Clean, shorten
from tui.gateway.answers import Answer
from tui.gateway.waits import LONGEST, retry_after

_NEVER_SENT = (low.NewConnectionError, low.NameResolutionError, low.ConnectTimeoutError, low.ProxyError)
_NEVER_MADE = (
    requests.exceptions.InvalidJSONError,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
)
_TRANSIENT = {408, 429, 500, 502, 503, 504, *range(520, 531)}
Stage = Literal["address", "proxy", "TLS", "GitLab"]

_NO_API = (
    "Check the address of the instance, with its path if GitLab is not at the root of the host; "
    "a login page or a proxy may stand in between."
)


@dataclass(frozen=True)
class Sent:
    """What was asked: for the words of an error. `subject` is what a read was about, such as `the project a/b`."""

    instance: str
    method: str
    path: str
    subject: str = ""

    @property
    def write(self) -> bool:
        """Whether it may change something."""
        return self.method != "GET"

    @property
    def about(self) -> str:
        """The subject, or the request itself."""
        return self.subject or f"{self.method} {shorten(self.path, 120)}"


def of_answer(sent: Sent, answer: Answer) -> GitLabError:
    """The error for an answer that is not 2xx."""
    status = answer.status
    if status == 429:  # noqa: PLR2004 - HTTP's own numbers read best as they are
        return _throttled(sent, answer)
    if status in _TRANSIENT or status >= 500:  # noqa: PLR2004
        return _server_fault(sent, answer)
    if 300 <= status < 400:  # noqa: PLR2004
        return _moved(sent, answer)
    if answer.page and status != 413:  # noqa: PLR2004
        return not_gitlab(sent, status)
    if status == 401:  # noqa: PLR2004
        return _token_refused(sent, answer)
    if status == 403:  # noqa: PLR2004
        return _denied(sent, answer)
    return _refused(sent, answer)


def of_failure(sent: Sent, error: Exception) -> GitLabError:
    """The error for a request without a usable answer: `error` is requests' or the system's."""
    reasons = _chain(error)
    if isinstance(error, requests.TooManyRedirects):
        return Invalid(f"{sent.instance} redirects {sent.about} in a circle.", _NO_API)
    if isinstance(error, _NEVER_MADE):
        return Invalid(
            f"{sent.about} cannot be sent to {sent.instance}.",
            "Check its address and the proxy settings, and the text for characters that no file has.",
        )
    certificate = next((one for one in reasons if isinstance(one, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return Unreachable(
            f"The certificate of {sent.instance} is not trusted: {shorten(certificate.verify_message, 120)}.",
            "Name the CA file that it was made with: `ca` of the instance, or REQUESTS_CA_BUNDLE.",
        )
    never_sent = isinstance(error, requests.ConnectTimeout) or any(isinstance(one, _NEVER_SENT) for one in reasons)
    if sent.write and not never_sent:
        return OutcomeUnknown(f"{sent.about} was sent to {sent.instance}, but {_what(error, reasons)}.")
    return Unreachable(f"{sent.instance} cannot be reached: {_what(error, reasons)}.")


def overdue(sent: Sent, seconds: float) -> GitLabError:
    """The error for a request that was not done in its time."""
    if sent.write:
        return OutcomeUnknown(f"{sent.about} was sent to {sent.instance}, but no answer came within {seconds:g} s.")
    return Unreachable(f"{sent.instance} did not answer within {seconds:g} s ({sent.about}).")


def unreadable(sent: Sent, answer: Answer, detail: str = "") -> GitLabError:
    """The error for a 2xx whose body is not the JSON that was expected."""
    if sent.write:
        return OutcomeUnknown(
            f"{sent.instance} took {sent.about}, but its answer cannot be read.", status=answer.status
        )
    if answer.page or detail:
        return not_gitlab(sent, answer.status, detail)
    return Unreachable(f"The answer of {sent.instance} to {sent.about} was cut short.")


def not_gitlab(sent: Sent, status: int, detail: str = "") -> GitLabError:
    """The error for an address where something else answers."""
    more = f" ({shorten(detail, 160)})" if detail else ""
    return Unreachable(f"{sent.instance} answers, but not as GitLab's API{more}: {sent.about}.", _NO_API, status)


def is_transient(error: BaseException) -> bool:
    """Whether a read is worth repeating. A certificate that is not trusted will not be so in a second."""
    if isinstance(error, Throttled):
        return True
    if isinstance(error, ServerFault):
        return error.status in _TRANSIENT
    if not isinstance(error, Unreachable) or error.status:
        return False
    return not any(isinstance(one, ssl.SSLCertVerificationError) for one in _chain(error))


def stage(error: GitLabError) -> Stage:
    """How far a request came that failed: in vain to the address, the proxy, or TLS; else something answered."""
    reasons = [error, *_chain(error)]
    if any(isinstance(one, low.ProxyError | requests.exceptions.ProxyError) for one in reasons):
        return "proxy"
    if any(isinstance(one, ssl.SSLError) for one in reasons):
        return "TLS"
    if isinstance(error, Unreachable) and error.status == 0:
        return "address"
    return "GitLab"


def forget_request(error: BaseException) -> None:
    """Take requests, whose headers hold the token, and the frames that hold them off an error and its causes."""
    for one in [error, *_chain(error)]:
        one.__traceback__ = None
        if isinstance(one, requests.RequestException):
            one.request = one.response = None


def _throttled(sent: Sent, answer: Answer) -> Throttled:
    after = retry_after(answer.headers)
    asked = "" if after is None else f" and asks to wait {'an hour or more' if after >= LONGEST else f'{after:g} s'}"
    return Throttled(f"{sent.instance} limits the rate of requests{asked}{_said(answer)}.", after=after)


def _server_fault(sent: Sent, answer: Answer) -> GitLabError:
    said = f"{sent.instance} answered {answer.status} to {sent.about}{_said(answer)}."
    return OutcomeUnknown(said, status=answer.status) if sent.write else ServerFault(said, status=answer.status)


def _moved(sent: Sent, answer: Answer) -> Invalid:
    target = shorten(answer.headers.get("Location", "somewhere else"), 160)
    return Invalid(
        f"The address redirects: {sent.about} on {sent.instance} has moved to {target}.",
        "Use the new address of the instance, or the new path of the project.",
        answer.status,
    )


def _token_refused(sent: Sent, answer: Answer) -> TokenRefused:
    text = answer.text
    for word, reason in (("expired", "is expired"), ("revoked", "was revoked")):
        if word in text.lower():
            return TokenRefused(f"The token for {sent.instance} {reason}.", status=answer.status)
    if answer.fields.get("error") == "invalid_token" or text in {"", "401 Unauthorized"}:
        return TokenRefused(f"{sent.instance} does not know the token.", status=answer.status)
    return TokenRefused(f"{sent.instance} refuses the token: {text}.", status=answer.status)


def _denied(sent: Sent, answer: Answer) -> GitLabError:
    fields = answer.fields
    if fields.get("error") == "insufficient_scope":
        named = shorten(fields.get("scope") or "api", 80).split()
        scopes = " or ".join(one for one in named if not (sent.write and one.startswith("read_"))) or "api"
        return ScopeMissing(
            f"The token for {sent.instance} lacks the scope {scopes}, which {sent.about} needs.",
            status=answer.status,
        )
    if sent.path.startswith("/features"):
        return NotAdmin(f"{sent.instance} lets only administrators see and set feature flags.", status=answer.status)
    return Denied(f"{sent.instance} does not allow {sent.about}{_said(answer)}.", status=answer.status)


def _refused(sent: Sent, answer: Answer) -> GitLabError:
    if answer.status == 404:  # noqa: PLR2004
        return NotFound(f"{sent.instance} does not know {sent.about}{_said(answer, quiet='404')}.", status=404)
    if answer.status in {409, 412}:
        message = f"{sent.instance} did not do {sent.about}{_said(answer)}."
        return Conflict(message, "It is there already." if "already" in answer.text.lower() else "", answer.status)
    if answer.status == 405 and "moved" in answer.text:  # noqa: PLR2004
        return Invalid(
            f"The project moved to another path{_said(answer)}.", "Use its new path in the draft.", answer.status
        )
    if answer.status == 413:  # noqa: PLR2004
        return Invalid(f"{sent.about} is too large for {sent.instance}.", "Shorten the text.", answer.status)
    return Invalid(f"{sent.instance} refused {sent.about}{_said(answer)}.", "Correct what it names.", answer.status)


def _said(answer: Answer, quiet: str = "") -> str:
    text: Clean = answer.text
    return f": {text.rstrip('.')}" if text and not (quiet and text.startswith(quiet)) else ""


def _chain(error: BaseException) -> list[BaseException]:
    """The errors under an error: its cause, and what urllib3 keeps in `reason` and `args`."""
    found: list[BaseException] = []
    queue: list[object] = [error.__cause__, error.__context__, getattr(error, "reason", None), *error.args]
    while queue:
        one = queue.pop(0)
        if isinstance(one, BaseException) and all(one is not known for known in [*found, error]):
            found.append(one)
            queue += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def _what(error: Exception, reasons: list[BaseException]) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return "no connection within the time limit"
    if isinstance(error, requests.Timeout):
        return "no answer within the time limit"
    kinds: tuple[tuple[type[BaseException], str], ...] = (
        (low.NameResolutionError, "its name is not known to the name server"),
        (low.ProxyError, "the proxy does not let us through"),
        (ConnectionRefusedError, "nothing listens there"),
        (ssl.SSLError, "the encrypted connection failed"),
        (low.IncompleteRead, "the answer was cut short"),
        (ConnectionResetError, "the connection was reset"),
    )
    for kind, words in kinds:
        if any(isinstance(one, kind) for one in reasons):
            return words
    system = next((one.strerror for one in reasons if isinstance(one, OSError) and one.strerror), "")
    return shorten(system, 120) or "the connection broke off"
