"""The records database as a file: private, durable, migrated, and clear about what is wrong with it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.samples import entry
from tui.domain.errors import StoreError, TooNew
from tui.store.database import Database
from tui.store.records import Records

ROLLOUT = ("codestral-2501", "sandbox")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "records.db"


@pytest.fixture
def records(path: Path) -> Iterator[Records]:
    with Records(path) as records:
        yield records


def test_commits_wait_for_the_disk(records: Records) -> None:
    with records.database.reading() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.skipif(os.name != "posix", reason="permission bits are of POSIX")
def test_all_its_files_are_private(path: Path, records: Records) -> None:
    former = os.umask(0)
    try:
        records.add(entry())
    finally:
        os.umask(former)
    assert len(list(path.parent.iterdir())) == 3
    assert {one.stat().st_mode & 0o777 for one in path.parent.iterdir()} == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_database_from_the_future_is_refused_and_unharmed(path: Path, records: Records) -> None:
    records.add(entry())
    records.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(TooNew, match="newer rollout-tui") as caught:
        records.add(entry(2))
    assert "Update" in caught.value.hint
    assert path.read_bytes() == before


def test_migrations_run_once_and_in_order(tmp_path: Path) -> None:
    first, second = "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);\n", "UPDATE a SET x = x + 1;\n"
    path = tmp_path / "x.db"
    for migrations in ((first,), (first, second), (first, second)):
        opened = Database(path, migrations)
        with opened.reading() as connection:
            connection.execute("SELECT x FROM a").fetchone()
        opened.close()
    with opened.reading() as connection:
        assert connection.execute("SELECT x FROM a").fetchone() == (2,)
    opened.close()


def test_a_migration_that_fails_leaves_the_old_version(tmp_path: Path) -> None:
    good = Database(tmp_path / "x.db", ("CREATE TABLE a (x);\n",))
    with good.writing() as connection:
        connection.execute("INSERT INTO a VALUES (1)")
    bad = Database(tmp_path / "x.db", ("CREATE TABLE a (x);\n", "DELETE FROM a;\nINSERT INTO b VALUES (1);\n"))
    with pytest.raises(StoreError, match="no such table: b"), bad.reading():
        pass
    with good.reading() as connection:
        assert connection.execute("SELECT count(*) FROM a").fetchone() == (1,)
    good.close()


def test_what_is_no_database_is_explained_and_unharmed(path: Path, records: Records) -> None:
    path.parent.mkdir()
    path.write_text("schema = 1\n" * 100, encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot write .*records\.db: file is not a database") as caught:
        records.add(entry())
    assert "Move it away" in caught.value.hint
    assert path.read_text(encoding="utf-8") == "schema = 1\n" * 100


def test_a_folder_in_its_place_and_a_file_in_its_folders_place(path: Path, records: Records) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot open"):
        records.latest()
    path.rmdir()
    path.parent.rmdir()
    path.parent.write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="Not a directory"):
        records.latest()


def test_a_database_that_another_process_keeps_locked_is_explained(path: Path, records: Records) -> None:
    records.database.patience = 0.05
    records.add(entry())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process") as caught:
        records.add(entry(2))
    other.execute("ROLLBACK")
    other.close()
    assert "repeat" in caught.value.hint
    records.add(entry(2))
    assert len(records.entries(*ROLLOUT)) == 2


def test_a_full_disk_is_explained_and_what_was_recorded_stays(records: Records) -> None:
    records.add(entry())
    with records.database.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full") as caught:
        records.add(*(entry(number, reason="x" * 1000) for number in range(2, 300)))
    assert "make room" in caught.value.hint
    assert records.entries(*ROLLOUT) == [entry()]
    with records.database.reading() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    records.add(entry(2))


def test_a_connection_that_is_in_use_when_all_are_closed_is_closed_after_its_use(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db", ("CREATE TABLE a (x);\n",))
    with database.reading() as connection:
        database.close()
        connection.execute("SELECT * FROM a")
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT * FROM a")
    with database.writing() as again:
        again.execute("INSERT INTO a VALUES (1)")
    database.close()
