"""In which field of a draft a leftover is: what is found in the text of an issue was typed somewhere else."""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.draft import Draft
from tui.domain.lint import Leftover, leftovers


def field_leftovers(draft: Draft) -> Iterator[tuple[str, Leftover]]:
    """Path and leftover, for all fields that people write in, those of the plan issues' sections aside."""
    for path, text in _texts(draft):
        for one in leftovers(text):
            yield path, one


def source(draft: Draft, slot: str, text: str) -> str:
    """The path of the field that brings the leftover `text` into the issue of `slot`; the issue's own comes first."""
    issue = draft.issue(slot)
    for key, value in issue.fields.items() if issue else ():
        if any(one.text == text for one in leftovers(value if isinstance(value, str) else "\n".join(value))):
            return f"issues[{slot}].fields.{key}"
    return next((path for path, one in field_leftovers(draft) if one.text == text), f"issues.{slot}")


def _texts(draft: Draft) -> Iterator[tuple[str, str]]:
    yield "title", draft.title
    for section in ("model", "team", "announcement"):
        record = getattr(draft, section)
        for name in record.__struct_fields__:
            value = getattr(record, name)
            if isinstance(value, str | tuple):
                yield f"{section}.{name}", value if isinstance(value, str) else "\n".join(value)
    for check in draft.checks:
        yield f"checks[{check.id}].note", check.note
    for phase in draft.phases:
        yield f"phases[{phase.id}].reason", phase.reason
        yield from ((f"phases[{phase.id}].answers.{key}", text) for key, text in phase.answers.items())
    for issue in draft.issues:
        if not issue.skip and not issue.existing:
            yield f"issues[{issue.slot}].title", issue.title
