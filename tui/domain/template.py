"""Filling a project's own issue template with what our skeleton says.

The template leads: its words and its order stay. Sections whose heading matches one of ours get our content; ours
that it does not have come after it, so that nothing the operator wrote is lost. Its quick actions are taken out:
GitLab would run them over the values that were asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui.domain import lint, timeline

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_WORD = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"^[\d.]+\s+")
_FLAG = re.compile(r"<(?:your-)?(?:feature[-_ ])?flag[-_ ]name>", re.IGNORECASE)
_SAME: dict[frozenset[str], str] = {
    frozenset({"persevere", "continue", "criteria"}): "continue criteria",
    frozenset({"pivot", "pause", "rollback", "criteria"}): "pause rollback criteria",
    frozenset({"pause", "or", "rollback", "criteria"}): "pause rollback criteria",
    frozenset({"rollout", "success", "criteria"}): "success criteria",
    frozenset({"dashboard", "references"}): "dashboards",
    frozenset({"mitigation", "rollback", "plan"}): "mitigation rollback plan",
}


@dataclass(frozen=True)
class Filled:
    """The text; the headings that were filled and those kept as they were; the quick actions taken out."""

    text: str
    filled: tuple[str, ...]
    kept: tuple[str, ...]
    quick_actions: tuple[str, ...]


@dataclass(frozen=True)
class _Section:
    """A heading line (empty before the first one), and the text up to the next heading of any level."""

    heading: str
    title: str
    body: str

    @property
    def key(self) -> str:
        words = _WORD.findall(_NUMBER.sub("", self.title.lower()))
        return _SAME.get(frozenset(words) - {"and"}, " ".join(words))


def fill(template: str, rendered: str, flag: str = "") -> Filled:
    """`template` with the sections of `rendered`; a placeholder for the flag's name becomes `flag`."""
    actions = lint.quick_actions(template)
    theirs = _sections(_FLAG.sub(lambda match: flag or match[0], lint.without_quick_actions(template)))
    ours = {one.key: one for one in reversed(_sections(rendered)) if one.body.strip()}
    texts: list[str] = []
    filled: list[str] = []
    kept: list[str] = []
    for section in theirs:
        match = ours.pop(section.key, None) if section.title else None
        texts.append(_text(section.heading, (match or section).body))
        if section.title:
            (filled if match else kept).append(section.title)
    texts.extend(_text(one.heading, one.body) for one in reversed(ours.values()))
    text = "\n\n".join(filter(None, texts))
    if timeline.START not in text and timeline.START in rendered:
        text = f"{text}\n\n{rendered[rendered.index(timeline.START) :].partition(timeline.END)[0]}{timeline.END}"
    return Filled(text, tuple(filled), tuple(kept), actions)


def _text(heading: str, body: str) -> str:
    return "\n\n".join(filter(None, [heading, body.strip("\n")]))


def _sections(text: str) -> list[_Section]:
    return [_Section(heading, title, body) for heading, title, body in _split(text)]


def _split(text: str) -> Iterable[tuple[str, str, str]]:
    heading, title, body = "", "", list[str]()
    for line, fenced in lint.lines(text):
        match = None if fenced else _HEADING.match(line)
        if match is None:
            body.append(line)
            continue
        yield heading, title, "\n".join(body)
        heading, title, body = line, match[2], []
    yield heading, title, "\n".join(body)
