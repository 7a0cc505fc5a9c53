"""From the domain to what is shown: the glyphs and words of states, times, and the only styling of data.

Every state has a glyph and a word, so that no meaning hangs on colour alone. Text that comes from outside is cleaned
here a second time, since a screen may be handed text that no gateway has read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from tui.domain import duration
from tui.domain.errors import RolloutError
from tui.domain.text import clean, one_line

Tone = Literal["", "muted", "strong", "accent", "success", "warning", "error"]

STYLES: dict[Tone, str] = {
    "": "",
    "muted": "$muted",
    "strong": "bold",
    "accent": "$accent",
    "success": "$success",
    "warning": "$warning",
    "error": "$error",
}

State = Literal[
    "done", "here", "open", "left-out", "attention", "failed", "working", "met", "waived", "waiting", "intended",
    "confirmed", "rejected", "unknown", "absent",
]  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How a state is shown: one cell wide glyph, word, tone."""

    glyph: str
    word: str
    tone: Tone


LOOKS: dict[State, Look] = {
    "done": Look("✓", "done", "success"),
    "here": Look("●", "here", "accent"),
    "open": Look("○", "open", "muted"),
    "left-out": Look("–", "left out", "muted"),
    "attention": Look("!", "attention", "warning"),
    "failed": Look("✗", "failed", "error"),
    "working": Look("…", "working", "accent"),
    "met": Look("✓", "met", "success"),
    "waived": Look("–", "waived", "warning"),
    "waiting": Look("○", "waiting", "muted"),
    "intended": Look("…", "sending", "accent"),
    "confirmed": Look("✓", "confirmed", "success"),
    "rejected": Look("✗", "rejected", "error"),
    "unknown": Look("?", "unknown", "warning"),
    "absent": Look("–", "not there", "muted"),
}


@dataclass(frozen=True)
class Cell:
    """One cell of a table: text on one line, and its tone."""

    text: str
    tone: Tone = ""


def styled(text: str, tone: Tone = "") -> Content:
    """Text from anywhere as content that nothing in it can style; newlines stay."""
    return Content.styled(clean(text), STYLES[tone]) if tone else Content(clean(text))


def line(*parts: tuple[str, Tone] | str) -> Content:
    """Content on one line made of texts and texts with a tone."""
    return Content("").join([_piece(*part) if isinstance(part, tuple) else _piece(part) for part in parts])


def _piece(text: str, tone: Tone = "") -> Content:
    """`one_line` would drop the blanks at the ends, which separate the parts of a line."""
    return styled(clean(text).replace("\n", " ").replace("\t", " "), tone)


def state(name: State, text: str = "") -> Content:
    """A state as glyph and word, or as glyph and `text` where the text says the same."""
    look = LOOKS[name]
    return line((f"{look.glyph} ", look.tone), (text or look.word, look.tone if not text else ""))


def error_content(error: RolloutError) -> Content:
    """What happened, and below it what to do about it."""
    happened = Content.assemble(("✗ ", STYLES["error"]), Content.styled(clean(str(error)), "bold"))
    return Content("\n").join([happened, styled(f"  {error.hint}", "muted")]) if error.hint else happened


def error_line(error: RolloutError) -> Content:
    """The same in one line."""
    return line(
        ("✗ ", "error"), (one_line(str(error)), ""), (f"  {one_line(error.hint)}" if error.hint else "", "muted")
    )


def bullets(texts: Iterable[str], tone: Tone = "") -> Content:
    """One line for each text."""
    return Content("\n").join([Content.assemble(("· ", STYLES["muted"]), styled(text, tone)) for text in texts])


def moment(at: datetime | None) -> str:
    """`2026-11-22 10:00`, in UTC; empty for none."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at else ""


def soon(at: datetime, now: datetime) -> str:
    """`12:00 UTC`, with the date when it is not today's in UTC."""
    text = moment(at)
    return f"{text.split()[-1] if text.split()[0] == moment(now).split()[0] else text} UTC"


def ago(at: datetime | None, now: datetime) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `12 d ago`, and a date when it is longer; empty for none."""
    if at is None:
        return ""
    passed = now - at
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{int(passed.total_seconds() // 60)} min ago"
    if passed < timedelta(days=1):
        return f"{int(passed.total_seconds() // 3600)} h ago"
    return f"{passed.days} d ago" if passed < timedelta(days=30) else at.astimezone(UTC).strftime("%Y-%m-%d")


def due(at: datetime | None, now: datetime) -> str:
    """`in 1 h 40 min`, `now`; empty for none."""
    if at is None:
        return ""
    left = duration.words(at - now)
    return left if left == "now" else f"in {left}"


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` cells, cut with an ellipsis; wide characters count as two."""
    if width <= 0:
        return ""
    length = cell_len(text)
    if length <= width:
        pad = " " * (width - length)
        return pad + text if right else text + pad
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)
