"""A real ladder over days: waits, verdicts, a hold for a provider's incident, a step back, an undo, and the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from msgspec import structs

from tests.domain.shipped import samples
from tests.runtime.conftest import gateway
from tests.support.clock import Clock
from tui.domain.draft import Draft
from tui.domain.history import Entry
from tui.domain.lifecycle import state_of
from tui.domain.timeline import END, START
from tui.domain.verdict import Decision, Verdict, decide, judge
from tui.domain.wish import Wish
from tui.runtime.workbench import Prepared, Session
from tui.sandbox.server import Server

SAMPLE = samples()["sample-direct-completions"]
DRAFT: Draft = structs.replace(SAMPLE, id="direct-completions", gitlab=structs.replace(SAMPLE.gitlab, instance="env"))
GOOD = {"latency_p50": 700, "latency_p90": 900, "latency_p95": 1100, "acceptance_rate": 17.0, "refused_requests": 0.1}


def judged(readings: Mapping[str, float], *, incident: bool = False, decision: Decision | None = None) -> Verdict:
    seen = {one.metric: readings[one.metric] for one in DRAFT.criteria if one.metric in readings}
    return decide(judge(DRAFT.criteria, DRAFT.baseline, seen, incident=incident), decision, seen, incident=incident)


def do(session: Session, wish: Wish) -> Prepared:
    """Plan what is wished and apply it whole."""
    prepared = session.prepare_wish(DRAFT, wish)
    assert prepared is not None
    assert prepared.plan.blocked == ()
    assert session.apply(prepared).outcome == "done"
    return prepared


def history(session: Session) -> list[Entry]:
    return session.workbench.records.entries(DRAFT.id, "env")


REPORTED = (
    "- **State:** **finished** since 2026-12-03 03:00 UTC by alice",
    "- **In:** everybody",
    "- **Course:** since 2026-11-22 10:00 UTC 8 steps on, 1 hold and 2 ways back, by alice",
    (
        "| 2026-11-24 14:00 | alice | Put **on hold** at 25 % of users | The provider answers 429. Verdict **hold**, "
        "the provider has an incident: roll back when refused_requests > 3 %: 9 seen, fires; besides "
    ),
    "| 2026-11-24 19:00 | alice | Resumed at 25 % of users | The provider says it is over |",
    (
        "| alice | Stepped **back** to 25 % of users | p95 is above its range. Verdict **hold**: continue when "
        "latency_p95 <= 1212 ms: 1460 seen, fails (baseline 977 to 1212); besides acceptance_rate 17 %"
    ),
    (
        "| alice | **Undid** the last step: back to 75 % of users (off for everybody for a moment in between) | "
        "A customer's editor falls back |"
    ),
    "latency_p50 700 ms",
    "■ finished  ‖ hold  ↓ back",
)
"""What the description says of the whole story."""


@pytest.fixture
def told(session: Session, clock: Clock) -> list[str]:
    """The whole story; returns the actions of the history."""
    go = Wish(act="advance", verdict=judged(GOOD))
    do(session, Wish(act="advance"))
    clock.forward(days=2)
    for hours in (2, 2):
        do(session, go)
        clock.forward(hours=hours)
    do(
        session,
        Wish(
            act="hold",
            reason="The provider answers 429",
            verdict=judged({**GOOD, "refused_requests": 9}, incident=True),
        ),
    )
    clock.forward(hours=5)
    do(session, Wish(act="resume", reason="The provider says it is over"))
    do(session, go)
    clock.forward(hours=1)
    worse = judged({**GOOD, "latency_p95": 1460})
    do(session, Wish(act="step-back", reason="p95 is above its range", verdict=worse))
    clock.forward(days=1)
    for days in (2, 3):
        do(session, go)
        clock.forward(days=days)
    do(session, go)
    clock.forward(hours=3)
    do(session, Wish(act="undo", reason="A customer's editor falls back"))
    clock.forward(hours=4)
    do(session, go)
    clock.forward(days=2)
    do(session, Wish(act="finish"))
    return [entry.action for entry in history(session)]


def test_the_whole_story_is_in_the_history_and_in_the_plan_issue(
    told: list[str], session: Session, server: Server
) -> None:
    up, held = "advance", ("hold", "resume")
    assert told == [up, up, up, *held, up, "step-back", up, up, up, "undo", up, "finish"]
    situation = session.situation(DRAFT)
    assert state_of(situation.progress) == "finished"
    plan_issue = situation.observed.issues["rollout-plan"]
    assert "**live**, finished" in plan_issue.description
    notes = [note for note in gateway(server).notes(plan_issue.project_id, plan_issue.iid) if not note.system]
    text = "\n".join(note.body for note in notes)
    for words in (
        "This rollout is on hold.",
        "The provider has an incident, so this is no failure of the model.",
        "Reason: The provider answers 429",
        "Verdict on the step before: **hold**",
        "latency_p95 <= 1212",
        "Reason: p95 is above its range",
        "undone by alice",
        "This rollout is finished.",
    ):
        assert words in text, words
    assert len([note for note in notes if "rollout-tui: entry=" in note.body]) == len(told)
    reads_as_a_report(session, told)


def reads_as_a_report(session: Session, told: list[str]) -> None:
    """A stranger reads from the description alone who did what when and why; it is up to date and is left alone."""
    issue = session.situation(DRAFT).observed.issues["rollout-plan"]
    text = issue.description[issue.description.index(START) : issue.description.index(END)]
    for words in REPORTED:
        assert words in text, words
    assert text.count("| alice |") == len(told)
    again = session.prepare_wish(DRAFT, Wish("everyone", "100%"))
    assert again is not None
    assert again.plan.empty


def test_an_undo_restores_each_gate_and_its_note_states_the_gap(told: list[str], session: Session) -> None:
    entries = history(session)
    undo = entries[told.index("undo")]
    assert undo.gates_after == entries[told.index("undo") - 1].gates_before
    assert "off for everybody" in undo.effect


def test_going_on_too_early_is_warned_of_and_finishing_too_early_is_refused(session: Session, clock: Clock) -> None:
    do(session, Wish(act="advance"))
    early = session.prepare_wish(DRAFT, Wish(act="advance", verdict=judged(GOOD)))
    assert early is not None
    assert any("The wait after" in one for one in early.plan.warnings)
    refused = session.prepare_wish(DRAFT, Wish(act="finish"))
    assert refused is not None
    assert [one.text for one in refused.plan.blocked] == ["Not everybody is in yet"]
    assert clock.now - history(session)[0].at < timedelta(hours=1)


def test_steps_that_are_skipped_in_a_row_are_each_in_the_history(session: Session) -> None:
    do(session, Wish(act="advance"))
    skipped = [do(session, Wish(act="skip", reason="A quiet week")).goal.step_id for _ in range(2)]
    assert [(one.action, one.step) for one in history(session)[1:]] == [("skip", step) for step in skipped]
    assert len(set(skipped)) == 2
