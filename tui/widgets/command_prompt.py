"""One chat command for the operator to run: large, to be copied, with the question what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.domain.plan import Change, Request
from tui.domain.text import one_line
from tui.widgets.dialogs import SETTLE
from tui.widgets.present import line, styled


@dataclass(frozen=True)
class Shown:
    """A command with its place among the plan's."""

    change: Change
    request: Request
    number: int
    total: int

    @property
    def command(self) -> str:
        """What is to be typed into the chat."""
        return one_line(str(self.request.body.get("command", "")))

    @property
    def posts(self) -> tuple[str, ...]:
        """Where it is told besides."""
        return tuple(str(self.request.body[key]) for key in ("cross_post", "issue") if self.request.body.get(key))


class CommandPrompt(Static, can_focus=True):
    """Empty and without height while no command waits."""

    DEFAULT_CSS = """
    CommandPrompt { height: auto; display: none; margin: 0 1 1 1; padding: 0 1; border: round $accent; }
    CommandPrompt.-asking { display: block; }
    CommandPrompt:focus { border: heavy $accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ran", "It ran", show=False, id="command.ran", tooltip="It ran, and the bot answered"),
    ]

    @dataclass
    class Ran(Message):
        """Enter: it ran."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown | None = None
        self._since = 0.0

    @property
    def settled(self) -> bool:
        """Whether it has been there long enough for an answer to be meant: a key that repeats answers nothing."""
        return self.shown is not None and monotonic() - self._since >= SETTLE

    def show(self, shown: Shown) -> None:
        """Ask for this command."""
        self.shown, self._since = shown, monotonic()
        self.update(_content(shown))
        self.add_class("-asking")

    def clear(self) -> None:
        """Nothing is asked."""
        self.shown = None
        self.remove_class("-asking")

    def action_ran(self) -> None:
        """Enter."""
        self.post_message(self.Ran())


def _content(shown: Shown) -> Content:
    lines = [
        line((f"Command {shown.number} of {shown.total}  ", "muted"), shown.change.summary),
        line(("Run it in ", "muted"), (shown.request.path, "accent"), (":", "muted")),
        Content(""),
        styled(shown.command, "strong"),
        Content(""),
    ]
    if shown.posts:
        lines.append(line(("Post it to ", "muted"), " and ".join(shown.posts), (" too.", "muted")))
    keys = [("y", "it ran, the bot answered"), ("n", "it failed"), ("c", "copy")]
    parts = [part for key, text in keys for part in ((key, "accent"), f" {text}   ")]
    return Content("\n").join([*lines, line(*parts)])  # type: ignore[arg-type]
