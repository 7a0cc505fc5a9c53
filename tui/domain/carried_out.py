"""Quick actions carried out as fields of a plan issue's request, where they do not contradict the operator's draft.

Left to GitLab they would be merged over the fields that were asked for. Here what the draft says counts, a default of
the guide gives way, and labels are a union as on GitLab. What cannot be a field, and what GitLab does not run at the
creation of an issue (`/close`, `/unlabel`, `/unassign`), is named and left out.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec.structs import replace

from tui.domain.draft import IssueDraft
from tui.domain.quick_actions import QuickAction
from tui.domain.text import listing, one_line

ME = "me"
"""Who asks, as a quick action says it, and as it is shown while nobody knows who that is."""

_RELATIVE = re.compile(r"(?:in\s+)?(\d{1,4}|an?|next)\s+(day|week|month|year)s?(?:\s+from\s+now)?")
_NAMED = {"today": 0, "tomorrow": 1}
_MONTHS = 12


@dataclass(frozen=True)
class CarriedOut:
    """The issue as it will be asked for; what the commands changed, and what they did not, in words.

    `milestone` is the title of the one that they ask for: a draft has none.
    """

    issue: IssueDraft
    milestone: str = ""
    done: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def carry_out(
    drafted: IssueDraft,
    asked: IssueDraft,
    actions: Iterable[QuickAction],
    *,
    today: date,
    operator: str = ME,
    unknown: Collection[str] = (),
    milestones: Collection[str] | None = None,
) -> CarriedOut:
    """`asked` (the drafted issue with the guide's defaults) after the commands, in their order.

    `drafted` is what the operator chose. `operator` is the username of the one who asks; `unknown` are usernames that
    GitLab does not have, `milestones` the titles of those that the project has, None while nobody knows. Dates are
    counted from `today`.
    """
    work = _Work(drafted, asked, today, operator, frozenset(unknown), milestones)
    left: list[str] = []
    for action in dict.fromkeys(actions):
        step = _STEPS.get(action.name)
        if step is None:
            left.append(one_line(action.line))
        else:
            step(work, action)
    if left:
        work.remarks.append(f"Not run, and not in the text that is sent: {listing(left)}. Do by hand what is wanted")
    return CarriedOut(work.asked, work.milestone, tuple(dict.fromkeys(work.done)), tuple(work.remarks))


@dataclass
class _Work:
    drafted: IssueDraft
    asked: IssueDraft
    today: date
    operator: str
    unknown: frozenset[str]
    milestones: Collection[str] | None

    def __post_init__(self) -> None:
        self.done: list[str] = []
        self.remarks: list[str] = []
        self.assigned: tuple[str, ...] = ()
        self.milestone = ""

    def overruled(self, action: QuickAction, would: str, says: str) -> None:
        """GitLab would let the command win; the draft does."""
        self.remarks.append(f"{one_line(action.line)} would {would}; {says}, and the draft counts")


def _confidential(work: _Work, action: QuickAction) -> None:
    if work.drafted.confidential is False:
        work.overruled(action, "make the issue confidential", "the draft says it is not")
    else:
        work.asked = replace(work.asked, confidential=True)
        work.done.append("confidential")


def _label(work: _Work, action: QuickAction) -> None:
    if work.drafted.labels == ():
        work.overruled(action, "add labels", "the draft says none")
        return
    chosen = {scope: one for one in work.drafted.labels or () if (scope := _scope(one))}
    for label in action.labels:
        rival = chosen.get(_scope(label), label)
        if rival != label:
            work.overruled(action, f"take {rival} away for {label}", f"the draft asks for {rival}")
        elif label not in (work.asked.labels or ()):
            others = [one for one in work.asked.labels or () if not _scope(label) or _scope(one) != _scope(label)]
            work.asked = replace(work.asked, labels=(*others, label))
            work.done.append(f"label {label}")


def _scope(label: str) -> str:
    """Two labels of one scope (`group::a`, `group::b`) exclude each other."""
    return label.rpartition("::")[0]


def _assign(work: _Work, action: QuickAction) -> None:
    named = [work.operator if name.lower() == ME else name for name in action.people]
    strangers = [name for name in named if name in work.unknown]
    people = tuple(dict.fromkeys(name for name in named if name not in work.unknown))
    if strangers:
        work.remarks.append(f"{one_line(action.line)} is not run for {listing(strangers)}: GitLab knows no such user")
    added = [name for name in people if name not in work.drafted.assignees]
    if work.drafted.assignees and added:
        work.overruled(action, f"assign {listing(added)}", f"the draft says {listing(list(work.drafted.assignees))}")
    elif people and not work.drafted.assignees:
        work.assigned = tuple(dict.fromkeys((*work.assigned, *people)))
        work.asked = replace(work.asked, assignees=work.assigned)
        work.done.append(f"assigned to {listing(list(people))}")


def _due(work: _Work, action: QuickAction) -> None:
    day = due_day(action.argument, work.today)
    if day is None:
        work.remarks.append(f"{one_line(action.line)} is not run: its date is not understood")
    elif work.drafted.due and work.drafted.due != day:
        work.overruled(action, f"make it due {day}", f"the draft says {work.drafted.due}")
    else:
        work.asked = replace(work.asked, due=day)
        work.done.append(f"due {day}")


def _milestone(work: _Work, action: QuickAction) -> None:
    if work.milestones is not None and action.milestone not in work.milestones:
        work.remarks.append(f"{one_line(action.line)} is not run: the project has no such open milestone")
    else:
        work.milestone = action.milestone
        work.done.append(f"milestone {one_line(action.milestone)}")


_STEPS: dict[str, Callable[[_Work, QuickAction], None]] = {
    "confidential": _confidential,
    "label": _label,
    "assign": _assign,
    "due": _due,
    "milestone": _milestone,
}


def due_day(argument: str, today: date) -> date | None:
    """`2026-11-30`, `today`, `tomorrow`, `in 2 weeks`, `next month`; None when it is something else."""
    words = " ".join(argument.lower().split())
    if words in _NAMED:
        return today + timedelta(days=_NAMED[words])
    try:
        relative = _RELATIVE.fullmatch(words)
        return _later(today, relative) if relative else date.fromisoformat(words)
    except (ValueError, OverflowError):
        return None


def _later(today: date, relative: re.Match[str]) -> date:
    number = int(relative[1]) if relative[1].isdecimal() else 1
    if relative[2] in {"day", "week"}:
        return today + timedelta(days=number * (7 if relative[2] == "week" else 1))
    months = today.month - 1 + number * (_MONTHS if relative[2] == "year" else 1)
    year, month = today.year + months // _MONTHS, months % _MONTHS + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
