"""The rollout: its control room. Where it is, what GitLab says, what is next, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.domain.draft import Draft
from tui.domain.errors import RolloutError
from tui.domain.guide import Guide
from tui.domain.history import Action, Entry
from tui.domain.planning import Situation
from tui.domain.progress import Progress, progress
from tui.domain.steps import Step, ladder
from tui.domain.text import counted, one_line
from tui.domain.wish import NEXT, Wish
from tui.runtime.connect import Instance
from tui.runtime.workbench import utc_now
from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.columns import Columns, WorkLine
from tui.widgets.messages import StatusWanted
from tui.widgets.outline import Outline, Row, heading, joined
from tui.widgets.present import line, moment
from tui.widgets.review_rows import error_rows
from tui.widgets.rollout_acts import ACTS, back_to, back_wish, menu, passing, reason_for, why_not
from tui.widgets.rollout_rows import (
    HISTORY,
    ISSUE,
    REPAIR,
    REQUIREMENT,
    drifted,
    entry_rows,
    gates_rows,
    issue_rows,
    needed_rows,
)
from tui.widgets.rollout_words import live_words, next_words, said_rows
from tui.widgets.timeline import Times, step_key, step_of, timeline_rows

_TICK = 20.0
"""Seconds between two looks at the clock: waits are shown in minutes."""


@dataclass(frozen=True)
class RolloutAnswer:
    """`go` is `review` (of `wish`), `edit` (at `field`), `history` or `home`."""

    go: str
    wish: Wish = NEXT
    field: str = ""


_BINDINGS: Mapping[Action, str] = {"advance": "next", "step-back": "back"}
"""The actions of keys that lead to more than one thing."""


class RolloutScreen(BaseScreen[RolloutAnswer]):
    """One running rollout. `entries` are its history, oldest first; `read_only` says who else has the draft open."""

    HELP = "rollout"
    CSS_PATH: ClassVar = [asset("styles/rollout.tcss")]
    AUTO_FOCUS = "#left"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Next", id="rollout.next", tooltip="Review the step that is next"),
        Binding("b", "back", "Step back", id="rollout.back", tooltip="Back to an earlier step, or off for everybody"),
        Binding("o", "act('hold')", "Hold", id="rollout.hold", tooltip="Nobody goes on before it is resumed"),
        Binding("a", "menu", "Actions", id="rollout.actions", tooltip="All that can be done, and why not the rest"),
        Binding("r", "look", "Look", id="rollout.look", tooltip="Ask GitLab again"),
        Binding("e", "edit", "Edit", id="rollout.edit", tooltip="Change the draft"),
        Binding("h", "history", "History", id="rollout.history", tooltip="Every step of this rollout in a table"),
        Binding("escape", "home", "Home", id="rollout.home", tooltip="To all rollouts"),
        Binding("t", "act('resume')", "Resume", id="rollout.resume", tooltip="Take it up again where it was"),
        Binding("i", "issues", "URLs", id="rollout.issues", tooltip="Copy the addresses of the plan issues"),
        Binding("s", "act('skip')", "Skip", id="rollout.skip", tooltip="Pass over the next step, with a reason"),
        Binding("u", "act('undo')", "Undo", id="rollout.undo", tooltip="Every gate as before the last opening"),
        Binding("F", "act('finish')", "Finish", id="rollout.finish", tooltip="Close it after a day with everybody in"),
        Binding("X", "act('abandon')", "Abandon", id="rollout.abandon", tooltip="Off for everybody, and given up"),
    ]

    def __init__(
        self,
        draft: Draft,
        guide: Guide,
        *,
        instance: Instance,
        entries: tuple[Entry, ...] = (),
        read_only: str = "",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self._draft, self._guide, self._instance = draft, guide, instance
        self._entries, self._read_only, self._clock = entries, read_only, clock
        self._situation: Situation | None = None
        self._error: RolloutError | None = None

    def compose(self) -> ComposeResult:
        """Title, what is live, what is next, the rest in columns, keys."""
        name = self._draft.title or self._draft.model.name or self._draft.id
        yield TitleBar(name, "Rollout", badge=Badge.of(self._instance))
        yield StatusLine(id="live")
        yield StatusLine(id="next")
        yield Columns(id="rollout")
        yield WorkLine(id="reading")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what the history says, and ask GitLab."""
        self._draw()
        step = self.progress.next or self.progress.position
        if step is not None:
            self.query_one("#rollout", Columns).go(step_key(step))
        self.set_interval(_TICK, self._draw)
        self.action_look()

    @property
    def progress(self) -> Progress:
        """Where the rollout is."""
        return progress(ladder(self._draft, self._guide), self._entries)

    @property
    def _reading(self) -> WorkLine:
        return self.query_one("#reading", WorkLine)

    def action_look(self) -> None:
        """Ask GitLab."""
        self._reading.work("Asking GitLab for gates and plan issues")
        self.refresh_bindings()
        self.post_message(StatusWanted(self._draft))

    def show(self, situation: Situation) -> None:
        """What GitLab says."""
        self._situation, self._error = situation, None
        self._entries = situation.entries
        asked = f"GitLab was asked at {moment(situation.observed.at)} UTC"
        if drifted(situation):
            self._reading.rest(("! ", "warning"), "Somebody else changed the flag", (f"  {asked}", "muted"))
        else:
            self._reading.rest((asked, "muted"))
        self._draw()

    def fail(self, error: RolloutError) -> None:
        """GitLab could not be asked; the history still says where the rollout is."""
        self._error = error
        self._reading.rest(("✗ ", "error"), "GitLab could not be asked")
        self._draw()

    def _draw(self) -> None:
        here, now = self.progress, self._clock()
        self.query_one("#live", StatusLine).show(line(*live_words(here, now)))
        self.query_one("#next", StatusLine).show(line(*next_words(here, now)))
        phases = timeline_rows(self._draft, self._guide, here, Times.of(self._entries, now))
        left: list[Sequence[Row]] = [error_rows(self._error, "asks again")] if self._error else []
        left += [said_rows(here), [heading("Phases"), *phases]]
        right: list[Sequence[Row]] = []
        if self._situation is not None:
            left.append(needed_rows(self._situation, now))
            right = [gates_rows(self._situation), issue_rows(self._situation)]
        right.append(entry_rows(self._entries, here.steps))
        self.query_one("#rollout", Columns).set_rows(joined(*left), joined(*right))
        self.refresh_bindings()

    def why_not(self, action: Action) -> str:
        """Why an action is not possible now; empty when it is."""
        return why_not(action, self.progress, self._situation, self._read_only)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what cannot be done now. The way back is open even where the draft cannot be changed."""
        if not self.is_mounted:
            return True
        possible: dict[str, Callable[[], bool]] = {
            "next": lambda: not self.why_not("advance"),
            "back": lambda: not self.why_not("step-back"),
            "act": lambda: not self.why_not(cast("Action", parameters[0])),
            "look": lambda: not self._reading.working,
            "issues": lambda: bool(self._urls()),
        }
        return True if action not in possible or possible[action]() else None

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        """Enter: what the row is about."""
        step = step_of(event.key, self.progress.steps)
        if step is not None:
            self._choose_step(step)
        elif event.key == HISTORY:
            self.action_history()
        elif event.key == REPAIR:
            self._repair()
        elif event.key.startswith(ISSUE) and self._situation is not None:
            self._copy([self._situation.observed.issues[event.key.removeprefix(ISSUE)].url])
        elif event.key.startswith(REQUIREMENT):
            self.answer(RolloutAnswer("edit", field=event.key.removeprefix(REQUIREMENT)))

    def _choose_step(self, step: Step) -> None:
        here = self.progress
        place = here.steps.index(step)
        if place > here.index:
            self._advance(step)
        elif place < here.index:
            self._ask_back([step])

    def _repair(self) -> None:
        """Plan the live step again: it puts back what somebody else changed."""
        position = self.progress.position
        if position is not None and not self._read_only:
            self._review(Wish(position.phase, position.id))
        elif position is None:
            self._ask_back([])

    def action_next(self) -> None:
        """Review the next step."""
        if self.progress.next is not None:
            self._advance(self.progress.next)

    def _advance(self, step: Step) -> None:
        refused = self.why_not("advance")
        if refused:
            self.notify(one_line(refused), markup=False, timeout=5)
            return
        wish, question = Wish(step.phase, step.id), passing(step, self.progress)
        if question is None:
            self._review(wish)
        else:
            self.app.push_screen(
                question, lambda reason: self._review(replace(wish, reason=reason)) if reason else None
            )

    def action_menu(self) -> None:
        """Choose from all that can be done."""
        found = {one.binding.action: self.app.get_key_display(one.binding) for one in self.active_bindings.values()}
        keys = {action: found.get(_BINDINGS.get(action, f"act('{action}')"), "") for action in ACTS}
        asked = menu({action: self.why_not(action) for action in ACTS}, keys)
        self.app.push_screen(asked, lambda choice: self._act(cast("Action", choice.key)) if choice else None)

    def _act(self, action: Action) -> None:
        if action == "advance":
            self.action_next()
        elif action == "step-back":
            self.action_back()
        else:
            self.action_act(action)

    def action_act(self, action: Action) -> None:
        """Ask for the reason of an action, and review it."""
        if self.why_not(action):
            return

        def asked(reason: str | None) -> None:
            if reason is not None:
                self._review(Wish(reason=reason, act=action))

        self.app.push_screen(reason_for(action, self.progress), asked)

    def action_back(self) -> None:
        """Choose an earlier step, or off."""
        here = self.progress
        self._ask_back(list(reversed(here.steps[: max(0, here.index)])))

    def _ask_back(self, steps: list[Step]) -> None:
        asked = back_to(steps, self._guide)
        self.app.push_screen(asked, lambda choice: self._review(back_wish(choice)) if choice else None)

    def _review(self, wish: Wish) -> None:
        self.answer(RolloutAnswer("review", wish))

    def action_edit(self) -> None:
        """To the wizard."""
        self.answer(RolloutAnswer("edit"))

    def action_history(self) -> None:
        """To the history of this rollout."""
        self.answer(RolloutAnswer("history"))

    def action_home(self) -> None:
        """To all rollouts."""
        self.answer(RolloutAnswer("home"))

    def action_issues(self) -> None:
        """Copy the addresses of all plan issues."""
        self._copy(self._urls())

    def _urls(self) -> list[str]:
        return [issue.url for issue in self._situation.observed.issues.values()] if self._situation else []

    def _copy(self, urls: list[str]) -> None:
        if urls:
            self.app.copy_to_clipboard("\n".join(urls))
            self.notify(f"Copied: {counted(len(urls), 'address', 'addresses')}", markup=False, timeout=3)
