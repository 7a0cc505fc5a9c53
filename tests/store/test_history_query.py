"""The filter that is typed above the history."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.history_query import HistoryQuery, parse


def day(year: int, month: int = 1, number: int = 1) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


def test_words_and_pairs() -> None:
    query, problems = parse('who:alice  FLAG:"use x" quota "too high" phase:every', sort="flag", rollout="r")
    assert problems == []
    assert query == HistoryQuery(
        words=("quota", "too high"),
        filters=(("operator", "alice"), ("flag", "use x"), ("phase", "every")),
        sort="flag",
        rollout="r",
    )


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("since:2026-10", day(2026, 10), None),
        ("until:2026-11-01", None, day(2026, 11, 2)),
        ("since:2026-10-05 until:2026-12", day(2026, 10, 5), day(2027, 1)),
        ("since:2026 until:2026", day(2026), day(2027)),
        ("until:2024-02", None, day(2024, 3)),
    ],
)
def test_dates_are_whole_days_months_and_years(text: str, since: datetime | None, until: datetime | None) -> None:
    query, problems = parse(text)
    assert problems == []
    assert (query.since, query.until) == (since, until)


@pytest.mark.parametrize(
    ("typed", "actions"),
    [
        ("rollback", ["roll-back"]),
        ("roll-back", ["roll-back"]),
        ("ROLLED", ["roll-back"]),
        ("step", ["step-back"]),
        ("r", ["repair", "roll-back", "resume"]),
        ('"plan issues"', ["create-issues"]),
    ],
)
def test_actions_are_known_by_id_and_word(typed: str, actions: list[str]) -> None:
    query, problems = parse(f"action:{typed}")
    assert problems == []
    assert [value for _, value in query.filters] == actions


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("wo:alice x", "wo", "did you mean who:?"),
        ("zzzz:1 x", "zzzz", "keys: who, flag"),
        ("since:tomorrow x", "since", "a day such as"),
        ("until:2026-02-30 x", "until", "a day such as"),
        ("until:9999-12-31 x", "until", "a day such as"),
        ("action:explode x", "action", "one of: create-issues"),
    ],
)
def test_what_is_not_understood_is_a_problem_and_the_rest_still_filters(text: str, path: str, allowed: str) -> None:
    query, [problem] = parse(text)
    assert problem.path == path
    assert problem.allowed.startswith(allowed)
    assert query.words == ("x",)
    assert query.filters == ()


@pytest.mark.parametrize("text", ["who:", "who: ", '"', 'who:"', '""'])
def test_what_is_still_being_typed_is_nothing_yet(text: str) -> None:
    assert parse(text) == (HistoryQuery(), [])


@pytest.mark.parametrize("text", ["25%", "https://gitlab.example.com/x", "12:30", "a:b:c"[4:], "(x", "x*", "-x", "^x"])
def test_other_signs_are_parts_of_words(text: str) -> None:
    assert parse(text) == (HistoryQuery(words=(text,)), [])


@given(st.text())
def test_any_text_is_a_query(text: str) -> None:
    query, problems = parse(text)
    assert all(word.strip() for word in query.words)
    assert all(problem.message for problem in problems)
