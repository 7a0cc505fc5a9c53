"""The command palette: the keys of the screen and of the app, found by typing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Provider
from textual.content import Content

from tui.app.asides import distinct
from tui.domain.text import one_line
from tui.widgets.base_screen import BaseScreen

MOVES = "lines."
"""Ids of keys that only move: nobody looks for them by name."""


def fitting(query: str, text: str) -> float:
    """How well `text` has the words of `query`: each in it, in their order, best at the start of a word; 0 for not."""
    folded, place, score = text.casefold(), 0, 0.0
    words = query.casefold().split()
    for word in words:
        start = re.compile(rf"(?<!\w){re.escape(word)}").search(folded, place)
        found = start.start() if start else folded.find(word, place)
        if found < 0:
            return 0
        score += 1 if start else 0.5
        place = found + len(word)
    return score / len(words) if words else 0


class Commands(Provider):
    """What can be done on the screen below, what is not possible now last and with the reason.

    Texts are ours but for names in reasons; help is read as markup and has no brackets.
    """

    def _found(self) -> list[ActiveBinding]:
        found = [one for one in distinct(self.screen) if not (one.binding.id or "").startswith(MOVES)]
        return sorted(found, key=lambda one: not one.enabled)

    def _run(self, active: ActiveBinding) -> partial[Any]:
        if not active.enabled:
            return partial(self.app.notify, self._help(active), markup=False, timeout=5)
        return partial(self.app.run_action, active.binding.action, active.node)

    def _help(self, active: ActiveBinding) -> str:
        """What it does, or why it is not possible now."""
        if active.enabled:
            return active.tooltip
        why = self.screen.refusal(active.binding.action) if isinstance(self.screen, BaseScreen) else ""
        return one_line(f"Not now: {why or active.tooltip}").replace("[", "(")

    def _text(self, active: ActiveBinding) -> str:
        return f"{active.binding.description}  ({self.app.get_key_display(active.binding)})"

    async def discover(self) -> AsyncIterator[DiscoveryHit]:
        """Everything, before something is typed."""
        for active in self._found():
            text = self._text(active)
            yield DiscoveryHit(Content(text), self._run(active), text=text, help=self._help(active))

    async def search(self, query: str) -> AsyncIterator[Hit]:
        """What has the typed words."""
        for active in self._found():
            text = self._text(active)
            score = fitting(query, text) or fitting(query, f"{text} {active.tooltip}") / 2
            if score > 0:
                yield Hit(score, Content(text), self._run(active), text=text, help=self._help(active))
