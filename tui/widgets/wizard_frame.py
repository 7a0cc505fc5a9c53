"""The frame of the wizard's screens: rail, form, help, open problems, preview, and the ways out."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content

from tui.domain.draft import Draft
from tui.domain.errors import RolloutError
from tui.domain.guide import Guide
from tui.domain.wizard import STEPS, OpenItem, StepId
from tui.store.assets import asset
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.field_help import FieldHelp
from tui.widgets.form import Form
from tui.widgets.messages import DraftChanged
from tui.widgets.outline import Outline
from tui.widgets.present import error_line, line
from tui.widgets.preview import Preview
from tui.widgets.problem_list import ProblemList
from tui.widgets.rail import Rail
from tui.widgets.wizard_parts import WizardAnswer, WizardContext

WIDE = 110
"""From this width on the preview has a place of its own beside the form."""

WIDTHS = [(0, "-narrow"), (70, "-medium"), (WIDE, "-wide")]
_WHOLE = "  F8 lists all"
"""Ends a line on what is open that does not fit."""

HEIGHTS = [(0, "-short"), (22, "-tall"), (34, "-roomy")]


class WizardFrame(BaseScreen[WizardAnswer]):
    """What is drawn around a form, and where the keys lead from it."""

    STEP: ClassVar[StepId]
    HELP: ClassVar[str] = "wizard"
    CSS_PATH: ClassVar = [asset("styles/wizard.tcss")]
    AUTO_FOCUS: ClassVar[str | None] = None
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", "Next", id="wizard.next", tooltip="To the next step; all is saved"),
        Binding("ctrl+b", "back", "Back", id="wizard.back", tooltip="To the step before; all is saved"),
        Binding("ctrl+o,f9", "preview", "Preview", id="wizard.preview", tooltip="Show or hide what will be sent"),
        Binding("f8", "problems", "Problems", id="wizard.problems", tooltip="List what is open; Enter goes there"),
        Binding("ctrl+g", "rail", "Go to", id="wizard.goto", tooltip="Choose another step"),
        Binding("escape", "home", "Home", id="wizard.home", tooltip="Back to all rollouts; all is saved"),
        Binding("ctrl+s", "save", "Save", show=False, id="wizard.save", tooltip="Save now; it is saved anyway"),
        Binding("f2", "jump('model')", "Model", show=False, id="wizard.model", tooltip="To model and flag"),
        Binding("f3", "jump('checklist')", "Checklist", show=False, id="wizard.checklist", tooltip="To the checklist"),
        Binding("f4", "jump('issues')", "Plan issues", show=False, id="wizard.issues", tooltip="To the plan issues"),
        Binding("f5", "jump('phases')", "Phases", show=False, id="wizard.phases", tooltip="To the phases"),
        Binding("f6", "jump('review')", "Review", show=False, id="wizard.review", tooltip="To the review"),
    ]

    def __init__(self, draft: Draft, guide: Guide, *, context: WizardContext, field: str = "") -> None:
        super().__init__()
        self.draft = draft
        self.guide = guide
        self.context = context
        self.items: tuple[OpenItem, ...] = ()
        self._field = field
        self._notice: Content | None = None
        self._notice_stays = False

    def reveal(self, path: str) -> None:
        """Make the field at a canonical path part of the form, before it is jumped to."""

    def take(self, path: str, value: object) -> None:
        """The operator gave the field at `path` another value."""

    def draw_preview(self) -> None:
        """Make the preview anew."""

    def compose(self) -> ComposeResult:
        """Title, rail, form with its help, preview, problems, status, keys."""
        yield TitleBar(self.draft.title or self.draft.id, self._step_title, badge=Badge.of(self.context.instance))
        with Container(id="body"):
            yield Rail(self.STEP)
            with Container(id="work"):
                with Vertical(id="main"):
                    yield Form(self.take, locked=bool(self.context.read_only), id="form")
                    yield FieldHelp(id="help")
                yield Preview(id="preview")
        yield ProblemList(id="problems")
        yield StatusLine(id="status")
        yield KeyBar()

    @property
    def _step_title(self) -> str:
        return next(one.title for one in STEPS if one.id == self.STEP)

    @property
    def form(self) -> Form:
        """The form."""
        return self.query_one("#form", Form)

    @property
    def preview(self) -> Preview:
        """The preview."""
        return self.query_one(Preview)

    def say(self, content: Content) -> None:
        """Put something on the status line. It outlives the settling of the change that it is about."""
        self._notice, self._notice_stays = content, True
        self.query_one("#status", StatusLine).show(content)

    def show_status(self, content: Content) -> None:
        """What the status line says when there is nothing else to say."""
        if self._notice is not None and self._notice_stays:
            self._notice_stays = False
        else:
            self._notice = None
        room = self.size.width - 2
        if content.cell_length > room:  # what is cut is in the list, whole
            content = content.truncate(max(1, room - len(_WHOLE)), ellipsis=True).append(line((_WHOLE, "accent")))
        self.query_one("#status", StatusLine).show(self._notice or content)

    def fail(self, error: RolloutError) -> None:
        """Show an error where it can be read."""
        self.say(error_line(error))

    def refuse(self) -> None:
        """Say why the draft cannot be changed."""
        self.app.bell()
        self.say(line(("! Not changed: ", "warning"), self.context.read_only))

    # ways out

    def leave(self, go: str, field: str = "") -> None:
        """Answer with the draft and where to go."""
        self.answer(WizardAnswer(self.draft, go, field))

    def action_next(self) -> None:
        """To the next step."""
        self.leave("next")

    def action_back(self) -> None:
        """To the step before."""
        self.leave("back")

    def action_home(self) -> None:
        """Close what is open on top, or go home."""
        if self.has_class("-problems"):
            self.action_problems()
        else:
            self.leave("home")

    def action_jump(self, step: str) -> None:
        """To a step by name."""
        if step != self.STEP:
            self.leave(step)

    def action_save(self) -> None:
        """Say that it is saved, and see to it."""
        if not self.context.read_only:
            self.post_message(DraftChanged(self.draft))
            self.say(line(("✓ ", "success"), "Saved. Each change is saved by itself, too."))
        else:
            self.refuse()

    def action_preview(self) -> None:
        """Show or hide the preview where it has no place of its own."""
        if self.size.width >= WIDE:
            self.preview.query_one(Outline).focus()
            return
        self.toggle_class("-preview")
        if not self.has_class("-preview") and self.focused is not None and self.preview in self.focused.ancestors:
            self.form.focus_first()
        self.draw_preview()

    def action_problems(self) -> None:
        """Show or hide the list of what is open."""
        listed = self.query_one(ProblemList)
        self.toggle_class("-problems")
        if self.has_class("-problems"):
            self.set_focus(listed)
        else:
            self._back_to_the_form()

    def _back_to_the_form(self) -> None:
        spec = self.query_one(FieldHelp).spec
        if spec is None or not self.form.jump(spec.path):
            self.form.focus_first()

    @on(Outline.Chosen, "#problems")
    def _chosen(self, event: Outline.Chosen) -> None:
        event.stop()
        step, _, path = event.key.partition(" ")
        if step != self.STEP:
            self.leave(step, path)
            return
        self.remove_class("-problems")
        self.reveal(path)
        if not self.form.jump(path):
            self._back_to_the_form()

    def action_rail(self) -> None:
        """Choose another step."""
        self.query_one(Rail).ask()

    @on(Rail.Chosen)
    def _step_chosen(self, event: Rail.Chosen) -> None:
        event.stop()
        if event.step == self.STEP:
            self._back_to_the_form()
        else:
            self.leave(event.step)

    @on(Rail.Left)
    def _rail_left(self, event: Rail.Left) -> None:
        event.stop()
        self._back_to_the_form()
