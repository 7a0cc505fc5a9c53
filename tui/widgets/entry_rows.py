"""Entries of the history as rows of a table."""

from __future__ import annotations

from tui.domain.gates import Gates, tidy
from tui.domain.history import ACTION_WORDS, Entry
from tui.domain.text import counted
from tui.widgets.line_table import Column
from tui.widgets.present import Cell, Tone, moment

WIDE = (
    Column("at", "When (UTC)", 16),
    Column("operator", "Operator", 9, grow=1, drop=3),
    Column("flag", "Flag", 16, grow=3, drop=4),
    Column("phase", "Phase", 12),
    Column("step", "Step", 7),
    Column("action", "Action", 12),
    Column("in", "In: before → after", 19, grow=1),
    Column("reason", "Reason", 14, grow=4, drop=5),
)
NARROW = (
    Column("at", "When (UTC)", 16),
    Column("operator", "Operator", 9, drop=2),
    Column("where", "Phase", 13),
    Column("action", "Action", 12),
    Column("in", "In: before → after", 19, grow=1, drop=1),
)
WIDE_FROM = 100

_WORDS = {**ACTION_WORDS, "create-issues": "created"}
_MARKS: dict[str, Cell] = {"edited": Cell("! edited", "warning"), "forged": Cell("! forged", "error")}
"""What stands for the action while the note is not to be believed as it is; the detail says all."""

_TONES: dict[str, Tone] = {"roll-back": "error", "step-back": "warning", "repair": "warning"}


def row_cells(entry: Entry) -> dict[str, Cell]:
    """The cells of an entry, by the key of their column."""
    percentage = f" {entry.step}" if entry.step.endswith("%") else ""
    return {
        "at": Cell(moment(entry.at), "muted"),
        "operator": Cell(entry.operator),
        "flag": Cell(entry.flag),
        "phase": Cell(entry.phase),
        "step": Cell(entry.step or "–", "" if entry.step else "muted"),
        "where": Cell(f"{entry.phase}{percentage}"),
        "action": _MARKS.get(entry.doubt) or Cell(_WORDS.get(entry.action, entry.action), _TONES.get(entry.action, "")),
        "in": Cell(change(entry.gates_before, entry.gates_after), "accent"),
        "reason": Cell(entry.reason or "–", "" if entry.reason else "muted"),
    }


def change(before: Gates, after: Gates) -> str:
    """From the one audience to the other; `+` where the wider one comes to what stays: `3 actors → +1 group`."""
    kinds = _kind(before), _kind(after)
    added = before.within(after) and kinds[0] != kinds[1] and kinds[0] != "nobody" and kinds[1] != "everybody"
    return f"{reach(before)} → {'+' if added else ''}{reach(after)}"


def reach(gates: Gates) -> str:
    """The widest audience of the gates, short enough for a cell: `nobody`, `2 actors`, `1 group`, `25 %`, `everybody`.

    Gates are alternatives: at 25 % the team is still in, which the full words of `domain.audience` say.
    """
    kind = _kind(gates)
    sizes = {
        "% of time": f"{tidy(gates.percentage_of_time)} % of time",
        "%": f"{tidy(gates.percentage_of_actors)} %",
        "groups": counted(len(gates.groups), "group"),
        "actors": counted(len(gates.actors), "actor"),
    }
    return sizes.get(kind, kind)


def _kind(gates: Gates) -> str:
    if gates.everybody:
        return "everybody"
    widest = {"% of time": gates.percentage_of_time, "%": gates.percentage_of_actors}
    lists = {"groups": gates.groups, "actors": gates.actors}
    return next((kind for kind, some in {**widest, **lists}.items() if some), "nobody")
