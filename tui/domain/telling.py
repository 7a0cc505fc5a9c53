"""What to tell people at this moment: texts for chat, made from where the rollout is. Nothing is sent from here.

The words are data (`assets/messages`), so that a team can have its own; what they are filled with is cleaned and kept
as it was typed, since a chat is no Markdown of GitLab's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tui.domain import duration
from tui.domain.audience import who
from tui.domain.draft import Draft
from tui.domain.history import BACK, TOLD, Entry
from tui.domain.issue_context import Safe
from tui.domain.lifecycle import State, state_of
from tui.domain.planning.situation import Situation
from tui.domain.progress import Progress
from tui.domain.render import announcement_text, render
from tui.domain.steps import ISSUES, Step
from tui.domain.text import clean, lowered, one_line, sentence
from tui.domain.timeline import minute
from tui.domain.working_day import ON_HAND


@dataclass(frozen=True)
class Message:
    """One text: what it is, where it goes (as far as the draft says), and its words."""

    key: str
    title: str
    channels: tuple[str, ...]
    text: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"key": self.key, "title": self.title, "channels": list(self.channels), "text": self.text}


@dataclass(frozen=True)
class _Kind:
    """`file` is the template's name; `due` whether this moment asks for it."""

    key: str
    title: str
    due: Callable[[Situation], bool]

    @property
    def file(self) -> str:
        return f"{self.key}.md"


def messages(situation: Situation, templates: Mapping[str, str]) -> tuple[Message, ...]:
    """The texts for this moment, the most urgent first; `templates` by file name.

    Raises BadInput for a template of the operator's own that cannot be filled in.
    """
    names = _names(situation)
    return tuple(
        Message(one.key, one.title, _channels(one.key, situation.draft), _filled(templates[one.file], one.file, names))
        for one in _KINDS
        if one.due(situation)
    )


def _filled(template: str, name: str, names: Mapping[str, Any]) -> str:
    lines = [line.rstrip() for line in render(template, name, names).strip().splitlines()]
    kept = [line for place, line in enumerate(lines) if line or lines[place - 1]]
    return clean("\n".join(kept))


def _channels(key: str, draft: Draft) -> tuple[str, ...]:
    if key == "announcement":
        return draft.announcement.channels
    return () if key == "support" or not draft.team.channel.strip() else (draft.team.channel,)


def _ahead(situation: Situation) -> Step | None:
    here = situation.progress
    return None if state_of(here) in {"finished", "abandoned"} else here.next


def _announced(situation: Situation) -> bool:
    """Whether the phase that is announced is next, or has begun and is not over, or somebody was early."""
    phases = {one.id for one in situation.guide.phases if one.announced}
    here, step = situation.progress, _ahead(situation)
    begun = here.position is not None and here.position.phase in phases and here.finished is None
    return begun or bool(situation.draft.announcement.posted) or (step is not None and step.phase in phases)


def last_move(situation: Situation) -> Entry | None:
    """The entry that changed who is in last."""
    return next((one for one in reversed(situation.entries) if one.phase != ISSUES and one.action not in TOLD), None)


def _taken_back(situation: Situation) -> bool:
    last = last_move(situation)
    return last is not None and last.action in BACK


_KINDS = (
    _Kind("hold", "On hold", lambda now: now.progress.held is not None),
    _Kind("back", "Taken back", _taken_back),
    _Kind("done", "Everybody has it", lambda now: state_of(now.progress) in {"full", "finished"}),
    _Kind("status", "Status", lambda _: True),
    _Kind("heads-up", "Before the next step", lambda now: _ahead(now) is not None and now.progress.held is None),
    _Kind("announcement", "Announcement", _announced),
    _Kind("support", "For support", _announced),
)
FILES = tuple(one.file for one in _KINDS)
"""The templates that `messages` wants."""

_STATES: Mapping[State, str] = {
    "planned": "nobody has it yet",
    "ready": "nobody has it yet, the plan is made",
    "live": "under way",
    "held": "on hold",
    "full": "everybody has it",
    "off": "off for everybody",
    "finished": "finished, everybody has it",
    "abandoned": "given up, off for everybody",
}


def _names(situation: Situation) -> dict[str, Any]:
    draft, here = situation.draft, situation.progress
    texts = {**_subject(draft), **_present(situation), **_coming(situation), **_people(situation), **_said(situation)}
    fields = next((one.fields for one in draft.issues if one.kind == "rollout-plan"), {})
    return {
        **{name: Safe(clean(text)) for name, text in texts.items()},
        "over": here.finished is not None or here.abandoned is not None,
        "dashboards": _lines(fields.get("dashboards", ())),
        "known_issues": _lines(fields.get("known_issues", ())),
        "channels": [Safe(one_line(one)) for one in draft.announcement.channels],
    }


def _lines(value: str | tuple[str, ...]) -> list[Safe]:
    found = value.splitlines() if isinstance(value, str) else value
    return [Safe(one_line(one)) for one in found if one.strip()]


def _subject(draft: Draft) -> dict[str, str]:
    model, title = one_line(draft.model.name), one_line(draft.title or draft.id)
    feature = one_line(draft.model.feature)
    return {
        "title": title,
        "model": model,
        "feature": feature,
        "subject": f"{model} for {feature}" if model and feature else model or title,
        "replaces": one_line(draft.model.replaces),
        "reason": draft.model.reason.strip(),
        "docs": one_line(draft.model.docs),
        "flag": one_line(draft.flag.name),
        "channel": one_line(draft.team.channel),
        "dri": one_line(draft.team.dri),
        "text": announcement_text(draft),
    }


def _present(situation: Situation) -> dict[str, str]:
    here, now = situation.progress, situation.now
    live = duration.words(now - here.since) if here.since and here.position else ""
    return {
        "state": _STATES[state_of(here)],
        "live": lowered(one_line(here.position.title)) if here.position else "",
        "since": _at(here.since),
        "live_for": "" if live == "now" else live,
        "who": one_line(who(situation.shown(situation.draft.flag.name), situation.labels)),
    }


def _coming(situation: Situation) -> dict[str, str]:
    step, here = _ahead(situation), situation.progress
    rungs = [one.title.removesuffix(" of users") for one in here.steps if one.percentage]
    return {
        "next": lowered(one_line(step.title)) if step else "",
        "next_title": sentence(one_line(step.title)) if step else "",
        "next_when": _when(here, situation.now) if step else "",
        "ladder": ", ".join(rungs) if len(rungs) > 1 else "",
    }


def _when(here: Progress, now: datetime) -> str:
    if here.held is not None:
        return "when it is resumed"
    due = here.due_at()
    return f"not before {_at(due)}" if due and due - now > timedelta(minutes=1) else "shortly"


def _people(situation: Situation) -> dict[str, str]:
    here, lead, now = situation.progress, situation.lead, situation.now
    holder = lead.holder if lead is not None and lead.held(now) else ""
    last = situation.entries[-1].operator if situation.entries else ""
    until = here.since + ON_HAND if here.since and here.since + ON_HAND > now else None
    issues = situation.observed.issues
    return {
        "lead": one_line(holder or last or situation.draft.team.dri),
        "on_hand": _at(until),
        "plan": _url(situation, "rollout-plan"),
        "feedback": str(issues["internal-feedback"].url) if "internal-feedback" in issues else "",
    }


def _url(situation: Situation, kind: str) -> str:
    """The address of the plan issue; where GitLab was not asked, by the note of a step."""
    seen = next((one for slot, one in situation.observed.issues.items() if slot.partition("@")[0] == kind), None)
    noted = next((one.note_url for one in reversed(situation.entries) if one.note_url), "")
    return str(seen.url) if seen else noted.partition("#")[0]


def _said(situation: Situation) -> dict[str, str]:
    """Who decided what the moment is about, when and why: the hold, the end, or the last way back."""
    here, last = situation.progress, last_move(situation)
    entry = here.held or here.abandoned or (last if last is not None and last.action in BACK else None)
    if entry is None:
        return {"why": "", "by": "", "at": "", "before": ""}
    before = who(entry.gates_before, situation.labels)
    reason = one_line(entry.reason) or "; ".join(map(one_line, entry.verdict.fired if entry.verdict else ()))
    return {"why": reason, "by": one_line(entry.operator), "at": _at(entry.at), "before": one_line(before)}


def _at(at: datetime | None) -> str:
    return f"{minute(at)} UTC" if at else ""
