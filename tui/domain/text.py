"""Untrusted text and the one way to make it fit for a terminal.

Nothing in Textual strips escape sequences, so a title from GitLab could set the window title or fill the
clipboard. `clean` is the only maker of `Clean`, and what screens show is `Clean`.
"""

from __future__ import annotations

import re
from typing import NewType

Clean = NewType("Clean", str)

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u200b\u200c\u2060\ufeff\u2028\u2029"
_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}{_INVISIBLE}\ud800-\udfff]")
_BREAKS = re.compile(r"[\n\t]+")


def clean(text: str) -> Clean:
    """`text` with control, bidirectional, invisible and lone surrogate characters made visible as U+FFFD.

    Newlines and tabs stay; a carriage return before a newline is dropped, since GitLab drops it too.
    """
    return Clean(_UNSAFE.sub(REPLACEMENT, text.replace("\r\n", "\n")))


def one_line(text: str) -> Clean:
    """`clean(text)` with each run of newlines and tabs as one blank, for cells, titles and toasts."""
    return Clean(_BREAKS.sub(" ", clean(text)).strip())


def shorten(text: str, length: int) -> Clean:
    """`one_line(text)`, cut to at most `length` characters with an ellipsis as the last."""
    line = one_line(text)
    return line if len(line) <= length else Clean(line[: max(0, length - 1)].rstrip() + "…")


def listing(words: list[str], last: str = "and") -> str:
    """Words as English prose: `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004 - a list needs two words to need a conjunction
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 issue`, `2 issues`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def lowered(text: str) -> str:
    """`text` as it stands within a sentence: with a small letter at its beginning."""
    return text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """`text` with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]
