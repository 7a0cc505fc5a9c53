"""What the core makes of the answers to gate calls: the truth from there on, for later calls and for the history."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.domain.test_execution import Run, flag_answer
from tests.support.rollouts import FLAG, MEMBERS, NOW, TEAM, climbed, observed, plan, sample, seen_issue
from tui.domain.exchange import Command, Confirmed, Event, Send
from tui.domain.gates import OFF, ON, Gates
from tui.domain.history import read_entry
from tui.domain.plan import Change, Plan, Request

KINDS = ("rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout")
ISSUES = {kind: seen_issue(kind, iid) for iid, kind in enumerate(KINDS, start=4)}
EVERYBODY = plan(
    sample(),
    "everyone",
    "100%",
    look=observed(replace(MEMBERS, percentage_of_actors=75), issues=ISSUES),
    entries=climbed(1, 10, 25, 50, 75),
)


def left(*gates: Gates) -> Run:
    """A GitLab that has these gates after one gate call after the other."""
    rest = list(gates)

    def react(command: Command) -> Event | None:
        if isinstance(command, Send) and command.change.kind == "set-gate":
            return Confirmed(command.change, command.request, flag_answer(rest.pop(0)), {"at": "2026-11-22T11:00:00Z"})
        return None

    return Run(react)


def removals(*refs: str) -> Plan:
    """A plan that takes the team out one by one."""
    changes: list[Change] = []
    before = TEAM
    for number, ref in enumerate(refs, start=1):
        after = replace(before, actors=before.actors - {ref})
        request = Request("POST", f"/features/{FLAG}", {"value": False, "user": ref})
        place = (changes[-1].id,) if changes else ()
        changes.append(
            Change(f"gate:{number}", "set-gate", ref, request, place, flag=FLAG, before=before, expected=after)
        )
        before = after
    return replace(EVERYBODY, changes=tuple(changes), entry=None)


def test_the_entry_and_the_note_have_the_gates_that_gitlab_answered() -> None:
    beside = replace(MEMBERS, boolean=True, percentage_of_actors=75)
    run = left(beside)
    report = run(EVERYBODY)
    assert report.outcome == "done"
    assert report.entry is not None
    assert report.entry.gates_after == beside
    note = next(one for one in run.log if isinstance(one, Send) and one.change.kind == "add-note")
    told = read_entry(note.request.body["body"])
    assert told is not None
    assert (told.gates_after, told.effect) == (beside, EVERYBODY.entry.effect if EVERYBODY.entry else "")
    assert told.at == NOW.replace(hour=11)
    assert note.entry == report.entry


def test_a_later_call_is_held_against_what_gitlab_really_had_after_the_one_before() -> None:
    only_group = Gates(actors=frozenset({"Group:1"}))
    run = left(only_group, only_group, OFF)
    report = run(removals("User:1", "User:2", "Group:1"))
    assert report.outcome == "done"
    sends = [one.change for one in run.log if isinstance(one, Send)]
    assert [one.before for one in sends] == [TEAM, only_group, only_group]
    assert ["somebody else has taken access away too" in remark for remark in report.remarks] == [True]


def test_an_answer_of_before_is_told_as_a_call_without_an_effect() -> None:
    report = left(TEAM)(removals("User:1", "User:2"))
    assert report.outcome == "stale"
    assert "changed nothing" in report.reason
    assert report.confirmed == ("gate:1",)


@pytest.mark.parametrize("got", [ON, replace(TEAM, percentage_of_actors=7)])
def test_a_foreign_change_ends_it_with_words_for_who_is_in(got: Gates) -> None:
    report = left(got)(removals("User:1", "User:2"))
    assert report.outcome == "stale"
    assert ("everybody" if got == ON else "7 % of users") in report.reason
