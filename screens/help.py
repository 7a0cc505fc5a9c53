"""Help over the screen that it is about: what it is for, and its keys as they are right now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.store.assets import asset
from tui.widgets.base_screen import BaseModal
from tui.widgets.present import fit, line, styled


@dataclass(frozen=True)
class KeyHelp:
    """One key: how it is shown, what it does, and whether it can be used now."""

    key: str
    label: str
    text: str
    enabled: bool = True


class HelpScreen(BaseModal[None]):
    """A page of assets/help and the live table of keys."""

    CSS_PATH: ClassVar = [asset("styles/help.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q", "close", "Close", id="help.close", tooltip="Back to the screen"),
    ]

    def __init__(self, page: str, keys: Iterable[KeyHelp]) -> None:
        super().__init__()
        self._page = page
        self._keys = list(keys)

    def compose(self) -> ComposeResult:
        """The page, the keys, and how to leave."""
        with VerticalScroll(classes="dialog", id="help"):
            yield Static(page_content(self._page))
            if self._keys:
                yield Static(line(("Keys here", "strong")), classes="section")
                yield Static(self._key_table())
            yield Static(
                line(("escape", "accent"), (" closes this, ", "muted"), ("arrows", "accent"), (" scroll", "muted")),
                classes="section",
            )

    def _key_table(self) -> Content:
        width = min(14, max(len(key.key) for key in self._keys) + 2)
        lines = [
            line(
                (fit(key.key, width), "accent" if key.enabled else "muted"),
                (fit(key.label, 14), "" if key.enabled else "muted"),
                (key.text + ("" if key.enabled else " (not now)"), "muted"),
            )
            for key in self._keys
        ]
        return Content("\n").join(lines)

    def action_close(self) -> None:
        """Close."""
        self.answer(None)


def page_content(page: str) -> Content:
    """Our own help pages: a `#` line is a title, a line that begins with a blank pair stays as it is."""
    lines = []
    for text in _paragraphs(page.strip().splitlines()):
        if text.startswith("#"):
            lines.append(line((text.lstrip("# "), "strong")))
        else:
            lines.append(styled(text))
    return Content("\n").join(lines)


def _paragraphs(lines: Iterable[str]) -> list[str]:
    """The lines, one that ends within a sentence with the next: the terminal has another width than the file."""
    joined: list[str] = []
    for text in lines:
        before = joined[-1] if joined else ""
        if before and text[:1] not in ("", " ", "#") and before[0] not in " #" and before[-1] not in ".:!?":
            joined[-1] = f"{before} {text}"
        else:
            joined.append(text)
    return joined
