"""The verbs of a running rollout: what each leaves on GitLab and in the history, and what it refuses."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.cli.program import SANDBOX_DRAFT, Program
from tests.support.rollouts import with_phase
from tui.commands.apply_verb import code_of
from tui.domain.draft import Criterion, StepDraft

DRAFT = structs.replace(
    with_phase(SANDBOX_DRAFT, "everyone", steps=(StepDraft(percentage=50, wait="1d"), StepDraft(percentage=100))),
    criteria=(
        Criterion(kind="continue", metric="latency_p95", comparator="<=", value=1212, unit="ms"),
        Criterion(kind="rollback", metric="rate_429", comparator=">", value=3, unit="%"),
    ),
)
NAME = DRAFT.id
GOOD = ("--metric", "latency_p95=1100", "--metric", "rate_429=0.2")


def begun(program: Program) -> None:
    """The plan issues, and the team in."""
    program.save(DRAFT)
    assert program("advance", NAME, "--yes").code == 0


def test_a_rollout_is_held_and_goes_on_when_it_is_resumed(program: Program) -> None:
    begun(program)
    silent = program("hold", NAME, "--yes")
    assert (silent.code, "asks for a reason" in silent.err, "with --reason" in silent.err) == (3, True, True)
    assert program("hold", NAME, "--yes", "--reason", "the provider is down", "--incident").code == 0
    refused = program("advance", NAME, "--yes", *GOOD)
    assert (refused.code, "on hold: resume it first" in refused.err) == (3, True)
    assert program("resume", NAME, "--yes").code == 0
    assert program("advance", NAME, "--yes", *GOOD).code == 0
    entries = program("history", "--json").json
    assert [one["action"] for one in entries] == ["advance", "hold", "resume", "advance"]
    assert entries[1]["verdict"]["incident"] is True
    assert entries[1]["gates_before"] == entries[1]["gates_after"]
    assert entries[3]["verdict"] == {
        "decision": "continue",
        "proposed": "continue",
        "readings": {"latency_p95": 1100, "rate_429": 0.2},
        "fired": [],
        "incident": False,
    }
    assert all(one["note_url"] for one in entries)


def test_going_on_against_the_numbers_asks_for_a_reason_and_keeps_it(program: Program) -> None:
    begun(program)
    bad = ("--metric", "latency_p95=1460", "--metric", "rate_429=0.2")
    refused = program("advance", NAME, "--yes", *bad)
    assert (refused.code, "The verdict is to hold" in refused.err) == (3, True)
    against = program("advance", NAME, "--yes", *bad, "--verdict", "continue")
    assert (against.code, "1460 seen, fails" in against.err) == (3, True)
    assert program("advance", NAME, "--yes", *bad, "--verdict", "continue", "--reason", "a cold cache").code == 0
    entry = program("history", "--json").json[-1]
    assert (entry["verdict"]["proposed"], entry["verdict"]["decision"]) == ("hold", "continue")
    assert "a cold cache" in entry["reason"]


def test_a_metric_without_a_number_says_how_to_write_one(program: Program) -> None:
    program.save(DRAFT)
    said = program("advance", NAME, "--yes", "--metric", "latency")
    assert (said.code, "such as latency_p95=1100" in said.err) == (64, True)
    strange = program("advance", NAME, "--yes", "--metric", "latencyp95=1")
    assert (strange.code, "latency_p95" in strange.err) == (1, True)


def test_the_sandbox_of_the_app_is_not_taken_for_that_of_a_verb(program: Program) -> None:
    said = program("--sandbox", "apply", NAME, "--yes")
    assert (said.code, "--instance sandbox" in said.err) == (64, True)


def test_from_everybody_an_undo_restores_each_gate_and_a_rollback_stops_at_the_members(program: Program) -> None:
    begun(program)
    for _ in range(3):
        assert program("advance", NAME, "--yes", *GOOD).code == 0
    full = program("history", "--json").json[-1]
    assert full["gates_after"]["boolean"] is True
    early = program("finish", NAME, "--yes")
    assert (early.code, "less than a day" in early.err) == (3, True)
    assert program("undo", NAME, "--yes").code == 0
    undone = program("history", "--json").json[-1]
    assert (undone["action"], undone["step"]) == ("undo", "50%")
    assert undone["gates_after"] == full["gates_before"]
    again = program("undo", NAME, "--yes")
    assert (again.code, "nothing to undo" in again.err) == (3, True)
    assert program("rollback", NAME, "--to", "members", "--yes").code == 0
    back = program("history", "--json").json[-1]["gates_after"]
    assert (back["percentage_of_actors"], back["groups"]) == (0, ["gitlab_team_members"])
    assert program("abandon", NAME, "--yes", "--reason", "another model").code == 0
    assert program("history", "--json").json[-1]["action"] == "abandon"
    over = program("advance", NAME, "--yes")
    assert (over.code, "abandoned" in over.err) == (3, True)
    assert program("rollback", NAME, "--yes").code == 0


def test_a_skipped_step_is_passed_over_with_its_reason(program: Program) -> None:
    begun(program)
    assert program("advance", NAME, "--yes", *GOOD).code == 0
    assert program("skip", NAME, "--yes", "--reason", "half tells us nothing").code == 0
    assert program("plan", NAME, "--json").json["step"] == "100%"
    entry = program("history", "--json").json[-1]
    assert (entry["action"], entry["step"], entry["reason"]) == ("skip", "50%", "half tells us nothing")
    assert program("status", NAME, "--json").json["skipped"] == [{"phase": "everyone", "step": "50%"}]
    assert "skipped: 50 % of users" in program("status", NAME).out


def test_a_rollback_never_opens_the_flag_further(program: Program) -> None:
    begun(program)
    before = program("status", NAME, "--json").json["gates"]
    ran = program("rollback", NAME, "--to", "50%", "--yes", "--reason", "a slip of the finger")
    assert (ran.code, "is no step back" in ran.err) == (1, True)
    issues = program("rollback", NAME, "--to", "issues", "--yes")
    assert (issues.code, "Back to: off, a phase" in issues.err) == (1, True)
    assert program("status", NAME, "--json").json["gates"] == before


def test_what_the_plan_warns_of_is_told_to_who_is_not_asked(program: Program) -> None:
    program.save(with_phase(DRAFT, "stakeholders", wait="1m"))
    assert program("advance", NAME, "--yes").code == 0
    early = program("advance", NAME, "--yes", *GOOD)
    assert early.code == 0
    assert "The wait after Own team and interested stakeholders is not over: 1 min left of 1m." in early.err


def test_what_stopped_by_itself_is_an_error_and_no_interruption() -> None:
    assert (code_of("stopped", interrupted=False), code_of("stopped", interrupted=True)) == (1, 130)


def test_what_was_never_applied_can_be_abandoned_and_stays_so(program: Program) -> None:
    program.save(DRAFT)
    assert program("abandon", NAME, "--yes", "--reason", "another model").code == 0
    assert [one["action"] for one in program("history", NAME, "--json").json] == ["abandon"]
    over = program("advance", NAME, "--yes")
    assert (over.code, "abandoned" in over.err) == (3, True)
    assert "before it is resumed" in program("status", NAME).out
    unknown = program("history", "nobody-knows-it")
    assert (unknown.code, "nothing is known" in unknown.err) == (1, True)


def test_a_verdict_that_stops_says_which_criterion_did(program: Program) -> None:
    begun(program)
    refused = program("advance", NAME, "--yes", "--metric", "latency_p95=1100")
    assert refused.code == 3
    assert "to hold, since roll back when rate_429 > 3 %: nothing seen, no data" in refused.err


@pytest.mark.parametrize("value", ["nan", "inf", "1e400"])
def test_a_metric_is_a_number_that_can_be_seen(program: Program, value: str) -> None:
    begun(program)
    refused = program("advance", NAME, "--yes", "--json", "--metric", f"latency_p95={value}")
    assert (refused.code, "no number that was seen" in refused.err + refused.out) == (64, True)
    assert "Traceback" not in refused.err


def test_an_act_on_a_draft_that_cannot_be_read_names_the_way_out_that_needs_none(program: Program) -> None:
    begun(program)
    path = program.home / "drafts" / f"{NAME}.toml"
    path.write_text(path.read_text() + "\nbogus = 1\n")
    refused = program("rollback", NAME, "--yes")
    assert refused.code == 1
    assert "rollout-tui panic FLAG" in refused.err


def test_rollback_takes_a_step_by_its_name(program: Program) -> None:
    begun(program)
    assert program("advance", NAME, "--yes", *GOOD).code == 0
    assert program("rollback", NAME, "--yes", "--to", "team", "--reason", "x").code == 0
    assert program("history", "--json").json[-1]["step"] == "team"
    assert "has no step nowhere\n" in program("rollback", NAME, "--yes", "--to", "nowhere").err


def test_a_reason_of_several_lines_is_told_on_one(program: Program) -> None:
    begun(program)
    assert program("hold", NAME, "--yes", "--reason", "429\n/close").code == 0
    assert [line.endswith("(429 /close)") for line in program("history", NAME).out.splitlines()] == [False, True]
    assert ": 429 /close\n" in program("status", NAME).out
