"""Rows of cells as strips, ready for the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.domain.text import one_line
from tui.widgets.present import fit
from tui.widgets.rows import Row
from tui.widgets.table_layout import GAP, Placed


class Painter:
    """Makes lines of `width` cells; `style_of` gives the style of a tone, of `head`, `cursor`, `bar`, and the base."""

    def __init__(self, placed: tuple[Placed, ...], width: int, style_of: Callable[[str], Style]) -> None:
        self.placed = placed
        self._width = width
        self._style_of = style_of
        self._styles: dict[str, Style] = {}

    def style(self, name: str) -> Style:
        """A style, looked up once."""
        found = self._styles.get(name)
        if found is None:
            found = self._styles[name] = self._style_of(name)
        return found

    def blank(self) -> Strip:
        """A line with nothing on it."""
        return Strip.blank(self._width, self.style(""))

    def head(self, sorted_by: tuple[str, bool] | None) -> Strip:
        """The titles; the one that is sorted by has an arrow, down for descending."""
        cells = []
        for one in self.placed:
            title = one.column.title
            if sorted_by and sorted_by[0] == one.column.key:
                sign = "▼" if sorted_by[1] else "▲"
                title = f"{title} {sign}" if cell_len(title) + 2 <= one.width else fit(title, one.width - 1) + sign
            cells.append((fit(title, one.width, right=one.column.right), "head"))
        return self._strip(cells, self.style(""), mark=" ")

    def row(self, row: Row | None, *, selected: bool, focused: bool) -> Strip:
        """A row, or an ellipsis in each cell while it is not there."""
        cells: list[tuple[str, str]]
        if row is None:
            cells = [(fit("…", one.width), "muted") for one in self.placed]
        else:
            cells = [
                (fit(one_line(row[one.place].text), one.width, right=one.column.right), row[one.place].tone)
                for one in self.placed
            ]
        base = self.style("cursor" if selected else "")
        return self._strip(cells, base, mark="▌" if selected and focused else " ")

    def _strip(self, cells: Sequence[tuple[str, str]], base: Style, mark: str) -> Strip:
        segments = [Segment(mark, self._on(base, "accent"))]
        for number, (text, tone) in enumerate(cells):
            if number:
                segments.append(Segment(" " * GAP, base))
            segments.append(Segment(text, self._on(base, tone)))
        return Strip(segments).adjust_cell_length(self._width, base)

    def _on(self, base: Style, tone: str) -> Style:
        """A tone on the background of the row."""
        if not tone:
            return base
        style = self.style(tone)
        return base + Style(color=style.color, bold=style.bold)
