"""The text of a plan issue as the wizard shows and edits it: made from fields and template, or the operator's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from tui.domain.carried_out import CarriedOut, carry_out
from tui.domain.draft import Draft, IssueDraft
from tui.domain.edit import default_plan_issue, put
from tui.domain.guide import Guide
from tui.domain.observed import Template
from tui.domain.quick_actions import take_out
from tui.domain.render import begun_text, default_issue, issue_body
from tui.domain.steps import ladder
from tui.domain.template import changed, digest
from tui.widgets.wizard_parts import WizardContext


@dataclass(frozen=True)
class IssueText:
    """One plan issue of a draft with what its text is made from.

    Everything that renders belongs on a thread and raises RolloutError for a skeleton that cannot be rendered.
    """

    draft: Draft
    guide: Guide
    slot: str
    context: WizardContext

    @property
    def issue(self) -> IssueDraft:
        """The issue as it is drafted."""
        return self.draft.issue(self.slot) or default_plan_issue(self.slot, self.guide)

    @property
    def own(self) -> bool:
        """Whether the text is the operator's own."""
        return bool(self.issue.body.strip())

    @property
    def template(self) -> Template | None:
        """The project's template for it, as far as it is known."""
        return (self.context.templates.by_kind or {}).get(self.issue.kind)

    @property
    def news(self) -> str:
        """What became of the template since the operator's own text was begun; empty when nothing that is known."""
        known = self.context.templates.by_kind is not None
        return changed(self.issue, self.template) if self.own and known else ""

    def asked(self) -> CarriedOut:
        """The issue as it will be asked for, with the quick actions of its text carried out."""
        text = self.issue.body if self.own else self._template_text
        return carry_out(self.issue, self._plain, take_out(text).actions, today=self.context.now.date())

    def sent(self, references: Mapping[str, str]) -> str:
        """The description; `references` has words for the addresses of the other plan issues."""
        rule = self.guide.issue(self.issue.kind)
        return issue_body(
            self.context.skeletons.get(rule.skeleton, "") if rule else "",
            draft=self.draft,
            guide=self.guide,
            issue=self._plain,
            steps=ladder(self.draft, self.guide),
            entries=self.context.entries,
            references=references,
            template=self._template_text,
            vocabulary=self.context.vocabulary,
            prefix=self.context.chat_prefix,
        )

    def begun(self) -> str:
        """The text that an own one begins from."""
        rule = self.guide.issue(self.issue.kind)
        return begun_text(
            self.context.skeletons.get(rule.skeleton, "") if rule else "",
            draft=self.draft,
            guide=self.guide,
            issue=self._plain,
            steps=ladder(self.draft, self.guide),
            entries=self.context.entries,
            template=self._template_text,
            vocabulary=self.context.vocabulary,
            prefix=self.context.chat_prefix,
        )

    def kept(self, text: str, begun: str) -> Draft:
        """The draft with `text` as the operator's own; without one when it is what is made from the fields anyway."""
        own = text.rstrip().lstrip("\n") if text.strip() != begun.strip() else ""
        issue = replace(self.issue, body=own, template="", template_digest="")
        if own and self.template is not None:
            issue = replace(issue, template=self.template.name, template_digest=digest(self.template.text))
        elif own and self.context.templates.by_kind is None:
            issue = replace(issue, template=self.issue.template, template_digest=self.issue.template_digest)
        draft = self.draft
        for name in ("body", "template", "template_digest"):
            draft = put(draft, f"issues[{self.slot}].{name}", getattr(issue, name), self.guide)
        return draft

    @property
    def _plain(self) -> IssueDraft:
        """With the guide's defaults."""
        rule = self.guide.issue(self.issue.kind)
        return default_issue(rule, self.draft, self.issue) if rule else self.issue

    @property
    def _template_text(self) -> str:
        return self.template.text if self.template is not None else ""
