"""The verdict: what the numbers propose, and what an operator may make of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.draft import Baseline, Criterion
from tui.domain.history import Entry, entry_comment, read_entry
from tui.domain.verdict import DECISIONS, Decision, Verdict, decide, judge

LATENCY = Criterion(kind="continue", metric="latency_p95", comparator="<=", value=1212, unit="ms")
ACCEPTED = Criterion(kind="continue", metric="acceptance", comparator=">=", value=13.9, unit="%")
ERRORS = Criterion(kind="rollback", metric="rate_429", comparator=">", value=3, unit="%")
SUCCESS = Criterion(kind="success", metric="acceptance", comparator=">=", value=20)
BASELINE = (Baseline(metric="latency_p95", low=977, high=1212, unit="ms"),)
ALL = (LATENCY, ACCEPTED, ERRORS, SUCCESS)
GOOD = {"latency_p95": 1100, "acceptance": 15, "rate_429": 0.1}


@pytest.mark.parametrize(
    ("readings", "incident", "proposed", "decisive"),
    [
        (GOOD, False, "continue", []),
        ({**GOOD, "latency_p95": 1212}, False, "continue", []),
        ({**GOOD, "latency_p95": 1460}, False, "hold", ["latency_p95"]),
        ({**GOOD, "rate_429": 3.1}, False, "roll-back", ["rate_429"]),
        ({**GOOD, "rate_429": 3.1}, True, "hold", ["rate_429"]),
        ({**GOOD, "rate_429": 3.1, "latency_p95": 1460}, False, "roll-back", ["rate_429"]),
        (GOOD, True, "hold", []),
        ({"latency_p95": 1100}, False, "hold", ["acceptance", "rate_429"]),
        ({}, False, "hold", ["latency_p95", "acceptance", "rate_429"]),
    ],
)
def test_the_numbers_propose(readings: dict[str, float], incident: bool, proposed: str, decisive: list[str]) -> None:
    judgement = judge(ALL, BASELINE, readings, incident=incident)
    assert judgement.proposed == proposed
    assert [one.criterion.metric for one in judgement.decisive] == decisive


def test_without_criteria_nothing_speaks_against_going_on() -> None:
    assert judge((), (), {}).proposed == "continue"


def test_a_criterion_says_what_was_seen_and_what_the_model_before_did() -> None:
    judgement = judge(ALL, BASELINE, {"latency_p95": 1460})
    assert judgement.decisive[0].text == (
        "continue when latency_p95 <= 1212 ms: 1460 seen, fails (baseline 977 to 1212)"
    )
    assert judgement.decisive[1].text == "continue when acceptance >= 13.9 %: nothing seen, no data"


@given(st.dictionaries(st.sampled_from(["latency_p95", "acceptance", "rate_429"]), st.floats(0, 5000)), st.booleans())
def test_what_was_not_seen_never_proposes_more(readings: dict[str, float], incident: bool) -> None:
    """No data is not a pass, and an incident is no reason to go on."""
    proposed = DECISIONS.index(judge(ALL, BASELINE, readings, incident=incident).proposed)
    assert (proposed == 0) <= (set(readings) == set(GOOD) and not incident)
    for name in readings:
        fewer = {key: value for key, value in readings.items() if key != name}
        assert judge(ALL, BASELINE, fewer, incident=incident).proposed != "continue"


@pytest.mark.parametrize(
    ("decision", "overrules"), [(None, False), ("continue", True), ("hold", False), ("roll-back", False)]
)
def test_going_further_than_the_numbers_is_known_as_that(decision: Decision | None, overrules: bool) -> None:
    verdict = decide(judge(ALL, BASELINE, {**GOOD, "latency_p95": 1460}), decision, GOOD)
    assert verdict.overrules == overrules
    assert verdict.fired != ()


def test_a_verdict_comes_back_from_the_note(entry: Entry) -> None:
    verdict = Verdict("hold", "roll-back", {"rate_429": 3.1, "latency_p95": 1100}, ("rate_429 > 3 -->",), incident=True)
    assert read_entry(entry_comment(replace(entry, verdict=verdict).as_dict())) == replace(entry, verdict=verdict)


@pytest.fixture
def entry() -> Entry:
    from tests.support.rollouts import NOW

    return Entry("e1", NOW, "r", "zoe", "sandbox", "use_x", "everyone", "25%", "advance")
