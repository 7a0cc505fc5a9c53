"""Entries of the phase history into the database: whole, as columns, and as text to search in."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from tui.domain.history import ACTION_WORDS, Entry
from tui.domain.text import REPLACEMENT, clean
from tui.store.records_schema import SORTABLE
from tui.store.rows import micros, pack_entry, unpack_entry

_COLUMNS = ("id", *SORTABLE, "data")
_INSERT = (
    f"INSERT INTO entries ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - our names
    "ON CONFLICT (id) DO NOTHING RETURNING seq"
)
_LATEST = (
    "INSERT INTO latest (rollout, instance, at, seq) VALUES (?, ?, ?, ?) ON CONFLICT (rollout, instance) "
    "DO UPDATE SET at = excluded.at, seq = excluded.seq WHERE excluded.at >= latest.at"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")


def insert(connection: sqlite3.Connection, added: Iterable[Entry]) -> None:
    """Insert entries in the transaction of `connection`; known ones are only told where their note is."""
    for entry in added:
        at = micros(entry.at)
        row = connection.execute(_INSERT, (entry.id, *_columns(entry, at), pack_entry(entry))).fetchone()
        if row is None:
            _learn_note(connection, entry)
            continue
        text = haystack(entry)
        connection.execute("INSERT INTO search (seq, text) VALUES (?, ?)", (row[0], text))
        connection.execute("INSERT INTO search_index (rowid, text) VALUES (?, ?)", (row[0], text))
        if not entry.forged:
            connection.execute(_LATEST, (storable(entry.rollout), storable(entry.instance), at, row[0]))


def _columns(entry: Entry, at: int) -> tuple[object, ...]:
    values = [getattr(entry, name) for name in SORTABLE if name != "at"]
    return (at, *(storable(value) if isinstance(value, str) else value for value in values))


def storable(text: str) -> str:
    """Text without lone surrogates, which SQLite cannot hold."""
    return _SURROGATES.sub(REPLACEMENT, text)


def _learn_note(connection: sqlite3.Connection, entry: Entry) -> None:
    if not entry.note_url:
        return
    (data,) = connection.execute("SELECT data FROM entries WHERE id = ?", (entry.id,)).fetchone()
    known = unpack_entry(data)
    if not known.note_url:
        known = known.with_note(entry.note_url)
        connection.execute("UPDATE entries SET data = ? WHERE id = ?", (pack_entry(known), entry.id))


def doubt(connection: sqlite3.Connection, doubted: Iterable[Entry]) -> None:
    """Change the doubts of known entries in the transaction of `connection`, where they are found by them too."""
    for entry in doubted:
        seq, data = connection.execute("SELECT seq, data FROM entries WHERE id = ?", (storable(entry.id),)).fetchone()
        known = unpack_entry(data)
        now = replace(known, doubt=entry.doubt, doubt_reason=entry.doubt_reason)
        drop = "INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', ?, ?)"
        connection.execute(drop, (seq, haystack(known)))
        connection.execute("INSERT INTO search_index (rowid, text) VALUES (?, ?)", (seq, haystack(now)))
        connection.execute("UPDATE search SET text = ? WHERE seq = ?", (haystack(now), seq))
        connection.execute("UPDATE entries SET data = ? WHERE seq = ?", (pack_entry(now), seq))


def meanwhile(connection: sqlite3.Connection, entry: Entry) -> None:
    """Change what a known entry says of others, in the transaction of `connection`."""
    (data,) = connection.execute("SELECT data FROM entries WHERE id = ?", (storable(entry.id),)).fetchone()
    now = replace(unpack_entry(data), meanwhile=entry.meanwhile)
    connection.execute("UPDATE entries SET data = ? WHERE id = ?", (pack_entry(now), storable(entry.id)))


def haystack(entry: Entry) -> str:
    """What a filter looks in, case-folded, one line for each value."""
    values = (
        entry.operator,
        entry.flag,
        entry.phase,
        entry.step,
        entry.action,
        entry.action.replace("-", ""),
        ACTION_WORDS.get(entry.action, ""),
        entry.reason,
        entry.instance,
        entry.rollout,
        entry.doubt,
    )
    return "\n".join(fold(value) for value in values)


def fold(text: str) -> str:
    """Text for comparing: without differences of case and of blanks."""
    return _BLANKS.sub(" ", clean(text)).strip().casefold()
