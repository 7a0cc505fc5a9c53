"""The preview of one plan issue: title, what it carries, and the body as it will be sent. Belongs on a thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from tui.domain.draft import Draft, IssueDraft
from tui.domain.errors import RolloutError
from tui.domain.guide import Guide
from tui.domain.history import Entry
from tui.domain.lint import leftovers
from tui.domain.render import default_issue, issue_body
from tui.domain.steps import ladder
from tui.domain.text import counted
from tui.widgets.outline import BLANK, Row
from tui.widgets.present import error_content, line
from tui.widgets.preview import Shown, markdown_rows


def issue_preview(
    draft: Draft, guide: Guide, slot: str, skeletons: Mapping[str, str], entries: Sequence[Entry], start: str = ""
) -> Shown:
    """The plan issue in `slot` as it would be sent now; `start` is the heading to begin with."""
    kind, _, phase = slot.partition("@")
    rule = guide.issue(kind)
    if rule is None:
        return Shown(Content(f"This guide has no plan issue {kind}"), ())
    drafted = draft.issue(slot) or IssueDraft(kind=kind, phase=phase)
    if drafted.skip:
        return Shown(Content(f"{rule.name}: left out, nothing will be sent"), ())
    if drafted.existing:
        return Shown(Content(f"{rule.name}: used as it is, nothing will be sent"), (Row(line(drafted.existing)),))
    issue = default_issue(rule, draft, drafted)
    try:
        body = issue_body(
            skeletons.get(rule.skeleton, ""),
            draft=draft,
            guide=guide,
            issue=issue,
            steps=ladder(draft, guide),
            entries=entries,
            references=_references(draft, guide),
        )
    except RolloutError as error:
        return Shown(Content(f"{rule.name} issue cannot be made"), (Row(error_content(error), hang=2),))
    return Shown(_title(rule.name, body), (*_head(issue), *markdown_rows(body)), start)


def _references(draft: Draft, guide: Guide) -> dict[str, str]:
    """A word in the place of each address that is not known before the issues exist."""
    found = {one.kind: f"(link to {one.name})" for one in guide.issues}
    found.update({one.slot: one.existing for one in draft.issues if one.existing})
    return {slot: text for slot, text in found.items() if not _left_out(draft, slot)}


def _left_out(draft: Draft, slot: str) -> bool:
    issue = draft.issue(slot)
    return issue is not None and issue.skip


def _title(name: str, body: str) -> Content:
    found = len(leftovers(body))
    left = line((f"   ! {counted(found, 'leftover')}", "warning")) if found else Content("")
    return Content.assemble(line((f"Preview: {name} issue", "strong")), left)


def _head(issue: IssueDraft) -> tuple[Row, ...]:
    confidential = "confidential" if issue.confidential else "visible to all who see the project"
    return (
        Row(line((issue.title, "strong")), hang=2),
        Row(line((confidential, "warning" if not issue.confidential else "muted")), hang=2),
        Row(line(("labels ", "muted"), ", ".join(issue.labels or ()) or "none"), hang=2),
        Row(line(("assignees ", "muted"), ", ".join(issue.assignees) or "none"), hang=2),
        BLANK,
    )
