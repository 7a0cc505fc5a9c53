"""Leftovers: what somebody meant to replace and did not. They block an apply with the list.

Real rollout issues show them year after year: `<feature-flag-name>`, tables of `TBD`, `p50: X`, `_Add ..._`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_HTML = "br|details|summary|sub|sup|kbd|p|b|i|em|strong|code|pre|hr|img|a|div|span|table|tr|td|th"
_LEFTOVERS = (
    re.compile(rf"<(?!https?:|mailto:|/?(?:{_HTML})\b)[A-Za-z._?-][^<>\n]{{0,80}}(?<!\s)>"),
    re.compile(r"\bTB[DCA]\b"),
    re.compile(r"\?{3,}"),
    re.compile(r"\b(?:YOUR[_ ]|FLAG[_ ]|MODEL[_ ])?NAME\b"),
    re.compile(r"_Add\b[^_\n]{0,200}_"),
    re.compile(r"\bp(?:50|90|95|99):?\s*X\b"),
)
_QUICK_ACTION = re.compile(r"^/([a-z_]+)\b.*$")
_FENCE = re.compile(r"^\s*(```|~~~)")


@dataclass(frozen=True)
class Leftover:
    """A leftover and the line it is on, counted from 1."""

    text: str
    line: int


def leftovers(text: str) -> tuple[Leftover, ...]:
    """All leftovers, in order. Links, HTML that GitLab renders, comments and `a < b > c` are none."""
    found: list[Leftover] = []
    for number, line in enumerate(_outside_comments(text).split("\n"), start=1):
        spans = sorted(match.span() for pattern in _LEFTOVERS for match in pattern.finditer(line))
        end = 0
        for start, stop in spans:
            if start >= end:
                found.append(Leftover(line[start:stop], number))
                end = stop
    return tuple(found)


def _outside_comments(text: str) -> str:
    return re.sub(r"<!--.*?-->", lambda match: "\n" * match.group().count("\n"), text, flags=re.DOTALL)


def quick_actions(text: str) -> tuple[str, ...]:
    """The lines that GitLab would execute and strip: `/command` at the start of a line outside fenced code."""
    return tuple(line for line, active in _lines(text) if active)


def without_quick_actions(text: str) -> str:
    """The text without them."""
    return "\n".join(line for line, active in _lines(text) if not active).rstrip()


def literal(text: str) -> str:
    """A person's text, safe to send: no quick action runs, and no open HTML comment swallows what follows."""
    lines = [f"\\{line}" if active else line for line, active in _lines(text)]
    return "\n".join(lines).replace("<!--", "&lt;!--")


def _lines(text: str) -> Iterable[tuple[str, bool]]:
    fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        yield line, not fenced and bool(_QUICK_ACTION.match(line))
