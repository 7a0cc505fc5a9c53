"""Operations as rows while they are made: the state as glyph and word, what it is, and where it went."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tui.domain.operation import Operation
from tui.domain.plan import Change, Plan, Request
from tui.domain.text import counted, one_line
from tui.widgets.change_list import PREFIX, grouped
from tui.widgets.outline import BLANK, Row
from tui.widgets.present import LOOKS, Look, line
from tui.widgets.request_view import change_rows, request_rows

_WORD = 11
"""Cells for the longest word of a state, `confirmed`, and a gap."""

_NOT_SENT = Look("–", "not sent", "muted")
_FOR_YOU = Look("●", "for you", "accent")
_ATTESTED = Look("✓", "attested", "success")


@dataclass(frozen=True)
class Tally:
    """How many operations are in which state."""

    total: int
    confirmed: int = 0
    sending: int = 0
    failed: int = 0
    commands: int = 0

    @property
    def text(self) -> str:
        """`6 of 14 confirmed, 2 sending`; a chat command is not sent, it waits for a person."""
        words = f"{self.confirmed} of {self.total} confirmed"
        words += f", {self.sending} sending" if self.sending else ""
        return words + (", a command waits for you" if self.commands else "")


def tally(plan: Plan, operations: Mapping[str, Operation]) -> Tally:
    """Count the states; `operations` by the id of the change."""
    states = [operations[one.id].state for one in plan.changes if one.id in operations]
    commands = sum(1 for one in plan.commands if one.id in operations and operations[one.id].state == "intended")
    return Tally(
        len(plan.changes),
        confirmed=states.count("confirmed"),
        sending=states.count("intended") - commands,
        failed=states.count("rejected") + states.count("unknown"),
        commands=commands,
    )


def operation_rows(
    plan: Plan, operations: Mapping[str, Operation], opened: Collection[str], *, ended: bool = False
) -> list[Row]:
    """All changes with their state; after the end those that were not sent say so. Keys as in the change list."""
    rows: list[Row] = []
    for place, (title, members) in enumerate(grouped(plan.changes)):
        done = sum(1 for one in members if one.id in operations and operations[one.id].state == "confirmed")
        rows.extend([BLANK] if place else [])
        rows.append(Row(line((f"{title}  {done} of {counted(len(members), 'change')}", "muted"))))
        for change in members:
            rows.extend(_operation(change, operations.get(change.id), change.id in opened, ended=ended))
    return rows


def _operation(change: Change, operation: Operation | None, is_open: bool, *, ended: bool) -> list[Row]:
    state = operation.state if operation else "waiting"
    look = _NOT_SENT if ended and state == "waiting" else LOOKS[state]
    if operation is not None and change.kind == "run-command":
        look = _ATTESTED if operation.attested else _FOR_YOU if state == "intended" else look
    key = f"{PREFIX}{change.id}"
    hang = _WORD + 4
    first = line("  ", (f"{look.glyph} ", look.tone), (look.word.ljust(_WORD), look.tone), change.summary)
    rows = [Row(first, key, hang)]
    if operation is not None:
        where = f"{operation.url} (found, not sent again)" if operation.adopted else operation.url
        rows.extend(_more(one, key, hang) for one in filter(None, [where, operation.error]))
    if is_open and operation is not None and operation.path:
        rows.extend(request_rows(Request(operation.method, operation.path, operation.body), key))
    elif is_open:
        rows.extend(change_rows(change, key))
    return rows


def _more(text: str, key: str, hang: int) -> Row:
    return Row(line(" " * hang, (one_line(text), "muted")), key, hang)
