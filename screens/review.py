"""The review: a plan as a readable diff, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from tui.domain.by_hand import Form, by_hand
from tui.domain.chatops import CHAT
from tui.domain.draft import Draft
from tui.domain.drift import Refused
from tui.domain.edit import waive
from tui.domain.errors import RolloutError
from tui.domain.guide import Guide
from tui.domain.plan import Change
from tui.domain.requirements import Requirement
from tui.domain.steps import ISSUES
from tui.domain.text import one_line
from tui.domain.wish import NEXT, Wish
from tui.domain.wizard import OpenItem, step_of
from tui.runtime.connect import Instance
from tui.runtime.workbench import Prepared
from tui.store.assets import asset
from tui.widgets.change_list import PREFIX
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.columns import Columns, WorkLine
from tui.widgets.dialogs import Ask, Confirm
from tui.widgets.messages import DraftChanged, PlanWanted
from tui.widgets.outline import Outline
from tui.widgets.present import line
from tui.widgets.rail import Rail
from tui.widgets.rail_screen import RailScreen
from tui.widgets.review_rows import MET, REQUIREMENT, error_rows, left_rows, nothing_rows, right_rows
from tui.widgets.review_words import refusal, sure_lines, title_of, why_not, work_of


@dataclass(frozen=True)
class ReviewContext:
    """Where the plan would go; `read_only` says who else has the draft open; `chat_prefix` is the chat bot's.

    Who is `watching` applies nothing, not even a way back.

    `items` is what is open in the wizard's steps; None when the review is not reached from the wizard. `refused` is
    the plan that the operator wanted to apply and that no longer held.
    """

    instance: Instance
    read_only: str = ""
    chat_prefix: str = CHAT.prefix
    items: tuple[OpenItem, ...] | None = None
    refused: Refused | None = None
    watching: bool = False


@dataclass(frozen=True)
class ReviewAnswer:
    """`go` is `apply` (with `prepared`), `back`, `home`, or the wizard's step in which `field` is answered.

    `draft` is the one that was given, with the waivers that were added here.
    """

    go: str
    draft: Draft
    prepared: Prepared | None = None
    field: str = ""


@dataclass
class _State:
    """What the screen shows."""

    prepared: Prepared | None = None
    error: RolloutError | None = None
    opened: set[str] = field(default_factory=set)


class ReviewScreen(RailScreen[ReviewAnswer]):
    """Shows the plan of a wish: the step that is due, or what was asked for."""

    HELP = "review"
    CSS_PATH: ClassVar = [asset("styles/review.tcss")]
    AUTO_FOCUS = "#left"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "apply", "Apply", id="review.apply", tooltip="Make these changes on GitLab, after a question"),
        Binding("w", "waive", "Waive", id="review.waive", tooltip="Set the requirement aside, with a reason"),
        Binding("r", "look", "Look", id="review.look", tooltip="Look at GitLab again and plan anew"),
        Binding("p", "issues", "Issues", id="review.issues", tooltip="Only the plan issues, or the step again"),
        Binding("c", "copy('request')", "Copy", id="review.copy", tooltip="Copy the exact request of this change"),
        Binding("u", "copy('curl')", "curl", id="review.curl", tooltip="Copy it as a curl command"),
        Binding("t", "copy('chat')", "Chat", id="review.chat", tooltip="Copy a gate change as a chat command"),
        Binding("ctrl+g", "steps", "Go to", id="review.goto", tooltip="Choose another step of the wizard"),
        Binding(
            "f4", "jump('issues')", "Plan issues", show=False, id="review.plan-issues", tooltip="To the plan issues"
        ),
        Binding("escape,ctrl+b", "back", "Back", id="review.back", tooltip="Back, changing nothing"),
    ]

    def __init__(self, draft: Draft, guide: Guide, *, context: ReviewContext, wish: Wish = NEXT) -> None:
        super().__init__()
        self._draft, self._guide, self._where = draft, guide, context
        self._wish, self._other = wish, NEXT if wish.phase == ISSUES else Wish(ISSUES)
        self._state = _State()

    def compose(self) -> ComposeResult:
        """Title, the plan, a line about it, keys."""
        name = self._draft.title or self._draft.model.name or self._draft.id
        yield TitleBar(name, "Review", badge=Badge.of(self._where.instance))
        with Container(id="frame"):
            if self._where.items is not None:
                yield Rail("review", self._where.items)
            with Vertical():
                yield StatusLine(line(("The plan", "strong")), id="headline")
                yield WorkLine(id="verdict")
                yield Columns(id="plan")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the plan."""
        self.action_look()

    def action_look(self) -> None:
        """Ask for a new plan."""
        self._verdict.work("Looking at GitLab and computing the plan")
        self.refresh_bindings()
        self.post_message(PlanWanted(self._draft, self._wish))

    def show(self, prepared: Prepared | None) -> None:
        """The plan; None when nothing is left to do."""
        self._state = _State(prepared, opened=self._state.opened)
        self._say()
        self._draw()
        blocked = prepared.plan.blocked if prepared else ()
        if blocked:
            self._plan.go(f"{REQUIREMENT}{blocked[0].id}")

    def fail(self, error: RolloutError) -> None:
        """There is no plan: say why."""
        self._state = _State(error=error)
        self._say()
        self._draw()

    @property
    def _plan(self) -> Columns:
        return self.query_one("#plan", Columns)

    @property
    def _verdict(self) -> WorkLine:
        return self.query_one("#verdict", WorkLine)

    def _draw(self) -> None:
        state = self._state
        if state.error is not None:
            self._plan.set_rows(error_rows(state.error, "looks again"), ())
        elif state.prepared is not None:
            strictness, prefix = self._draft.strictness, self._where.chat_prefix
            refused = self._where.refused
            left = left_rows(state.prepared, strictness, show_met=MET in state.opened, refused=refused)
            self._plan.set_rows(left, right_rows(state.prepared, state.opened, prefix, refused))
        else:
            self._plan.set_rows(nothing_rows(), ())
        self.refresh_bindings()

    def _say(self) -> None:
        """Title and verdict, once what was looked for has come."""
        self._verdict.rest()
        prepared = self._state.prepared
        if prepared is None:
            self._verdict.rest(("✗ There is no plan" if self._state.error else "✓ The rollout is complete", "muted"))
            return
        plan, why = prepared.plan, self.why_not()
        self.query_one("#headline", StatusLine).show(line((title_of(plan, self._guide), "strong")))
        if why:
            self._verdict.rest((f"! Cannot be applied: {why}", "error" if plan.blocked else "muted"))
        else:
            ready = f"{work_of(plan)} to make, nothing sent yet"
            self._verdict.rest(("○ ", "muted"), (ready, "muted"))

    def why_not(self) -> str:
        """Why the plan cannot be applied now; empty when it can."""
        prepared = self._state.prepared
        if prepared is None or self._verdict.working:
            return "there is no plan yet"
        return why_not(prepared.plan, self._where.read_only, watching=self._where.watching)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what cannot be done now."""
        possible: dict[str, Callable[[], bool]] = {
            "apply": lambda: not self.why_not(),
            "waive": lambda: self._waivable() is not None,
            "look": lambda: not self._verdict.working,
            "issues": self._can_switch,
            "copy": lambda: bool(self._copy_text(cast("Form", parameters[0]))),
        }
        if not self.is_mounted or action not in possible:
            return super().check_action(action, parameters)
        return True if possible[action]() else None

    def refusal(self, action: str) -> str:
        """Why something is not possible now."""
        if not self.is_mounted or self._verdict.working:
            return ""
        requirement = self._requirement(self._plan.key)
        return refusal(action, self.why_not(), requirement, self._change(), self._where.read_only)

    def on_outline_moved(self) -> None:
        """Other keys make sense on another row."""
        self.refresh_bindings()

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        """Open a change, or go to the field that answers a requirement."""
        requirement = self._requirement(event.key)
        if event.key.startswith(PREFIX) or event.key == MET:
            self._state.opened ^= {event.key.partition(":")[2] or MET}
            self._draw()
            event.outline.show_below()
        elif requirement is not None and requirement.path:
            self._answer(step_of(requirement.path), field=requirement.path)

    def go_to(self, step: str) -> None:
        """To that step of the wizard."""
        self._answer(step)

    def stay(self) -> None:
        """From the rail back to the plan."""
        self._plan.current.focus()

    def action_back(self) -> None:
        """Leave."""
        self._answer("back")

    def action_apply(self) -> None:
        """Ask once more, then answer with the plan."""
        prepared = self._state.prepared
        if prepared is None or self.why_not():
            return
        instance, plan = self._where.instance, prepared.plan
        title = f"Apply {work_of(plan)} to {Badge.of(instance).text}?"
        lines = sure_lines(plan, self._guide, prepared.situation.reason)
        sure = Confirm(title, lines, plan.flag if instance.production else "")
        self.app.push_screen(sure, lambda yes: self._answer("apply", prepared) if yes else None)

    def action_issues(self) -> None:
        """The plan issues alone, and back to the step."""
        self._wish, self._other = self._other, self._wish
        self.action_look()

    def _can_switch(self) -> bool:
        prepared = None if self._verdict.working else self._state.prepared
        return prepared is not None and (self._wish.phase == ISSUES or not prepared.situation.progress.issues_done)

    def action_waive(self) -> None:
        """Set the requirement under the cursor aside, with a reason."""
        requirement = self._waivable()
        if requirement is not None:
            lines = [requirement.text, *([f"“{requirement.sentence}”"] if requirement.sentence else [])]
            question = Ask("Waive this requirement", lines, "Reason, for history and plan issue")
            self.app.push_screen(question, lambda reason: self._waive(requirement, reason))

    def _waive(self, requirement: Requirement, reason: str | None) -> None:
        prepared = self._state.prepared
        if not reason or prepared is None:
            return
        by, at = prepared.situation.observed.operator.username, prepared.situation.now
        self._draft = waive(self._draft, requirement.id, reason, by, at)
        self.post_message(DraftChanged(self._draft))
        self.action_look()

    def _waivable(self) -> Requirement | None:
        one = None if self._verdict.working else self._requirement(self._plan.key)
        possible = one is not None and not one.hard and one.state == "open" and not self._where.read_only
        return one if possible else None

    def _requirement(self, key: str) -> Requirement | None:
        found = self._state.prepared.plan.requirements if self._state.prepared else ()
        return next((one for one in found if f"{REQUIREMENT}{one.id}" == key), None)

    def action_copy(self, form: Form) -> None:
        """Copy the change under the cursor."""
        change, text = self._change(), self._copy_text(form)
        if change is not None and text:
            self.app.copy_to_clipboard(text)
            self.notify(one_line(f"Copied: {change.summary}"), markup=False, timeout=3)

    def _copy_text(self, form: Form) -> str:
        change, where = self._change(), self._where
        return by_hand(change, form, where.instance.url, where.chat_prefix) if change else ""

    def _change(self) -> Change | None:
        prepared, key = self._state.prepared, self._plan.key
        if prepared is None or not key.startswith(PREFIX):
            return None
        return next((one for one in prepared.plan.changes if f"{PREFIX}{one.id}" == key), None)

    def _answer(self, go: str, prepared: Prepared | None = None, field: str = "") -> None:
        self.answer(ReviewAnswer(go, self._draft, prepared, field))
