"""The history by keys: order, filter, detail, export, and only what is in view is read."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.hostile import IDS, STRINGS, harmless
from tests.support.rollouts import NOW
from tests.support.shell import Shell, comes_to, drawn, keep, running, sees, type_in, workbench
from tests.support.waiting import wait_for
from tui.domain.gates import OFF, Gates
from tui.domain.heard import Heard
from tui.domain.history import FORGED, Entry
from tui.runtime.workbench import Workbench

TEAM = Gates(actors=frozenset({"User:2", "User:3"}))
TEN = Gates(actors=TEAM.actors, percentage_of_actors=10)


def entry(number: int, **changes: Any) -> Entry:  # noqa: ANN401 - an entry's fields
    """One of many entries, each a minute before the one before it."""
    facts: dict[str, Any] = {
        "id": f"e{number}",
        "at": NOW - timedelta(minutes=number),
        "rollout": "alpha",
        "operator": ("alice", "bob", "carol")[number % 3],
        "instance": "sandbox",
        "flag": f"flag_{number}",
        "phase": "everyone",
        "step": "10%",
        "action": "advance",
        "gates_before": TEAM,
        "gates_after": TEN,
        "names": {"User:2": "dora", "User:3": "emil"},
    }
    return Entry(**{**facts, **changes})


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    bench = workbench(tmp_path)
    keep(bench, "alpha", "Alpha")
    return bench


async def opened(pilot: Shell) -> None:
    """Go from home to the history."""
    await pilot.press("h")
    await comes_to(pilot, "HistoryScreen")


def first_rows(pilot: Shell, count: int) -> list[str]:
    """The first lines of the table."""
    lines = drawn(pilot).splitlines()
    head = next(place for place, line in enumerate(lines) if "When (UTC)" in line)
    return lines[head + 1 : head + 1 + count]


async def test_shows_who_did_what_and_who_was_in(bench: Workbench) -> None:
    bench.records.add(entry(1), entry(2, action="roll-back", phase="off", step="", gates_after=OFF, reason="Slow"))
    async with running(bench, (140, 30)) as pilot:
        await opened(pilot)
        await sees(pilot, "2026-11-22 09:59", "bob", "flag_1", "everyone", "10%", "advanced", "2 actors → +10 %")
        await sees(pilot, "carol", "off", "rolled back", "2 actors → nobody", "Slow", "1 of 2")


async def test_says_that_there_is_nothing_yet(bench: Workbench) -> None:
    async with running(bench) as pilot:
        await opened(pilot)
        await sees(pilot, "No entries yet")


async def test_sorts_by_a_column_and_the_other_way_round(bench: Workbench) -> None:
    bench.records.add(*[entry(number) for number in range(6)])
    async with running(bench) as pilot:
        await opened(pilot)
        await sees(pilot, "When (UTC) ▼", "1 of 6")
        await pilot.press("2")
        await sees(pilot, "Operator▲")
        await wait_for(pilot, lambda: all("alice" in row for row in first_rows(pilot, 2)), what="alice first")
        await pilot.press("v")
        await sees(pilot, "Operator▼")
        await wait_for(pilot, lambda: all("carol" in row for row in first_rows(pilot, 2)), what="carol first")
        await pilot.press("less_than_sign")
        await sees(pilot, "When (UTC)")


async def test_the_cursor_stays_on_its_entry_when_the_order_changes(bench: Workbench) -> None:
    bench.records.add(*[entry(number) for number in range(6)])
    async with running(bench, (120, 30)) as pilot:
        await opened(pilot)
        await sees(pilot, "1 of 6")
        await pilot.press("down")
        await sees(pilot, "2 of 6", "flag_1")
        await pilot.press("v")
        await sees(pilot, "5 of 6  bob on sandbox  flag_1")


async def test_filters_by_typing_and_tells_problems_in_place(bench: Workbench) -> None:
    bench.records.add(*[entry(number) for number in range(30)], entry(40, reason="quota raise"))
    async with running(bench) as pilot:
        await opened(pilot)
        await pilot.press("slash")
        await type_in(pilot, "who:bob")
        await sees(pilot, "1 of 11")
        await pilot.press("enter", "end")
        await sees(pilot, "11 of 11")
        await pilot.press("escape")
        await sees(pilot, "of 31")
        await pilot.press("slash")
        await type_in(pilot, "quota")
        await sees(pilot, "1 of 1")
        for _ in "quota":
            await pilot.press("backspace")
        await type_in(pilot, "whom:bob")
        await sees(pilot, "whom: unknown key", "did you mean who:?")


async def test_opens_all_of_an_entry_and_comes_back_to_its_row(bench: Workbench) -> None:
    waived = {"provider-capacity": "The raise is approved."}
    changes = ("Give dora the flag", "Add a note")
    url = "http://127.0.0.1/x/-/issues/1#note_3"
    bench.records.add(
        entry(0),
        entry(
            1,
            waivers=waived,
            changes=changes,
            reason="As planned",
            note_url=url,
            gates_before=OFF,
            adopted=("Link this to that",),
            feedback=(
                Heard(phase="members", question="speed", asked="How fast?", answer="worse", by="bob", open=True),
            ),
        ),
    )
    async with running(bench, (120, 40)) as pilot:
        await opened(pilot)
        await sees(pilot, "1 of 2")
        await pilot.press("down", "enter")
        await comes_to(pilot, "EntryScreen")
        await sees(pilot, "everyone 10%: advanced", "2026-11-22 09:59 UTC", "dora", "emil", "10 %", "As planned", url)
        await sees(pilot, "Give dora the flag", "provider-capacity: The raise is approved.", "gained")
        await sees(pilot, "Found after a broken apply, not made again", "Link this to that")
        await sees(pilot, "What was found in the phases", "How fast? worse (bob); to be settled")
        await pilot.press("escape")
        await comes_to(pilot, "HistoryScreen")
        await sees(pilot, "2 of 2")


async def test_shows_that_a_note_was_edited_or_forged(bench: Workbench) -> None:
    url = "https://x/-/issues/1#note_7"
    forged = entry(1, id=f"{FORGED}{url}", doubt="forged", doubt_reason="bob wrote it in the name of [b]alice")
    bench.records.add(forged, entry(2, doubt="edited", doubt_reason="it was changed"))
    async with running(bench, (140, 30)) as pilot:
        await opened(pilot)
        await sees(pilot, "! forged", "! edited", "1 of 2")
        await pilot.press("enter")
        await comes_to(pilot, "EntryScreen")
        await sees(pilot, "The note is forged: bob wrote it in the name of [b]alice.")


async def test_reads_only_what_comes_into_view(bench: Workbench) -> None:
    bench.records.add_all(entry(number) for number in range(2000))
    async with running(bench, (120, 30)) as pilot:
        await opened(pilot)
        await sees(pilot, "1 of 2,000")
        await pilot.press("end")
        await sees(pilot, "2,000 of 2,000", "flag_1999")
        await pilot.press("pageup")
        await wait_for(pilot, lambda: "…  …" not in drawn(pilot), what="no row is missing")
        await pilot.press("home")
        await sees(pilot, "1 of 2,000", "flag_0 ")


@pytest.mark.parametrize("ending", ["csv", "json", "md"])
async def test_writes_what_is_shown_and_says_where(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.chdir(tmp_path)
    bench.records.add(*[entry(number) for number in range(9)])
    async with running(bench) as pilot:
        await opened(pilot)
        await pilot.press("slash")
        await type_in(pilot, "who:alice")
        await sees(pilot, "1 of 3")
        await pilot.press("enter", "e")
        await comes_to(pilot, "ExportScreen")
        path = tmp_path / "rollouts-history.csv"
        if ending != "csv":
            path = tmp_path / f"out.{ending}"
            await pilot.press("ctrl+u")
            await type_in(pilot, str(path))
        await pilot.press("enter")
        await comes_to(pilot, "HistoryScreen")
        await sees(pilot, "Wrote 3 entries to")
    text = path.read_text()
    assert text.count("alice") == 3
    assert "bob" not in text
    if ending == "csv":
        assert len(list(csv.reader(text.splitlines()))) == 4
    if ending == "json":
        assert len(json.loads(text)) == 3


async def test_replaces_a_file_only_when_asked_twice_and_tells_what_cannot_be_written(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bench.records.add(entry(1))
    path = tmp_path / "rollouts-history.csv"
    path.write_text("mine")
    async with running(bench) as pilot:
        await opened(pilot)
        await sees(pilot, "1 of 1")
        await pilot.press("e")
        await comes_to(pilot, "ExportScreen")
        await pilot.press("enter")
        await sees(pilot, "This file exists")
        assert path.read_text() == "mine"
        await pilot.press("enter")
        await comes_to(pilot, "HistoryScreen")
        assert "bob" in path.read_text()
        await pilot.press("e")
        await comes_to(pilot, "ExportScreen")
        await pilot.press("ctrl+u")
        await type_in(pilot, "/nowhere/at/all/x.csv")
        await pilot.press("enter")
        await sees(pilot, "cannot write", "x.csv")
        await pilot.press("ctrl+u")
        await type_in(pilot, "x.pdf")
        await pilot.press("enter")
        await sees(pilot, "Use .csv, .json or .md")


@pytest.mark.parametrize("text", STRINGS, ids=IDS)
async def test_hostile_text_is_shown_and_nothing_else(bench: Workbench, text: str) -> None:
    bench.records.add(
        entry(1, operator=text, flag=text, phase=text, step=text, reason=text, rollout=text, names={"User:2": text},
              note_url=text, changes=(text,), waivers={text: text})
    )  # fmt: skip
    async with running(bench, (140, 40)) as pilot:
        await opened(pilot)
        await sees(pilot, "1 of 1")
        assert harmless(drawn(pilot))
        await pilot.press("slash")
        await type_in(pilot, "a")
        await pilot.press("escape", "enter")
        await comes_to(pilot, "EntryScreen")
        await sees(pilot, "Gates")
        assert harmless(drawn(pilot))
