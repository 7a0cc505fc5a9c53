"""An app that hosts one screen: what the screen asks for is kept, and its answer."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen

from screens.back import BackScreen
from tests.support.rollouts import NOW
from tui.domain.planning import Situation, compute
from tui.runtime.connect import Instance
from tui.runtime.workbench import Prepared
from tui.widgets.messages import (
    ApplyWanted,
    BackWanted,
    CancelWanted,
    DraftChanged,
    PlanWanted,
    StatusWanted,
    TemplatesWanted,
)
from tui.widgets.theme import ThemedApp


class Host(ThemedApp[None]):
    """Shows one screen on top of an empty one."""

    def __init__(self, shown: Screen[Any]) -> None:
        super().__init__()
        self.shown = shown
        self.asked: list[Message] = []
        self.answers: list[Any] = []
        self.copied: list[str] = []

    def on_mount(self) -> None:
        self.push_screen(self.shown, self.answers.append)

    @property
    def drawn(self) -> str:
        """What is on the screen, as text."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)

    def on_plan_wanted(self, message: PlanWanted) -> None:
        self.asked.append(message)

    def on_apply_wanted(self, message: ApplyWanted) -> None:
        self.asked.append(message)

    def on_status_wanted(self, message: StatusWanted) -> None:
        self.asked.append(message)

    def on_back_wanted(self, message: BackWanted) -> None:
        self.push_screen(
            BackScreen(
                message.draft,
                message.guide,
                instance=Instance("sandbox", "SANDBOX"),
                entries=message.entries,
                situation=message.situation,
                read_only=message.read_only,
                watching=message.watching,
                at=message.at,
                clock=lambda: NOW,
            ),
            message.chosen,
        )

    def on_templates_wanted(self, message: TemplatesWanted) -> None:
        self.asked.append(message)

    def on_draft_changed(self, message: DraftChanged) -> None:
        self.asked.append(message)

    def on_cancel_wanted(self, message: CancelWanted) -> None:
        self.asked.append(message)


def at_once(app: App[Any], *keys: str) -> None:
    """Send all keys before the first is looked at, as a terminal does that was written to in one go."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


def prepared(situation: Situation, phase: str = "", step: str = "") -> Prepared:
    """The plan for a phase and step with all that it was computed from."""
    goal = situation.goal(phase, step)
    assert goal is not None, f"no such step: {phase} {step}"
    return Prepared(compute(situation, goal), situation, goal)
