"""What was heard of a phase, as notes and descriptions tell it: found by whom, when, and how it was settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from tui.domain import markdown


class Heard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer to a question of the guide: a finding, or the operator's own conclusion, which nobody signs.

    `asked` is the question's text, so that it is understood without the guide. `open` is a finding to be settled that
    is not; `outcome` says how it was. Unknown keys are ignored: a newer program may have written it.
    """

    phase: str
    question: str
    asked: str
    answer: str = ""
    text: str = ""
    by: str = ""
    at: datetime | None = None
    url: str = ""
    open: bool = False
    outcome: str = ""
    settled_by: str = ""
    settled_at: datetime | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        """What stays while a finding is edited or settled; the operator has one conclusion for a question."""
        return (self.question, self.by, self.at) if self.at else (self.question, self.by, self.text if self.by else "")

    @property
    def words(self) -> str:
        """What was answered, in a line of plain text: `worse: twice as slow in Asia`."""
        return ": ".join(one for one in (self.answer.strip(), self.text.strip()) if one)

    @property
    def said(self) -> str:
        """Who said it and when: `bob, 2026-11-22`; empty when nobody knows."""
        return _signed(self.by, self.at)

    @property
    def settled(self) -> str:
        """How it was settled, by whom and when; empty when it was not."""
        signed = _signed(self.settled_by, self.settled_at)
        return self.outcome.strip() + (f" ({signed})" if signed and self.outcome.strip() else "")


def as_data(heard: Iterable[Heard]) -> list[dict[str, Any]]:
    """Plain data, for JSON: without what nobody said."""
    return [msgspec.to_builtins(one) for one in heard]


def _signed(by: str, at: datetime | None) -> str:
    day = f"{at.astimezone(UTC):%Y-%m-%d}" if at else ""
    return ", ".join(one for one in (by.strip(), day) if one)


def latest(told: Iterable[Heard]) -> tuple[Heard, ...]:
    """Each one as it was told last, in the order in which they were first told; `told` is oldest first."""
    return tuple({one.identity: one for one in told}.values())


def as_lines(heard: Iterable[Heard]) -> list[str]:
    """A line of plain text for each: what was asked, what was answered, by whom, and how it was settled."""
    return [_line(one) for one in heard]


def _line(one: Heard) -> str:
    said = f" ({one.said})" if one.said else ""
    state = f"; settled: {one.settled}" if one.settled else "; to be settled" if one.open else ""
    return f"{one.asked} {one.words}{said}{state}"


def as_list(heard: Iterable[Heard], inline: Callable[[str], str] = markdown.inline) -> str:
    """A Markdown list: each question once, and below it what was answered, in the order given.

    `inline` makes a person's text safe for where the list goes.
    """
    by_question: dict[tuple[str, str], list[Heard]] = {}
    for one in heard:
        by_question.setdefault((one.question, one.asked), []).append(one)
    lines: list[str] = []
    for (_, asked), answers in by_question.items():
        lines.append(f"- {inline(asked)}")
        lines.extend(f"  - {_answer(one, inline)}" for one in answers)
    return "\n".join(lines)


def _answer(one: Heard, inline: Callable[[str], str]) -> str:
    said = f" ({inline(one.said)})" if one.said else ""
    where = f" {inline(one.url)}" if one.url else ""
    state = f" **Settled:** {inline(one.settled)}" if one.outcome.strip() else " **Open.**" if one.open else ""
    return f"{inline(one.words)}{said}{where}{state}"
