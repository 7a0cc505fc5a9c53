"""What the field at work is for, what is open about it, and where the guide asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from tui.domain.text import one_line
from tui.domain.wizard import OpenItem
from tui.widgets.field_specs import Field, Spec, Table
from tui.widgets.outline import Row, wrap
from tui.widgets.present import LOOKS, line
from tui.widgets.problem_list import STATES


class FieldHelp(Widget):
    """A few lines below the form that never change their number, so that nothing jumps."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "FieldHelp { height: 4; padding: 0 1 0 2; background: $surface; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.spec: Field | Table | None = None
        self._wrong: Mapping[str, str] = {}
        self._notes: Mapping[str, OpenItem] = {}

    def show(self, spec: Field | Table) -> None:
        """Another field is at work."""
        self.spec = spec
        self.refresh()

    def explain(self, wrong: Mapping[str, str], notes: Mapping[str, OpenItem], specs: Sequence[Spec]) -> None:
        """What is wrong with what is typed, and what is open, by path; and the specs as they are now."""
        self._wrong, self._notes = wrong, notes
        same = (one for one in specs if self.spec is not None and one.key == self.spec.key)
        self.spec = next((one for one in same if isinstance(one, Field | Table)), self.spec)
        self.refresh()

    def render(self) -> RenderResult:
        """Trouble first, then help, then the guide's sentence; the last line that fits ends in an ellipsis."""
        width, height = max(8, self.content_size.width), max(1, self.content_size.height)
        rows = [one for part in self._parts() for one in wrap(Row(part), width)]
        if len(rows) > height:
            rows = [*rows[: height - 1], rows[height - 1].append(" …").truncate(width, ellipsis=True)]
        return Content("\n").join(rows)

    def _parts(self) -> list[Content]:
        spec = self.spec
        if spec is None:
            return []
        parts: list[Content] = []
        note = self._notes.get(spec.path)
        sentence = spec.sentence
        if spec.path in self._wrong:
            parts.append(line(("✗ ", "error"), self._wrong[spec.path]))
        elif note is not None:
            look = LOOKS[STATES[note.level]]
            parts.append(line((f"{look.glyph} ", look.tone), note.text))
            sentence = sentence or note.sentence
        if spec.help:
            parts.append(line((one_line(spec.help), "")))
        if sentence:
            parts.append(line(("Guide: ", "accent"), (f"“{one_line(sentence)}”", "muted")))
        return parts
