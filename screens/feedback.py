"""Feedback: what the phases ask, what was answered, and what of it is still to be settled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar, Self

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui.domain import feedback
from tui.domain.draft import Draft, Finding
from tui.domain.edit import put
from tui.domain.guide import Guide, Question
from tui.domain.heard import Heard
from tui.domain.progress import Progress, progress
from tui.domain.steps import ladder
from tui.runtime.workbench import utc_now
from tui.store.assets import asset
from tui.widgets.acting_screen import RolloutAnswer
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.dialogs import Ask, Confirm
from tui.widgets.feedback_rows import CONCLUSION, FEEDBACK, FINDING, about, question_rows
from tui.widgets.feedback_tables import Conclusion, conclusion_table, finding_table
from tui.widgets.messages import DraftChanged
from tui.widgets.outline import Outline, Row
from tui.widgets.present import line, styled
from tui.widgets.row_editor import RowEditor
from tui.widgets.wizard_screen import WizardContext

EMPTY = "This guide asks nothing of its phases."


class FeedbackScreen(BaseScreen[Draft]):
    """Answers with the draft. Each change is announced at once as `DraftChanged`.

    `here` is where the rollout is, `told` what its history tells of the phases, oldest first; `operator` signs;
    `threads` is what to say of the feedback issue; `read_only` says why nothing may be changed; `question` is the id of
    the one to begin at.
    """

    HELP = "feedback"
    CSS_PATH: ClassVar = [asset("styles/feedback.tcss")]
    AUTO_FOCUS = "#questions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add", id="feedback.add", tooltip="Note what somebody found or answered"),
        Binding("s", "settle", "Settle", id="feedback.settle", tooltip="Say how the finding was settled"),
        Binding("c", "conclude", "Conclude", id="feedback.conclude", tooltip="Answer the question in your own words"),
        Binding("d", "remove", "Remove", id="feedback.remove", tooltip="Take the finding out again"),
        Binding("escape", "back", "Back", id="feedback.back", tooltip="Back to the rollout"),
    ]

    def __init__(
        self,
        draft: Draft,
        guide: Guide,
        here: Progress,
        *,
        badge: Badge,
        operator: str,
        told: Sequence[Heard] = (),
        threads: Sequence[str] = (),
        read_only: str = "",
        question: str = "",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self._draft, self._guide, self._here, self._told = feedback.joined(draft, told), guide, here, tuple(told)
        self._badge, self._operator, self._threads = badge, operator, tuple(threads)
        self._read_only, self._first, self._clock = read_only, question, clock

    @classmethod
    def of(cls, draft: Draft, guide: Guide, context: WizardContext, asked: RolloutAnswer) -> Self:
        """The screen that the rollout screen has asked for. Who GitLab knows signs, else who sits here."""
        seen = asked.situation
        entries = seen.entries if seen else context.entries
        return cls(
            draft,
            guide,
            progress(ladder(draft, guide), entries),
            badge=Badge.of(context.instance),
            operator=seen.observed.operator.username if seen else context.operator,
            told=[one for entry in entries for one in entry.feedback],
            threads=feedback.thread_words(seen.observed) if seen else (),
            read_only=context.read_only,
            question=asked.field,
            clock=context.clock,
        )

    def compose(self) -> ComposeResult:
        """Title, the questions, what to know of the one under the cursor, the threads, keys."""
        yield TitleBar(self._draft.title or self._draft.id, "Feedback", badge=self._badge)
        yield Outline(id="questions")
        yield Static(id="about", markup=False)
        yield StatusLine(id="threads")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin at the question that was asked for, the live phase's first, one to be settled, or the first of all."""
        self._draw()
        live = self._here.position.phase if self._here.position else ""
        of_phase = (one.id for phase, one in feedback.asked(self._draft, self._guide) if phase.id == live)
        left = (one.question for one in feedback.heard(self._draft, self._guide) if one.open)
        every = (one.id for _, one in feedback.asked(self._draft, self._guide))
        first = self._first or next(of_phase, "") or next(left, "") or next(every, "")
        self._rows.go(f"{FEEDBACK}{first}")
        said = line(("  ".join(self._threads), "muted")) if self._threads else Content("")
        self.query_one("#threads", StatusLine).show(said)

    @property
    def _rows(self) -> Outline:
        return self.query_one("#questions", Outline)

    def _draw(self) -> None:
        rows = question_rows(self._draft, self._guide, self._here)
        self._rows.set_rows(rows or [Row(line((EMPTY, "muted")))])
        self._describe()

    def on_resize(self) -> None:
        """There may be more room for what the guide says."""
        self.call_after_refresh(self._describe)

    def on_outline_moved(self, _: Outline.Moved) -> None:
        """Another question or finding."""
        self._describe()

    def _describe(self) -> None:
        question, place = self._question, self._place
        lines = about(self._guide, question) if question else []
        if place is not None and self._draft.findings[place].url:
            lines = [f"Said in {self._draft.findings[place].url}", *lines[:1]]
        lines = lines if self.has_class("-wide") else lines[:2]
        text = Content("\n").join([styled(one, "muted") for one in lines])
        self.query_one("#about", Static).update(text)
        self.refresh_bindings()

    # what the cursor is on

    @property
    def _place(self) -> int | None:
        """The finding's place in the draft."""
        key = self._rows.key
        return int(key.removeprefix(FINDING)) if key.startswith(FINDING) else None

    @property
    def _question(self) -> Question | None:
        key, place = self._rows.key, self._place
        if place is not None:
            return self._guide.question(self._draft.findings[place].question)
        return self._guide.question(key.removeprefix(FEEDBACK).removeprefix(CONCLUSION))

    # what can be done

    def refusal(self, action: str) -> str:
        """Why something is not possible now."""
        if action not in {"add", "conclude", "settle", "remove"}:
            return ""
        if self._read_only:
            return self._read_only
        place = self._place
        if action in {"add", "conclude"}:
            return "" if self._question else "Go to a question first."
        if place is None:
            return "Go to a finding first."
        finding = self._draft.findings[place]
        if action == "settle" and finding.outcome.strip():
            return "It is settled already; enter changes the words."
        if action == "remove" and feedback.is_told(finding, self._told):
            return "It was told on the plan issue already: settle it instead."
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what cannot be done now."""
        return None if self.is_mounted and self.refusal(action) else True

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        """Enter: note an answer, or change the one under the cursor."""
        if self._read_only:
            self.notify(self._read_only, markup=False, timeout=5)
        elif event.key.startswith(FINDING):
            self._edit()
        elif event.key.startswith(CONCLUSION):
            self.action_conclude()
        else:
            self.action_add()

    def action_add(self) -> None:
        """Ask what was found."""
        question = self._question
        if question is None:
            return

        def added(record: Struct | None) -> None:
            if isinstance(record, Finding):
                self._take(feedback.add(self._draft, record), f"{FINDING}{len(self._draft.findings)}")

        blank = Finding(question=question.id, by=self._operator, at=self._clock())
        self.app.push_screen(RowEditor(finding_table(question, outcome=False), blank, new=True), added)

    def _edit(self) -> None:
        question, place = self._question, self._place
        if question is None or place is None:
            return
        old = self._draft.findings[place]

        def changed(record: Struct | None) -> None:
            if isinstance(record, Finding):
                new = record
                settled_for_all = feedback.is_told(old, [one for one in self._told if one.outcome])
                if settled_for_all and not new.outcome.strip():
                    self.notify("It was told as settled already: note a new finding.", markup=False, timeout=5)
                    return
                if new.outcome.strip() != old.outcome.strip():
                    new = feedback.settle(new, new.outcome, self._operator, self._clock())
                self._take(feedback.put(self._draft, place, new))

        self.app.push_screen(RowEditor(finding_table(question, outcome=True), old, new=False), changed)

    def action_settle(self) -> None:
        """Ask how it was settled."""
        place, question = self._place, self._question
        if place is None or question is None:
            return
        finding = self._draft.findings[place]

        def settled(outcome: str | None) -> None:
            if outcome:
                new = feedback.settle(finding, outcome, self._operator, self._clock())
                self._take(feedback.put(self._draft, place, new))

        said = ": ".join(one for one in (finding.by, finding.answer, finding.text) if one)
        self.app.push_screen(Ask("Settle this finding", [question.text, said], "How it was settled"), settled)

    def action_conclude(self) -> None:
        """Ask for the operator's own answer."""
        question = self._question
        if question is None:
            return
        phase = next(one.id for one, other in feedback.asked(self._draft, self._guide) if other.id == question.id)
        chosen = self._draft.phase(phase)

        def concluded(record: Struct | None) -> None:
            if isinstance(record, Conclusion):
                path = f"phases[{phase}].answers.{question.id}"
                self._take(put(self._draft, path, record.text, self._guide), f"{CONCLUSION}{question.id}")

        old = chosen.answers.get(question.id, "") if chosen else ""
        self.app.push_screen(RowEditor(conclusion_table(question), Conclusion(old), new=not old), concluded)

    def action_remove(self) -> None:
        """Ask, and take it out."""
        place = self._place
        if place is None:
            return
        finding = self._draft.findings[place]

        def sure(yes: bool | None) -> None:
            if yes:
                self._take(feedback.remove(self._draft, place), f"{FEEDBACK}{finding.question}")

        said = ": ".join(one for one in (finding.by, finding.answer, finding.text) if one)
        self.app.push_screen(Confirm("Remove this finding?", [said], yes="Remove"), sure)

    def _take(self, draft: Draft, key: str = "") -> None:
        self._draft = draft
        self.post_message(DraftChanged(draft))
        self._draw()
        self._rows.go(key or self._rows.key)

    def action_back(self) -> None:
        """Back, with the draft."""
        self.answer(self._draft)
