"""What the phases ask: guides say it, drafts answer it, and what was found stands in the way until it is settled."""

from __future__ import annotations

from dataclasses import replace as with_changes
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.domain.shipped import guides, samples
from tests.support.rollouts import MEMBERS, climbed, observed, seen_issue, situation
from tui.domain import feedback, timeline
from tui.domain.draft import Draft, Finding, PhaseDraft, Waiver
from tui.domain.guide import Guide, Question
from tui.domain.heard import Heard, as_list
from tui.domain.history import Entry
from tui.domain.plan import Plan
from tui.domain.planning import compute
from tui.domain.progress import Goal
from tui.domain.requirements import Facts, Requirement, requirements
from tui.domain.steps import ladder
from tui.domain.text import clean
from tui.domain.validate import requirement_ids, validate
from tui.domain.validate_guide import guide_problems

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
V1 = guides()["v1"]
SAMPLE = samples()["sample-codestral-2501"]
UNASKED = replace(SAMPLE, phases=tuple(replace(one, answers={}) for one in SAMPLE.phases))
SLOW = Finding(question="latency", answer="worse", text="twice as slow in Asia", by="bob", at=AT)
RAISE = Finding(question="quota-increase", answer="yes", text="us-east is at 92 %", by="carol", at=AT)


def needs(draft: Draft, phase: str) -> dict[str, Requirement]:
    found = guides()[draft.guide].phase(phase)
    assert found is not None
    facts = Facts(reached=frozenset({"stakeholders", "members"}))
    return {one.id: one for one in requirements(draft, guides()[draft.guide], found, facts)}


def found(*findings: Finding, base: Draft = UNASKED) -> Draft:
    return replace(base, findings=findings)


@pytest.mark.parametrize("guide_id", ["v1", "v2", "v3"])
def test_the_first_phase_asks_to_compare_and_the_second_its_three_questions(guide_id: str) -> None:
    asked = {phase.id: [one.id for one in phase.questions] for phase in guides()[guide_id].phases}
    assert asked["stakeholders"] == ["latency", "correctness"]
    assert asked["members"] == ["quota-increase", "post-processing", "provider-contact"]
    assert guide_problems(guides()[guide_id]) == []
    assert [one.kind for one in guides()[guide_id].issues if one.feedback] == ["internal-feedback"]


def test_a_question_is_answered_by_a_sentence_or_by_a_finding() -> None:
    assert {needs(UNASKED, "members")[one].state for one in ("latency", "correctness")} == {"open"}
    assert not needs(UNASKED, "members")["latency"].blocks("guide")
    assert needs(UNASKED, "members")["latency"].blocks("strict")
    assert needs(SAMPLE, "members")["latency"].state == "met"
    same = Finding(question="latency", answer="same", by="bob")
    assert needs(found(same), "members")["latency"].state == "met"
    assert needs(found(replace(same, answer="")), "members")["latency"].state == "open"


def test_a_phase_that_is_left_out_is_not_asked_unless_the_guide_asks_always() -> None:
    left_out = replace(
        UNASKED, guide="v3", phases=(PhaseDraft(id="stakeholders", selected=False, reason="same model"),)
    )
    assert "latency" not in needs(left_out, "members")
    assert needs(left_out, "everyone")["opt-out-decided"].state == "open"


def test_what_is_worse_or_needed_stands_before_everyone_until_it_is_settled() -> None:
    draft = found(SLOW, RAISE)
    assert "findings-latency" not in needs(draft, "members")
    slow, raised = needs(draft, "everyone")["findings-latency"], needs(draft, "everyone")["findings-quota-increase"]
    assert slow.blocks("guide")
    assert raised.blocks("guide")
    assert "1 finding to be settled (bob: worse: twice as slow in Asia)" in slow.text
    assert slow.sentence.startswith("Code Creation team members")
    settled = found(feedback.settle(SLOW, "served from Tokyo now", "alice", AT), RAISE)
    assert needs(settled, "everyone")["findings-latency"].state == "met"
    assert needs(settled, "everyone")["findings-quota-increase"].state == "open"


def test_what_is_as_good_needs_no_settling() -> None:
    fine = (replace(SLOW, answer="better"), replace(RAISE, answer="no"))
    assert not [one for one in needs(found(*fine), "everyone") if one.startswith("findings-")]


def test_a_finding_can_be_waived_with_a_reason_like_the_rest() -> None:
    waiver = Waiver(requirement="findings-latency", reason="Asia has no users yet")
    requirement = needs(replace(found(SLOW), waivers=(waiver,)), "everyone")["findings-latency"]
    assert (requirement.state, requirement.reason) == ("waived", "Asia has no users yet")
    assert "findings-latency" in set(requirement_ids(SAMPLE, V1))


def test_taking_a_settlement_back_opens_the_finding_and_takes_the_signature() -> None:
    settled = feedback.settle(SLOW, " served from Tokyo ", "alice", AT)
    assert (settled.outcome, settled.settled_by, settled.settled_at) == ("served from Tokyo", "alice", AT)
    assert feedback.settle(settled, " ", "bob", AT) == SLOW


@pytest.mark.parametrize(
    ("finding", "path", "level", "words"),
    [
        (replace(SLOW, question="latencyy"), "question", "error", "did you mean latency?"),
        (replace(SLOW, question="opt-out-decided"), "question", "warning", "left out"),
        (replace(SLOW, answer="wurse"), "answer", "error", "did you mean worse?"),
        (replace(SLOW, answer=""), "answer", "warning", "one of: better, same, worse"),
        (Finding(question="latency"), "text", "warning", "says nothing"),
        (replace(SLOW, url="see chat"), "url", "error", "no address"),
        (replace(SLOW, settled_by="bob"), "outcome", "warning", "counts as open"),
    ],
)
def test_a_wrong_finding_is_told_with_its_place_and_the_remedy(
    finding: Finding, path: str, level: str, words: str
) -> None:
    problems = validate(found(SLOW, finding), V1, guides())
    told = {one.path: one for one in problems}[f"findings[1].{path}"]
    assert told.level == level
    assert words in str(told)
    assert not [one for one in problems if one.path.startswith("findings[0]")]


def asking(**changes: object) -> Guide:
    question = replace(Question(id="speed", text="How fast?", sentence="Ask.", before="members"), **changes)
    first, *others = V1.phases
    return replace(V1, phases=(replace(first, questions=(question,)), *others))


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"id": "post-processing"}, "phases[1].questions[1].id", "is there already, as phases[0].questions[0]"),
        ({"before": "member"}, "phases[0].questions[0].before", "did you mean members?"),
        ({"before": "stakeholders"}, "phases[0].questions[0].before", "does not come after"),
        ({"settle_before": "nobody"}, "phases[0].questions[0].settle_before", 'no phase "nobody"'),
        ({"choices": ("good", "good")}, "phases[0].questions[0].choices[1]", "twice"),
        ({"choices": ("good", " ")}, "phases[0].questions[0].choices[1]", "empty"),
        ({"choices": ("good", "bad"), "settle": ("bat",)}, "phases[0].questions[0].settle[0]", "did you mean bad?"),
    ],
)
def test_a_guide_whose_questions_lead_nowhere_is_refused_with_the_place(
    changes: dict[str, object], path: str, words: str
) -> None:
    (problem,) = guide_problems(asking(**changes))
    assert problem.path == path
    assert words in str(problem)


def test_another_companys_question_without_choices_wants_every_finding_settled() -> None:
    guide = asking(level="required")
    phase = guide.phase("members")
    assert phase is not None
    draft = found(Finding(question="speed", text="it stutters", by="bob"))
    states = {one.id: one for one in requirements(draft, guide, phase, Facts())}
    assert (states["speed"].state, states["findings-speed"].state) == ("met", "open")
    unasked = {one.id: one for one in requirements(found(), guide, phase, Facts())}
    assert unasked["speed"].blocks("guide")


def planned(draft: Draft, entries: tuple[Entry, ...]) -> Plan:
    members = next(one for one in ladder(draft, V1) if one.phase == "members")
    text = f"{timeline.START}\n{timeline.END}"
    issue = with_changes(seen_issue("rollout-plan", 1), description=clean(text))
    seen = situation(draft, observed(MEMBERS, issues={"rollout-plan": issue}), entries)
    return compute(seen, Goal("members", members))


def told_by(draft: Draft, entries: tuple[Entry, ...]) -> tuple[Heard, ...]:
    entry = planned(draft, entries).entry
    return entry.feedback if entry is not None else ()


def test_a_step_tells_what_was_heard_since_and_a_settled_finding_once_more() -> None:
    team = climbed()[:1]
    first = told_by(found(SLOW, RAISE), team)
    assert [(one.question, one.by, one.open) for one in first] == [("latency", "bob", True)]
    after = (with_changes(team[0], feedback=first),)
    assert told_by(found(SLOW, RAISE), after) == ()
    settled = found(feedback.settle(SLOW, "served from Tokyo", "alice", AT), RAISE)
    assert [(one.outcome, one.open) for one in told_by(settled, after)] == [("served from Tokyo", False)]


def test_what_was_heard_survives_the_note_and_reads_as_a_list() -> None:
    draft = found(feedback.settle(SLOW, "served from Tokyo", "alice", AT), replace(SLOW, by="carol", text="@all <!--x"))
    heard = feedback.heard(draft, V1)
    entry = with_changes(climbed()[0], feedback=heard)
    assert Entry.from_dict(entry.as_dict()).feedback == heard
    text = as_list(heard)
    assert text.splitlines()[0] == "- How is the latency, compared with the model in use?"
    assert "worse: twice as slow in Asia (bob, 2026-11-22)" in text
    assert "**Settled:** served from Tokyo (alice, 2026-11-22)" in text
    assert "**Open.**" in text
    assert "<!--" not in text


def test_note_and_report_say_who_found_what_and_how_it_ended() -> None:
    team = climbed()[:1]
    told = (with_changes(team[0], feedback=told_by(found(SLOW), team), note_url="https://x/-/issues/1#note_1"),)
    settled = found(feedback.settle(SLOW, "served from Tokyo", "alice", AT))
    made = planned(settled, told)
    (note,) = [one.request.body["body"] for one in made.changes if one.kind == "add-note"]
    (text,) = [one.request.body["description"] for one in made.changes if one.kind == "edit-issue"]
    line = "  - worse: twice as slow in Asia (bob, 2026-11-22) **Settled:** served from Tokyo (alice, 2026-11-22)"
    assert line in note.splitlines()
    assert text.count("twice as slow in Asia") == 1
    assert line in text.splitlines()


def test_what_a_colleague_noted_elsewhere_stands_in_the_way_here_too() -> None:
    heard = feedback.heard(found(SLOW), V1)
    facts = Facts(reached=frozenset({"members"}), told=heard)
    phase = V1.phase("everyone")
    assert phase is not None
    states = {one.id: one.state for one in requirements(UNASKED, V1, phase, facts)}
    assert states["findings-latency"] == "open"
    assert feedback.joined(UNASKED, heard).findings == (SLOW,)
    settled = feedback.settle(SLOW, "served from Tokyo", "alice", AT)
    there = feedback.heard(found(settled), V1)
    assert feedback.joined(found(SLOW), (*heard, *there)).findings == (settled,)
    mine = found(settled)
    assert feedback.joined(mine, heard) is mine
