"""Pages of the history: the same rows as a plain search in Python gives, for any filter, order and place."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.samples import entry
from tui.domain.history import Entry
from tui.domain.history_query import HistoryQuery, SortKey, parse
from tui.store import history as history_module
from tui.store.entries import fold, haystack
from tui.store.history import History
from tui.store.matching import order
from tui.store.records import Records
from tui.store.records_schema import SORTABLE
from tui.store.rows import micros, pack_entry

SORT_KEYS: tuple[SortKey, ...] = get_args(SortKey)
HOSTILE = [
    '"',
    "'",
    "*",
    "a OR b",
    "NEAR(",
    "^",
    "-",
    "50%",
    "_",
    "%",
    "\\",
    "text:x",
    "(",
    "😀",
    "STRASSE",
    "é",
    "\x00",
    ";--",
]
PEOPLE = ["alice", "Alice", "bob", "o'brien", "straße"]
PHASES = ["stakeholders", "members", "everyone"]
REASONS = [
    "",
    "Latency too high",
    'quota "us-east" 50%_',
    "back\\slash",
    "é É ß",
    "😀 ok",
    "a OR b",
    "NEAR(x)",
    "text:x",
]


def some_entry(number: int, dice: random.Random) -> Entry:
    return entry(
        number,
        minutes=dice.randrange(300),
        rollout=dice.choice(["r1", "r2", "r10"]),
        operator=dice.choice(PEOPLE),
        instance=dice.choice(["sandbox", "prod"]),
        flag=dice.choice(["use_x", "usexx", "use_y"]),
        phase=dice.choice(PHASES),
        step=dice.choice(["team", "25%", "100%"]),
        action=dice.choice(["advance", "roll-back", "step-back"]),
        reason=dice.choice(REASONS),
        live_seconds=dice.choice([None, 0, 60, 3600]),
    )


DICE = random.Random(1)  # noqa: S311 - the same history in every run
ENTRIES = [some_entry(number, DICE) for number in range(400)]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    with Records(tmp_path_factory.mktemp("history") / "records.db") as records:
        records.add(*ENTRIES)
        yield History(records)


def lower(text: str) -> str:
    """ASCII lower case, as NOCASE and LIKE compare."""
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text)


def holds(column: str, value: str, typed: str) -> bool:
    return typed in value if column in {"flag", "rollout", "instance"} else value.startswith(typed)


def matches(query: HistoryQuery, one: Entry) -> bool:
    columns = {name for name, _ in query.filters}
    return (
        all(fold(word) in haystack(one) for word in query.words)
        and all(
            any(holds(name, lower(getattr(one, name)), lower(value)) for key, value in query.filters if key == name)
            for name in columns
        )
        and (query.since is None or one.at >= query.since)
        and (query.until is None or one.at < query.until)
        and query.rollout in {"", one.rollout}
        and query.instance in {"", one.instance}
    )


def expected(query: HistoryQuery) -> list[str]:
    def key(place: int) -> tuple[bool, object, object, int]:
        value = getattr(ENTRIES[place], query.sort)
        plain = lower(value).encode() if isinstance(value, str) else value
        return value is not None, 0 if plain is None else plain, ENTRIES[place].at, place

    places = [place for place, one in enumerate(ENTRIES) if matches(query, one)]
    return [ENTRIES[place].id for place in sorted(places, key=key, reverse=query.descending)]


def ids(entries: list[Entry]) -> list[str]:
    return [one.id for one in entries]


WORDS = st.sampled_from(
    [
        *HOSTILE,
        'quota "us',
        '"us-east"',
        '" OR "',
        "a",
        "al",
        "lat",
        "latency",
        "rollback",
        "back",
        "25%",
        "r1",
        "too high",
        "zzz",
    ]
)
FILTERS = st.tuples(
    st.sampled_from(["operator", "flag", "phase", "step", "instance", "rollout"]),
    st.sampled_from(
        ["a", "ALICE", "use_", "use", "%", "_", "every", "25%", "r1", "s", "o'", "X", "1", "o", "\\", "straß"]
    ),
)
QUERIES = st.builds(
    HistoryQuery,
    words=st.lists(WORDS, max_size=2).map(tuple),
    filters=st.lists(FILTERS, max_size=2).map(tuple),
    since=st.none() | st.sampled_from([one.at for one in ENTRIES[:5]]),
    until=st.none() | st.sampled_from([one.at for one in ENTRIES[5:10]]),
    sort=st.sampled_from(SORT_KEYS),
    descending=st.booleans(),
    rollout=st.sampled_from(["", "r1", "R1"]),
    instance=st.sampled_from(["", "prod"]),
)


@pytest.mark.parametrize(("few", "near"), [(1000, 400), (1, 400), (1, 0)], ids=["found", "walked", "kept"])
@given(query=QUERIES, offset=st.integers(0, 60), limit=st.integers(0, 40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_plan_gives_the_rows_of_a_plain_search(
    history: History, monkeypatch: pytest.MonkeyPatch, few: int, near: int, query: HistoryQuery, offset: int, limit: int
) -> None:
    monkeypatch.setattr(history_module, "FEW", few)
    monkeypatch.setattr(history_module, "NEAR", near)
    wanted = expected(query)
    assert history.count(query) == len(wanted)
    assert history.count(query, at_most=7) == min(7, len(wanted))
    assert ids(history.page(query, offset, limit)) == wanted[offset : offset + limit]
    assert ids(list(history.iterate(query))) == wanted
    for place in {0, len(wanted) // 2, len(wanted) - 1} & set(range(len(wanted))):
        assert history.position_of(query, wanted[place]) == place


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_is_typed_is_never_a_query_language(history: History, typed: str) -> None:
    query, _ = parse(typed)
    assert ids(history.page(query, 0, 400)) == expected(query)


def test_what_does_not_match_has_no_place(history: History) -> None:
    assert history.position_of(HistoryQuery(), "nothing") is None
    assert history.position_of(HistoryQuery(words=("zzz",)), "e1") is None


def test_a_new_entry_is_in_the_next_page_and_in_an_order_that_was_kept(tmp_path: Path) -> None:
    with Records(tmp_path / "r.db") as records:
        history = History(records)
        assert history.page(HistoryQuery(), 0, 10) == []
        assert history.count(HistoryQuery()) == 0
        records.add(entry(1, minutes=1), entry(2, minutes=5))
        query = HistoryQuery(words=("alice",))
        assert history.position_of(query, "e1") == 1
        records.add(entry(3, minutes=3))
        assert history.position_of(query, "e1") == 2
        assert ids(history.page(query, 0, 10)) == ["e2", "e3", "e1"]


def test_the_sortable_columns_are_those_of_the_schema() -> None:
    assert SORT_KEYS == SORTABLE


LARGE = 100_000


def fill(records: Records) -> None:
    """A hundred thousand entries whose times and live seconds are shuffled; without text to search in."""
    records.latest()
    names = [name for name in SORTABLE if name not in {"at", "live_seconds"}]
    base = entry()
    shared, data, start = [getattr(base, name) for name in names], pack_entry(base), micros(base.at)
    rows = (
        (f"e{number}", start + number * 7_919 % LARGE, number % 977, data.replace('"e1"', f'"e{number}"'), *shared)
        for number in range(LARGE)
    )
    columns, marks = ", ".join(["id", "at", "live_seconds", "data", *names]), ", ".join("?" * (4 + len(names)))
    with records.database.writing() as connection:
        connection.executemany(f"INSERT INTO entries ({columns}) VALUES ({marks})", rows)  # noqa: S608 - our names


def test_pages_of_100_000_entries_meet_without_gap_or_overlap(tmp_path: Path) -> None:
    at = [number * 7_919 % LARGE for number in range(LARGE)]
    with Records(tmp_path / "records.db") as records:
        fill(records)
        history = History(records)
        for sort, descending in (("at", True), ("at", False), ("live_seconds", True), ("live_seconds", False)):
            query = HistoryQuery(sort="at" if sort == "at" else "live_seconds", descending=descending)
            keys = [(at[number] if sort == "at" else number % 977, at[number]) for number in range(LARGE)]
            wanted = sorted(range(LARGE), key=keys.__getitem__, reverse=descending)
            assert history.count(query) == LARGE
            for start in (0, 40, 49_980, 50_020, LARGE - 80, LARGE - 40):
                page = history.page(query, start, 40)
                assert ids(page) == [f"e{number}" for number in wanted[start : start + 40]]
            assert history.page(query, LARGE, 40) == []
            assert history.position_of(query, f"e{wanted[70_000]}") == 70_000


@pytest.mark.parametrize("sort", SORT_KEYS)
@pytest.mark.parametrize("descending", [True, False])
def test_every_order_is_read_from_an_index(tmp_path: Path, sort: SortKey, descending: bool) -> None:
    """A page that is sorted while it is read takes time that grows with the history."""
    query = HistoryQuery(sort=sort, descending=descending)
    sql = f"EXPLAIN QUERY PLAN SELECT seq FROM entries ORDER BY {order(query)} LIMIT 40 OFFSET 0"  # noqa: S608 - ours
    with Records(tmp_path / "records.db") as records, records.database.reading() as connection:
        plan = [row[3] for row in connection.execute(sql)]
    assert plan == [f"SCAN entries USING COVERING INDEX entries_by_{sort}"]
