"""Leftovers: what somebody meant to replace and did not. They block an apply with the list.

Real rollout issues show them year after year: `<feature-flag-name>`, tables of `TBD`, `p50: X`, `_Add ..._`.
"""

from __future__ import annotations

import re
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
_SLASH = re.compile(r"^(\s*)/(?=\w)")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")


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
    kept, at = list[str](), 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end + 3
    return "".join([*kept, text[at:]])


def literal(text: str) -> str:
    """A person's text, safe to send: no quick action runs, and neither comment nor code swallows what follows.

    A slash inside code cannot be escaped, and servers disagree on what code is, so it moves in by a blank.
    """
    found, fence = _lines(text)
    safe = [re.sub("^/", " /", line) if fenced else _SLASH.sub(r"\1\\/", line) for line, fenced in found]
    return "\n".join([*safe, fence] if fence else safe).replace("<!--", "&lt;!--")


def lines(text: str) -> list[tuple[str, bool]]:
    """Each line, and whether it belongs to fenced code."""
    return _lines(text)[0]


def _lines(text: str) -> tuple[list[tuple[str, bool]], str]:
    """Each line and whether it belongs to fenced code, and the fence that is still open at the end, if any."""
    fence = ""
    found: list[tuple[str, bool]] = []
    for line in text.split("\n"):
        if fence:
            found.append((line, True))
            fence = "" if closes(line, fence) else fence
        else:
            fence = fence_of(line)
            found.append((line, bool(fence)))
    return found, fence


def fence_of(line: str) -> str:
    """The fence that a line of text opens; empty when it opens none."""
    opened = _FENCE.match(line)
    return opened[1] if opened else ""


def closes(line: str, fence: str) -> bool:
    """Whether a line ends the code that `fence` opened: the same character, as often, and nothing else (CommonMark)."""
    bare = line.strip()
    return bool(_FENCE.match(line)) and len(bare) >= len(fence) and not bare.strip(fence[0])
