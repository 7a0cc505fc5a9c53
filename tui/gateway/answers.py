"""What an error answer says, whatever shape it has: GitLab's bodies are text, lists and maps, a proxy's are pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tui.domain.text import Clean, shorten

_LENGTH = 300
_STATUS_PREFIX = re.compile(r"(?i)[45]\d\d (bad request|forbidden|conflict|unprocessable entity)\s*[-:]?\s*")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its body undecoded."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    next_query: str | None = None

    @property
    def page(self) -> bool:
        """Whether the body is a web page: then no GitLab API answered."""
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return kind in {"text/html", "application/xhtml+xml"} or self.content[:200].lstrip()[:1] == b"<"

    @property
    def fields(self) -> dict[str, Any]:
        """The body as a map; empty when it is not one."""
        try:
            data = msgspec.json.decode(self.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}
        return data if isinstance(data, dict) else {}

    @property
    def text(self) -> Clean:
        """The error in words: cleaned, on one line, at most 300 characters, without GitLab's repeated status."""
        if self.page:
            return Clean("")
        fields = self.fields
        found = [fields[key] for key in ("message", "error_description", "error") if fields.get(key)]
        raw = _words(found[0]) if found else "" if fields else self.content[:2000].decode(errors="replace")
        return shorten(_without_status(raw), _LENGTH)


def _without_status(text: str) -> str:
    """`400 Bad request - x is not found!` without what the status says already; a bare status stays."""
    prefix = _STATUS_PREFIX.match(text)
    return text[prefix.end() :] or text if prefix else text


def _words(value: Any) -> str:  # noqa: ANN401 - decoded JSON
    if isinstance(value, dict):
        return "; ".join(
            _words(item) if key in {"error", "base"} else f"{key} {_words(item)}" for key, item in value.items()
        )
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value)
    return str(value)
