"""Entries as notes carry them: they come back whole, and a forged or damaged one is no entry."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rollouts import MEMBERS, TEAM, entry
from tui.domain.history import Entry, entry_comment, in_order, read_entry

ENTRY = entry("members", "members", TEAM, MEMBERS, live_seconds=60, names={"User:1": "alice"}, reason="because")


def test_an_entry_survives_its_note() -> None:
    assert read_entry(f"Some words.\n{entry_comment(ENTRY.as_dict())}\nmore") == ENTRY


@given(st.text(max_size=80))
def test_no_text_in_an_entry_ends_its_comment_or_its_line(text: str) -> None:
    comment = entry_comment({**ENTRY.as_dict(), "reason": text})
    assert comment.count("-->") == 1
    assert "\n" not in comment
    found = read_entry(comment)
    assert found is not None
    assert found.reason == text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@pytest.mark.parametrize(
    "damage",
    [
        {"at": "yesterday"},
        {"at": "2026-11-22T10:00:00"},
        {"action": "explode"},
        {"live_seconds": "long"},
        {"gates_before": []},
        {"gates_after": {"actors": "User:1"}},
        {"reason": None},
        {"names": ["alice"]},
        {"id": 7},
    ],
)
def test_a_forged_or_damaged_entry_is_none(damage: dict[str, object]) -> None:
    assert read_entry(entry_comment({**ENTRY.as_dict(), **damage})) is None


@pytest.mark.parametrize("text", ["", "no entry", "<!-- rollout-tui: entry={ -->", "<!-- rollout-tui: entry=[] -->"])
def test_other_notes_carry_none(text: str) -> None:
    assert read_entry(text) is None


def test_missing_keys_make_no_entry() -> None:
    for key in ("id", "at", "rollout", "gates_before"):
        data = ENTRY.as_dict()
        del data[key]
        assert read_entry(entry_comment(data)) is None


def test_plain_data_is_json() -> None:
    assert Entry.from_dict(json.loads(json.dumps(ENTRY.as_dict()))) == ENTRY


def test_entries_of_the_same_second_have_the_order_of_their_notes_on_every_machine() -> None:
    one, two, ten, local = (
        replace(ENTRY, id=name, note_url=url)
        for name, url in (
            ("one", "https://x/-/issues/1#note_9"),
            ("two", "https://x/-/issues/1#note_10"),
            ("ten", "https://x/-/issues/1#note_100"),
            ("local", ""),
        )
    )
    early = replace(ENTRY, id="early", at=ENTRY.at - timedelta(seconds=1))
    assert in_order([local, ten, two, one, early]) == (early, one, two, ten, local)
