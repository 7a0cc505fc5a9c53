"""The export of the history: whole files or none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.rollouts import NOW
from tui.domain.errors import BadInput, StoreError
from tui.domain.history import Entry
from tui.domain.history_query import HistoryQuery, parse
from tui.runtime.exporting import export
from tui.store.history import History
from tui.store.records import Records


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with Records(tmp_path / "records.db") as records:
        for number in range(5):
            at, who = NOW + timedelta(minutes=number), ("alice", "bob")[number % 2]
            records.add(Entry(f"e{number}", at, "alpha", who, "sandbox", "f", "p", "s", "advance"))
        yield History(records)


@pytest.mark.parametrize("name", ["x.csv", "x.CSV", "x.json", "x.md"])
def test_writes_what_the_query_finds(history: History, tmp_path: Path, name: str) -> None:
    query, _ = parse("who:alice")
    assert export(history, query, tmp_path / name, overwrite=False) == 3
    assert (tmp_path / name).read_text().count("alice") == 3


def test_refuses_what_is_there_unless_told(history: History, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("mine")
    with pytest.raises(BadInput, match="exists"):
        export(history, HistoryQuery(), path, overwrite=False)
    assert path.read_text() == "mine"
    assert export(history, HistoryQuery(), path, overwrite=True) == 5


@pytest.mark.parametrize("name", ["x.pdf", "x", ".csv"])
def test_the_ending_must_say_the_format(history: History, tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="format"):
        export(history, HistoryQuery(), tmp_path / name, overwrite=False)


def test_what_cannot_be_written_leaves_nothing_behind(history: History, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot write"):
        export(history, HistoryQuery(), tmp_path / "nowhere" / "x.csv", overwrite=False)
    folder = tmp_path / "out.csv"
    folder.mkdir()
    with pytest.raises(StoreError):
        export(history, HistoryQuery(), folder, overwrite=True)
    assert {one.name for one in tmp_path.iterdir() if not one.name.startswith("records.db")} == {"out.csv"}
