"""Issue texts: from a skeleton and a draft to the Markdown that is sent.

Skeletons are jinja2, sandboxed; what an operator typed is a value in them and never source.
jinja2 is imported when the first text is made: it has no business on the way to the first paint.
"""

from __future__ import annotations

import dataclasses
import re
import traceback
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tui.domain import issue_context, own_text
from tui.domain.chatops import PREFIX
from tui.domain.draft import Draft, IssueDraft
from tui.domain.errors import BadInput
from tui.domain.guide import Guide, PlanIssue
from tui.domain.history import Entry
from tui.domain.lease import Lease
from tui.domain.plan import marker, reference
from tui.domain.quick_actions import take_out
from tui.domain.report import report
from tui.domain.steps import Step
from tui.domain.template import Vocabulary, fill
from tui.domain.text import clean, one_line, shorten

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment

TITLE_LENGTH = 255
"""GitLab's limit for the title of an issue."""

_PLACE = re.compile(r"\{(model|version|vendor|feature|flag|team|title)\}")
_MISSING = re.compile(r"has no attribute '(\w+)'|'(\w+)' is undefined")


def default_issue(plan_issue: PlanIssue, draft: Draft, issue: IssueDraft | None = None) -> IssueDraft:
    """The issue as it will be asked for: what the draft says of it, and the guide's defaults for the rest.

    `issue` is the drafted one; without it the draft's own for the kind, or one that is all defaults.
    """
    drafted = issue or draft.issue(plan_issue.kind) or IssueDraft(kind=plan_issue.kind)
    return replace(
        drafted,
        title=issue_title(plan_issue, draft, drafted),
        confidential=plan_issue.confidential if drafted.confidential is None else drafted.confidential,
        labels=plan_issue.labels if drafted.labels is None else drafted.labels,
        assignees=drafted.assignees or ((draft.team.dri,) if draft.team.dri else ()),
    )


def issue_title(plan_issue: PlanIssue, draft: Draft, issue: IssueDraft) -> str:
    """The drafted title, or the guide's pattern filled in, with the phase when the issue is for one phase only."""
    if issue.title.strip():
        return _plain(issue.title)
    names = {
        "model": draft.model.name or draft.title or draft.id,
        "version": draft.model.version,
        "vendor": draft.model.vendor,
        "feature": draft.model.feature,
        "flag": draft.flag.name or draft.id,
        "team": draft.team.name,
        "title": draft.title,
    }
    title = _PLACE.sub(lambda match: names[match[1]], plan_issue.title)
    suffix = f" ({issue.phase})" if issue.phase else ""
    return _plain(f"{shorten(title, TITLE_LENGTH - len(suffix))}{suffix}")


def _plain(title: str) -> str:
    """A title is no Markdown: the fences of references become quotation marks."""
    return one_line(title).replace("⟪", "«").replace("⟫", "»")


def issue_body(
    skeleton_text: str,
    *,
    draft: Draft,
    guide: Guide,
    issue: IssueDraft,
    steps: Sequence[Step],
    entries: Sequence[Entry],
    references: Mapping[str, str],
    template: str = "",
    vocabulary: Vocabulary | None = None,
    prefix: str = PREFIX,
    lead: Lease | None = None,
) -> str:
    """A plan issue's description; its last line is the marker.

    It is the operator's own text where there is one, else the skeleton, or the project's `template`, filled in.
    `references` has the references of the sibling issues by slot (`group/project#12`, or one to be resolved); `prefix`
    is how the chat bot is called, `lead` who has the lead of the rollout.
    Raises BadInput for a skeleton that cannot be rendered, and for a kind that the guide does not have.
    """
    sources = dataclasses.replace(_sources(draft, guide, issue, steps, entries, references, prefix), lead=lead)
    if issue.body.strip():
        text = own_text.sendable(issue.body, references, report(sources.report), issue_context.LINKED)
    else:
        text = _generated(skeleton_text, sources, template, vocabulary or Vocabulary())
    return f"{_trimmed(text)}\n\n{marker(f'issue:{issue.slot}', draft.id, issue.slot)}"


def begun_text(
    skeleton_text: str,
    *,
    draft: Draft,
    guide: Guide,
    issue: IssueDraft,
    steps: Sequence[Step],
    entries: Sequence[Entry],
    template: str = "",
    vocabulary: Vocabulary | None = None,
    prefix: str = PREFIX,
) -> str:
    """The text that an operator's own begins from: what is made from the fields, with references to be resolved.

    The template's quick actions are at its end: from then on they are the operator's to keep or to take away.
    Raises what `issue_body` raises.
    """
    slots = [one.slot for one in draft.issues if not one.skip] + [one.kind for one in guide.issues]
    left_out = {one.slot for one in draft.issues if one.skip}
    references = {slot: reference("ref", slot) for slot in slots if slot not in left_out}
    sources = _sources(draft, guide, issue, steps, entries, references, prefix)
    text = _generated(skeleton_text, sources, template, vocabulary or Vocabulary())
    commands = "\n".join(action.line for action in take_out(clean(template)).actions)
    return _trimmed(f"{_trimmed(text)}\n\n{commands}")


def _trimmed(text: str) -> str:
    """Without empty lines around it. A blank before the first word stays: it may be what keeps a line from running."""
    return text.rstrip().lstrip("\n")


def _sources(
    draft: Draft,
    guide: Guide,
    issue: IssueDraft,
    steps: Sequence[Step],
    entries: Sequence[Entry],
    references: Mapping[str, str],
    prefix: str,
) -> issue_context.Sources:
    plan_issue = guide.issue(issue.kind)
    if plan_issue is None:
        kinds = ", ".join(one.kind for one in guide.issues)
        raise BadInput(f"The guide {guide.id} has no plan issue of the kind {issue.kind}", f"It has: {kinds}")
    return issue_context.Sources(draft, guide, plan_issue, issue, steps, entries, references, prefix)


def _generated(skeleton_text: str, sources: issue_context.Sources, template: str, vocabulary: Vocabulary) -> str:
    text = render(skeleton_text, sources.plan_issue.skeleton, issue_context.context(sources))
    if not template.strip():
        return text
    return fill(clean(template), text, issue_context.placeholders(sources, vocabulary), vocabulary).text


def announcement_text(draft: Draft) -> str:
    """The announcement as it is posted: the operator's own words, cleaned, with no leftover blanks around."""
    return "\n".join(line.rstrip() for line in draft.announcement.text.strip().splitlines())


def render(skeleton_text: str, name: str, names: Mapping[str, Any]) -> str:
    """The skeleton with `names` filled in. Raises BadInput naming skeleton, line and what is wrong."""
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        return _compiled(skeleton_text).render(names)
    except TemplateSyntaxError as error:
        raise BadInput(f"The skeleton {name}, line {error.lineno}: {error.message}", _available(names)) from error
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        missing = _MISSING.search(str(error))
        what = f"there is no {missing[1] or missing[2]}" if missing else str(error)
        raise BadInput(f"The skeleton {name}, line {_line(error)}: {what}", _available(names)) from error


def _available(names: Mapping[str, Any]) -> str:
    fields = ", ".join(sorted(vars(names["fields"]))) if "fields" in names else ""
    return f"Names that can be used: {', '.join(sorted(names))}; of fields: {fields}"


def _line(error: BaseException) -> int:
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return (frames[-1] if frames else 0) or 0


@lru_cache(maxsize=32)
def _compiled(skeleton_text: str) -> Template:
    """Compiling takes twenty times as long as filling in, and a plan is computed again and again."""
    return _environment().from_string(skeleton_text)


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # the output is Markdown, for which `finalize` escapes
        finalize=issue_context.show,
    )
