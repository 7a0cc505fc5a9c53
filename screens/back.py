"""The ways back: hold, each earlier step, undo, off, abandon; and what each comes to before it is asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.domain.draft import Draft
from tui.domain.errors import RolloutError
from tui.domain.guide import Guide
from tui.domain.history import BACK, Entry
from tui.domain.lifecycle import REASONED
from tui.domain.planning import Situation
from tui.domain.text import one_line
from tui.domain.ways_back import Outcome, Way, outcome, remembered, ways
from tui.domain.wish import Wish
from tui.runtime.connect import Instance
from tui.runtime.workbench import utc_now
from tui.store.assets import asset
from tui.widgets.back_rows import Look, hand_lines, outcome_rows, way_rows
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.columns import WIDE, WorkLine
from tui.widgets.dialogs import Ask
from tui.widgets.messages import StatusWanted
from tui.widgets.outline import Outline, wrap
from tui.widgets.present import line, moment

_LEAST = 4
"""Rows of the list that are in view however small the terminal."""

_EDGES = 3
"""Cells of a list that are no text: the cursor's, the scroll bar's, a gap."""


class BackScreen(BaseScreen[Wish | None]):
    """Answers with the wish that is to be reviewed. `at` is the key of the way that the cursor begins on.

    Without a `situation` the history says where the rollout is, until GitLab answers. `read_only` says why the draft is
    not changed; who is `watching` looks and acts on nothing.
    """

    HELP = "back"
    LOOKS = True
    CSS_PATH: ClassVar = [asset("styles/back.tcss")]
    AUTO_FOCUS = "#ways"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take this way", id="back.take", tooltip="Ask for the reason, then review it"),
        Binding("u", "copy('curl')", "curl", id="back.curl", tooltip="Copy this way as curl commands"),
        Binding("t", "copy('chat')", "Chat", id="back.chat", tooltip="Copy this way as chat commands"),
        Binding("c", "copy('Rails console')", "Console", id="back.rails", tooltip="Copy it for the Rails console"),
        Binding("escape", "leave", "Back", id="back.leave", tooltip="Back, changing nothing"),
    ]

    def __init__(
        self,
        draft: Draft,
        guide: Guide,
        *,
        instance: Instance,
        entries: Sequence[Entry] = (),
        situation: Situation | None = None,
        read_only: str = "",
        watching: bool = False,
        at: str = "",
        prefix: str = "",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self._draft, self._guide, self._instance, self._prefix = draft, guide, instance, prefix
        self._read_only, self._watching, self._clock = read_only, watching, clock
        self._asked = situation is not None
        self._situation = situation or remembered(draft, guide, entries, clock(), instance.name)
        self._ways = ways(self._situation)
        self._outcomes: dict[str, Outcome] = {}
        self._at = at

    def compose(self) -> ComposeResult:
        """Who is in, the ways, what the one under the cursor comes to, and what GitLab said."""
        name = self._draft.title or self._draft.model.name or self._draft.id
        yield TitleBar(name, "Ways back", badge=Badge.of(self._instance))
        takes = " reviews a way: nothing is sent before   "
        hint = line(("enter", "accent"), (takes, "muted"), ("tab", "accent"), (" reads on", "muted"))
        watching = line(("! ", "warning"), "Read-only: to look at, not to act on", ("   tab reads on", "muted"))
        yield StatusLine(watching if self._watching else hint, id="hint")
        with Container(id="back"):
            yield Outline(id="ways")
            yield Outline(id="what")
        yield WorkLine(id="reading")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known, and ask GitLab."""
        self._draw()
        self.query_one("#ways", Outline).go(self._begin())
        self._show_way()
        self.query_one("#reading", WorkLine).work("Asking GitLab for the gates")
        self.post_message(StatusWanted(self._draft))

    def _begin(self) -> str:
        """The way that was asked for, else the nearest one that takes access away."""
        takes = BACK if self._read_only else BACK | {"repair"}
        keys = [way.key for way in self._ways if way.action in takes and not way.refused]
        return self._at if self._at in {way.key for way in self._ways} else keys[0]

    def on_resize(self) -> None:
        """Narrow: the list takes no more than half of the height."""
        self._fit()

    def _fit(self) -> None:
        ways, (width, height) = self.query_one("#ways", Outline), self.size
        lines = sum(len(wrap(row, width - _EDGES)) for row in ways.rows)
        ways.styles.height = "1fr" if width >= WIDE else min(max(_LEAST, (height - 4) // 2), lines)

    # what GitLab says

    def show(self, situation: Situation) -> None:
        """What GitLab says now; the cursor stays on its way."""
        self._situation, self._asked = situation, True
        self._ways, self._outcomes = ways(situation), {}
        self.query_one("#reading", WorkLine).rest((f"GitLab was asked at {moment(situation.observed.at)} UTC", "muted"))
        self._draw()

    def fail(self, error: RolloutError) -> None:
        """GitLab could not be asked; a way back is there all the same."""
        known = "what it said before" if self._asked else "the history"
        shown, why = f"Shown is {known}: GitLab could not be asked.", f"  {one_line(str(error))}"
        self.query_one("#reading", WorkLine).rest(("✗ ", "error"), shown, (why, "muted"))

    # drawing

    def _draw(self) -> None:
        self.query_one("#ways", Outline).set_rows(way_rows(self._ways, self._guide))
        self._fit()
        self._show_way()
        self.refresh_bindings()

    def on_outline_moved(self, event: Outline.Moved) -> None:
        """Another way."""
        if event.outline.id == "ways":
            self._show_way()
            self.query_one("#what", Outline).action_end(-1)
            self.refresh_bindings()

    @property
    def way(self) -> Way:
        """The way under the cursor."""
        key = self.query_one("#ways", Outline).key
        return next((one for one in self._ways if one.key == key), self._ways[0])

    def _outcome(self, way: Way) -> Outcome | None:
        if way.goal is None:
            return None
        if way.key not in self._outcomes:
            self._outcomes[way.key] = outcome(self._situation, way.goal)
        return self._outcomes[way.key]

    def _show_way(self) -> None:
        found = self._outcome(self.way)
        rows = outcome_rows(self.way, found, self._look(found)) if found else []
        self.query_one("#what", Outline).set_rows([dataclasses.replace(row, key=self.way.key) for row in rows])

    def _look(self, found: Outcome) -> Look:
        flag = self._situation.observed.flag(found.plan.flag)
        prefix = self._prefix or self._situation.chat.prefix
        target = self._draft.flag.target
        return Look(self._situation.labels, self._instance.url, prefix, target, flag.attested)

    # acting

    def why_not(self, way: Way) -> str:
        """Why the way cannot be taken now; empty when it can. Taking access away waits for no lock on the draft."""
        locked = self._read_only and (self._watching or way.action not in BACK)
        return f"read-only: {self._read_only}" if locked else way.refused

    def action_take(self) -> None:
        """Ask for the reason, and answer with the wish."""
        way, why = self.way, self.why_not(self.way)
        if why:
            self.notify(one_line(why), markup=False, timeout=5)
            return
        needed = way.action in REASONED or way.action in {"step-back", "roll-back"}
        lines = ["Nothing is sent yet: the plan is shown first."]
        ask = Ask(way.title, lines, "Reason" if needed else "Reason, if you like", needed=needed)
        self.app.push_screen(ask, lambda reason: self._taken(way, reason))

    def _taken(self, way: Way, reason: str | None) -> None:
        if reason is not None:
            self.answer(dataclasses.replace(way.wish, reason=reason))

    def on_outline_chosen(self) -> None:
        """Enter on a way."""
        self.action_take()

    def action_copy(self, name: str) -> None:
        """Copy one of the ways by hand."""
        lines = self._hand(name)
        if lines:
            self.app.copy_to_clipboard("\n".join(lines))
            self.notify(f"Copied: {name}", markup=False, timeout=3)

    def _hand(self, name: str) -> list[str]:
        found = self._outcome(self.way)
        return dict(hand_lines(found, self._look(found))).get(name, []) if found else []

    def action_leave(self) -> None:
        """Back to the rollout."""
        self.answer(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what cannot be done."""
        if not self.is_mounted:
            return True
        if action == "take":
            return None if self.why_not(self.way) else True
        return None if action == "copy" and not self._hand(str(parameters[0])) else True
