"""The names that an issue's skeleton may use, and what they hold. Whatever people typed is made inert here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from msgspec.structs import asdict

from tui.domain import issue_commands, markdown, report, timeline
from tui.domain.chatops import PREFIX
from tui.domain.draft import Draft, IssueDraft
from tui.domain.feedback import asked
from tui.domain.gates import tidy
from tui.domain.guide import Guide, PlanIssue
from tui.domain.history import Entry
from tui.domain.lease import Lease
from tui.domain.requirements import shortage
from tui.domain.steps import Step
from tui.domain.template import Vocabulary

_SHA = re.compile(r"\b[0-9a-f]{7,40}\b")
LINKED = "_See the linked issues._"
"""What stands for the address of an issue that this plan neither makes nor finds."""


class Safe(str):
    """Markdown that is ready to be sent as it is."""

    __slots__ = ()


@dataclass(frozen=True)
class Sources:
    """What an issue's text is made from; `entries` oldest first, `references` from slot to issue reference.

    `prefix` is how the chat bot is called, `lead` who has the lead of the rollout.
    """

    draft: Draft
    guide: Guide
    plan_issue: PlanIssue
    issue: IssueDraft
    steps: Sequence[Step]
    entries: Sequence[Entry]
    references: Mapping[str, str]
    prefix: str = PREFIX
    lead: Lease | None = None

    @property
    def report(self) -> report.Source:
        """What the report in the text is made from."""
        return report.Source(self.draft, self.steps, self.entries, self.lead)


def context(sources: Sources) -> dict[str, Any]:
    """All names of a skeleton. Texts in it are escaped when they are printed, `Safe` ones are not."""
    draft = sources.draft
    drafted = sources.issue.fields
    fields = {one.key: drafted.get(one.key, () if one.kind == "list" else "") for one in sources.plan_issue.fields}
    return {
        "draft": _short({"id": draft.id, "title": draft.title, "sample": draft.sample}),
        "guide": _short({"id": sources.guide.id, "title": sources.guide.title}),
        "model": _short(asdict(draft.model)),
        "team": _short(asdict(draft.team)),
        "flag": _short(asdict(draft.flag)),
        "issue": _short({"kind": sources.issue.kind, "phase": sources.issue.phase, "title": sources.issue.title}),
        "fields": SimpleNamespace(**fields),
        "announcement": SimpleNamespace(channels=draft.announcement.channels, text=draft.announcement.text),
        "steps": [_step(step, sources) for step in sources.steps],
        "text": lambda value: Safe(markdown.block(_joined(value)) or markdown.NOTHING),
        "items": lambda value, *more: Safe(markdown.items((*_listed(value), *(one for row in more for one in row)))),
        "cell": lambda value: Safe(markdown.cell(_joined(value)) or "-"),
        "inline_or": lambda value, other: Safe(markdown.inline(_joined(value)) or other),
        "code": lambda value: Safe(markdown.code(_joined(value))),
        "ref": lambda kind: Safe(_reference(sources, kind)),
        "criteria": lambda kind: tuple(_criteria(draft, kind)),
        "baseline": Safe(_baseline(draft)),
        "capacity": Safe(_capacity(draft)),
        "checklist": Safe(_checklist(sources)),
        "questions": Safe(_questions(sources)),
        "waivers": Safe(_waivers(sources)),
        "timeline": Safe(report.marked(sources.report)),
        "commands": lambda name: Safe(issue_commands.of_name(draft, sources.steps, name, sources.prefix)),
    }


def placeholders(sources: Sources, vocabulary: Vocabulary) -> dict[str, str]:
    """What the placeholders of templates stand for, by their words; empty where the draft does not say yet."""
    draft, fields = sources.draft, sources.issue.fields
    ladder = [step.percentage for step in sources.steps if step.percentage]
    group = next((one for step in sources.steps for one in step.groups), "")
    known = {
        "flag": draft.flag.name,
        "dri": draft.team.dri,
        "channel": draft.team.channel.lstrip("#"),
        "merge_commit": "".join(_SHA.findall(_joined(fields.get("merge_commit", "")))[:1]),
        "milestone": _joined(fields.get("milestone", "")),
        "percentage": str(tidy(ladder[0])) if ladder else "",
        "group": group,
        "feature_issue": _joined(fields.get("feature_issue", "")),
        "documentation": _joined(fields.get("documentation", "")),
        "model": draft.model.name,
        "version": draft.model.version,
        "feature": draft.model.feature,
        "team": draft.team.name,
        "title": draft.title,
    }
    return {
        words: markdown.code(value).lstrip("/~ ")
        for name, value in known.items()
        for words in vocabulary.placeholders.get(name, ())
    }


def _short(values: Mapping[str, Any]) -> SimpleNamespace:
    """Values that are one line by nature."""
    return SimpleNamespace(**{key: Line(value) if isinstance(value, str) else value for key, value in values.items()})


class Line(str):
    """Text that is one line by nature and is printed as one."""

    __slots__ = ()


def show(value: object) -> str:
    """What a `{{ value }}` of a skeleton prints."""
    if isinstance(value, Safe):
        return value
    if isinstance(value, Line):
        return markdown.inline(value)
    return markdown.block(_joined(value))


def _joined(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, tuple | list) else str(value)


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.splitlines()) if isinstance(value, str) else tuple(value)


def _reference(sources: Sources, kind: str) -> str:
    phase = sources.issue.phase
    slots = [f"{kind}@{phase}", kind, *(slot for slot in sources.references if slot.startswith(f"{kind}@"))]
    return next((sources.references[slot] for slot in slots if slot in sources.references), LINKED)


def _criteria(draft: Draft, kind: str) -> Iterable[str]:
    for one in draft.criteria:
        if one.kind == kind:
            yield f"{one.metric} {one.comparator} {tidy(one.value)} {one.unit}".strip()


def _baseline(draft: Draft) -> str:
    head = ("Metric", "Lowest", "Highest", "Unit", "From", "To")
    rows = [(row.metric, row.low, row.high, row.unit, row.since, row.until) for row in draft.baseline]
    return _table(head, rows)


def _capacity(draft: Draft) -> str:
    head = ("Region", "Peak requests/min", "Quota", "Peak tokens/min", "Quota", "Raise approved", "Verified", "Enough")
    rows = [
        (
            row.region,
            row.peak_requests_per_minute,
            row.quota_requests_per_minute,
            row.peak_tokens_per_minute,
            row.quota_tokens_per_minute,
            row.approved,
            row.verified,
            not shortage(row),
        )
        for row in draft.capacity
    ]
    return _table(head, rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    cells = [tuple(markdown.cell(_cell(value)) for value in row) for row in rows]
    return markdown.table(head, cells) if cells else markdown.NOTHING


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{tidy(value):,}"
    return str(value) if value else "-"


def _checklist(sources: Sources) -> str:
    lines = []
    for check in sources.guide.checks:
        answer = sources.draft.check(check.id)
        box = {"done": "x", "not-applicable": "~", "open": " "}[answer.state]
        parts = [f"- [{box}] {markdown.inline(check.text)}"]
        if answer.state == "not-applicable":
            parts.append("(not applicable)")
        if answer.by or answer.at:
            signed = f"{markdown.inline(answer.by)} {answer.at:%Y-%m-%d}" if answer.at else markdown.inline(answer.by)
            parts.append(f"({signed.strip()})")
        lines.append(" ".join(parts))
        lines.extend(f"  - {markdown.inline(one)}" for one in (answer.note, answer.evidence) if one.strip())
    return "\n".join(lines) or markdown.NOTHING


def _questions(sources: Sources) -> str:
    """The guide's questions alone: this text stays, and what was answered is in the report."""
    return markdown.items(tuple(question.text for _, question in asked(sources.draft, sources.guide)))


def _waivers(sources: Sources) -> str:
    waived = [one for one in sources.draft.waivers if one.reason.strip()]
    lines = [
        f"- `{markdown.code(one.requirement)}`: {markdown.inline(one.reason)}"
        + (f" ({markdown.inline(one.by)})" if one.by else "")
        for one in waived
    ]
    return "\n".join(lines) or "_None._"


def _step(step: Step, sources: Sources) -> SimpleNamespace:
    return SimpleNamespace(
        id=Line(step.id),
        phase=Line(step.phase),
        title=Line(timeline.audience(step)),
        wait=Line(step.wait),
        percentage=tidy(step.percentage),
        commands=Safe(issue_commands.of_step(sources.draft, step, sources.prefix)),
    )
