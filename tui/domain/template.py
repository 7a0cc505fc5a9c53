"""Filling a project's own issue template with what our skeleton says.

The template leads: its words and its order stay. Sections whose heading matches one of ours get our content; ours
that it does not have come after it, so that nothing the operator wrote is lost. Its quick actions are taken out:
GitLab would run them over the values that were asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.domain import lint

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_WORD = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"^[\d.]+\s+")
_PLACEHOLDER = re.compile(r"<([\w -]+)>")
_SAME: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile("continue.* criteria"), "continue criteria"),
    (re.compile("(pause|pivot).* criteria"), "rollback criteria"),
    (re.compile("success criteria"), "success criteria"),
    (re.compile("^dashboards?( references?)?$"), "dashboards"),
    (re.compile("^mitigation"), "mitigation"),
    (re.compile("expect.* happen"), "expectation"),
    (re.compile("go wrong"), "risks"),
    (re.compile("^roll(ing)? ?back( steps)?$"), "rollback"),
)
"""Headings that mean the same in GitLab's templates, in others made after them, and in our skeletons."""

UNFILLED = "(not noted)"
"""What stands for a placeholder that nothing is known for: an empty field is shown as one."""


@dataclass(frozen=True)
class Filled:
    """The text; the headings that were filled and those kept; the quick actions taken out; placeholders left empty."""

    text: str
    filled: tuple[str, ...]
    kept: tuple[str, ...]
    quick_actions: tuple[str, ...]
    unfilled: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Section:
    """A heading line (empty for the first section), and the text up to the next heading of any level."""

    heading: str
    title: str
    body: str

    @property
    def key(self) -> str:
        words = " ".join(_WORD.findall(_NUMBER.sub("", self.title.lower())))
        return next((key for pattern, key in _SAME if pattern.search(words)), words)


def fill(template: str, rendered: str, names: Mapping[str, str] | None = None) -> Filled:
    """`template` with the sections of `rendered`.

    `names` has what placeholders of the sections that are kept stand for, by their words (`feature flag name`).
    """
    theirs = _sections(lint.without_quick_actions(template))
    opening, *ours = _sections(rendered)
    unfilled: list[str] = []
    texts = [_named(theirs[0].body, names or {}, unfilled).strip("\n"), opening.body.strip("\n")]
    filled: list[str] = []
    kept: list[str] = []
    for section in theirs[1:]:
        match = next((one for one in ours if one.key == section.key and one.body.strip()), None)
        if match is None:
            kept.append(section.title)
            texts.append(_text(section.heading, _named(section.body, names or {}, unfilled)))
        else:
            ours.remove(match)
            filled.append(section.title)
            texts.append(_text(section.heading, match.body))
    texts.extend(_text(one.heading, one.body) for one in ours if one.body.strip())
    text = "\n\n".join(filter(None, texts))
    return Filled(text, tuple(filled), tuple(kept), lint.quick_actions(template), tuple(unfilled))


def _named(text: str, names: Mapping[str, str], unfilled: list[str]) -> str:
    """The text with its placeholders replaced by what is known, the others by a neutral word and listed."""
    found = _PLACEHOLDER.sub(lambda match: names.get(" ".join(_WORD.findall(match[1].lower())), "") or match[0], text)
    lines = found.split("\n")
    for one in lint.leftovers(found):
        lines[one.line - 1] = lines[one.line - 1].replace(one.text, UNFILLED, 1)
        unfilled.append(one.text)
    return "\n".join(lines)


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
