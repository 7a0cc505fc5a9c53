"""Filling a project's own issue template with what our skeleton says.

The template leads: its words and its order stay. Sections whose heading matches one of ours get our content; ours
that it does not have come after it, so that nothing the operator wrote is lost. Its quick actions are taken out:
GitLab would run them over the values that were asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui.domain import lint

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
    """A heading line (empty for the first section), and the text up to the next heading of any level."""

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
    opening, *ours = _sections(rendered)
    texts = [theirs[0].body.strip("\n"), opening.body.strip("\n")]
    filled: list[str] = []
    kept: list[str] = []
    for section in theirs[1:]:
        match = next((one for one in ours if one.key == section.key and one.body.strip()), None)
        if match is None:
            kept.append(section.title)
        else:
            ours.remove(match)
            filled.append(section.title)
        texts.append(_text(section.heading, (match or section).body))
    texts.extend(_text(one.heading, one.body) for one in ours if one.body.strip())
    return Filled("\n\n".join(filter(None, texts)), tuple(filled), tuple(kept), actions)


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
