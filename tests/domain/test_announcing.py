"""Where the release is announced: channel by channel, in the draft."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from tests.support.rollouts import NOW, guide, sample
from tui.domain.announcing import Standing, comment, marks_in, not_posted, posted, standings, with_marks
from tui.domain.draft import Announcement, Draft, Posted
from tui.domain.validate import validate

DRAFT = structs.replace(sample(), announcement=Announcement(channels=("#team", "#news"), text="Soon"))


def where(draft: Draft) -> dict[str, bool]:
    return {one.channel: one.at is not None for one in standings(draft.announcement)}


def test_it_is_marked_channel_by_channel_and_taken_back() -> None:
    once = posted(DRAFT, "#news", NOW, "alice", " https://chat.example.com/p/1 ")
    assert standings(once.announcement)[1] == Standing("#news", NOW, "alice", "https://chat.example.com/p/1")
    assert once.announcement.unposted == ("#team",)
    twice = posted(posted(once, "#team", NOW, "bob"), "#news", NOW, "bob")
    assert [one.by for one in standings(twice.announcement)] == ["bob", "bob"]
    assert twice.announcement.unposted == ()
    assert where(not_posted(twice, "#news")) == {"#team": True, "#news": False}


def test_a_channel_that_was_not_planned_is_added() -> None:
    assert posted(DRAFT, "#more", NOW, "alice").announcement.channels == ("#team", "#news", "#more")


def test_one_time_for_all_channels_counts_for_each_and_can_be_taken_back_for_one() -> None:
    old = structs.replace(DRAFT, announcement=structs.replace(DRAFT.announcement, posted_at=NOW))
    assert where(old) == {"#team": True, "#news": True}
    assert where(not_posted(old, "#team")) == {"#team": False, "#news": True}


def test_marks_travel_in_the_report_and_do_not_replace_ones_own() -> None:
    alice = posted(DRAFT, "#news --> <!-- x", NOW, "alice", "https://chat/1")
    note = comment(alice.announcement)
    assert note.count("-->") == 1
    marks = marks_in(f"text\n{note}\nmore")
    assert marks == alice.announcement.posted
    bob = with_marks(posted(DRAFT, "#team", NOW, "bob"), marks)
    assert where(bob) == {"#team": True, "#news": False, "#news --> <!-- x": True}
    assert with_marks(alice, [structs.replace(marks[0], by="mallory")]) == alice
    assert comment(DRAFT.announcement) == ""


def test_two_who_have_noted_the_same_channels_come_to_agree() -> None:
    """Else each would rewrite the other's report at every step."""
    alice = posted(posted(DRAFT, "#news", NOW, "alice"), "#more", NOW + timedelta(hours=2), "alice")
    bob = posted(posted(DRAFT, "#news", NOW + timedelta(hours=1), "bob"), "#team", NOW, "bob")
    told = comment(with_marks(bob, marks_in(comment(alice.announcement))).announcement)
    assert comment(with_marks(alice, marks_in(told)).announcement) == told
    assert [(one.channel, one.by) for one in marks_in(told)] == [("#team", "bob"), ("#news", "bob"), ("#more", "alice")]


@pytest.mark.parametrize(
    "text", ["[{}]", '[{"channel":"#a","posted_at":"2026-01-01T00:00:00"}]', "[1", "[]", '[{"channel":1}]']
)
def test_damaged_marks_are_none(text: str) -> None:
    assert marks_in(f"<!-- rollout-tui: announced={text} -->") == ()


def test_what_is_wrong_with_it_is_said() -> None:
    marks = tuple(
        Posted(channel=one, at=NOW, url=url) for one, url in [("", ""), ("#news", "x"), ("#news", ""), ("#a", "")]
    )
    marks = (*marks, Posted(channel="#team", at=NOW.replace(tzinfo=None)))
    wrong = structs.replace(DRAFT, announcement=structs.replace(DRAFT.announcement, posted=marks))
    found = {one.path: (one.level, one.message) for one in validate(wrong, guide(), {"v1": guide()})}
    assert {path: text for path, text in found.items() if path.startswith("announcement")} == {
        "announcement.posted[0].channel": ("error", "is empty"),
        "announcement.posted[1].url": ("error", '"x" is no web address'),
        "announcement.posted[2].channel": ("error", "#news is there already"),
        "announcement.posted[4].at": ("error", "has no time zone"),
        "announcement.posted[3].channel": ("warning", "#a is not among the channels of the announcement"),
    }
