"""The history for a table of any length: only the rows in view are read.

Two plans, because neither is quick for all filters. Rows that few match are found by the trigram index and sorted.
Rows that many match are met soon enough by walking the index of the order and looking at each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui.domain.history import Entry
from tui.domain.history_query import HistoryQuery
from tui.store.entries import fold, storable
from tui.store.records import Records
from tui.store.rows import micros, unpack_entry

TRIGRAM = 3
FEW = 1000
"""Up to so many matches are sorted; more are met by walking."""

_CHUNK = 500


@dataclass(frozen=True)
class _Clause:
    """A part of an SQL condition with its values; every value is bound, none is ever SQL."""

    sql: str
    values: tuple[str | int, ...]


class History:
    """Pages of the phase history. Every method may raise StoreError."""

    def __init__(self, records: Records) -> None:
        self._database = records.database

    def count(self, query: HistoryQuery, at_most: int | None = None) -> int:
        """How many entries match; counting stops at `at_most`."""
        where = _where(query, indexed=True)
        limit = "" if at_most is None else " LIMIT ?"
        sql = f"SELECT count(*) FROM (SELECT 1 FROM entries WHERE {where.sql}{limit})"  # noqa: S608 - see _Clause
        values = where.values if at_most is None else (*where.values, at_most)
        with self._database.reading() as connection:
            number: int = connection.execute(sql, values).fetchone()[0]
        return number

    def page(self, query: HistoryQuery, offset: int, limit: int) -> list[Entry]:
        """At most `limit` entries in the query's order, from place `offset` (the first is 0)."""
        where = _where(query, indexed=self._few(query))
        inner = f"SELECT seq FROM entries WHERE {where.sql} ORDER BY {_order(query)} LIMIT ? OFFSET ?"  # noqa: S608
        sql = f"SELECT data FROM entries WHERE seq IN ({inner}) ORDER BY {_order(query)}"  # noqa: S608 - see _Clause
        with self._database.reading() as connection:
            rows = connection.execute(sql, (*where.values, max(0, limit), max(0, offset))).fetchall()
        return [unpack_entry(row[0]) for row in rows]

    def position_of(self, query: HistoryQuery, entry_id: str) -> int | None:
        """The place of an entry among those that match; None when it does not."""
        where = _where(query, indexed=True)
        found = f"SELECT seq, at, {query.sort} FROM entries WHERE id = ? AND ({where.sql})"  # noqa: S608 - see _Clause
        with self._database.reading() as connection:
            row = connection.execute(found, (storable(entry_id), *where.values)).fetchone()
            if row is None:
                return None
            before = _before(query, *row)
            sql = f"SELECT count(*) FROM entries WHERE {before.sql} AND ({where.sql})"  # noqa: S608 - see _Clause
            number: int = connection.execute(sql, (*before.values, *where.values)).fetchone()[0]
        return number

    def iterate(self, query: HistoryQuery) -> Iterator[Entry]:
        """All entries that match, in order, as they are one moment: for an export. Close it or read it to its end."""
        where = _where(query, indexed=self._few(query))
        sql = f"SELECT data FROM entries WHERE {where.sql} ORDER BY {_order(query)}"  # noqa: S608 - see _Clause
        with self._database.reading() as connection:
            cursor = connection.execute(sql, where.values)
            try:
                while rows := cursor.fetchmany(_CHUNK):
                    yield from (unpack_entry(row[0]) for row in rows)
            finally:
                cursor.close()

    def _few(self, query: HistoryQuery) -> bool:
        words, _ = _words(query)
        return bool(words) and self.count(query, at_most=FEW) < FEW


def _order(query: HistoryQuery) -> str:
    way = "DESC" if query.descending else "ASC"
    columns = ["at"] if query.sort == "at" else [query.sort, "at"]
    return ", ".join(f"{column} {way}" for column in [*columns, "seq"])


def _where(query: HistoryQuery, *, indexed: bool) -> _Clause:
    """The condition; `indexed` says whether words are looked up in the trigram index or in each row."""
    clauses = [*_scope(query), *_columns(query), *_text(query, indexed=indexed)]
    sql = " AND ".join(f"({clause.sql})" for clause in clauses) or "1"
    return _Clause(sql, tuple(value for clause in clauses for value in clause.values))


def _scope(query: HistoryQuery) -> Iterator[_Clause]:
    if query.rollout:
        yield _Clause("rollout = ? COLLATE BINARY", (storable(query.rollout),))
    if query.instance:
        yield _Clause("instance = ? COLLATE BINARY", (storable(query.instance),))
    if query.since is not None:
        yield _Clause("at >= ?", (micros(query.since),))
    if query.until is not None:
        yield _Clause("at < ?", (micros(query.until),))


def _columns(query: HistoryQuery) -> Iterator[_Clause]:
    for column in sorted({name for name, _ in query.filters}):
        values = tuple(f"{_like(value)}%" for name, value in query.filters if name == column)
        yield _Clause(" OR ".join([f"{column} LIKE ? ESCAPE '\\'"] * len(values)), values)


def _words(query: HistoryQuery) -> tuple[list[str], list[str]]:
    """The words that are long enough for the trigram index, and the short ones."""
    words = [fold(word) for word in query.words]
    return [word for word in words if len(word) >= TRIGRAM], [word for word in words if 0 < len(word) < TRIGRAM]


def _text(query: HistoryQuery, *, indexed: bool) -> Iterator[_Clause]:
    long, short = _words(query)
    if long and indexed:
        phrases = " ".join('"' + word.replace('"', '""') + '"' for word in long)
        yield _Clause("seq IN (SELECT rowid FROM search_index WHERE search_index MATCH ?)", (phrases,))
        long = []
    for word in [*long, *short]:
        yield _Clause("(SELECT instr(text, ?) FROM search WHERE search.seq = entries.seq) > 0", (word,))


def _like(value: str) -> str:
    return storable(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _before(query: HistoryQuery, seq: int, at: int, value: str | int | None) -> _Clause:
    """The entries that come before the one with these values. Nulls come first when ascending, as SQLite sorts."""
    sign = ">" if query.descending else "<"
    same_time = _Clause(f"at {sign} ? OR (at = ? AND seq {sign} ?)", (at, at, seq))
    if query.sort == "at":
        return _Clause(f"({same_time.sql})", same_time.values)
    column = query.sort
    if value is None:
        other = f"{column} IS NOT NULL" if query.descending else "0"
        return _Clause(f"({other} OR ({column} IS NULL AND ({same_time.sql})))", same_time.values)
    null = "0" if query.descending else f"{column} IS NULL"
    return _Clause(
        f"({null} OR {column} {sign} ? OR ({column} = ? AND ({same_time.sql})))", (value, value, *same_time.values)
    )
