"""A plan's changes as rows, grouped by what they touch, each to be opened to its request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from tui.domain.plan import Change, ChangeKind, Plan
from tui.domain.planning import Situation
from tui.domain.text import counted
from tui.widgets.outline import BLANK, Row, heading
from tui.widgets.present import line
from tui.widgets.request_view import before_text, change_rows

GROUPS: dict[ChangeKind, str] = {
    "hide-issue": "Confidentiality",
    "create-issue": "Issues",
    "link-issues": "Links",
    "set-gate": "Gates",
    "run-command": "Chat commands",
    "add-note": "Note",
    "edit-issue": "Timeline",
}
"""The title of each kind, in the order in which they are made."""

PREFIX = "change:"


def grouped(changes: Collection[Change]) -> list[tuple[str, list[Change]]]:
    """The changes by group, empty groups left out."""
    groups = [(title, [one for one in changes if one.kind == kind]) for kind, title in GROUPS.items()]
    return [(title, members) for title, members in groups if members]


def change_list_rows(
    plan: Plan,
    situation: Situation,
    opened: Collection[str],
    chat_prefix: str = "",
    marks: Mapping[str, str] = MappingProxyType({}),
) -> list[Row]:
    """All changes; those whose id is in `opened` with their request, those in `marks` with that word.

    Keys are `change:` and the id.
    """
    rows = [heading(counted(len(plan.changes), "change"))]
    for place, (title, members) in enumerate(grouped(plan.changes)):
        rows.extend([BLANK] if place else [])
        rows.append(Row(line("  ", (f"{title} ({len(members)})", "muted"))))
        for change in members:
            key, is_open = f"{PREFIX}{change.id}", change.id in opened
            mark = f"{marks[change.id]}: " if change.id in marks else ""
            sign = "▾ " if is_open else "▸ "
            rows.append(Row(line("  ", (sign, "muted"), (mark, "warning"), change.summary), key, 4))
            if is_open:
                rows.extend(change_rows(change, key, before_text(change, plan, situation), chat_prefix))
    return rows
