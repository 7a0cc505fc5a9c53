"""A person's text as Markdown that is safe to send: it shows what was typed and does nothing else.

No quick action runs, no HTML comment is opened, no table cell ends early, and the fence characters of our
references (`plan.reference`) stay text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui.domain import lint
from tui.domain.text import clean, one_line

_FENCE = re.compile("^(?:```|~~~)")

NOTHING = "_Nothing noted yet._"
"""What stands where the operator has written nothing: neutral, and no leftover to the linter."""


def block(text: str) -> str:
    """Text of several lines, for a paragraph of its own."""
    return inert(lint.literal(clean(text).strip()))


def inline(text: str) -> str:
    """Text as one line, for the inside of a sentence or a list item."""
    return inert(lint.literal(_FENCE.sub(r"\\\g<0>", one_line(text))))


def cell(text: str) -> str:
    """Text as one line, for a table cell."""
    return inline(text).replace("|", "&#124;")


def code(text: str) -> str:
    """Text as one line inside code, where nothing can be escaped: what could end it is replaced."""
    return one_line(text).replace("`", "'").replace("⟪", "«").replace("⟫", "»").replace("<!--", "<! --")


def items(texts: str | tuple[str, ...]) -> str:
    """A bullet list, one item a text (or a line of one text); `NOTHING` when there is none."""
    lines = texts.splitlines() if isinstance(texts, str) else texts
    found = [f"- {inline(line.strip().removeprefix('- '))}" for line in lines if line.strip()]
    return "\n".join(found) or NOTHING


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def inert(text: str) -> str:
    """The fence characters of our references as text."""
    return text.replace("⟪", "&#x27EA;").replace("⟫", "&#x27EB;")
