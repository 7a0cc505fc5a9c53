"""Filling a project's own issue template with what our skeleton says.

The template leads: its words and its order stay. Sections whose heading means the same as one of ours get our content;
ours that it does not have come after it, so that nothing the operator wrote is lost. What nothing of the draft answers
stays as it is, for the operator to complete. Its quick actions are taken out: GitLab would run them over the values
that were asked for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from msgspec import Struct

from tui.domain import markdown, quick_actions, source
from tui.domain.draft import IssueDraft
from tui.domain.observed import Template

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_WORD = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"^[\d.]+\s+")
_PLACEHOLDER = re.compile(r"<([\w -]{1,80})>")
_MARKER = "<!-- rollout-tui:"

UNFILLED = "(not noted)"
"""What stands for a placeholder whose answer is a field that is empty: an empty field is shown as one."""


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A heading of our skeletons, and patterns of headings that mean the same in templates."""

    ours: str
    theirs: tuple[str, ...]


class Vocabulary(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What headings and placeholders of templates mean (`assets/templates.toml`).

    `placeholders` has, by the name of a value of the draft, the words of the placeholders that stand for it.
    """

    sections: tuple[Section, ...] = ()
    placeholders: dict[str, tuple[str, ...]] = {}


def digest(text: str) -> str:
    """A short hash by which a template is known again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def changed(issue: IssueDraft, now: Template | None) -> str:
    """What became of the template that an operator's own text was begun from, in words; empty when it is the same."""
    if now is None:
        return f"the project's template “{issue.template}” is gone" if issue.template else ""
    if not issue.template:
        return f"the project has a template “{now.name}” by now, and your text was begun without one"
    if issue.template != now.name:
        return f"the project's template is “{now.name}” by now, and your text was begun from “{issue.template}”"
    if issue.template_digest != digest(now.text):
        return f"the project's template “{now.name}” has changed since your text was begun from it"
    return ""


def disarmed(text: str) -> str:
    """`text` in which no comment passes for a marker of ours."""
    return text.replace(_MARKER, f"{_MARKER[:-1]},")


@dataclass(frozen=True)
class Filled:
    """The text; the headings that were filled and those kept; placeholders whose fields are empty."""

    text: str
    filled: tuple[str, ...]
    kept: tuple[str, ...]
    unfilled: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A heading line (empty for the first part), and the text up to the next heading of any level."""

    heading: str
    title: str
    body: str
    words: str


def fill(
    template: str, rendered: str, names: Mapping[str, str] | None = None, vocabulary: Vocabulary | None = None
) -> Filled:
    """`template` with the sections of `rendered`.

    `names` has what placeholders of the sections that are kept stand for, by their words (`feature flag name`); an
    empty value is shown as such, and one that is not there stays a placeholder.
    """
    theirs = _parts(source.closed(markdown.inert(disarmed(quick_actions.take_out(template).text))))
    opening, *ours = _parts(rendered)
    same = _same(vocabulary or Vocabulary())
    unfilled: list[str] = []
    texts = [_named(theirs[0].body, names or {}, unfilled).strip("\n"), opening.body.strip("\n")]
    filled: list[str] = []
    kept: list[str] = []
    for part in theirs[1:]:
        match = next((one for one in ours if one.body.strip() and same(one.words, part.words)), None)
        if match is None:
            kept.append(part.title)
            texts.append(_text(part.heading, _named(part.body, names or {}, unfilled)))
        else:
            ours.remove(match)
            filled.append(part.title)
            texts.append(_text(part.heading, match.body))
    texts.extend(_text(one.heading, one.body) for one in ours if one.body.strip())
    text = "\n\n".join(filter(None, texts))
    return Filled(text, tuple(filled), tuple(kept), tuple(unfilled))


def _same(vocabulary: Vocabulary) -> Callable[[str, str], bool]:
    """Whether a heading of ours and one of a template mean the same."""
    meanings: dict[str, list[re.Pattern[str]]] = {}
    for section in vocabulary.sections:
        meanings.setdefault(_words(section.ours), []).extend(_pattern(one) for one in section.theirs)

    @cache
    def same(ours: str, theirs: str) -> bool:
        return ours == theirs or any(one.fullmatch(theirs) for one in meanings.get(ours, ()))

    return same


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(_words, words.split("*"))))


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _named(text: str, names: Mapping[str, str], unfilled: list[str]) -> str:
    """The text with the placeholders that are known replaced by what they stand for."""

    def name(match: re.Match[str]) -> str:
        value = names.get(_words(match[1]))
        if value == "":
            unfilled.append(match[0])
        return match[0] if value is None else value or UNFILLED

    return _PLACEHOLDER.sub(name, text)


def _text(heading: str, body: str) -> str:
    return "\n\n".join(filter(None, [heading, body.strip("\n")]))


def _parts(text: str) -> list[_Part]:
    return [_Part(heading, title, body, _words(_NUMBER.sub("", title))) for heading, title, body in _split(text)]


def _split(text: str) -> Iterable[tuple[str, str, str]]:
    heading, title, body = "", "", list[str]()
    for line, kind in source.kinds(text):
        match = None if kind in {"code", "comment", "front matter"} else _HEADING.match(line)
        if match is None:
            body.append(line)
            continue
        yield heading, title, "\n".join(body)
        heading, title, body = line, match[2], []
    yield heading, title, "\n".join(body)
