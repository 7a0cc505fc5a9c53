"""What the next step needs, as the rollout screen tells it: also what the time itself asks for."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from tests.support.rollouts import MEMBERS, NOW, climbed, observed, sample, situation
from tui.domain.concerns import Concern
from tui.domain.draft import Waiver
from tui.widgets.rollout_rows import needed_rows

LOCK = Concern("freeze", "Lock", "Hard freeze Lock until Mon 2026-11-23 12:00 UTC", since=NOW)
HERE = situation(sample(), observed(replace(MEMBERS, percentage_of_actors=10)), climbed(1, 10))


def test_a_freeze_is_told_before_the_step() -> None:
    frozen = replace(HERE, concerns=(LOCK, replace(LOCK, kind="working-day", text="It is late", required=False)))
    told = [row.content.plain for row in needed_rows(frozen, NOW)]
    assert "  ✗ Hard freeze Lock until Mon 2026-11-23 12:00 UTC: wait, or say why  blocks" in told
    assert "  ! It is late: wait, or say why  recommended" in told
    assert not any("Lock" in row.content.plain for row in needed_rows(HERE, NOW))


def test_one_that_is_waived_is_not() -> None:
    draft = structs.replace(HERE.draft, waivers=(Waiver(requirement="freeze", reason="Agreed.", at=NOW),))
    told = needed_rows(replace(HERE, draft=draft, concerns=(LOCK,)), NOW)
    assert not any("Lock" in row.content.plain for row in told)
