"""Every draft survives being written and read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from tui.domain import draft as d
from tui.store.drafts import dumps, loads

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        '"""',
        'a\n"',
        '\n"x"\n""\n"""\n""""',
        '\\"\n\\\\""',
        'b\n""',
        "a\r\nb",
        "\r",
        "\\",
        "a\nb\n",
        "\n",
        "'''",
        "\x00\x1b\x7f",
        "# no",
        " ",
        "[x]",
        "a\n[[checks]]\nid = 1",
    ]
)
TEXTS = st.lists(TEXT, max_size=4).map(tuple)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
ZONES = st.sampled_from([UTC, None, timezone(timedelta(hours=5, minutes=30))])
MOMENTS = st.none() | st.datetimes(timezones=ZONES)
DATES = st.none() | st.dates()

CHECKS = st.builds(d.CheckAnswer, id=TEXT, note=TEXT, by=TEXT, at=MOMENTS)
CAPACITY = st.builds(
    d.Capacity, region=TEXT, peak_requests_per_minute=st.none() | st.integers(0, 9), approved=st.booleans()
)
ISSUES = st.builds(
    d.IssueDraft,
    kind=TEXT,
    confidential=st.none() | st.booleans(),
    labels=st.none() | TEXTS,
    assignees=TEXTS,
    due=DATES,
    skip=st.booleans(),
    fields=st.dictionaries(TEXT, TEXT | TEXTS, max_size=3),
)
STEPS = st.builds(d.StepDraft, percentage=NUMBERS, wait=TEXT)
PHASES = st.builds(
    d.PhaseDraft,
    id=TEXT,
    selected=st.booleans(),
    users=TEXTS,
    steps=st.lists(STEPS, max_size=8).map(tuple),
    answers=st.dictionaries(TEXT, TEXT, max_size=2),
)
CRITERIA = st.builds(d.Criterion, kind=st.just("success"), metric=TEXT, comparator=st.just(">="), value=NUMBERS)
BASELINES = st.builds(d.Baseline, metric=TEXT, low=st.none() | NUMBERS, since=DATES, until=DATES)
POSTED = st.builds(d.Posted, channel=TEXT, at=st.datetimes(timezones=ZONES), by=TEXT, url=TEXT)
WAIVERS = st.builds(d.Waiver, requirement=TEXT, reason=TEXT, at=MOMENTS)


def some(one: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(one, max_size=3).map(tuple)


DRAFTS = st.builds(
    d.Draft,
    schema=st.just(d.SCHEMA),
    id=TEXT,
    title=TEXT,
    strictness=st.sampled_from(["guide", "strict"]),
    sample=st.booleans(),
    model=st.builds(d.Model, name=TEXT, reason=TEXT),
    team=st.builds(d.Team, name=TEXT, stakeholders=TEXTS),
    gitlab=st.builds(d.Place, instance=TEXT, project=TEXT),
    flag=st.builds(d.FlagSpec, name=TEXT, target=st.sampled_from(["instance", "project"]), environment=TEXT),
    checks=some(CHECKS),
    capacity=some(CAPACITY),
    issues=some(ISSUES),
    phases=some(PHASES),
    criteria=some(CRITERIA),
    baseline=some(BASELINES),
    waivers=some(WAIVERS),
    announcement=st.builds(d.Announcement, channels=TEXTS, text=TEXT, posted_at=MOMENTS, posted=some(POSTED)),
)


@given(DRAFTS)
def test_what_is_written_is_read_back(draft: d.Draft) -> None:
    assert loads(dumps(draft)) == draft


@given(DRAFTS)
def test_the_canonical_form_is_stable(draft: d.Draft) -> None:
    assert dumps(loads(dumps(draft))) == dumps(draft)


def test_a_lone_surrogate_becomes_a_replacement_character() -> None:
    draft = d.Draft(schema=1, id="x", title="a\ud800b", team=d.Team(stakeholders=("\udfff",)))
    back = loads(dumps(draft).encode("utf-8").decode("utf-8"))
    assert back.title == "a\N{REPLACEMENT CHARACTER}b"
    assert back.team.stakeholders == ("\N{REPLACEMENT CHARACTER}",)


def test_times_are_written_as_toml_writes_them() -> None:
    at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert "at = 2026-11-22T10:00:00Z\n" in dumps(d.Draft(schema=1, id="x", checks=(d.CheckAnswer(id="c", at=at),)))
