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
    """What can be done on the screen below. All texts are ours; tooltips are read as markup and have no brackets."""

    def _found(self) -> list[ActiveBinding]:
        return [one for one in distinct(self.screen) if one.enabled and not (one.binding.id or "").startswith(MOVES)]

    def _run(self, active: ActiveBinding) -> partial[Any]:
        return partial(self.app.run_action, active.binding.action, active.node)

    def _text(self, active: ActiveBinding) -> str:
        return f"{active.binding.description}  ({self.app.get_key_display(active.binding)})"

    async def discover(self) -> AsyncIterator[DiscoveryHit]:
        """Everything, before something is typed."""
        for active in self._found():
            text = self._text(active)
            yield DiscoveryHit(Content(text), self._run(active), text=text, help=active.tooltip)

    async def search(self, query: str) -> AsyncIterator[Hit]:
        """What has the typed words."""
        for active in self._found():
            text = self._text(active)
            score = fitting(query, text) or fitting(query, f"{text} {active.tooltip}") / 2
            if score > 0:
                yield Hit(score, Content(text), self._run(active), text=text, help=active.tooltip)
