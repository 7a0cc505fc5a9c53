"""The journal and the entries: durable, shared between processes and threads, and clear about what is wrong."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.samples import T0, apply, entry, operation, other_process
from tui.domain.errors import StoreError
from tui.store.records import Records

ROLLOUT = ("codestral-2501", "sandbox")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "records.db"


@pytest.fixture
def records(path: Path) -> Iterator[Records]:
    with Records(path) as records:
        yield records


def test_nothing_is_opened_before_the_first_call(path: Path) -> None:
    Records(path).close()
    assert not path.exists()


def test_an_operation_goes_from_intended_to_settled(records: Records) -> None:
    records.begin(apply())
    records.intended(operation("o1"))
    records.intended(replace(operation("o2"), kind="set-gate"))
    assert [one.state for one in records.unsettled(*ROLLOUT)] == ["intended", "intended"]
    assert records.operations("a1")[0] == replace(operation("o1"), state="intended")

    at = T0 + timedelta(seconds=3)
    records.settled("o1", "confirmed", at, url="https://x/1", result={"iid": 7, "labels": ["a"]}, adopted=True)
    records.settled("o2", "unknown", at, error="timed out")
    [left] = records.unsettled(*ROLLOUT)
    assert (left.id, left.state, left.error) == ("o2", "unknown", "timed out")
    [done] = records.confirmed(*ROLLOUT, "create-issue")
    assert (done.url, done.result, done.ended_at, done.adopted) == (
        "https://x/1",
        {"iid": 7, "labels": ["a"]},
        at,
        True,
    )
    assert done.body == operation().body
    assert records.confirmed(*ROLLOUT, "set-gate") == []
    assert records.unsettled("codestral-2501", "other") == []
    records.settled("o2", "absent", at)
    assert records.unsettled(*ROLLOUT) == []


def test_a_resumed_operation_is_recorded_anew_in_its_place(records: Records) -> None:
    records.intended(operation("o1"))
    records.intended(operation("o2"))
    records.settled("o1", "unknown", T0)
    records.intended(operation("o1", run="a2"))
    assert [(one.id, one.apply, one.state) for one in records.unsettled(*ROLLOUT)] == [
        ("o1", "a2", "intended"),
        ("o2", "a1", "intended"),
    ]


def test_unknown_ids_are_a_mistake_of_ours_and_said_to_be(records: Records) -> None:
    with pytest.raises(StoreError, match="no operation o9"):
        records.settled("o9", "confirmed", T0)
    with pytest.raises(StoreError, match="no apply a9"):
        records.end("a9", "done", T0)


def test_the_latest_apply_is_unfinished_until_it_is_done(records: Records) -> None:
    assert records.unfinished(*ROLLOUT) is None
    records.begin(apply("a1"))
    assert records.unfinished(*ROLLOUT) == apply("a1")
    records.end("a1", "stopped", T0)
    stopped = records.unfinished(*ROLLOUT)
    assert stopped == replace(apply("a1"), outcome="stopped", ended_at=T0)
    records.begin(apply("a2", minutes=5))
    records.end("a2", "done", T0)
    assert records.unfinished(*ROLLOUT) is None
    assert records.unfinished("codestral-2501", "other") is None


def test_an_apply_that_was_stale_from_the_start_does_not_hide_a_broken_one(records: Records) -> None:
    records.begin(apply("a1"))
    records.begin(apply("a2", minutes=5))
    records.end("a2", "stale", T0)
    unfinished = records.unfinished(*ROLLOUT)
    assert unfinished is not None
    assert unfinished.id == "a1"
    records.intended(operation("o1", run="a2"))
    unfinished = records.unfinished(*ROLLOUT)
    assert unfinished is not None
    assert unfinished.id == "a2"


def test_entries_come_oldest_first_whole_and_once(records: Records) -> None:
    second, first = entry(1, minutes=9, reason="x"), entry(2, minutes=3)
    records.add(second)
    records.add(first, second)
    records.add(entry(3, rollout="other"), entry(4, instance="prod"))
    assert records.entries(*ROLLOUT) == [first, second]
    assert records.entries("CODESTRAL-2501", "sandbox") == []


def test_a_known_entry_learns_where_its_note_is_and_nothing_else(records: Records) -> None:
    records.add(entry(1))
    records.add(entry(1, reason="rewritten", note_url="https://x/note"))
    assert records.entries(*ROLLOUT) == [entry(1, note_url="https://x/note")]
    records.add(entry(1, note_url="https://x/other"))
    assert records.entries(*ROLLOUT) == [entry(1, note_url="https://x/note")]


def test_latest_is_by_rollout_and_instance_whatever_order_they_come_in(records: Records) -> None:
    records.add(entry(1, minutes=9), entry(2, minutes=3), entry(3, instance="prod"), entry(4, rollout="other"))
    assert {key: one.id for key, one in records.latest().items()} == {
        ("codestral-2501", "sandbox"): "e1",
        ("codestral-2501", "prod"): "e3",
        ("other", "sandbox"): "e4",
    }


def test_lone_surrogates_of_a_note_are_kept_out_of_sql(records: Records) -> None:
    records.add(entry(1, reason="a\ud800", operator="\udfff"))
    assert records.entries(*ROLLOUT)[0].reason == "a\ud800"


def test_threads_share_a_database(records: Records) -> None:
    def one(number: int) -> None:
        records.add(entry(number))
        assert any(found.id == f"e{number}" for found in records.entries(*ROLLOUT))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(100)))
    assert len(records.entries(*ROLLOUT)) == 100


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.store.samples import T0, entry, operation
from tui.store.records import Records
sys.stdin.readline()
with Records(Path(sys.argv[1])) as records:
    for number in range(50):
        name = f"{sys.argv[2]}-{number}"
        records.intended(operation(name))
        records.settled(name, "confirmed", T0)
        records.add(replace(entry(number), id=name))
print("done")
"""


def test_processes_that_start_at_once_share_a_new_database(path: Path, records: Records) -> None:
    writers = [other_process(WRITER, str(path), name) for name in "abcd"]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [writer.communicate()[0] for writer in writers] == ["done\n"] * 4
    assert len(records.entries(*ROLLOUT)) == len(records.confirmed(*ROLLOUT, "create-issue")) == 200
    assert records.unsettled(*ROLLOUT) == []


def test_another_process_that_writes_to_the_new_file_is_waited_for(path: Path, records: Records) -> None:
    path.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(path, check_same_thread=False, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, other.rollback)
        release.start()
        records.add(entry(1))
        release.join()
    assert records.entries(*ROLLOUT) == [entry(1)]


KILLED = """
import os, sys
from pathlib import Path
from tests.store.samples import apply, operation
from tui.store.records import Records
records = Records(Path(sys.argv[1]))
records.begin(apply())
for number in range(20):
    records.intended(operation(f"o{number}"))
with records.database.writing() as connection:
    connection.execute("DELETE FROM operations")
    os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_kill_9_loses_nothing_that_was_recorded_and_undoes_what_was_not(path: Path, records: Records) -> None:
    with other_process(KILLED, str(path)) as process:
        assert process.wait() == -9
    assert [one.id for one in records.unsettled(*ROLLOUT)] == [f"o{number}" for number in range(20)]
    unfinished = records.unfinished(*ROLLOUT)
    assert unfinished is not None
    assert unfinished.outcome == "running"
    assert unfinished.gates_before == apply().gates_before


def test_the_drafts_side_does_not_import_sqlite() -> None:
    code = (
        "import sys\nfrom tui.store import assets, drafts, index, locations, lock, settings\n"
        "print([name for name in ('sqlite3', 'textual', 'gitlab', 'csv') if name in sys.modules])"
    )
    with other_process(code) as process:
        assert process.communicate()[0] == "[]\n"


def test_the_latest_apply_is_the_one_that_began_last_whatever_the_clock_says(records: Records) -> None:
    records.begin(apply("first"))
    records.end("first", "done", T0)
    records.begin(replace(apply("second"), started_at=T0 - timedelta(days=400)))
    found = records.unfinished(*ROLLOUT)
    assert found is not None
    assert found.id == "second"
    assert records.apply("first") is not None
    assert records.apply("third") is None


def test_what_was_found_since_the_last_apply_that_was_done_is_told(records: Records) -> None:
    for name, outcome in (("before", "done"), ("broken", "unknown"), ("again", "running")):
        records.begin(apply(name))
        made = replace(operation(f"{name}-note"), apply=name, kind="add-note")
        records.intended(made)
        records.settled(made.id, "confirmed", T0, adopted=name != "again")
        if outcome != "running":
            records.end(name, outcome, T0)  # type: ignore[arg-type]
    assert [one.id for one in records.adopted(*ROLLOUT)] == ["broken-note"]
    assert [one.id for one in records.made(*ROLLOUT)] == ["before-note", "broken-note", "again-note"]
