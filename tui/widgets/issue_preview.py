"""The preview of one plan issue: title, what it carries, and the body as it will be sent. Belongs on a thread."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from tui.domain.carried_out import CarriedOut
from tui.domain.draft import Draft
from tui.domain.edit import default_plan_issue
from tui.domain.errors import RolloutError
from tui.domain.guide import Guide
from tui.domain.lint import leftovers
from tui.domain.text import counted, sentence
from tui.widgets.issue_texts import IssueText
from tui.widgets.outline import BLANK, Row
from tui.widgets.present import error_content, line
from tui.widgets.preview import Shown, markdown_rows


def issue_preview(text: IssueText, start: str = "") -> Shown:
    """The plan issue as it would be sent now; `start` is the heading to begin with."""
    issue, rule = text.issue, text.guide.issue(text.issue.kind)
    if rule is None:
        return Shown(Content(f"This guide has no plan issue {issue.kind}"), ())
    if issue.skip:
        return Shown(Content(f"Preview: {rule.name} issue"), (Row(line("Left out: nothing will be sent.")),))
    if issue.existing:
        return Shown(Content(f"{rule.name}: used as it is, nothing will be sent"), (Row(line(issue.existing)),))
    try:
        body = text.sent(_references(text.draft, text.guide))
    except RolloutError as error:
        return Shown(Content(f"{rule.name} issue cannot be made"), (Row(error_content(error), hang=2),))
    return Shown(_title(rule.name, body), (*_head(text.asked()), *_origin(text), BLANK, *markdown_rows(body)), start)


def _references(draft: Draft, guide: Guide) -> dict[str, str]:
    """A word in the place of each address that is not known before the issues exist."""
    found = {one.kind: f"(link to {one.name})" for one in guide.issues}
    found.update({one.slot: one.existing for one in draft.issues if one.existing})
    return {slot: text for slot, text in found.items() if not _left_out(draft, guide, slot)}


def _left_out(draft: Draft, guide: Guide, slot: str) -> bool:
    return (draft.issue(slot) or default_plan_issue(slot, guide)).skip


def _title(name: str, body: str) -> Content:
    found = len(leftovers(body))
    left = f"! {counted(found, 'leftover')}   " if found else ""
    return line((left, "warning"), (f"Preview: {name} issue", "strong"))


def _head(asked: CarriedOut) -> Iterable[Row]:
    issue = asked.issue
    confidential = "confidential" if issue.confidential else "visible to all who see the project"
    yield Row(line((issue.title, "strong")), hang=2)
    yield Row(line((confidential, "warning" if not issue.confidential else "muted")), hang=2)
    yield Row(line(("labels ", "muted"), ", ".join(issue.labels or ()) or "none"), hang=2)
    yield Row(line(("assignees ", "muted"), ", ".join(issue.assignees) or "none"), hang=2)
    if issue.due:
        yield Row(line(("due ", "muted"), issue.due.isoformat()), hang=2)
    if asked.done:
        yield Row(line(("by quick actions: ", "muted"), ", ".join(asked.done)), hang=2)
    for remark in asked.remarks:
        yield Row(line(("! ", "warning"), remark), hang=2)


def _origin(text: IssueText) -> Iterable[Row]:
    """Where the text comes from, since three sources look alike."""
    templates, template = text.context.templates, text.template
    if text.own:
        yield Row(line(("text ", "muted"), "your own: the fields no longer change it"), hang=2)
    elif template is not None:
        yield Row(line(("text ", "muted"), f"the project's template {template.name}, filled in"), hang=2)
    elif templates.by_kind is None:
        yield Row(line(("text ", "muted"), f"without the project's template: {templates.why}"), hang=2)
    if text.news:
        yield Row(line(("! ", "warning"), sentence(text.news)), hang=2)
