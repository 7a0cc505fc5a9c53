"""What others did while a step was applied: told when it is not the same, and with the way out when it was undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.support.rollouts import FLAG, MEMBERS, entry
from tui.domain.gates import OFF, ON
from tui.domain.history import Entry
from tui.domain.meanwhile import crossing, outcome, told

OWN = replace(entry("everyone", "100%", MEMBERS, ON), id="own")
THEIRS = replace(
    entry("off", "", MEMBERS, OFF), id="theirs", operator="bob", action="roll-back", reason="errors\n\x1b[31m"
)


def found(*noted: Entry, known: tuple[str, ...] = ()) -> list[str]:
    return [one.id for one in crossing(OWN, noted, known)]


def test_what_was_known_or_comes_to_the_same_or_is_of_another_flag_crosses_nothing() -> None:
    assert found(THEIRS, OWN) == ["theirs"]
    assert found(THEIRS, known=("theirs",)) == []
    assert found(replace(THEIRS, flag="other"), replace(THEIRS, rollout="other")) == []
    assert found(replace(THEIRS, gates_after=ON)) == []


def test_a_hold_crosses_and_other_records_do_not() -> None:
    holds = replace(THEIRS, action="hold", gates_after=ON)
    assert found(holds, replace(holds, id="skipped", action="skip", gates_after=OFF)) == ["theirs"]
    assert "put on hold, off (“errors" in told(holds)


def test_steps_that_crossed_are_told_in_their_order_and_once() -> None:
    later = replace(THEIRS, id="a", at=THEIRS.at + timedelta(seconds=1))
    assert found(later, THEIRS, THEIRS) == ["theirs", "a"]


def test_nothing_of_a_note_commands_a_terminal() -> None:
    said = told(THEIRS)
    assert said.startswith("While this was applied, bob noted at ")
    assert "rolled back, off, in then: nobody" in said
    assert said.isprintable()


def test_the_way_out_is_named_only_where_access_that_was_taken_away_is_back() -> None:
    panic = f"rollout-tui panic {FLAG}"
    assert panic in outcome(OWN, [THEIRS], ON)
    assert panic in outcome(OWN, [THEIRS], None)
    assert panic in outcome(THEIRS, [OWN], ON)
    assert panic not in outcome(OWN, [THEIRS], OFF)
    assert panic not in outcome(OWN, [replace(OWN, id="x", gates_after=MEMBERS)], ON)
