"""The history for a table of any length: only the rows in view are read."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from tui.domain.history import Entry
from tui.domain.history_query import HistoryQuery
from tui.store.entries import storable
from tui.store.matching import Clause, Form, clauses, order, where
from tui.store.records import Records
from tui.store.rows import unpack_entry

FEW = 1000
"""What selects fewer entries is looked up; of the conditions that select more, the rows in view are met by walking."""

NEAR = 400
"""Walking goes to this place at most; from there on the whole order of the query is worked out once and kept."""

_CHUNK = 500


@dataclass(frozen=True)
class _Ordering:
    """The matches of a query in its order, as they were when `newest` was the newest entry (entries are never lost)."""

    query: HistoryQuery
    newest: int
    seqs: array[int]


class History:
    """Pages of the phase history, for any thread. Every method may raise StoreError."""

    def __init__(self, records: Records) -> None:
        self._database = records.database
        self._ordering: _Ordering | None = None

    def count(self, query: HistoryQuery, at_most: int | None = None) -> int:
        """How many entries match; counting stops at `at_most`."""
        conditions = clauses(query)
        test, values = where((one, "find") for one in conditions)
        rows = f"SELECT 1 FROM entries WHERE {test}"  # noqa: S608 - matching.py binds every value
        if len(conditions) == 1:
            rows, values = conditions[0].probe, conditions[0].values
        return self._number(rows, values, at_most)

    def page(self, query: HistoryQuery, offset: int, limit: int) -> list[Entry]:
        """At most `limit` entries in the query's order, from place `offset` (the first is 0)."""
        offset, limit = max(0, offset), max(0, limit)
        conditions = clauses(query)
        if conditions and offset + limit > NEAR:
            return self._by_seq(query, self._ordered(query)[offset : offset + limit])
        test, values = where((one, self._form(one)) for one in conditions)
        inner = f"SELECT seq FROM entries WHERE {test} ORDER BY {order(query)} LIMIT ? OFFSET ?"  # noqa: S608
        return self._read(query, inner, (*values, limit, offset))

    def position_of(self, query: HistoryQuery, entry_id: str) -> int | None:
        """The place of an entry among those that match; None when it does not."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT seq FROM entries WHERE id = ?", (storable(entry_id),)).fetchone()
        if row is None:
            return None
        try:
            return self._ordered(query).index(row[0])
        except ValueError:
            return None

    def iterate(self, query: HistoryQuery) -> Iterator[Entry]:
        """All entries that match, in order, as of one moment, for an export; to be read to its end or closed."""
        test, values = where((one, "find") for one in clauses(query))
        sql = f"SELECT data FROM entries WHERE {test} ORDER BY {order(query)}"  # noqa: S608 - as above
        with self._database.reading() as connection:
            cursor = connection.execute(sql, values)
            try:
                while rows := cursor.fetchmany(_CHUNK):
                    yield from (unpack_entry(row[0]) for row in rows)
            finally:
                cursor.close()

    def _ordered(self, query: HistoryQuery) -> array[int]:
        """All matches in order, kept until another query or a new entry comes."""
        kept = self._ordering
        with self._database.reading() as connection:
            newest: int = connection.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()[0]
            if kept is None or kept.query != query or kept.newest != newest:
                test, values = where((one, "find") for one in clauses(query))
                sql = f"SELECT seq FROM entries WHERE {test} ORDER BY {order(query)}"  # noqa: S608 - as above
                kept = _Ordering(query, newest, array("q", (row[0] for row in connection.execute(sql, values))))
                self._ordering = kept
        return kept.seqs

    def _form(self, condition: Clause) -> Form:
        """Only what selects few is looked up: SQLite may choose the worse of two indexes."""
        return "find" if self._number(condition.probe, condition.values, FEW) < FEW else "walk"

    def _by_seq(self, query: HistoryQuery, seqs: array[int]) -> list[Entry]:
        return self._read(query, "SELECT value FROM json_each(?)", (str(seqs.tolist()),))

    def _read(self, query: HistoryQuery, seqs: str, values: tuple[str | int, ...]) -> list[Entry]:
        sql = f"SELECT data FROM entries WHERE seq IN ({seqs}) ORDER BY {order(query)}"  # noqa: S608 - as above
        with self._database.reading() as connection:
            rows = connection.execute(sql, values).fetchall()
        return [unpack_entry(row[0]) for row in rows]

    def _number(self, rows: str, values: tuple[str | int, ...], at_most: int | None) -> int:
        limit = "" if at_most is None else " LIMIT ?"
        sql = f"SELECT count(*) FROM ({rows}{limit})"  # noqa: S608 - as above
        with self._database.reading() as connection:
            number: int = connection.execute(sql, values if at_most is None else (*values, at_most)).fetchone()[0]
        return number
