"""The records: the journal of operations, and the phase history. What happened, as opposed to what is intended.

Each call that writes is on the disk when it returns, so that a process that is killed right after it, or with the
power cut, leaves a journal to resume from. Many processes and threads may use one database at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tui.domain.errors import StoreError
from tui.domain.history import FORGED, Entry
from tui.domain.operation import Apply, Operation, OperationState, Outcome
from tui.store import entries as rows_of_entries
from tui.store.database import Database
from tui.store.entries import storable
from tui.store.records_schema import MIGRATIONS
from tui.store.rows import micros, pack_apply, pack_operation, unpack_apply, unpack_entry, unpack_operation

_OPERATIONS = "SELECT data FROM operations WHERE "
_OPERATION_OF = "UPDATE operations SET state = ?, data = ? WHERE id = ?"

_MADE = (
    "SELECT COUNT(*) FROM entries WHERE rollout = ? COLLATE BINARY AND instance = ? COLLATE BINARY "  # noqa: S608 - ours
    f"AND id NOT LIKE '{FORGED}%'"
)
_LAST_OF = (
    "SELECT data FROM entries WHERE flag = ? AND flag = ? COLLATE BINARY AND instance = ? COLLATE BINARY "  # noqa: S608
    f"AND id NOT LIKE '{FORGED}%' ORDER BY at DESC, seq DESC LIMIT 1"
)


class Records:
    """One records database. Nothing is opened before the first call; any call may raise StoreError or TooNew."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path, MIGRATIONS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; a later call opens it again."""
        self.database.close()

    def begin(self, apply: Apply) -> None:
        """Record that an apply starts."""
        with self.database.writing() as connection:
            connection.execute(
                "INSERT INTO applies (id, rollout, instance, started_at, outcome, data) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    apply.id,
                    apply.rollout,
                    apply.instance,
                    micros(apply.started_at),
                    apply.outcome,
                    pack_apply(apply),
                ),
            )

    def end(self, apply_id: str, outcome: Outcome, at: datetime) -> None:
        """Record how an apply ended."""
        with self.database.writing() as connection:
            row = connection.execute("SELECT data FROM applies WHERE id = ?", (apply_id,)).fetchone()
            if row is None:
                raise StoreError(f"the journal knows no apply {apply_id}", "Report this as a bug.")
            ended = replace(unpack_apply(row[0]), outcome=outcome, ended_at=at)
            connection.execute(
                "UPDATE applies SET outcome = ?, data = ? WHERE id = ?", (outcome, pack_apply(ended), apply_id)
            )

    def unfinished(self, rollout: str, instance: str) -> Apply | None:
        """The latest apply of a rollout, if it is not done; one that went stale before it sent anything is passed over.

        Its outcome is `running` when its process was killed, or is alive elsewhere.
        """
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT outcome, data FROM applies AS one WHERE rollout = ? AND instance = ? AND NOT "
                "(outcome = 'stale' AND NOT EXISTS (SELECT 1 FROM operations WHERE apply = one.id)) "
                "ORDER BY rowid DESC LIMIT 1",
                (rollout, instance),
            ).fetchone()
        return None if row is None or row[0] == "done" else unpack_apply(row[1])

    def apply(self, apply_id: str) -> Apply | None:
        """An apply by its id."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT data FROM applies WHERE id = ?", (apply_id,)).fetchone()
        return None if row is None else unpack_apply(row[0])

    def intended(self, operation: Operation) -> None:
        """Record an operation before it is sent; one that is there already (a resumed one) is recorded anew."""
        with self.database.writing() as connection:
            connection.execute(
                "INSERT INTO operations (id, apply, rollout, instance, kind, state, data) VALUES (?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET apply = excluded.apply, state = excluded.state, data = excluded.data",
                (
                    operation.id,
                    operation.apply,
                    operation.rollout,
                    operation.instance,
                    operation.kind,
                    "intended",
                    pack_operation(replace(operation, state="intended")),
                ),
            )

    def settled(
        self,
        operation_id: str,
        state: OperationState,
        at: datetime,
        *,
        url: str = "",
        result: Mapping[str, Any] | None = None,
        error: str = "",
        adopted: bool = False,
    ) -> None:
        """Record what became of an intended operation."""
        with self.database.writing() as connection:
            row = connection.execute(_OPERATIONS + "id = ?", (operation_id,)).fetchone()
            if row is None:
                raise StoreError(f"the journal knows no operation {operation_id}", "Report this as a bug.")
            now = replace(
                unpack_operation(row[0]),
                state=state,
                ended_at=at,
                url=url,
                result=result or {},
                error=error,
                adopted=adopted,
            )
            connection.execute(_OPERATION_OF, (state, pack_operation(now), operation_id))

    def unsettled(self, rollout: str, instance: str) -> list[Operation]:
        """The operations of a rollout whose outcome nobody knows (`intended`, `unknown`), oldest first."""
        return self._operations("rollout = ? AND instance = ? AND state IN ('intended', 'unknown')", rollout, instance)

    def operations(self, apply_id: str) -> list[Operation]:
        """The operations of an apply, oldest first."""
        return self._operations("apply = ?", apply_id)

    def confirmed(self, rollout: str, instance: str, kind: str) -> list[Operation]:
        """The confirmed operations of one kind of change of a rollout, oldest first."""
        return self._operations(
            "rollout = ? AND instance = ? AND state = 'confirmed' AND kind = ?", rollout, instance, kind
        )

    def made(self, rollout: str, instance: str) -> list[Operation]:
        """All operations that leave a thing behind, issues and notes, whatever became of them, oldest first."""
        where = "rollout = ? AND instance = ? AND kind IN ('create-issue', 'add-note')"
        return self._operations(where, rollout, instance)

    def commands(self, rollout: str, instance: str) -> list[Operation]:
        """The chat commands of a rollout, whatever became of them, oldest first."""
        return self._operations("rollout = ? AND instance = ? AND kind = 'run-command'", rollout, instance)

    def adopted(self, rollout: str, instance: str) -> list[Operation]:
        """The operations that were found on GitLab since the last apply that was done, oldest first."""
        return [one for one in self.since_done(rollout, instance) if one.adopted and one.state == "confirmed"]

    def since_done(self, rollout: str, instance: str) -> list[Operation]:
        """The operations since the last apply that was done, whatever became of them, oldest first."""
        where = (
            "rollout = ? AND instance = ? AND apply IN (SELECT id FROM applies WHERE rowid > "
            "(SELECT coalesce(max(rowid), 0) FROM applies WHERE rollout = ? AND instance = ? AND outcome = 'done'))"
        )
        return self._operations(where, rollout, instance, rollout, instance)

    def _operations(self, where: str, *values: str) -> list[Operation]:
        with self.database.reading() as connection:
            rows = connection.execute(f"{_OPERATIONS}{where} ORDER BY seq", values).fetchall()
        return [unpack_operation(row[0]) for row in rows]

    def mark(self, rollout: str, instance: str) -> tuple[int, int]:
        """How many applies and entries there are: a plan made at another mark was made before something happened."""
        with self.database.reading() as connection:
            counts = [
                connection.execute(query, (rollout, instance)).fetchone()[0]
                for query in ("SELECT COUNT(*) FROM applies WHERE rollout = ? AND instance = ?", _MADE)
            ]
        return int(counts[0]), int(counts[1])

    def add(self, *added: Entry) -> None:
        """Record entries. One that is there already stays as it is, but learns where its note is."""
        self.add_all(added)

    def add_all(self, added: Iterable[Entry]) -> None:
        """`add` for many entries in one transaction."""
        with self.database.writing() as connection:
            rows_of_entries.insert(connection, added)

    def entries(self, rollout: str, instance: str, *, forged: bool = False) -> list[Entry]:
        """The history of one rollout on one instance, oldest first; forged entries only when they are asked for."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT data FROM entries WHERE rollout = ? COLLATE BINARY AND instance = ? COLLATE BINARY "
                "ORDER BY at, seq",
                (rollout, instance),
            ).fetchall()
        found = (unpack_entry(row[0]) for row in rows)
        return [entry for entry in found if forged or not entry.forged]

    def last_of(self, flag: str, instance: str) -> Entry | None:
        """The latest entry about a flag on an instance, of whatever rollout, that is not forged."""
        with self.database.reading() as connection:
            row = connection.execute(_LAST_OF, (storable(flag), storable(flag), storable(instance))).fetchone()
        return None if row is None else unpack_entry(row[0])

    def doubt(self, doubted: Iterable[Entry]) -> None:
        """Record what is wrong with the notes of entries that are there; nothing else of them changes."""
        with self.database.writing() as connection:
            rows_of_entries.doubt(connection, doubted)

    def meanwhile(self, entry: Entry) -> None:
        """Record what others did while the step of an entry that is there was applied; nothing else of it changes."""
        with self.database.writing() as connection:
            rows_of_entries.meanwhile(connection, entry)

    def latest(self) -> dict[tuple[str, str], Entry]:
        """The latest entry by rollout and instance: a rehearsal on the sandbox is not the rollout itself."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT latest.rollout, latest.instance, data FROM latest JOIN entries USING (seq)"
            ).fetchall()
        return {(rollout, instance): unpack_entry(data) for rollout, instance, data in rows}
