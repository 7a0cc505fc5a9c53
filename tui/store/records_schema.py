"""The shape of the records database, as migrations that each raise `PRAGMA user_version` by one.

Times are whole microseconds since 1970 (UTC), so that they sort and compare exactly. An entry is kept twice: whole as
JSON, and as columns to sort and filter by. `search.text` holds what a filter looks in, case-folded; its trigram index
finds parts of words.
"""

from __future__ import annotations

SORTABLE = ("at", "rollout", "operator", "instance", "flag", "phase", "step", "action", "reason", "live_seconds")
"""The columns of an entry that a table can be sorted by; each has an index in that order."""

_FIRST = """
CREATE TABLE applies (
  id TEXT PRIMARY KEY,
  rollout TEXT NOT NULL,
  instance TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX applies_of_rollout ON applies (rollout, instance, started_at);

CREATE TABLE operations (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  apply TEXT NOT NULL,
  rollout TEXT NOT NULL,
  instance TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX operations_of_apply ON operations (apply);
CREATE INDEX operations_of_rollout ON operations (rollout, instance, state, kind);

CREATE TABLE entries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  rollout TEXT NOT NULL COLLATE NOCASE,
  operator TEXT NOT NULL COLLATE NOCASE,
  instance TEXT NOT NULL COLLATE NOCASE,
  flag TEXT NOT NULL COLLATE NOCASE,
  phase TEXT NOT NULL COLLATE NOCASE,
  step TEXT NOT NULL COLLATE NOCASE,
  action TEXT NOT NULL COLLATE NOCASE,
  reason TEXT NOT NULL COLLATE NOCASE,
  live_seconds INTEGER,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX entries_by_at ON entries (at);
CREATE INDEX entries_of_rollout ON entries (rollout COLLATE BINARY, instance COLLATE BINARY, at);
CREATE INDEX entries_by_rollout ON entries (rollout, at);
CREATE INDEX entries_by_operator ON entries (operator, at);
CREATE INDEX entries_by_instance ON entries (instance, at);
CREATE INDEX entries_by_flag ON entries (flag, at);
CREATE INDEX entries_by_phase ON entries (phase, at);
CREATE INDEX entries_by_step ON entries (step, at);
CREATE INDEX entries_by_action ON entries (action, at);
CREATE INDEX entries_by_reason ON entries (reason, at);
CREATE INDEX entries_by_live_seconds ON entries (live_seconds, at);

CREATE TABLE latest (
  rollout TEXT NOT NULL,
  instance TEXT NOT NULL,
  at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (rollout, instance)
) STRICT, WITHOUT ROWID;

CREATE TABLE search (seq INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE search_index USING fts5 (text, content = 'search', content_rowid = 'seq', tokenize = 'trigram');
"""

MIGRATIONS: tuple[str, ...] = (_FIRST,)
"""The script at place n turns version n into version n + 1."""
