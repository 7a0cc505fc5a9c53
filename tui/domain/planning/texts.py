"""What to know of the texts of the plan issues: what their quick actions come to, and templates that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui.domain.draft import IssueDraft
from tui.domain.leftover_fields import source
from tui.domain.planning.issues import carried_out, template_of
from tui.domain.planning.situation import Situation
from tui.domain.requirements import Requirement
from tui.domain.template import changed
from tui.domain.text import counted, listing

LONGEST = 1_048_576
"""GitLab's limit for a description, in characters."""


def text_warnings(situation: Situation, slots: Iterable[str]) -> Iterable[str]:
    """For the plan issues that are created, by slot."""
    for slot in slots:
        issue = _issue(situation, slot)
        name = _name(situation, issue)
        yield from _actions(situation, issue, name)
        if issue.body.strip() and situation.observed.templates is not None:
            said = changed(issue, template_of(situation, issue))
            if said:
                yield f"{name}: {said}. In Plan issues its text can be opened, to keep yours or to take the new one."


def leftover_path(situation: Situation, slot: str, text: str) -> str:
    """Where the leftover `text` of an issue is mended: in the field that it comes from, else in the issue's text."""
    issue = _issue(situation, slot)
    path = source(situation.draft, slot, text)
    by_hand = template_of(situation, issue) is not None and path == f"issues.{slot}"
    return f"issues.{slot}.body" if by_hand or issue.body.strip() else path


def _issue(situation: Situation, slot: str) -> IssueDraft:
    kind, _, phase = slot.partition("@")
    return situation.draft.issue(slot) or IssueDraft(kind=kind, phase=phase)


def _name(situation: Situation, issue: IssueDraft) -> str:
    rule = situation.guide.issue(issue.kind)
    return (rule.name if rule else issue.kind) + (f" for {issue.phase}" if issue.phase else "")


def _actions(situation: Situation, issue: IssueDraft, name: str) -> Iterable[str]:
    """GitLab would run a text's quick actions after our own fields and so overrule them: said before, and not done."""
    whose = "your text" if issue.body.strip() else "template"
    found = carried_out(situation, issue)
    if found.done:
        yield f"{name} ({whose}): quick actions are carried out as fields: {listing(list(found.done))}."
    for remark in found.remarks:
        yield f"{name} ({whose}): {remark}."


def too_long(bodies: Mapping[str, str]) -> Iterable[Requirement]:
    """Texts that GitLab would refuse, by slot."""
    for slot, text in bodies.items():
        if len(text) > LONGEST:
            said = f"The text of {slot} has {counted(len(text), 'character')}, and GitLab takes {LONGEST:,}"
            yield Requirement(f"length-{slot}", said, "open", path=f"issues.{slot}", hard=True)
