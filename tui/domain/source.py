"""Markdown source line by line: what is text, and what is code, a comment, front matter, a quote or HTML.

GitLab's older servers tell these apart by patterns, newer ones by a parser. Where the two differ, the line is said to
be no text: whoever sends it sees to it that neither kind of server takes it for a quick action.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from tui.domain.lint import closes, fence_of

Kind = Literal["text", "code", "comment", "front matter", "quote", "html", "span"]

_COMMENT_END = "-->"
_QUOTE = ">>>"
_FRONT = "---"
_TAG = re.compile(r"<(?!!)(/?)[^>]+>")
_CODE = re.compile(r"`[^`]*`")


def kinds(text: str) -> list[tuple[str, Kind]]:
    """Each line of `text` and what it is. A `span` is a line that begins inside code that an earlier line began."""
    found, _ = _scan(text)
    _enclosed(found)
    _spans(found)
    return found


def closed(text: str) -> str:
    """`text` with what it leaves open closed at its end, so that it swallows nothing that is put after it."""
    _, still_open = _scan(text)
    return f"{text}\n{still_open}" if still_open else text


def _scan(text: str) -> tuple[list[tuple[str, Kind]], str]:
    """The lines by front matter, comment and fence, and what would close the one that is open at the end."""
    found: list[tuple[str, Kind]] = []
    lines = text.split("\n")
    front = lines.index(_FRONT, 1) if lines[0] == _FRONT and _FRONT in lines[1:] else -1
    end = ""
    for number, line in enumerate(lines):
        if number <= front:
            found.append((line, "front matter"))
        elif end == _COMMENT_END:
            found.append((line, "comment"))
            end = end if _opens_comment(f"<!--{line}") else ""
        elif end:
            found.append((line, "code"))
            end = "" if closes(line, end) else end
        else:
            end = fence_of(line)
            found.append((line, "code" if end else "text"))
            end = end or (_COMMENT_END if _opens_comment(_CODE.sub("", line)) else "")
    return found, end


def _opens_comment(line: str) -> bool:
    return line.rfind("<!--") > line.rfind(_COMMENT_END)


def _enclosed(found: list[tuple[str, Kind]]) -> None:
    """Blocks between two lines of `>>>`, and between a line that is a tag and the next that is a closing one."""
    quotes = _next(found, lambda line: line == _QUOTE)
    tags = _next(found, lambda line: line.startswith("</") and _TAG.fullmatch(line) is not None)
    place = 0
    while place < len(found):
        line, kind = found[place]
        block: Kind = "quote" if line == _QUOTE else "html"
        end = place
        if kind == "text" and block == "quote":
            end = quotes[place]
        elif kind == "text" and _TAG.fullmatch(line):
            end = tags[place]
        for inside in range(place, end + 1 if end > place else place):
            found[inside] = (found[inside][0], block)
        place = max(place, end) + 1


def _next(found: list[tuple[str, Kind]], is_end: Callable[[str], bool]) -> list[int]:
    """For each line the place of the next line of text below it that is an end; -1 for none."""
    places, end = [-1] * len(found), -1
    for place in range(len(found) - 1, -1, -1):
        places[place] = end
        line, kind = found[place]
        if kind == "text" and is_end(line):
            end = place
    return places


def _spans(found: list[tuple[str, Kind]]) -> None:
    """Lines that begin inside inline code: a backtick before them in the same paragraph, and one after."""
    start = 0
    for place in range(len(found) + 1):
        if place == len(found) or found[place][1] != "text" or not found[place][0].strip():
            _paragraph(found, start, place)
            start = place + 1


def _paragraph(found: list[tuple[str, Kind]], start: int, end: int) -> None:
    inside = False
    left = sum(line.count("`") for line, _ in found[start:end])
    for place in range(start, end):
        line = found[place][0]
        ticks = line.count("`")
        if inside and left:
            found[place] = (line, "span")
        left -= ticks
        inside ^= bool(ticks % 2)
