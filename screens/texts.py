"""The texts to tell people at this moment: previewed, copied with one key, and where the announcement was posted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.domain.announcing import Standing, not_posted, posted, standings
from tui.domain.draft import Draft
from tui.domain.errors import RolloutError
from tui.domain.planning import Situation
from tui.domain.telling import Message
from tui.domain.text import counted, one_line
from tui.runtime.connect import Instance
from tui.runtime.workbench import utc_now
from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.columns import WorkLine
from tui.widgets.dialogs import Ask, Confirm
from tui.widgets.messages import DraftChanged, ReportWanted
from tui.widgets.outline import Outline
from tui.widgets.present import line
from tui.widgets.text_rows import CHANNEL, MORE, list_rows, text_rows, wanted

_HINT = line(
    ("c", "accent"),
    (" copies a text, ", "muted"),
    ("tab", "accent"),
    (" reads on: nothing is posted from here", "muted"),
)
_LEAST = 4
"""Rows of the list that are in view however small the terminal."""


class TextsScreen(BaseScreen[Draft]):
    """Answers with the draft, in which the channels where the announcement was posted are marked.

    `read_only` says why nothing is marked; to read and to copy is everybody's.
    """

    HELP = "texts"
    CSS_PATH: ClassVar = [asset("styles/texts.tcss")]
    AUTO_FOCUS = "#texts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="texts.copy", tooltip="Copy the text to the clipboard"),
        Binding(
            "p", "mark", "Posted", id="texts.mark", tooltip="Mark the announcement as posted in the channel, or not"
        ),
        Binding("escape", "leave", "Back", id="texts.leave", tooltip="Back to the rollout"),
    ]

    def __init__(
        self,
        draft: Draft,
        messages: Sequence[Message],
        *,
        instance: Instance,
        operator: str,
        read_only: str = "",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self._draft, self._messages, self._instance = draft, tuple(messages), instance
        self._operator, self._read_only, self._clock = operator, read_only, clock
        self._taken_back = ""

    def compose(self) -> ComposeResult:
        """What the keys do, the texts and channels, the text itself, what GitLab said."""
        name = self._draft.title or self._draft.model.name or self._draft.id
        yield TitleBar(name, "Texts", badge=Badge.of(self._instance))
        yield StatusLine(_HINT, id="hint")
        with Container(id="telling"):
            yield Outline(id="texts")
            yield Outline(id="text")
        yield WorkLine(id="reading")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the most urgent text."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Narrow: the list takes no more than half of the height."""
        rows = self.query_one("#texts", Outline)
        room = max(_LEAST, (event.size.height - 4) // 2)
        rows.styles.height = "1fr" if self.has_class("-wide") else min(room, len(rows.rows))

    def _draw(self) -> None:
        self.query_one("#texts", Outline).set_rows(list_rows(self._messages, self._channels))
        self._show_text()
        self.refresh_bindings()

    @property
    def _channels(self) -> tuple[Standing, ...] | None:
        """Where the announcement is to be; None while it is not time for it."""
        due = any(one.key == "announcement" for one in self._messages)
        return standings(self._draft.announcement) if due else None

    @property
    def message(self) -> Message:
        """The text of the row under the cursor; that of the announcement for its channels."""
        key = wanted(self._key)
        return next((one for one in self._messages if one.key == key), self._messages[0])

    @property
    def _key(self) -> str:
        return self.query_one("#texts", Outline).key

    def _show_text(self) -> None:
        self.query_one("#text", Outline).set_rows(text_rows(self.message))

    def on_outline_moved(self, event: Outline.Moved) -> None:
        """Another text."""
        if event.outline.id == "texts":
            self._show_text()
            self.query_one("#text", Outline).action_end(-1)
            self.refresh_bindings()

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        """Enter: what the row is for."""
        if event.outline.id == "texts" and event.key.startswith(CHANNEL):
            self.action_mark()
        else:
            self.action_copy()

    def action_copy(self) -> None:
        """Copy the text as it is shown."""
        text = self.message.text
        self.app.copy_to_clipboard(text)
        self.notify(
            f"Copied: {self.message.title}, {counted(text.count(chr(10)) + 1, 'line')}", markup=False, timeout=3
        )

    # where it was posted

    def refusal(self, action: str) -> str:
        """Why nothing can be marked here."""
        if action != "mark" or not self.is_mounted:
            return ""
        if self._read_only:
            return f"read-only: {self._read_only}"
        return "" if self._key.startswith(CHANNEL) else "Go to a channel of the announcement first"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what cannot be done."""
        return None if self.refusal(action) else True

    def action_mark(self) -> None:
        """Ask where it can be read, and mark it; a mark is taken back after a question."""
        why = self.refusal("mark")
        if why:
            self.notify(one_line(why), markup=False, timeout=5)
            return
        channel = self._key.removeprefix(CHANNEL)
        here = next((one for one in self._channels or () if one.channel == channel), None)
        if self._key == MORE:
            lines = ["It is added to the channels of the announcement and marked as posted."]
            self.app.push_screen(Ask("Posted in another channel", lines, "Channel"), self._mark)
        elif here is not None and here.at is not None:
            lines = ["The plan issue and the draft will say that it is not posted there yet."]
            question = Confirm(f"Not posted in {channel} after all?", lines, yes="Take the mark back")
            self.app.push_screen(question, lambda sure: self._take_back(channel) if sure else None)
        else:
            lines = ["It is noted with the time and your name, in the draft and on the plan issue."]
            question_ = Ask(f"Posted in {channel}", lines, "Address of the post, if you like", needed=False)
            self.app.push_screen(question_, lambda url: self._mark(channel, url) if url is not None else None)

    def _mark(self, channel: str | None, url: str = "") -> None:
        if channel is not None:
            self._changed(posted(self._draft, channel, self._clock(), self._operator, url))

    def _take_back(self, channel: str) -> None:
        self._changed(not_posted(self._draft, channel), channel)

    def _changed(self, draft: Draft, taken_back: str = "") -> None:
        self._draft, self._taken_back = draft, taken_back
        self.post_message(DraftChanged(draft))
        self.query_one("#reading", WorkLine).work("Saying so on the plan issue")
        self.post_message(ReportWanted(draft, taken_back))
        self._draw()

    def show(self, situation: Situation) -> None:
        """The plan issue is up to date."""
        there = any(slot.startswith("rollout-plan") for slot in situation.observed.issues)
        said = "The plan issue says so" if there else "The plan issue will say so once it is there"
        self.query_one("#reading", WorkLine).rest(("✓ ", "success"), f"Saved. {said}.")

    def fail(self, error: RolloutError) -> None:
        """GitLab was not reached; a mark is in the draft all the same, and the next step tells it.

        One that was taken back is on the plan issue still, and counts like a colleague's.
        """
        said = "Saved, but the plan issue does not say so before the next step"
        if self._taken_back:
            said = f"The plan issue still says {self._taken_back}, so it counts: take it back again from the rollout"
        text = f"{said}: {one_line(str(error))}"
        self.query_one("#reading", WorkLine).rest(("! ", "warning"), text)

    def action_leave(self) -> None:
        """Back to the rollout."""
        self.answer(self._draft)
