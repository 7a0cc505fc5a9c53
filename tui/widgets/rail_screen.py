"""A screen that is one step of the wizard without being a form: the rail, and the keys that go to the other steps."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType

from tui.widgets.base_screen import BaseScreen
from tui.widgets.rail import Rail

R = TypeVar("R")


class RailScreen(BaseScreen[R]):
    """Goes to another step by rail or function key. Without a rail on it there are no other steps."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "jump('model')", "Model", show=False, id="rail.model", tooltip="To model and flag"),
        Binding("f3", "jump('checklist')", "Checklist", show=False, id="rail.checklist", tooltip="To the checklist"),
        Binding("f4", "jump('issues')", "Plan issues", show=False, id="rail.issues", tooltip="To the plan issues"),
        Binding("f5", "jump('phases')", "Phases", show=False, id="rail.phases", tooltip="To the phases"),
    ]

    def go_to(self, step: str) -> None:
        """Leave for that step of the wizard."""
        raise NotImplementedError

    def stay(self) -> None:
        """Take the focus back from the rail."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No other steps without a rail."""
        if action in {"steps", "jump"}:
            return self.is_mounted and bool(self.query(Rail))
        return True

    def on_rail_chosen(self, event: Rail.Chosen) -> None:
        """A step of the rail: another one, or this."""
        if event.step == self.query_one(Rail).here:
            self.stay()
        else:
            self.go_to(event.step)

    def on_rail_left(self) -> None:
        """Back to the screen's own work."""
        self.stay()

    def action_steps(self) -> None:
        """Choose another step."""
        self.query_one(Rail).ask()

    def action_jump(self, step: str) -> None:
        """To that step."""
        self.go_to(step)
