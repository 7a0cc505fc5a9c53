"""What is typed and what the draft holds are two looks at one value."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.text import clean
from tui.widgets.field_specs import Field, Kind
from tui.widgets.field_values import NotAValue, pasted, shown, value_of

words = st.text(st.characters(categories=["L", "N", "S"], exclude_characters=","), min_size=1).filter(
    lambda text: clean(text) == text
)


def field(kind: Kind, *, optional: bool = False) -> Field:
    return Field("path", "Label", kind, optional=optional)


@given(st.lists(words, unique=True).map(tuple))
def test_names_and_lines_come_back(names: tuple[str, ...]) -> None:
    for kind in ("names", "lines"):
        one = field(kind)
        assert value_of(one, shown(one, names)) == names


@given(st.one_of(st.integers(-(10**14), 10**14), st.none()))
def test_whole_numbers_come_back(number: int | None) -> None:
    one = field("whole", optional=True)
    assert value_of(one, shown(one, number)) == number


@given(st.dates())
def test_dates_come_back(day: date) -> None:
    assert value_of(field("date"), shown(field("date"), day)) == day


@given(st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants it naive
def test_times_come_back_to_the_minute(at: datetime) -> None:
    assert value_of(field("moment"), shown(field("moment"), at)) == at.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  a b ", "a b"),
        ("long", "\n a\n\nb \n", "a\n\nb"),
        ("lines", "a\n\n  \n b ", ("a", " b")),
        ("names", "a, b,, a ,", ("a", "b")),
        ("whole", " 5,200 ", 5200),
        ("number", "12.5 %", 12.5),
        ("number", "25", 25),
        ("date", "", None),
        ("date", "2026-12-01", date(2026, 12, 1)),
        ("moment", "2026-11-22T10:00:30Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("moment", "2026-11-22 10:00 utc", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("moment", " ", None),
    ],
)
def test_what_is_typed_means(kind: Kind, text: str, value: object) -> None:
    assert value_of(field(kind), text) == value


@pytest.mark.parametrize(
    ("kind", "text", "allowed"),
    [
        ("whole", "5.5", "whole number"),
        ("whole", "", "needs a number"),
        ("number", "1e3", "a number such as"),
        ("number", "nan", "a number such as"),
        ("number", "9" * 16, "a number such as"),
        ("date", "1.12.2026", "2026-11-22"),
        ("date", "2026-02-30", "2026-11-22"),
        ("moment", "2026-11-22", "2026-11-22 10:00"),
        ("moment", "2026-11-22 25:00", "2026-11-22 10:00"),
    ],
)
def test_what_means_nothing_says_what_is_allowed(kind: Kind, text: str, allowed: str) -> None:
    with pytest.raises(NotAValue, match=allowed):
        value_of(field(kind), text)


def test_empty_and_a_dash_are_the_default_and_none_where_there_is_a_default() -> None:
    labels = field("names", optional=True)
    assert (value_of(labels, " "), value_of(labels, "-")) == (None, ())
    assert (shown(labels, None), shown(labels, ())) == ("", "-")
    assert shown(field("names"), ()) == ""


@pytest.mark.parametrize(
    ("text", "lines", "fit", "dropped"),
    [
        ("use_it", False, "use_it", ""),
        (" use_it\n", False, "use_it", "blanks at the ends"),
        ("a\r\nb", False, "a b", "line breaks"),
        ("a\r\nb\rc", True, "a\nb\nc", ""),
        ("a\u200bb\u00ad", False, "ab", "invisible characters"),
        ("a\x1b[2Jb\u202e", True, "a[2Jb", "control characters"),
    ],
)
def test_a_paste_is_made_fit(text: str, lines: bool, fit: str, dropped: str) -> None:
    assert pasted(text, lines=lines) == (fit, dropped)


@given(st.text(), st.booleans())
def test_whatever_is_pasted_is_fit_for_a_terminal(text: str, lines: bool) -> None:
    found, _ = pasted(text, lines=lines)
    assert clean(found) == found
    assert lines or "\n" not in found
