"""One step of the wizard: a form kept in step with the draft, what is open in it, and a preview made on a thread."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual import on
from textual.timer import Timer

from tui.domain.draft import Draft
from tui.domain.edit import canonical, get, put
from tui.domain.guide import Guide
from tui.domain.wizard import OpenItem, open_items
from tui.widgets.chrome import TitleBar
from tui.widgets.field_help import FieldHelp
from tui.widgets.field_rows import FieldEntered, FieldFocused, FieldWrong
from tui.widgets.field_specs import Field, Spec
from tui.widgets.inputs import Dropped, ManyLines, Refused
from tui.widgets.messages import DraftChanged
from tui.widgets.outside_editor import EditorFailed, edit_outside
from tui.widgets.present import line
from tui.widgets.preview import Shown
from tui.widgets.problem_list import STATES, ProblemList, summary
from tui.widgets.rail import Rail
from tui.widgets.row_editor import RowEditor
from tui.widgets.table_row import TableRow
from tui.widgets.wizard_frame import WIDE, WizardFrame
from tui.widgets.wizard_parts import WizardAnswer, WizardContext

__all__ = ["WizardAnswer", "WizardContext", "WizardScreen"]

DELAY = 0.15
"""Seconds without another change before problems and preview are made again."""


class WizardScreen(WizardFrame):
    """Subclasses say which `STEP`, which `specs`, and what the preview shows."""

    def __init__(self, draft: Draft, guide: Guide, *, context: WizardContext, field: str = "") -> None:
        super().__init__(draft, guide, context=context, field=field)
        self._timer: Timer | None = None
        self._drawing = self._drawn = 0
        self._warned: dict[str, str] = {}

    # what subclasses say

    def specs(self) -> Sequence[Spec]:
        """The parts of the form, for the draft as it is."""
        raise NotImplementedError

    def shown(self, draft: Draft, guide: Guide) -> Shown:
        """What the preview shows. Runs on a thread: nothing of the screen may be touched."""
        raise NotImplementedError

    def read(self, path: str) -> object:
        """The value at a path of the form."""
        return get(self.draft, path, self.guide)

    def write(self, path: str, value: object) -> Draft:
        """The draft with another value at a path of the form."""
        return put(self.draft, path, value, self.guide)

    # keeping all in step

    def on_mount(self) -> None:
        """Fill everything, and focus the field that was asked for."""
        self.settle()
        self.call_after_refresh(self._arrive)

    def _arrive(self) -> None:
        path = canonical(self.draft, self._field) if self._field else ""
        if path:
            self.reveal(path)
        if not path or not self.form.jump(path):
            self.form.focus_first()

    @property
    def in_step(self) -> bool:
        """Whether nothing waits to be brought in step with the draft."""
        return self._timer is None and self._drawn == self._drawing

    def settle(self) -> None:
        """Bring form, problems, rail and preview in step with the draft."""
        self._timer = None
        self.items = open_items(self.draft, self.guide, self.context.guides, self.context.entries)
        self.form.sync(self.specs(), self.read)
        self._mark()
        self.query_one(Rail).show(self.items)
        title = self.draft.title or self.draft.id
        self.query_one(TitleBar).set_parts(title, self._step_title)
        self.draw_preview()

    def _mark(self) -> None:
        """Show what is open: at the fields, in their help, in the list."""
        form = self.form
        notes: dict[str, OpenItem] = {}
        for one in self.items:
            row = form.find(one.path) if one.step == self.STEP and one.level != "later" else None
            if row is not None:
                notes.setdefault(row.spec.path, one)
        form.mark({path: STATES[one.level] for path, one in notes.items()})
        self.query_one(ProblemList).show(self.STEP, self.items, form.wrong)
        self.query_one(FieldHelp).explain(form.wrong, notes, self.specs())
        self._status()

    def _status(self) -> None:
        found = summary(self.STEP, self.items, self.form.wrong)
        if self.context.read_only:
            found = line(("! Read only: ", "warning"), self.context.read_only, "   ").append(found)
        self.show_status(found)

    def draw_preview(self) -> None:
        if not self._previewing:
            return
        self._drawing += 1
        number, draft, guide = self._drawing, self.draft, self.guide

        def done(shown: Shown) -> None:
            if number == self._drawing and self.is_attached:
                self._drawn = number
                self.preview.show(shown)

        self.in_background(lambda: self.shown(draft, guide), done, what="preview")

    @property
    def _previewing(self) -> bool:
        return self.size.width >= WIDE or self.has_class("-preview")

    def on_resize(self) -> None:
        """A wide screen shows the preview; a small one must still show where one is."""
        if self.in_step:
            self._status()
        self.call_after_refresh(self.draw_preview)
        self.call_after_refresh(self._show_focused)

    def _show_focused(self) -> None:
        if self.focused is not None and self.form in self.focused.ancestors:
            self.focused.scroll_visible(animate=False)

    # changes

    def take(self, path: str, value: object) -> None:
        """Write it into the draft."""
        self.change(self.write(path, value))

    def change(self, draft: Draft) -> None:
        """Take over another draft, and tell the app; problems and preview follow in a moment."""
        if draft != self.draft:
            if self.context.read_only:
                self.refuse()
                return
            self.draft = draft
            self.guide = self.context.guides.get(draft.guide, self.guide)
            self.post_message(DraftChanged(draft))
        self.settle_soon()

    def settle_soon(self) -> None:
        """Bring everything in step once nothing has changed for a moment."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DELAY, self.settle)

    def leave(self, go: str, field: str = "") -> None:
        """Not before it was said, once, that something typed is in no draft."""
        self.form.catch_up()
        wrong = self.form.wrong
        if wrong and wrong != self._warned:
            self._warned = wrong
            path, text = next(iter(wrong.items()))
            self.form.jump(path)
            self.say(line(("✗ ", "error"), f"{text}. Correct it, or press the key again to leave it out."))
            return
        super().leave(go, field)

    @on(FieldWrong)
    def _wrong(self, event: FieldWrong) -> None:
        event.stop()
        self._mark()

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        event.stop()
        self.refuse()

    @on(Dropped)
    def _dropped(self, event: Dropped) -> None:
        event.stop()
        self.say(line(("! ", "warning"), f"Left out of what was pasted: {event.what}."))

    @on(FieldFocused)
    def _focused(self, event: FieldFocused) -> None:
        event.stop()
        self.query_one(FieldHelp).show(event.spec)

    @on(FieldEntered)
    def _entered(self, event: FieldEntered) -> None:
        event.stop()
        self.entered(event.spec)

    def entered(self, _spec: Field) -> None:
        """Enter was pressed in a field: on to the next."""
        self.focus_next()

    @on(ManyLines.EditOutside)
    def _edit_outside(self, event: ManyLines.EditOutside) -> None:
        event.stop()
        try:
            event.area.text = edit_outside(self.app, event.area.text, self.context.editor)
        except EditorFailed as error:
            self.fail(error)
        self.refresh(layout=True)

    @on(TableRow.EditWanted)
    def _edit_row(self, event: TableRow.EditWanted) -> None:
        event.stop()
        table, place = event.table, event.place
        new = place >= len(table.rows)
        record = table.spec.blank if new else table.rows[place]

        def done(answer: Struct | None) -> None:
            if answer is not None:
                table.replace(place, answer)

        self.app.push_screen(RowEditor(table.spec, record, new=new), done)
