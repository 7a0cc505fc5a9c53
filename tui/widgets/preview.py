"""What will be sent, as its own text: Markdown source with a little colour by line, never interpreted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.domain.lint import Leftover, leftovers, lines
from tui.domain.text import clean
from tui.widgets.chrome import StatusLine
from tui.widgets.outline import Outline, Row
from tui.widgets.present import Tone, line, styled


@dataclass(frozen=True)
class Shown:
    """What a preview shows: a title, rows, and the row to begin with."""

    title: Content
    rows: tuple[Row, ...]
    start: str = ""


class Preview(Vertical):
    """A title line and the text below it."""

    DEFAULT_CSS = """
    Preview { background: $surface; }
    Preview StatusLine { color: $accent; background: $surface; }
    Preview Outline { background: $surface; }
    """

    def compose(self) -> ComposeResult:
        """Title and text."""
        yield StatusLine(id="preview-title")
        yield Outline(id="preview-text")

    def show(self, shown: Shown) -> None:
        """Another text; the place in it stays."""
        self.query_one("#preview-title", StatusLine).show(shown.title)
        outline = self.query_one(Outline)
        first = not outline.rows
        outline.set_rows(shown.rows)
        if first and shown.start:
            self.call_after_refresh(self._begin_at, shown.start)

    def _begin_at(self, start: str) -> None:
        """From below, so that the row comes to stand at the top."""
        outline = self.query_one(Outline)
        outline.action_end(1)
        outline.go(start)

    @property
    def text(self) -> str:
        """What is shown, as plain text."""
        return self.query_one(Outline).text


def markdown_rows(text: str) -> tuple[Row, ...]:
    """The lines of a Markdown source, leftovers marked. Headings have their text as key."""
    found: dict[int, Leftover] = {one.line: one for one in reversed(leftovers(text))}
    rows = []
    for number, (source, fenced) in enumerate(lines(text), start=1):
        if number in found:
            rows.append(Row(line(("! ", "warning"), (source, "warning")), hang=2))
        else:
            key = source.lstrip("# ").strip() if source.startswith("#") and not fenced else ""
            rows.append(Row(styled(source, _tone(source, fenced=fenced)), key=key, hang=_hang(source)))
    return tuple(rows)


def _tone(source: str, *, fenced: bool) -> Tone:
    bare = source.lstrip()
    if fenced:
        return "success"
    if bare.startswith("#"):
        return "accent"
    return "muted" if bare.startswith(("<!--", ">", "| ---")) or bare == "_Nothing noted yet._" else ""


def _hang(source: str) -> int:
    bare = source.lstrip()
    return len(source) - len(bare) + 2 if bare.startswith(("- ", "* ", "| ")) else 0


def plain_rows(texts: Sequence[str]) -> tuple[Row, ...]:
    """Lines as they are."""
    return tuple(Row(Content(clean(text))) for text in texts)
