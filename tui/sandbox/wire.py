"""Between bytes on the wire and the world's calls: bodies in, JSON out."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl

from tui.sandbox.world.http import ApiError, Response
from tui.sandbox.world.params import from_pairs

_NUL = re.compile(rb"\x00|(?<!\\)(?:\\\\)*\\u0000")
_HTML = "<html>\n<head><title>{0}</title></head>\n<body><h1>{0}</h1></body>\n</html>\n"
_TOO_OFTEN = "This endpoint has been requested too many times. Try again later."
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_NO_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came; never with a token in it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: object


@dataclass(frozen=True, slots=True)
class Encoded:
    """An answer ready to send."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def parse_query(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(text, keep_blank_values=True))


def parse_body(content_type: str, body: bytes) -> dict[str, object]:
    """The parameters in a body: JSON object, form or multipart. Raises ApiError as GitLab answers to anything else."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return {}
    if _NUL.search(body) and "multipart" not in kind:
        raise ApiError(400, "Bad Request")
    if kind == "application/json":
        return _parse_json(body)
    if kind == "application/x-www-form-urlencoded" or not kind:
        return from_pairs(parse_query(body.decode("utf-8", "replace")))
    if kind == "multipart/form-data":
        return _parse_multipart(content_type, body)
    raise ApiError(415, {"error": f"The provided content-type '{kind}' is not supported."})


def _parse_json(body: bytes) -> dict[str, object]:
    try:
        parsed = json.loads(body.decode("utf-8"))
        if _SURROGATE.search(body):
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        raise ApiError(400, "Bad Request") from None
    except (ValueError, RecursionError):
        raise ApiError(400, {"status": 400, "error": "Bad Request"}) from None
    return {str(key): value for key, value in parsed.items()} if isinstance(parsed, dict) else {}


def _parse_multipart(content_type: str, body: bytes) -> dict[str, object]:
    """What `curl --form` sends; files are read over, the sandbox stores none."""
    from werkzeug.formparser import parse_form_data

    environ = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    _, form, _ = parse_form_data(environ)
    return from_pairs((key, value) for key, value in form.items(multi=True))


def encode(response: Response, method: str, if_none_match: str | None = None) -> Encoded:
    """Status, headers and bytes: JSON, plain text for a str (HTML when it begins so), nothing for 204 and 304."""
    headers = {name.title(): value for name, value in response.headers.items()}
    body = b""
    if isinstance(response.body, str):
        body = response.body.encode()
        headers.setdefault("Content-Type", "text/html" if response.body.startswith("<") else "text/plain")
    elif response.status not in _NO_BODY:
        body = json.dumps(response.body, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
        headers["Content-Type"] = "application/json"
    headers |= {"Cache-Control": "max-age=0, private, must-revalidate", "Vary": "Origin"}
    if method in {"GET", "HEAD"} and response.status == 200:  # noqa: PLR2004 - the status itself is the clearest name
        headers["Etag"] = f'W/"{sha256(body).hexdigest()[:32]}"'
        if if_none_match == headers["Etag"]:
            del headers["Content-Type"]
            return Encoded(304, headers, b"")
    return Encoded(response.status, headers, body)


def faulty(kind: str, retry_after: str | None, base_url: str, limits: Mapping[str, str]) -> Response:
    """The answer that an http-* or redirect fault sends; `limits` are the headers of the general limit."""
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    answers: dict[str, Response] = {
        "http-404": Response(404, {"error": "404 Not Found"}),
        "http-409": Response(409, {"message": "409 Conflict: Resource lock"}),
        "http-429": Response(429, "Retry later\n", {**limits, **headers}),
        "http-429-application": Response(429, {"message": {"error": _TOO_OFTEN}}, headers),
        "http-500": Response(500, {"message": "500 Internal Server Error"}),
        "http-500-html": Response(500, _HTML.format("500 Internal Server Error")),
        "http-502": Response(502, _HTML.format("502 Bad Gateway")),
        "http-503": Response(503, {"message": "503 Service Unavailable"}, headers),
        "redirect": Response(302, "<html><body>You are being redirected.</body></html>", sign_in(base_url)),
    }
    return answers[kind]


def sign_in(base_url: str) -> dict[str, str]:
    return {"Location": f"{base_url}/users/sign_in"}
