"""The parts of a form: a labelled field, and a heading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from tui.domain.text import clean, one_line
from tui.widgets.field_specs import Field, Heading, Table
from tui.widgets.field_values import NotAValue, shown, value_of
from tui.widgets.inputs import HERE, ManyLines, OneLine, Picker
from tui.widgets.present import LOOKS, State, line, styled

LABEL_CELLS = 17
"""Longer labels stand above their field."""


Take = Callable[[str, object], object]
"""Takes over another value of the field at a path. It is called and not posted, so that what is typed and what is taken
over never differ, however quick the hands and slow the machine."""


@dataclass
class FieldWrong(Message):
    """What is typed in a field began or ceased to mean a value."""

    path: str


@dataclass
class FieldFocused(Message):
    """The field or table that has the focus now."""

    spec: Field | Table


@dataclass
class FieldEntered(Message):
    """Enter was pressed in a field."""

    spec: Field


class FieldRow(Widget):
    """A label and what is typed or chosen. `trouble` says why what is typed means no value; empty when it does."""

    DEFAULT_CSS = """
    FieldRow { layout: horizontal; height: auto; }
    FieldRow .label { width: 20; height: 1; color: $muted; }
    FieldRow:focus-within .label { color: $accent; }
    FieldRow.-stacked { layout: vertical; margin-top: 1; }
    FieldRow.-stacked .label { width: 1fr; height: auto; padding-left: 2; }
    FieldRow.-stacked.-here .label { padding-left: 0; }
    FieldRow.-stacked OneLine, FieldRow.-stacked Picker, FieldRow.-stacked ManyLines { margin-left: 2; }
    FieldRow OneLine { width: 1fr; }
    FieldRow Picker { width: 1fr; }
    FieldRow ManyLines { height: auto; min-height: 1; max-height: 12; width: 1fr; }
    """

    def __init__(self, spec: Field, value: object, take: Take, *, locked: bool = False) -> None:
        super().__init__()
        self.spec = spec
        self._take = take
        self.trouble = ""
        self.level: State | None = None
        self._known = value
        self._text = shown(spec, value)
        self.control = _control(spec, value, self._text)
        self.control.locked = locked
        self.set_class(_stacked(spec), "-stacked")

    @property
    def goes_on(self) -> bool:
        """Whether Enter only leads to the next field."""
        return not (isinstance(self.control, ManyLines) or self.spec.opens)

    def compose(self) -> ComposeResult:
        """Label and control."""
        yield Static(self._label(), classes="label")
        yield self.control

    def _label(self) -> Content:
        """The state's glyph stands before a label on the left, and behind one above the field, where there is room.

        The field at work is pointed at, so that it can be told without colours.
        """
        look = LOOKS[self.level] if self.level else None
        label, here = one_line(self.spec.label), self.has_class("-here")
        if _stacked(self.spec):
            return line(
                (HERE if here else "", "accent"), label, (f"  {look.glyph}" if look else "", look.tone if look else "")
            )
        if here or look is None:
            return line((HERE if here else "  ", "accent"), label)
        return line((f"{look.glyph} ", look.tone), label)

    def mark(self, level: State | None) -> None:
        """Put a state's glyph before the label, or none."""
        if level != self.level:
            self.level = level
            self._relabel()

    def _relabel(self) -> None:
        if self.is_mounted:
            self.query_one(".label", Static).update(self._label(), layout=self.has_class("-stacked"))

    def update(self, spec: Field, value: object) -> None:
        """Another spec of the same key, and the draft's value; what is being typed stays when it means that value."""
        relabel, self.spec = spec.label != self.spec.label, spec
        if relabel:
            self._relabel()
        if isinstance(self.control, Picker):
            if value != self._known or spec.options != self.control.options:
                self._known = value
                self.control.set(spec.options, value)
            return
        self.control.placeholder = clean(spec.placeholder)
        if value != self._known:
            self._known, self._text, self.trouble = value, shown(spec, value), ""
            with self.control.prevent(Input.Changed, TextArea.Changed):
                if isinstance(self.control, ManyLines):
                    self.control.text = self._text
                else:
                    self.control.value = self._text

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self, event: Input.Changed | TextArea.Changed) -> None:
        event.stop()
        self.catch_up()

    def catch_up(self) -> None:
        """Take over what is typed."""
        if isinstance(self.control, Picker):
            return
        text = self.control.text if isinstance(self.control, ManyLines) else self.control.value
        if text == self._text:
            return
        self._text, before = text, self.trouble
        try:
            value = value_of(self.spec, text)
        except NotAValue as error:
            self.trouble = str(error)
            self.post_message(FieldWrong(self.spec.path))
            return
        self.trouble = ""
        if value != self._known:
            self._known = value
            self._take(self.spec.path, value)
        if before:
            self.post_message(FieldWrong(self.spec.path))

    @on(Picker.Changed)
    def _picked(self, event: Picker.Changed) -> None:
        event.stop()
        self._known = event.value
        self._take(self.spec.path, event.value)

    @on(Input.Submitted)
    @on(Picker.Entered)
    def _entered(self, event: Message) -> None:
        event.stop()
        self.post_message(FieldEntered(self.spec))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say which field is at work."""
        event.stop()
        self.add_class("-here")
        self._relabel()
        self.post_message(FieldFocused(self.spec))

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """It is not this one any more."""
        event.stop()
        self.remove_class("-here")
        self._relabel()


def _stacked(spec: Field) -> bool:
    return spec.tall or spec.kind in {"long", "lines"} or cell_len(spec.label) > LABEL_CELLS


def _control(spec: Field, value: object, text: str) -> OneLine | ManyLines | Picker:
    if spec.kind == "choice":
        return Picker(spec.options, value, tall=spec.tall, walk=spec.walk)
    if spec.kind in {"long", "lines"}:
        return ManyLines(text, spec.placeholder)
    return OneLine(text, clean(spec.placeholder))


class HeadingRow(Static):
    """A section's title, with an optional muted line."""

    DEFAULT_CSS = "HeadingRow { height: auto; padding: 0 2; margin: 1 0 0 0; }"

    def __init__(self, spec: Heading) -> None:
        super().__init__(_heading(spec), markup=False)

    def show(self, spec: Heading) -> None:
        """Another line below the same title."""
        content = _heading(spec)
        if content != self.content:
            self.update(content)


def _heading(spec: Heading) -> Content:
    title = Content.styled(one_line(spec.text), "bold $primary")
    return Content("\n").join([title, styled(spec.note, "muted")]) if spec.note else title
