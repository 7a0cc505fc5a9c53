"""The furniture of every screen: the title bar, the key bar, and a line that can change on each key.

Own one-line widgets instead of Textual's Header and Footer, which would cost a fifth of the time to first paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region
from textual.keys import REPLACED_KEYS, key_to_character
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.text import one_line
from tui.runtime.connect import Instance
from tui.widgets.present import fit

NAME = "rollout-tui"
SEPARATOR = " › "
GAP = "  "
MORE = "…"


@dataclass(frozen=True)
class Badge:
    """The instance that a screen works on, so that nobody takes production for a rehearsal."""

    text: str
    kind: Literal["sandbox", "production", "plain"] = "plain"

    @classmethod
    def of(cls, instance: Instance) -> Badge:
        """`SANDBOX`, `PRODUCTION name`, or the instance's label."""
        if instance.is_sandbox:
            return cls("SANDBOX", "sandbox")
        return cls(one_line(instance.label), "production" if instance.production else "plain")

    @property
    def style(self) -> str:
        """The style of its text."""
        return {
            "sandbox": "bold $on-sandbox on $sandbox",
            "production": "bold $on-production on $production",
            "plain": "bold $background on $primary",
        }[self.kind]


class DrawnLine(Widget):
    """A line that is drawn straight to a strip: Textual's way by visuals and style caches costs three times as much.

    The strip is kept until the line is refreshed: Textual asks every widget of a screen for its lines on each key.
    """

    ALLOW_SELECT = False
    _drawn: tuple[object, Strip] | None = None

    def line(self, width: int) -> Content:
        """What is shown, in at most `width` cells."""
        raise NotImplementedError

    def render(self) -> RenderResult:
        """For Textual's way, which filters such as NO_COLOR's need."""
        return self.line(self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The line, from its content and the widget's style alone."""
        if self.app.no_color:
            return super().render_lines(crop)
        made_of = (self.outer_size.width, self.gutter, self.visual_style, self.app.theme)
        if self._drawn is None or self._drawn[0] != made_of:
            self._drawn = made_of, self._draw()
        return [self._drawn[1].crop(crop.x, crop.right)] * crop.height

    def _draw(self) -> Strip:
        base = self.visual_style
        content = self.line(self.size.width).pad_left(self.gutter.left)
        pieces = content.render(base, end="", parse_style=self.app.stylesheet.parse_style)
        strip = Strip([Segment(text, style.rich_style) for text, style in pieces])
        return strip.adjust_cell_length(self.outer_size.width, base.rich_style)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Draw the line anew when Textual next asks for it."""
        self._drawn = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class TitleBar(DrawnLine):
    """`rollout-tui › Codestral 25.01 › Plan issues`, and the instance at the right."""

    DEFAULT_CSS = "TitleBar { dock: top; height: 1; background: $panel; color: $foreground; }"

    def __init__(self, *parts: str, badge: Badge | None = None) -> None:
        super().__init__()
        self.parts = parts
        self.badge = badge

    def set_parts(self, *parts: str, badge: Badge | None = None) -> None:
        """Say where we are; the badge stays when none is given."""
        self.parts, self.badge = parts, badge or self.badge
        self.refresh()

    def line(self, width: int) -> Content:
        """The line, the middle part shortened first: the last says where we are."""
        badge = fit(f" {self.badge.text} ", min(cell_len(self.badge.text) + 2, width // 2)) if self.badge else ""
        room = width - cell_len(badge) - 2
        pieces = [NAME, *(one_line(part) for part in self.parts if part)]
        text = _joined(pieces, room)
        head, separator, rest = text.partition(SEPARATOR)
        parts = [(f" {head}", "bold $accent"), (separator + rest, "")]
        padding = " " * max(0, room - cell_len(text))
        return Content.assemble(*parts, padding + " ", (badge, self.badge.style if self.badge else ""))


def _joined(pieces: list[str], room: int) -> str:
    """The pieces with separators in at most `room` cells."""
    text = SEPARATOR.join(pieces)
    over = cell_len(text) - room
    if over > 0 and len(pieces) > 2:  # noqa: PLR2004 - name, subject, place: the subject gives way
        middle = pieces[1]
        keep = max(4, cell_len(middle) - over)
        text = SEPARATOR.join([pieces[0], fit(middle, min(keep, cell_len(middle))).rstrip(), *pieces[2:]])
    return fit(text, room).rstrip() if cell_len(text) > room else text


@dataclass(frozen=True)
class _Key:
    """One key of the bar: what is shown, what is pressed, and whether it can be."""

    display: str
    label: str
    key: str
    enabled: bool

    @property
    def width(self) -> int:
        return cell_len(self.display) + 1 + cell_len(self.label)


class KeyBar(DrawnLine):
    """The keys of this screen, from its bindings. One that cannot run now is greyed; a click is the key."""

    DEFAULT_CSS = "KeyBar { dock: bottom; height: 1; background: $panel; color: $foreground; }"
    LAST: ClassVar = frozenset({"help"})
    """Actions that stay in view when the keys do not fit."""

    keys: reactive[tuple[_Key, ...]] = reactive((), init=False)

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow the bindings of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.app.screen:
            self.keys = tuple(self._collect(screen))

    def _collect(self, screen: Screen[object]) -> list[_Key]:
        found: dict[str, _Key] = {}
        last: dict[str, _Key] = {}
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.description and not _typed(screen, binding.key):
                where = last if binding.action.removeprefix("app.") in self.LAST else found
                where.setdefault(binding.action, self._key(binding, enabled=active.enabled))
        return [*found.values(), *last.values()]

    def _key(self, binding: Binding, *, enabled: bool) -> _Key:
        return _Key(self.app.get_key_display(binding), binding.description, binding.key, enabled)

    def line(self, width: int) -> Content:
        """As many keys as fit, an ellipsis when they do not, and help in any case."""
        kept = list(self.keys)
        room = width - 2
        cut = False
        while len(kept) > 1 and _width(kept, cut=cut) > room:
            cut = True
            del kept[-2]
        parts: list[tuple[str, str]] = [(" ", "")]
        self._places = []
        x = 1
        for place, key in enumerate(kept):
            if cut and place == len(kept) - 1:
                parts.append((MORE + GAP, "$muted"))
                x += len(MORE + GAP)
            self._places.append((x, x + key.width, key.key))
            x += key.width + len(GAP)
            parts.append((key.display, "bold $accent" if key.enabled else "$muted"))
            parts.append((f" {key.label}{GAP}", "" if key.enabled else "$muted"))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """A click on a key presses it."""
        for start, end, key in self._places:
            if start <= event.x < end:
                self.app.simulate_key(key)


def _typed(screen: Screen[object], key: str) -> bool:
    """Whether a key is text now: a field has the focus and takes letters."""
    character = key_to_character(REPLACED_KEYS.get(key, key))  # Unicode calls a slash solidus
    return screen.focused is not None and screen.focused.check_consume_key(key, character)


def _width(keys: list[_Key], *, cut: bool) -> int:
    return sum(key.width + len(GAP) for key in keys) - len(GAP) + (len(MORE + GAP) if cut else 0)


class StatusLine(DrawnLine):
    """One line that changes without a layout, such as `3 of 100,000`."""

    DEFAULT_CSS = "StatusLine { height: 1; color: $muted; }"

    def __init__(self, text: Content | str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._text = Content(text) if isinstance(text, str) else text

    @property
    def plain(self) -> str:
        """What it says."""
        return self._text.plain

    def show(self, text: Content | str) -> None:
        """Say something else."""
        new = Content(text) if isinstance(text, str) else text
        if not new.is_same(self._text):
            self._text = new
            self.refresh()

    def line(self, width: int) -> Content:
        """The text with a blank before it, cut with an ellipsis."""
        return self._text.truncate(max(1, width - 2), ellipsis=True).pad_left(1)
