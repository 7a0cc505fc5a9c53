"""The texts for chat and the channels of the announcement, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from tui.domain.announcing import Standing
from tui.domain.telling import Message
from tui.domain.text import clean, one_line
from tui.widgets.outline import BLANK, Row, heading, joined
from tui.widgets.present import Tone, fit, line, moment, styled

TEXT = "text:"
CHANNEL = "channel:"
"""How the keys of rows begin; the rest is the text's key, or the channel."""

MORE = CHANNEL
"""The row for a channel that the draft does not name."""

_TITLE = 22
_WIDEST = 28
_PLAIN: Tone = ""


def wanted(key: str) -> str:
    """The text that a row is about."""
    return "announcement" if key.startswith(CHANNEL) else key.removeprefix(TEXT)


def list_rows(messages: Sequence[Message], channels: Sequence[Standing] | None) -> list[Row]:
    """The texts, and below them where the announcement was posted; no channels at all while it is None."""
    texts = [Row(_text(one), f"{TEXT}{one.key}", 2) for one in messages]
    if channels is None:
        return texts
    width = min(_WIDEST, max((cell_len(one_line(one.channel)) for one in channels), default=0))
    marks = [Row(line("  ", *_mark(one, width)), f"{CHANNEL}{one.channel}", 4) for one in channels]
    more = Row(line("  ", ("+ another channel", "muted")), MORE, 4)
    return joined(texts, [heading("Announcement posted in"), *marks, more])


def _text(one: Message) -> Content:
    where = "" if one.key == "announcement" else ", ".join(map(one_line, one.channels))
    return line(fit(one.title, _TITLE) if where else one.title, (where, "muted"))


def _mark(one: Standing, width: int) -> tuple[tuple[str, Tone], ...]:
    name = one_line(one.channel)
    channel = (fit(name, max(width, cell_len(name))), _PLAIN)
    if one.at is None:
        return ("○ ", "muted"), channel, ("  not yet", "warning")
    by = f"{one_line(one.by)} " if one.by.strip() else ""
    return ("✓ ", "success"), channel, (f"  {by}{moment(one.at)}", "muted")


def text_rows(message: Message) -> list[Row]:
    """The text line by line, and above it what it is and where it goes."""
    where = ", ".join(map(one_line, message.channels))
    head = Row(line((message.title, "strong"), (f"  for {where}" if where else "", "muted")), message.key, 2)
    rows = [Row(styled(one), message.key) for one in clean(message.text).split("\n")]
    return [head, BLANK, *rows]
