"""What the history table shows: the filter that is typed above it, the order, and the scope.

The filter is words and `key:value` pairs: `who:alice phase:everyone since:2026-10 quota`. All must hold; pairs of one
key are alternatives. Words and values ignore case. A word matches inside words, and so does the value of `flag:`,
`rollout:` and `instance:`, whose names are long; other values match from the beginning, so that `step:1%` is not 51 %.
A blank goes into quotes: `flag:"use x"`. What cannot be understood is a problem, and the rest still filters.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from tui.domain.history import ACTION_WORDS
from tui.domain.problem import Problem
from tui.domain.text import one_line

SortKey = Literal["at", "rollout", "operator", "instance", "flag", "phase", "step", "action", "reason", "live_seconds"]

Column = Literal["operator", "flag", "phase", "step", "action", "instance", "rollout"]

KEYS: dict[str, Column] = {
    "who": "operator",
    "operator": "operator",
    "flag": "flag",
    "phase": "phase",
    "step": "step",
    "action": "action",
    "instance": "instance",
    "rollout": "rollout",
}
DATES = ("since", "until")
ALLOWED = "keys: who, flag, phase, step, action, instance, rollout, since, until"
DATES_ALLOWED = "a day such as 2026-10-31, a month such as 2026-10, or a year"

_PART = re.compile(r'(?:([A-Za-z_]+):)?(?:"([^"]*)"?|(\S+))')
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True)
class HistoryQuery:
    """A query of the history.

    `rollout` and `instance` are the scope and match exactly; `words` and `filters` (column and value) are from the
    filter. `since` and `until` are UTC, the second is exclusive.
    """

    words: tuple[str, ...] = ()
    filters: tuple[tuple[Column, str], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    sort: SortKey = "at"
    descending: bool = True
    rollout: str = ""
    instance: str = ""


def parse(
    text: str, *, sort: SortKey = "at", descending: bool = True, rollout: str = "", instance: str = ""
) -> tuple[HistoryQuery, list[Problem]]:
    """The query that a typed filter means, and what of it was not understood and is left out."""
    words: list[str] = []
    filters: list[tuple[Column, str]] = []
    dates: dict[str, datetime] = {}
    problems: list[Problem] = []
    for key, value in _parts(text):
        if not key:
            words.append(value)
        elif key in DATES:
            problems.extend(_date(key, value, dates))
        elif key in KEYS:
            problems.extend(_filter(KEYS[key], value, filters))
        else:
            problems.append(Problem(key, "unknown key", _nearest(key)))
    query = HistoryQuery(
        words=tuple(words),
        filters=tuple(filters),
        since=dates.get("since"),
        until=dates.get("until"),
        sort=sort,
        descending=descending,
        rollout=rollout,
        instance=instance,
    )
    return query, problems


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Keys and values; a pair whose value is still to be typed, and a lone quote, are nothing yet."""
    for match in _PART.finditer(text):
        key, quoted, plain = match.groups()
        value = " ".join(one_line(quoted if quoted is not None else plain).split())
        if key is None and plain is not None and re.fullmatch(r"[A-Za-z_]+:", plain):
            continue
        if plain is not None and plain.startswith("//"):  # an address is a word, not a pair
            yield "", f"{key}:{value}" if key else value
        elif value:
            yield (key or "").lower(), value


def _filter(column: Column, value: str, filters: list[tuple[Column, str]]) -> list[Problem]:
    if column != "action":
        filters.append((column, value))
        return []
    actions = [action for action, words in ACTION_WORDS.items() if _same(action, value) or _same(words, value)]
    filters.extend((column, action) for action in actions)
    return [] if actions else [Problem("action", f'there is no action "{value}"', "one of: " + ", ".join(ACTION_WORDS))]


def _same(name: str, typed: str) -> bool:
    """`rollback`, `roll-back` and `rolled b` all begin to name the action roll-back."""
    return re.sub(r"[\s_-]", "", name).startswith(re.sub(r"[\s_-]", "", typed.lower()))


def _date(key: str, value: str, dates: dict[str, datetime]) -> list[Problem]:
    span = _span(value)
    if span is None:
        return [Problem(key, f'"{value}" is not a date', DATES_ALLOWED)]
    dates[key] = span[0] if key == "since" else span[1]
    return []


def _span(value: str) -> tuple[datetime, datetime] | None:
    """The beginning of a day, month or year, and the beginning of the next."""
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(number) if number else 0 for number in match.groups())
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=UTC)
        if day:
            return start, start + timedelta(days=1)
        if month:
            return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return start, datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _nearest(key: str) -> str:
    close = difflib.get_close_matches(key, [*KEYS, *DATES], n=1, cutoff=0.5)
    return f"did you mean {close[0]}:?" if close else ALLOWED
