"""Two outlines side by side where there is room, or one of all rows; and a line that says what is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from tui.widgets.chrome import StatusLine
from tui.widgets.outline import BLANK, Outline, Row, same_rows
from tui.widgets.present import Tone, line

WIDE = 100
"""Columns of the terminal from which two outlines fit side by side."""

_PATIENCE = 2
"""Seconds after which a line that works says how long it has been."""


class Columns(Horizontal):
    """Left and right rows. When narrow, the right ones follow the left ones in one outline."""

    DEFAULT_CSS = "Columns { height: 1fr; } Columns > #right { border-left: solid $rule; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._left: Sequence[Row] = ()
        self._right: Sequence[Row] = ()
        self._wide = False

    def compose(self) -> ComposeResult:
        """The two outlines."""
        yield Outline(id="left")
        right = Outline(id="right")
        right.display = False
        yield right

    def set_rows(self, left: Sequence[Row], right: Sequence[Row]) -> None:
        """Other rows; nothing is drawn for the same ones."""
        if same_rows(left, self._left) and same_rows(right, self._right):
            return
        self._left, self._right = left, right
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Change between one and two columns."""
        wide = event.size.width >= WIDE
        if wide != self._wide:
            self._wide = wide
            self._draw()

    def _draw(self) -> None:
        left, right = self.query_one("#left", Outline), self.query_one("#right", Outline)
        two = self._wide and bool(self._right)
        had_focus = right.has_focus
        right.display = two
        if had_focus and not two:
            left.focus()
        between = [BLANK] if self._left and self._right else []
        left.set_rows(self._left if two else [*self._left, *between, *self._right])
        right.set_rows(self._right if two else ())

    @property
    def current(self) -> Outline:
        """The outline that the keys go to."""
        right = self.query_one("#right", Outline)
        return right if right.has_focus else self.query_one("#left", Outline)

    @property
    def key(self) -> str:
        """The key of the row under the cursor."""
        return self.current.key

    @property
    def text(self) -> str:
        """All rows as plain text."""
        return "\n".join(one.text for one in self.query(Outline) if one.display)

    def go(self, key: str) -> None:
        """Put the cursor on the row with that key, wherever it is."""
        for outline in self.query(Outline):
            if any(row.key == key for row in outline.rows):
                outline.go(key)
                outline.focus()
                return


class WorkLine(StatusLine):
    """A line that says what is being waited for, and for how long when it takes its time."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._what, self._since = "", 0.0
        self._timer: Timer | None = None

    @property
    def working(self) -> bool:
        """Whether something is being waited for."""
        return bool(self._what)

    def work(self, what: str) -> None:
        """Something is being waited for."""
        self._what, self._since = what, monotonic()
        if self._timer is None:
            self._timer = self.set_interval(1.0, self._tick)
        self._tick()

    def rest(self, *parts: tuple[str, Tone] | str) -> None:
        """Nothing is; say this instead."""
        self._what = ""
        self.show(line(*parts))

    def _tick(self) -> None:
        if self._what:
            passed = int(monotonic() - self._since)
            self.show(line(("… ", "accent"), self._what, (f"  {passed} s" if passed >= _PATIENCE else "", "muted")))
