"""Whether a flag is as the rollout left it: a hold proves nothing, and a broken apply is nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.rollouts import FLAG, MEMBERS, NOW, TEAM, climbed, entry
from tui.domain.as_left import Broken, unlike
from tui.domain.audience import Labels
from tui.domain.gates import OFF, Gates
from tui.domain.history import Action
from tui.domain.observed import FlagSeen

FULL = Gates(boolean=True)
TEN = replace(MEMBERS, percentage_of_actors=10)
CALLED = entry("everyone", "10%", MEMBERS, TEN)


def said(gates: Gates, entries: tuple[object, ...] = (), broken: Broken | None = None, **seen: object) -> str:
    found = unlike(FlagSeen(FLAG, gates, **seen), entries, Labels(), broken)  # type: ignore[arg-type]
    return found.text if found else ""


def test_the_gates_that_the_last_step_left_are_as_they_should_be() -> None:
    assert said(MEMBERS, climbed()) == ""
    assert said(OFF) == ""
    assert said(FULL, climbed(), attested=True) == "", "nobody looked"


@pytest.mark.parametrize("action", ["hold", "resume", "skip", "finish", "create-issues"])
def test_what_leaves_the_flag_alone_does_not_make_anothers_change_ours(action: Action) -> None:
    told = entry("members", "members", FULL, FULL, action=action)
    found = unlike(FlagSeen(FLAG, FULL), (*climbed(), told), Labels())
    assert found is not None
    assert found.others
    assert found.text.startswith("Somebody else changed it since 2026-11-22 10:00 UTC: it was ")


def test_an_undo_that_put_back_what_others_had_opened_is_no_off() -> None:
    undone = entry("off", "", MEMBERS, TEAM, action="undo")
    assert said(TEAM, (*climbed(), undone)).startswith("It is open still")
    assert said(OFF, (*climbed(), replace(undone, gates_after=OFF))) == ""


def test_a_flag_that_was_open_before_the_first_step_is_told() -> None:
    assert said(TEAM) == "It is open, and not by a step of this rollout."


def test_a_broken_apply_of_ours_is_nobody_else() -> None:
    begun = Broken("everyone", "10%", NOW, (CALLED,))
    where = "An apply to everyone 10%, begun at 2026-11-22 10:00 UTC, is not done"
    assert said(TEN, climbed(), begun) == f"{where} and left it so."
    assert said(FULL, climbed(), begun).startswith("Somebody else")
    unsure = replace(begun, calls=(), unsure=True)
    assert said(TEN, climbed(), unsure) == f"{where}: GitLab did not answer its last call."
    assert said(MEMBERS, climbed(), unsure) == "", "its call did not come through"
    assert " to members, begun" in said(TEN, climbed(), replace(unsure, phase="members", step="members")), "named once"
    overtaken = replace(unsure, at=NOW - timedelta(hours=1))
    assert said(TEN, climbed(), overtaken).startswith("Somebody else")


def test_a_reading_that_may_be_old_accuses_nobody() -> None:
    until = NOW + timedelta(seconds=60)
    words = said(TEAM, climbed(), left=MEMBERS, settled_at=until)
    assert words.endswith("look after 10:01:00 UTC.")
