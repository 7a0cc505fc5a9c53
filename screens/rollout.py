"""The rollout: its control room. Where it is, what GitLab says, what is next, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.domain.as_left import Broken
from tui.domain.draft import Draft
from tui.domain.errors import RolloutError
from tui.domain.guide import Guide
from tui.domain.history import Entry
from tui.domain.planning import Situation
from tui.domain.requirements import POSTED
from tui.domain.steps import Step
from tui.domain.text import counted, one_line
from tui.domain.wish import NEXT, Wish
from tui.runtime.connect import Instance
from tui.runtime.workbench import utc_now
from tui.store.assets import asset
from tui.widgets.acting_screen import ActingScreen, RolloutAnswer
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.columns import Columns, WorkLine
from tui.widgets.feedback_rows import FEEDBACK, feedback_rows, question_of
from tui.widgets.lead_question import lead_question, leader, leads
from tui.widgets.messages import LeadWanted, StatusWanted, TextsWanted
from tui.widgets.outline import Outline, Row, heading, joined
from tui.widgets.present import line, moment
from tui.widgets.review_rows import error_rows
from tui.widgets.rollout_rows import (
    HISTORY,
    ISSUE,
    REPAIR,
    REQUIREMENT,
    drift_rows,
    drifted,
    entry_rows,
    gates_rows,
    issue_rows,
    needed_rows,
)
from tui.widgets.rollout_time import exposure_rows, load_rows, wait_rows
from tui.widgets.rollout_words import RESUME, TAKE_UP, broken_rows, live_words, next_words, read_only_row, said_rows
from tui.widgets.timeline import Times, step_key, step_of, timeline_rows

_TICK = 20.0
"""Seconds between two looks at the clock: waits are shown in minutes."""

_LOOK = 30.0
"""Seconds between two looks at GitLab while somebody looks at the screen."""

_CHART = 44
"""Cells of the chart: it fits into one of two columns and into a terminal of 60."""


class RolloutScreen(ActingScreen):
    """One running rollout. `entries` are its history, oldest first; `broken` is an apply that is not done; `read_only`
    says why the draft is not changed.

    Who is `watching` changes nothing on GitLab either.
    """

    HELP = "rollout"
    CSS_PATH: ClassVar = [asset("styles/rollout.tcss")]
    AUTO_FOCUS = "#left"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "look", "Look", id="rollout.look", tooltip="Ask GitLab again"),
        Binding("e", "edit", "Edit", id="rollout.edit", tooltip="Change the draft"),
        Binding("h", "history", "History", id="rollout.history", tooltip="Every step of this rollout in a table"),
        Binding("escape", "home", "Home", id="rollout.home", tooltip="To all rollouts"),
        Binding("i", "issues", "URLs", id="rollout.issues", tooltip="Copy the addresses of the plan issues"),
        Binding("f", "feedback", "Feedback", id="rollout.feedback", tooltip="What the phases ask, and what was found"),
        Binding("m", "texts", "Tell", id="rollout.texts", tooltip="Texts to tell people what is going on, to copy"),
        Binding("l", "lead", "Lead", id="rollout.lead", tooltip="Take the lead, take it over, or give it up"),
        *ActingScreen.RARE,
    ]

    def __init__(
        self,
        draft: Draft,
        guide: Guide,
        *,
        instance: Instance,
        entries: tuple[Entry, ...] = (),
        broken: Broken | None = None,
        read_only: str = "",
        watching: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(draft, guide, entries, read_only, watching=watching)
        self._instance, self._clock, self._broken = instance, clock, broken
        self._error: RolloutError | None = None
        self._asked = False

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
        here = self.progress
        step = here.next or here.position
        said = RESUME if any(row.key for row in said_rows(here)) else ""
        first = TAKE_UP if self._broken is not None else said or (step_key(step) if step is not None else "")
        if first:
            self.query_one("#rollout", Columns).go(first)
        self.set_interval(_TICK, self._draw)
        self.set_interval(_LOOK, self.look_again)
        self.action_look()

    @property
    def _reading(self) -> WorkLine:
        return self.query_one("#reading", WorkLine)

    def action_look(self) -> None:
        """Ask GitLab."""
        self._reading.work("Asking GitLab for gates and plan issues")
        self.refresh_bindings()
        self._ask()

    def look_again(self) -> None:
        """Ask in silence, while the screen is on top, the terminal has the focus, and no answer is waited for."""
        if self.app.screen is self and self.app.app_focus and not self._asked:
            self._ask()

    def _ask(self) -> None:
        self._asked = True
        self.post_message(StatusWanted(self._draft))

    def action_lead(self) -> None:
        """Ask, then note on the plan issue who has the lead."""
        if self._situation is not None:
            take = not leads(self._situation)
            self.app.push_screen(lead_question(self._situation), lambda sure: self._lead(take=take) if sure else None)

    def _lead(self, *, take: bool) -> None:
        self._reading.work("Noting the lead on the plan issue")
        self.refresh_bindings()
        self.post_message(LeadWanted(self._draft, take))

    def show(self, situation: Situation) -> None:
        """What GitLab says."""
        first, self._situation, self._error, self._asked = self._situation is None, situation, None, False
        self._entries, self._broken = situation.entries, situation.broken
        asked = f"GitLab was asked at {moment(situation.observed.at)} UTC"
        others = drifted(situation)
        if others:
            text = f"Somebody else changed the flag, in now: {others}"
            self._reading.rest(("! ", "warning"), text, (f"  {asked}", "muted"))
        else:
            self._reading.rest((asked, "muted"), leader(situation))
        self._draw()
        if first and others:
            self.query_one("#rollout", Columns).go(REPAIR)

    def fail(self, error: RolloutError) -> None:
        """GitLab could not be asked; the history still says where the rollout is."""
        first, self._error, self._asked = self._error is None, error, False
        self._reading.rest(("✗ ", "error"), "GitLab could not be asked")
        self._draw()
        if first:
            self.query_one("#left", Outline).action_end(-1)

    def _draw(self) -> None:
        here, now = self.progress, self._clock()
        seen, broken = self._situation, self._broken
        self.query_one("#live", StatusLine).show(line(*live_words(here, now, broken)))
        self.query_one("#next", StatusLine).show(line(*next_words(here, now, broken)))
        phases = timeline_rows(self._draft, self._guide, here, Times.of(self._entries, now))
        left: list[Sequence[Row]] = [error_rows(self._error, "asks again")] if self._error else []
        left += [
            [read_only_row(self._read_only)] if self._read_only else [],
            broken_rows(here, broken),
            drift_rows(seen) if seen else [],
            said_rows(here),
            [heading("Phases"), *phases],
        ]
        chart = exposure_rows(self._entries, self._draft.flag.name, now, _CHART)
        left += [needed_rows(seen, now) if seen else [], wait_rows(here, now), load_rows(seen) if seen else []]
        right: list[Sequence[Row]] = [gates_rows(seen) if seen else [], chart, issue_rows(seen) if seen else []]
        right.append(feedback_rows(seen) if seen else [])
        right.append(entry_rows(self._entries, here.steps))
        self.query_one("#rollout", Columns).set_rows(joined(*left), joined(*right))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what cannot be done now."""
        possible: dict[str, Callable[[], bool]] = {
            "look": lambda: not self._reading.working,
            "issues": lambda: bool(self._urls()),
            "lead": lambda: bool(self._urls()) and not self._read_only and not self._reading.working,
        }
        if not self.is_mounted or action not in possible:
            return super().check_action(action, parameters)
        return True if possible[action]() else None

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        """Enter: what the row is about."""
        step = step_of(event.key, self.progress.steps)
        if step is not None:
            self._choose_step(step)
        elif event.key == HISTORY:
            self.action_history()
        elif event.key == REPAIR:
            self._repair()
        elif event.key == TAKE_UP:
            self.review(NEXT)
        elif event.key == RESUME:
            self.action_act("resume")
        elif event.key.startswith(ISSUE) and self._situation is not None:
            self._copy([self._situation.observed.issues[event.key.removeprefix(ISSUE)].url])
        elif event.key.startswith(FEEDBACK):
            self.action_feedback(event.key.removeprefix(FEEDBACK))
        elif event.key.startswith(REQUIREMENT):
            field = event.key.removeprefix(REQUIREMENT)
            if question_of(field):
                self.action_feedback(question_of(field))
            elif field == POSTED:
                self.action_texts()
            else:
                self.answer(RolloutAnswer("edit", field=field))

    def _choose_step(self, step: Step) -> None:
        here = self.progress
        place = here.steps.index(step)
        if place > here.index:
            self.advance(step)
        elif place < here.index:
            self.ask_back(f"{step.phase}:{step.id}")

    def _repair(self) -> None:
        """Plan the live step again: it puts back what somebody else changed."""
        position = self.progress.position
        if position is None:
            self.ask_back("off")
        elif self._read_only:
            self.notify(one_line(f"read-only: {self._read_only}"), markup=False, timeout=5)
        else:
            self.review(Wish(position.phase, position.id))

    def action_texts(self) -> None:
        """Show the texts to tell people now."""
        seen, entries = self._situation, self._entries
        self.post_message(TextsWanted(self._draft, self._guide, entries, seen, self._read_only, self._told))

    def _told(self, draft: Draft) -> None:
        """Back with the draft, in which an announcement may be marked as posted."""
        if draft != self._draft:
            self._draft = draft
            self.action_look()

    def action_edit(self) -> None:
        """To the wizard."""
        self.answer(RolloutAnswer("edit"))

    def action_feedback(self, question: str = "") -> None:
        """To what the phases ask, at a question."""
        self.answer(RolloutAnswer("feedback", field=question, situation=self._situation))

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
