"""The wizard's third step: the plan issues of the guide, one at a time, and what each will say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.domain.draft import Draft, IssueDraft
from tui.domain.edit import add_issue, put, remove_issue, split, waive
from tui.domain.guide import Guide, PlanIssue, Section
from tui.domain.render import default_issue
from tui.domain.text import counted, listing, sentence
from tui.domain.wizard import StepId, issue_slots
from tui.widgets.field_specs import Field, Heading, Note, Option, Spec
from tui.widgets.issue_preview import issue_preview
from tui.widgets.issue_texts import IssueText
from tui.widgets.messages import TemplatesWanted
from tui.widgets.present import line
from tui.widgets.preview import Shown
from tui.widgets.text_editor import TextEditor
from tui.widgets.wizard_parts import Templates
from tui.widgets.wizard_screen import WizardScreen

CHOSEN = "@issue"
OWN = "@own:"
WAIVER = "@waiver:"
NOTE = (
    "⟪ref:…⟫ stands for the address of another plan issue; the timeline stays up to date. Quick actions are carried "
    "out as fields or named at the review. Once kept, the text is yours: the fields no longer change it."
)
NEWS = "^s keeps yours, ^r puts the new one in its place."
OWN_TEXT = (
    "The text is your own: these fields no longer change it. F7 opens it; ^r there makes it from the fields again."
)
LEVELS = {"required": "", "recommended": " Recommended.", "optional": " Optional."}


class PlanIssuesScreen(WizardScreen):
    """Plan issues. `slot` is the issue that the form is about."""

    STEP: ClassVar[StepId] = "issues"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f7", "text", "Text", id="issues.text", tooltip="Complete or write the issue's text by hand"),
    ]
    slot = ""

    def on_mount(self) -> None:
        """Ask for the project's templates, unless they are known. Textual calls the frame's own beginning, too."""
        if self.context.templates.by_kind is None and self.draft.gitlab.project:
            self.post_message(TemplatesWanted(self.draft, self.show_templates))

    def show_templates(self, templates: Templates) -> None:
        """The project's templates, or why there are none: the text of every issue may be another."""
        if self.is_attached:
            self.context = replace(self.context, templates=templates)
            self.settle_soon()

    @property
    def text(self) -> IssueText:
        """The text of the chosen issue."""
        return IssueText(self.draft, self.guide, self.slot, self.context)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no text to write for an issue that is left out or is there already."""
        if action == "text":
            return None if self.text.issue.skip or self.text.issue.existing or not self.slot else True
        return super().check_action(action, parameters)

    def action_text(self) -> None:
        """Open the chosen issue's text over the whole screen."""
        if self.context.read_only:
            self.refuse()
            return
        text = self.text
        self.in_background(text.begun, lambda begun: self._write(text, begun), what="make a text")

    def _write(self, text: IssueText, begun: str) -> None:
        def done(answer: str | None) -> None:
            if answer is not None:
                self.change(replace(text, draft=self.draft).kept(answer, begun))

        if isinstance(self.app.screen, TextEditor):  # a key that repeats must not open it twice
            return
        note = line(("! ", "warning"), f"{sentence(text.news)}. {NEWS}") if text.news else line((NOTE, "muted"))
        title = f"{self._called(text.slot)}: the text"
        shown = text.issue.body if text.own else begun
        self.app.push_screen(TextEditor(title, shown, made=begun, note=note, editor=self.context.editor), done)

    def _called(self, slot: str) -> str:
        kind, phase = split_slot(slot)
        rule = self.guide.issue(kind)
        return f"{rule.name if rule else kind} issue" + (f" for {phase}" if phase else "")

    def specs(self) -> Sequence[Spec]:
        """The list of issues, and the fields of the chosen one."""
        slots = self._slots(self.draft, self.guide)
        if self.slot not in slots:
            self.slot = slots[0] if slots else ""
        rule = self.guide.issue(split_slot(self.slot)[0])
        if rule is None:
            return (Heading("Plan issues", "This guide asks for none."),)
        chooser = Field(
            CHOSEN,
            "Plan issues",
            "choice",
            help="Up and down choose the issue that the fields below are about.",
            options=tuple(self._option(slot) for slot in slots),
            tall=True,
            walk=True,
        )
        return (chooser, *self._issue(rule))

    def shown(self, draft: Draft, guide: Guide) -> Shown:
        """The chosen issue as it will be sent."""
        return issue_preview(IssueText(draft, guide, self.slot, self.context))

    def read(self, path: str) -> object:
        """Some fields are about the draft as a whole and not in it as they are shown."""
        if path == CHOSEN:
            return self.slot
        if path.startswith(OWN):
            return self.draft.issue(f"{split_slot(self.slot)[0]}@{path[len(OWN) :]}") is not None
        if path.startswith(WAIVER):
            waiver = self.draft.waiver(path[len(WAIVER) :])
            return waiver.reason if waiver else ""
        return super().read(path)

    def write(self, path: str, value: object) -> Draft:
        """Choosing changes no draft; the rest does what it says."""
        kind = split_slot(self.slot)[0]
        if path == CHOSEN:
            self._choose(str(value))
            return self.draft
        if path.startswith(OWN):
            phase = path[len(OWN) :]
            return self._own(kind, phase) if value else remove_issue(self.draft, f"{kind}@{phase}")
        if path.startswith(WAIVER):
            by = self.draft.team.dri or self.context.operator
            return waive(self.draft, path[len(WAIVER) :], str(value), by, self.context.now)
        return super().write(path, value)

    def reveal(self, path: str) -> None:
        """Choose the issue that the path is inside."""
        parts = split(path)
        if parts[0] == "issues" and len(parts) > 1 and parts[1] in self._slots(self.draft, self.guide):
            self._choose(parts[1])
            if parts[-1] == "body":
                self.call_after_refresh(self.action_text)

    def _choose(self, slot: str) -> None:
        if slot != self.slot:
            self.slot = slot
            self.form.sync(self.specs(), self.read)
            self.refresh_bindings()
            self.settle_soon()

    def _own(self, kind: str, phase: str) -> Draft:
        """An issue of a phase's own starts with what the general one says."""
        draft = add_issue(self.draft, kind, phase, self.guide)
        general = self.draft.issue(kind)
        for name in ("fields", "body", "template", "template_digest") if general else ():
            draft = put(draft, f"issues[{kind}@{phase}].{name}", getattr(general, name), self.guide)
        return draft

    @staticmethod
    def _slots(draft: Draft, guide: Guide) -> list[str]:
        return [slot for rule in guide.issues for slot in issue_slots(draft, guide, rule.kind)]

    def _option(self, slot: str) -> Option:
        kind, phase = split_slot(slot)
        rule = self.guide.issue(kind)
        drafted = replace(self.text, slot=slot).issue
        name = (rule.name if rule else kind) + (f" for {phase}" if phase else "")
        missing = sum(one.path.startswith(f"issues[{slot}]") and one.level in {"error", "open"} for one in self.items)
        if drafted.skip:
            note = "– left out" if self.draft.issue(slot) else "– optional"
        elif missing:
            note = f"○ {counted(missing, 'item')} open"
        elif drafted.body:
            note = "✓ your own text"
        else:
            note = "✓ exists" if drafted.existing else "✓ filled in"
        return Option(slot, name, note)

    def _issue(self, rule: PlanIssue) -> list[Spec]:
        path = f"issues[{self.slot}]"
        drafted = self.text.issue
        found: list[Spec] = [
            Heading(self._called(self.slot)),
            Field(f"{path}.skip", "Make it", "choice", help=self._blocks(rule), sentence=rule.sentence,
                  options=(Option(False, "yes"), Option(True, "no, leave it out"))),
        ]  # fmt: skip
        if drafted.skip:
            return [*found, self._waiver(rule)] if self._needing(rule) else found
        found.append(Field(f"{path}.existing", "Use existing", help="The address of an issue that is there already; "
                           "then none is made and the fields below are not sent."))  # fmt: skip
        if not drafted.existing:
            found.extend(self._head(rule, path, drafted))
            found.extend(self._own_text())
            found.extend(self._sections(rule, path))
        return [*found, *self._own_issues(rule)]

    def _blocks(self, rule: PlanIssue) -> str:
        needing = self._needing(rule)
        return f"Left out, it stands in the way of: {listing(needing)}." if needing else "No phase asks for it."

    def _needing(self, rule: PlanIssue) -> list[str]:
        """The titles of the phases that ask for it."""
        return [one.title for one in self.guide.phases if rule.kind in one.issues]

    def _waiver(self, rule: PlanIssue) -> Field:
        return Field(
            f"{WAIVER}{rule.kind}-issue",
            "Go on without it, because",
            help="A reason waives the requirement; it goes into the history and into the other plan issues.",
            sentence=rule.sentence,
        )

    def _head(self, rule: PlanIssue, path: str, drafted: IssueDraft) -> list[Spec]:
        plain = default_issue(rule, self.draft, IssueDraft(kind=rule.kind, phase=drafted.phase))
        default = "yes" if rule.confidential else "no"
        confidential = (Option(None, f"guide: {default}"), Option(True, "yes"), Option(False, "no"))
        return [
            Field(f"{path}.title", "Title", help="Empty: the title that the guide gives it.", placeholder=plain.title),
            Field(f"{path}.confidential", "Confidential", "choice", help="Seen by members of the project only.",
                  options=confidential),
            Field(f"{path}.labels", "Labels", "names", help="Separated by commas. Empty: the guide's; a dash: none.",
                  placeholder=", ".join(plain.labels or ()), optional=True),
            Field(f"{path}.assignees", "Assignees", "names", help="Usernames, separated by commas. Empty: who is "
                  "responsible.", placeholder=", ".join(plain.assignees)),
            Field(f"{path}.due", "Due", "date", help="A date such as 2026-11-22, or nothing."),
        ]  # fmt: skip

    def _own_text(self) -> list[Spec]:
        """What to know of the fields when they make no text."""
        text = self.text
        if text.news:
            return [Note("text", line(("! ", "warning"), f"{sentence(text.news)}. F7 opens yours: {NEWS}"))]
        return [Note("text", line(("! ", "warning"), OWN_TEXT))] if text.own else []

    @staticmethod
    def _sections(rule: PlanIssue, path: str) -> list[Spec]:
        return [_section(rule, path, one) for one in rule.fields]

    def _own_issues(self, rule: PlanIssue) -> list[Spec]:
        if split_slot(self.slot)[1]:
            return []
        phases = [one for one in self.guide.phases if rule.kind in one.issues]
        options = (Option(False, "no"), Option(True, "yes"))
        fields = [
            Field(f"{OWN}{one.id}", one.id.capitalize(), "choice", options=options,
                  help=f"Make one for the phase {one.title} alone; it starts with the general one's text.")
            for one in phases
        ]  # fmt: skip
        return [Heading("A plan issue of its own for a phase"), *fields] if fields else []


def split_slot(slot: str) -> tuple[str, str]:
    """The kind and the phase of an issue's slot."""
    kind, _, phase = slot.partition("@")
    return kind, phase


def _section(rule: PlanIssue, path: str, section: Section) -> Field:
    lines = section.kind == "list"
    return Field(
        f"{path}.fields.{section.key}",
        section.title,
        "lines" if lines else "long",
        help=f"{section.help or 'One item a line.' if lines else section.help}{LEVELS[section.level]}",
        sentence=rule.sentence,
    )
