"""Exports: complete, and inert in the program that opens them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from msgspec import structs

from tests.store.samples import entry
from tui.domain.gates import OFF, ON, Gates
from tui.domain.heard import Heard
from tui.domain.history import Entry
from tui.store.export import COLUMNS, FORMATS, as_csv, as_json, as_markdown, gates_text


def table(entries: list[Entry]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(as_csv(entries)))))


def test_csv_has_a_row_for_each_entry() -> None:
    rows = table([entry(1, reason='a, "b"\nc', live_seconds=60), entry(2)])
    assert [row["at"] for row in rows] == ["2026-10-01T12:01:00Z", "2026-10-01T12:02:00Z"]
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["reason"] == 'a, "b"\nc'
    assert (rows[0]["gates_before"], rows[0]["gates_after"]) == ("User:2", "User:2, 25 % of actors")
    assert (rows[0]["waivers"], rows[0]["live_seconds"], rows[1]["live_seconds"]) == (
        "internal-rollout-issue: Covered.",
        "60",
        "",
    )


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(1)\n"])
def test_a_spreadsheet_runs_no_cell(cell: str) -> None:
    assert table([entry(reason=cell)])[0]["reason"] == "'" + cell


def test_json_is_an_array_of_whole_entries() -> None:
    entries = [entry(1, reason="é\x1b"), entry(2)]
    text = "".join(as_json(entries))
    assert [Entry.from_dict(one) for one in json.loads(text)] == entries
    assert "\x1b" not in text
    assert json.loads("".join(as_json([]))) == []


def test_markdown_cells_hold_what_is_in_them() -> None:
    lines = "".join(as_markdown([entry(reason="a|b\n<script> [x](y) `c` **d** \\|")])).splitlines()
    assert len(lines) == 3
    assert len({line.replace("\\\\", "").replace("\\|", "").count("|") for line in lines}) == 1
    assert "\\<script\\>" in lines[2]
    assert "\\[x\\](y)" in lines[2]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_exports_stream_and_carry_no_escape_sequences(name: str) -> None:
    taken = 0

    def endless() -> Iterator[Entry]:
        nonlocal taken
        while True:
            taken += 1
            yield entry(taken, reason="\x1b[31m\u202e", operator="\x9b")

    pieces = FORMATS[name](endless())
    text = "".join(next(pieces) for _ in range(5))
    assert taken <= 5
    assert not set(text) & {"\x1b", "\x9b", "\u202e"}


def test_gates_in_a_cell() -> None:
    assert (gates_text(OFF), gates_text(ON)) == ("off", "on")
    assert gates_text(Gates(groups=frozenset({"b", "a"}), percentage_of_time=12.5)) == "a, b, 12.5 % of time"


def test_markdown_of_one_rollout_ends_with_the_chart_of_its_exposure_and_others_do_not() -> None:
    one = [entry(1), replace(entry(2), action="hold"), replace(entry(3), action="roll-back", gates_after=OFF)]
    shown = "".join(as_markdown(reversed(one)))
    assert shown.endswith("‖ hold  ↓ back\n```\n")
    assert "Exposure of use\\_codestral:\n\n```text\n100 %" in shown
    assert "```" not in "".join(as_markdown([*one, replace(entry(4), rollout="another")]))
    assert "```" not in "".join(as_markdown([]))


def test_markdown_of_one_rollout_tells_what_was_found_as_it_was_told_last() -> None:
    slow = Heard(phase="stakeholders", question="latency", asked="How fast?", text="slow <b>", by="bob", open=True)
    settled = replace(entry(2), feedback=(structs.replace(slow, open=False, outcome="served from Tokyo"),))
    shown = "".join(as_markdown([replace(entry(1), feedback=(slow,)), settled]))
    assert shown.endswith("What was found:\n\n- How fast?\n  - slow \\<b\\> (bob) **Settled:** served from Tokyo\n")
