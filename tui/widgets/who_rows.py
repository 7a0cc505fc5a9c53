"""Who is affected, as rows: how many stand where, and each of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from tui.domain.cohort import NOW
from tui.domain.errors import RolloutError
from tui.domain.gates import tidy
from tui.domain.text import listing
from tui.runtime.affected import Affected
from tui.widgets.line_table import Column, Row
from tui.widgets.outline import Row as Line
from tui.widgets.outline import heading
from tui.widgets.present import Cell, Tone, fit, line

ALL = "all"
"""The key of the row that stands for all who were asked about; the others' is their standing."""

COLUMNS = (
    Column("actor", "Actor", 14, grow=2),
    Column("where", "Where", 20, grow=3),
    Column("above", "In above", 10, right=True),
    Column("ref", "Reference", 16, drop=1),
)

_BAR = 20
_NUMBER = 11
_FEW = 5


class Actors:
    """The actors of one standing, or all, as rows that are made when they are looked at."""

    def __init__(self, found: Affected, places: Sequence[int] | None = None) -> None:
        self._found = found
        self._places = range(len(found.refs)) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    @property
    def refs(self) -> Iterator[str]:
        """Their references."""
        return (self._found.refs[place] for place in self._places)

    def row(self, index: int) -> Row:
        """The row at `index`."""
        found = self._found
        ref = found.refs[self._places[index]]
        one = found.place(ref)
        tone: Tone = "success" if one.is_in else "" if one.enters else "muted"
        where = f"✓ in, {one.by}" if one.is_in else f"○ with {one.enters.title}" if one.enters else "– at no step"
        return (Cell(found.name(ref), "strong"), Cell(where, tone), Cell(f"{tidy(one.above)} %"), Cell(ref, "muted"))


def standing_of(found: Affected, key: str) -> Sequence[int] | None:
    """The places of those behind a row's key; None for all. Takes a while for a million."""
    if key == ALL:
        return None
    wanted = int(key)
    return array("I", (place for place, standing in enumerate(found.standings) if standing == wanted))


def count_rows(found: Affected) -> list[Line]:
    """How many are in now, how many come in with each step, and how many with none; then what is not told."""
    total = len(found.refs)
    steps = [(step.title, number) for number, (step, _) in enumerate(found.ahead, start=NOW + 1)]
    named = found.step.title if found.step else "now"
    width = max(len(title) for title, _ in [(f"in {named}", 0), *((f"with {title}", 0) for title, _ in steps)]) + 2
    rows = [_count("asked about", total, total, width, ALL, "strong")]
    rows.append(_count(f"in {named}", found.inside, total, width, str(NOW), "success"))
    for title, number in steps:
        tone: Tone = "accent" if number == NOW + 1 else ""
        rows.append(_count(f"with {title}", found.count(number), total, width, str(number), tone))
    never = found.count(len(found.ahead) + 1)
    if never:
        rows.append(_count("at no step", never, total, width, str(len(found.ahead) + 1), "muted"))
    return rows


def _count(title: str, number: int, total: int, width: int, key: str, tone: Tone) -> Line:
    share = number / total if total else 0
    bar = "█" * round(_BAR * share) or ("▏" if number else "")
    percent = "" if key == ALL or not number else f"{100 * share:.0f} %"
    figure = fit(f"{number:,}", _NUMBER, right=True)
    shown = "" if key == ALL else bar
    parts: list[tuple[str, Tone]] = [(fit(title, width), tone), (figure, "strong" if number else "muted")]
    return Line(line(*parts, (f"{percent:>7}  ", "muted"), (shown, tone if tone != "strong" else "")), key, 2)


def told_rows(found: Affected) -> list[Line]:
    """Who GitLab does not know, and who is in besides."""
    rows = []
    if found.unknown:
        few = [*found.unknown[:_FEW], *(["…"] if len(found.unknown) > _FEW else [])]
        many = f" ({len(found.unknown):,} in all)" if len(found.unknown) > _FEW else ""
        text = f"GitLab knows nobody called {', '.join(few)}{many}"
        rows.append(Line(line(("! ", "warning"), text), hang=2))
    if found.feature_groups:
        text = f"In besides: everybody in {listing(list(found.feature_groups))}, whom only GitLab can tell."
        rows.append(Line(line(("! ", "warning"), text), hang=2))
    return rows


def error_rows(error: RolloutError) -> list[Line]:
    """What went wrong, and what to do."""
    hint = [Line(line("  ", (error.hint, "muted")), hang=2)] if error.hint else []
    return [Line(line(("✗ ", "error"), (str(error), "strong")), hang=2), *hint]


def example_rows() -> list[Line]:
    """What can be asked, while nothing is."""
    examples = (
        ("alice, bob", "usernames; GitLab is asked for their ids"),
        ("4711 815", "users by id; nobody needs to be asked"),
        ("1-21000", "how many of the users with these ids"),
        ("@group/path", "the members of a group"),
        ("Group:22", "a group or project that the flag is asked about"),
        ("./ids.txt", "a file with any of these"),
    )
    rows = [Line(line("  ", (fit(example, 14), "accent"), (text, "muted")), hang=16) for example, text in examples]
    return [heading("Who is in, and who comes in with which step?"), *rows]


def hint_rows() -> list[Line]:
    """The rule."""
    text = (
        "A list can be pasted. Who is in a percentage follows from the flag's name and the actor's id alone, by "
        "GitLab's own rule: who is in stays in as it grows."
    )
    return [Line(line((text, "muted")))]
