"""The wizard's steps at the left, each with its state; one line at the top where it is narrow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.domain.text import counted
from tui.domain.wizard import STEPS, OpenItem, StepId
from tui.widgets.present import LOOKS, State, Tone, fit, line

LEAST_HEIGHT = 2


@dataclass(frozen=True)
class RailState:
    """One step: its state, and a word on it."""

    state: State
    words: str


def rail_state(step: StepId, items: Sequence[OpenItem]) -> RailState:
    """What the rail says of a step of the form, from what is open in it."""
    levels = Counter(item.level for item in items if item.step == step)
    if levels["error"]:
        return RailState("failed", f"{levels['error']} wrong")
    if levels["open"]:
        return RailState("open", f"{levels['open']} open")
    if levels["warning"]:
        return RailState("attention", f"{levels['warning']} to check")
    return RailState("done", "done")


class Rail(Widget, can_focus=False):
    """The steps and *you are here*. It takes the focus only when asked, so that Tab stays in the form."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "move(-1)", "Up", show=False, id="rail.up", tooltip="The step before"),
        Binding("down,right", "move(1)", "Down", show=False, id="rail.down", tooltip="The next step"),
        Binding("enter,space", "go", "Go there", id="rail.go", tooltip="Go to this step"),
        Binding("escape,ctrl+g", "leave", "Stay", id="rail.leave", tooltip="Back to the form"),
    ]

    cursor: reactive[int] = reactive(0)

    @dataclass
    class Chosen(Message):
        """A step was chosen."""

        step: StepId

    @dataclass
    class Left(Message):
        """The focus wants back into the form."""

    def __init__(self, here: StepId, items: Sequence[OpenItem] = ()) -> None:
        super().__init__(id="rail")
        self.here = here
        self.items = tuple(items)
        self.place = next(place for place, one in enumerate(STEPS) if one.id == here)
        self.set_reactive(Rail.cursor, self.place)

    def show(self, items: Sequence[OpenItem]) -> None:
        """Other open items."""
        self.items = tuple(items)
        self.refresh()

    def ask(self) -> None:
        """Take the focus until a step is chosen."""
        self.can_focus = True
        self.cursor = self.place
        self.add_class("-asking")
        self.focus()

    def on_blur(self, _event: events.Blur) -> None:
        """Out of the way again."""
        self.can_focus = False
        self.remove_class("-asking")

    def action_move(self, by: int) -> None:
        """To another step; the last one, apply, is reached through the review only."""
        self.cursor = (self.cursor + by) % (len(STEPS) - 1)

    def action_go(self) -> None:
        """Go there."""
        self.post_message(self.Chosen(STEPS[self.cursor].id))

    def action_leave(self) -> None:
        """Stay."""
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        """A click on a step goes there."""
        place = (event.y - 1) // LEAST_HEIGHT
        if self.size.height >= LEAST_HEIGHT and 0 <= place < len(STEPS) - 1:
            self.post_message(self.Chosen(STEPS[place].id))

    def state(self, step: StepId) -> RailState:
        """What is said of a step. Review and apply have no form: they wait until the forms are in order."""
        if step in {"review", "apply"}:
            return RailState("open", "not yet" if step == "apply" else "")
        return rail_state(step, self.items)

    def render(self) -> RenderResult:
        """All steps, or one line."""
        width = max(1, self.content_size.width)
        if self.size.height < LEAST_HEIGHT:
            return self._one_line().truncate(width, ellipsis=True)
        lines = [Content("")]
        for place, step in enumerate(STEPS):
            lines.extend(self._step(place, step.id, step.title, width))
        return Content("\n").join(lines)

    def _step(self, place: int, step: StepId, title: str, width: int) -> list[Content]:
        found = self.state(step)
        look = LOOKS["here" if place == self.place else found.state]
        style: Tone = "strong" if place == self.place else ""
        if self.has_focus and place == self.cursor:
            first = Content.styled(fit(f"›{look.glyph} {title}", width), "bold on $cursor")
        else:
            first = line((f" {look.glyph} ", look.tone), (title, style))
        words = found.words if place != self.place or found.words != "done" else "here"
        tone: Tone = LOOKS[found.state].tone if found.state in {"failed", "attention"} else "muted"
        return [first.truncate(width, ellipsis=True), line((f"   {words}", tone))]

    def _one_line(self) -> Content:
        found = self.state(self.here)
        number = sum(one.level in {"error", "open"} for one in self.items)
        words = f"   {counted(number, 'open item')} in all" if number else ""
        title = STEPS[self.place].title
        here = line((f" ● {self.place + 1}/{len(STEPS)} ", "accent"), (title, "strong"))
        return here.append(line((f"   {found.words}", LOOKS[found.state].tone), (words, "muted")))
