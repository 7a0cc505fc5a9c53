"""The texts for chat: which ones a moment asks for, and that they say what is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from tests.support.rollouts import ASSETS, MEMBERS, NOW, climbed, entry, observed, sample, seen_issue, situation
from tui.domain.draft import Announcement, Draft, Model, Team
from tui.domain.errors import BadInput
from tui.domain.gates import OFF, ON, Gates
from tui.domain.history import Entry
from tui.domain.lease import Lease
from tui.domain.planning import Situation
from tui.domain.telling import FILES, messages

TEMPLATES = {name: (ASSETS / "messages" / name).read_text(encoding="utf-8") for name in FILES}
TEN = replace(MEMBERS, percentage_of_actors=10)
PLAN = "http://127.0.0.1/code-creation/rollouts/-/issues/7"


def moment(entries: Sequence[Entry], gates: Gates, draft: Draft | None = None) -> Situation:
    """An hour for each entry, and 40 minutes after the last."""
    hourly = tuple(replace(one, at=NOW + timedelta(hours=hour)) for hour, one in enumerate(entries))
    look = observed(gates, issues={"rollout-plan": seen_issue("rollout-plan", 7)})
    here = situation(draft or sample(), look, hourly)
    return replace(here, now=(hourly[-1].at if hourly else NOW) + timedelta(minutes=40))


def told(here: Situation) -> dict[str, str]:
    return {one.key: one.text for one in messages(here, TEMPLATES)}


HOLD = entry("everyone", "10%", TEN, TEN, action="hold", reason="429 from the provider", operator="bob")
BACK = entry("members", "members", TEN, MEMBERS, action="step-back", reason="p95 is above its range")
OFF_ = entry("off", "", TEN, OFF, action="abandon", reason="Too slow")


@pytest.mark.parametrize(
    ("entries", "gates", "keys"),
    [
        ((), OFF, ["status", "heads-up"]),
        (climbed(), MEMBERS, ["status", "heads-up", "announcement", "support"]),
        (climbed(10), TEN, ["status", "heads-up", "announcement", "support"]),
        ((*climbed(10), HOLD), TEN, ["hold", "status", "announcement", "support"]),
        ((*climbed(10), BACK), MEMBERS, ["back", "status", "heads-up", "announcement", "support"]),
        (climbed(10, 100), ON, ["done", "status", "announcement", "support"]),
        ((*climbed(10), OFF_), OFF, ["back", "status"]),
    ],
)
def test_each_moment_has_its_texts(entries: tuple[Entry, ...], gates: Gates, keys: list[str]) -> None:
    assert list(told(moment(entries, gates))) == keys


def test_the_status_says_what_is_live_what_is_next_who_is_on_hand_and_where_to_look() -> None:
    assert told(moment(climbed(10), TEN))["status"].splitlines() == [
        "Codestral 25.01 for Code Completion: under way",
        "Live: 10 % of users, since 2026-11-22 12:00 UTC (40 min)",
        "In: the team (group code-creation, alice, bob), gitlab_team_members or 10 % of users",
        "Next: 25 % of users, not before 2026-11-22 14:00 UTC",
        "On hand: alice, at least until 2026-11-22 14:00 UTC",
        "Numbers: Latency by model: https://dashboards.example.com/codestral-2501/latency",
        f"Plan and history: {PLAN}",
        "Something odd? #g_code_creation",
    ]


def test_a_hold_and_a_way_back_say_why_and_who_is_in() -> None:
    hold = told(moment((*climbed(10), HOLD), TEN))["hold"]
    assert "is on hold at 10 % of users since 2026-11-22 13:00 UTC.\nWhy: 429 from the provider\n" in hold
    assert "25 % of users waits until we resume" in hold
    assert "Decided by bob. Questions: #g_code_creation" in hold
    back = told(moment((*climbed(10), BACK), MEMBERS))["back"]
    assert "taken back at 2026-11-22 13:00 UTC by alice.\nWhy: p95 is above its range\n" in back
    assert (
        "gitlab_team_members. Before: the team (group code-creation, alice, bob), gitlab_team_members or 10 %" in back
    )


def test_the_announcement_is_the_drafts_own_or_made_from_it() -> None:
    here = moment(climbed(), MEMBERS)
    assert told(here)["announcement"].startswith("Code Completion moves to Codestral 25.01 over the next days")
    silent = structs.replace(sample(), announcement=Announcement())
    text = told(moment(climbed(), MEMBERS, silent))["announcement"]
    assert text.startswith("Code Completion gets a new model: Codestral 25.01, in place of Qwen 2.5 7B.\n\nBetter")
    assert "in steps (1 %, 10 %, 25 %, 50 %, 75 %, everyone), not before 2026-11-25 11:00 UTC." in text


def test_who_has_the_lead_is_on_hand() -> None:
    lead = Lease("carol", "host", NOW, NOW + timedelta(hours=8), released=False, note=1, url="")
    assert "On hand: carol" in told(replace(moment(climbed(10), TEN), lead=lead))["status"]


def test_an_empty_draft_has_whole_sentences_without_blanks_to_fill() -> None:
    bare = structs.replace(sample(), model=Model(), team=Team(), issues=(), announcement=Announcement(), title="")
    for entries, gates in ((climbed(10), TEN), ((*climbed(10), HOLD), TEN), ((*climbed(10), BACK), MEMBERS)):
        for text in told(moment(entries, gates, bare)).values():
            assert not [line for line in text.splitlines() if line != line.strip() or line.endswith((":", "("))], text
            assert "\n\n\n" not in text
            assert "None" not in text


def test_hostile_words_stay_words() -> None:
    nasty = "{{ 7*7 }}\x1b[31m\u202e{% raw %}"
    draft = structs.replace(
        sample(), model=Model(name=nasty, feature=nasty, reason=nasty), announcement=Announcement(text=nasty)
    )
    for text in told(moment((*climbed(10), replace(HOLD, reason=nasty)), TEN, draft)).values():
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "49" not in text


def test_a_template_of_ones_own_that_cannot_be_filled_in_says_where() -> None:
    with pytest.raises(BadInput, match=r"status\.md, line 2: there is no nonsense"):
        messages(moment((), OFF), {**TEMPLATES, "status.md": "Hi\n{{ nonsense }}"})


def test_a_template_of_ones_own_is_tidied_and_cleaned() -> None:
    (text, *_) = messages(moment((), OFF), {**TEMPLATES, "status.md": "\n{{ state }}  \n\n\nBye\x1b[31m\n\n"})
    assert text.text == "nobody has it yet\n\nBye\N{REPLACEMENT CHARACTER}[31m"
