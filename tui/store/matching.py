"""A query of the history as SQL. Every value is bound; names of columns come from closed sets.

Each condition has two forms, because neither is quick for all filters: `find` looks the matches up in an index, which
is right when there are few; `walk` looks at each row in the order of the table, which is right when there are many,
since the rows in view are then met soon. The unary plus keeps SQLite from the other form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tui.domain.history_query import HistoryQuery
from tui.store.entries import fold, storable
from tui.store.rows import micros

INSIDE = frozenset({"flag", "rollout", "instance"})
"""The columns whose names are long and few: a value matches anywhere in them, in others from the beginning."""

TRIGRAM = 3
"""The trigram index finds words from this length on; shorter ones are looked for in each row's text."""

LIKE = "LIKE ? ESCAPE '\\'"

Form = Literal["find", "walk"]


@dataclass(frozen=True)
class Clause:
    """One condition in its two forms, the rows that it selects by itself (`probe`), and the values of each of them."""

    find: str
    walk: str
    probe: str
    values: tuple[str | int, ...]


def clauses(query: HistoryQuery) -> list[Clause]:
    """The conditions of a query, all of which must hold."""
    return [*_scope(query), *_pairs(query), *_words(query)]


def where(conditions: Iterable[tuple[Clause, Form]]) -> tuple[str, tuple[str | int, ...]]:
    """The conditions as one, each in its form, and its values."""
    taken = list(conditions)
    sql = " AND ".join(f"({one.find if form == 'find' else one.walk})" for one, form in taken) or "1"
    return sql, tuple(value for one, _ in taken for value in one.values)


def order(query: HistoryQuery) -> str:
    """What follows ORDER BY: total, and just as one of the indexes has it."""
    way = "DESC" if query.descending else "ASC"
    columns = ["at"] if query.sort == "at" else [query.sort, "at"]
    return ", ".join(f"{column} {way}" for column in [*columns, "seq"])


def _scope(query: HistoryQuery) -> Iterator[Clause]:
    if query.rollout:
        yield _column(query, "rollout", "= ? COLLATE BINARY", storable(query.rollout))
    if query.instance:
        yield _column(query, "instance", "= ? COLLATE BINARY", storable(query.instance))
    if query.since is not None:
        yield _column(query, "at", ">= ?", micros(query.since))
    if query.until is not None:
        yield _column(query, "at", "< ?", micros(query.until))


def _pairs(query: HistoryQuery) -> Iterator[Clause]:
    for column in sorted({name for name, _ in query.filters}):
        values = [f"{_pattern(value)}%" for name, value in query.filters if name == column]
        if column in INSIDE:
            yield _inside(query, column, *[f"%{value}" for value in values])
        else:
            yield _column(query, column, LIKE, *values)


def _column(query: HistoryQuery, column: str, test: str, *values: str | int) -> Clause:
    find = " OR ".join([f"{column} {test}"] * len(values))
    walk = find if column == query.sort else " OR ".join([f"+{column} {test}"] * len(values))
    return Clause(find, walk, f"SELECT 1 FROM entries WHERE {find}", values)  # noqa: S608 - bound values only


def _inside(query: HistoryQuery, column: str, *patterns: str) -> Clause:
    """Which names match is found by stepping from name to name in the index; their rows are then looked up in it."""
    names = (
        f"WITH RECURSIVE names (name) AS (SELECT min({column}) FROM entries UNION ALL "  # noqa: S608 - our column
        f"SELECT (SELECT min({column}) FROM entries WHERE {column} > name) FROM names WHERE name IS NOT NULL) "
        f"SELECT name FROM names WHERE {' OR '.join([f'name {LIKE}'] * len(patterns))}"
    )
    walk = _column(query, column, LIKE, *patterns).walk
    find = f"{column} IN ({names})"
    return Clause(find, walk, f"SELECT 1 FROM entries WHERE {find}", patterns)  # noqa: S608 - bound values only


def _pattern(value: str) -> str:
    return storable(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _words(query: HistoryQuery) -> Iterator[Clause]:
    """What is typed is a string to the trigram index, never its query language."""
    walk = "(SELECT instr(text, ?) FROM search WHERE search.seq = entries.seq) > 0"
    for word in filter(None, map(fold, query.words)):
        if len(word) < TRIGRAM:
            rows = "FROM search WHERE instr(text, ?)"
            yield Clause(f"seq IN (SELECT seq {rows})", walk, f"SELECT 1 {rows}", (word,))
        else:
            rows = "FROM search_index WHERE search_index MATCH '\"' || replace(?, '\"', '\"\"') || '\"'"
            yield Clause(f"seq IN (SELECT rowid {rows})", walk, f"SELECT 1 {rows}", (word,))
