"""The report in a plan issue's description: a stranger reads from it who did what, when and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from tests.support.rollouts import FLAG, MEMBERS, NOW, TEAM, climbed, entry, guide, sample
from tui.domain.draft import Announcement, Posted
from tui.domain.gates import OFF, Gates
from tui.domain.history import Entry
from tui.domain.lease import Lease
from tui.domain.quick_actions import take_out
from tui.domain.report import ROWS, Source, report
from tui.domain.steps import ladder
from tui.domain.verdict import Verdict

DRAFT = structs.replace(sample(), announcement=Announcement(channels=("#team", "#news"), text="Soon"))
STEPS = ladder(DRAFT, guide())
TEN, QUARTER = replace(MEMBERS, percentage_of_actors=10), replace(MEMBERS, percentage_of_actors=25)


def hourly(*entries: Entry) -> tuple[Entry, ...]:
    return tuple(replace(one, at=NOW + timedelta(hours=hour)) for hour, one in enumerate(entries))


def told(*entries: Entry, lead: Lease | None = None, announcement: Announcement = DRAFT.announcement) -> str:
    draft = structs.replace(DRAFT, announcement=announcement)
    return report(Source(draft, STEPS, hourly(*entries), lead))


def facts(text: str) -> dict[str, str]:
    """The list at the beginning, by its bold words."""
    lines = [line[4:].split(":**", 1) for line in text.splitlines() if line.startswith("- **") and ":**" in line]
    return {name: value.strip() for name, value in lines}


def rows(text: str) -> list[list[str]]:
    """What happened."""
    return [line.strip("| ").split(" | ") for line in text[text.index("**What happened**") :].splitlines()[4:]]


def test_before_anything_has_happened_it_says_what_comes() -> None:
    text = told(entry("issues", "", OFF, OFF, action="create-issues"))
    assert text == told()
    assert facts(text) == {"State": "nobody is in yet", "Next": "Own team and interested stakeholders"}
    assert "What happened" not in text
    assert "Exposure" not in text


@pytest.mark.parametrize(
    ("last", "state", "following"),
    [
        ((), "**live** at 10 % of users since 2026-11-22 12:00 UTC", "25 % of users, after at least 2h"),
        (
            (entry("everyone", "10%", TEN, TEN, action="hold", reason="429 from the provider"),),
            "**on hold** at 10 % of users since 2026-11-22 13:00 UTC by alice: 429 from the provider",
            "25 % of users, after the rollout is resumed",
        ),
        (
            (entry("off", "", TEN, OFF, action="roll-back", reason="Wrong model", operator="bob"),),
            "**off for everybody** since 2026-11-22 13:00 UTC by bob: Wrong model",
            "Own team and interested stakeholders",
        ),
        (
            (entry("off", "", TEN, OFF, action="abandon", reason="Too slow"),),
            "**abandoned**, off for everybody since 2026-11-22 13:00 UTC by alice: Too slow",
            None,
        ),
    ],
)
def test_the_state_says_since_when_by_whom_and_what_is_next(
    last: tuple[Entry, ...], state: str, following: str | None
) -> None:
    found = facts(told(*climbed(10), *last))
    assert found["State"] == state
    assert found.get("Next") == following


def test_the_end_is_told() -> None:
    on = Gates(boolean=True)
    full = facts(told(*climbed(10, 100)))
    assert full["State"] == "**everybody is in**, to be finished after a day since 2026-11-22 13:00 UTC"
    assert full["In"] == "everybody"
    done = facts(told(*climbed(10, 100), entry("everyone", "100%", on, on, action="finish")))
    assert done["State"] == "**finished** since 2026-11-22 14:00 UTC by alice"
    assert "Lead" not in done


def test_each_row_says_who_did_what_when_and_why_with_the_numbers() -> None:
    readings = {"refused_requests": 9, "latency_p95": 1100}
    incident = Verdict("hold", "hold", readings, ("roll back when refused_requests > 3 %: 9 seen",), True)
    against = Verdict("continue", "hold", {}, ("acceptance_rate: nothing seen",))
    found = rows(
        told(
            *climbed(10),
            entry("everyone", "10%", TEN, TEN, action="hold", reason="429", verdict=incident, operator="bob"),
            entry("everyone", "25%", TEN, QUARTER, reason="Agreed.", verdict=against),
            entry("everyone", "50%", QUARTER, QUARTER, action="skip", reason="Quiet week"),
            entry("everyone", "75%", QUARTER, QUARTER, verdict=Verdict("continue", "continue", {"latency_p95": 1100})),
            entry("members", "members", QUARTER, MEMBERS, action="step-back", effect="For a moment, between two calls, "
                  "the flag is off for everybody."),
        )
    )  # fmt: skip
    assert found[2] == ["2026-11-22 12:00", "alice", "Opened to 10 % of users", "-"]
    assert found[3:] == [
        [
            "2026-11-22 13:00",
            "bob",
            "Put **on hold** at 10 % of users",
            (
                "429. Verdict **hold**, the provider has an incident: roll back when refused_requests > 3 %: 9 seen; "
                "besides latency_p95 1100 ms"
            ),
        ],
        [
            "2026-11-22 14:00",
            "alice",
            "Opened to 25 % of users",
            "Agreed. Verdict **continue** (the numbers propose to hold): acceptance_rate: nothing seen",
        ],
        ["2026-11-22 15:00", "alice", "Skipped 50 % of users", "Quiet week"],
        ["2026-11-22 16:00", "alice", "Opened to 75 % of users", "Verdict **continue**: latency_p95 1100 ms"],
        [
            "2026-11-22 17:00",
            "alice",
            "Stepped **back** to every employee (off for everybody for a moment in between)",
            "-",
        ],
    ]


def test_the_course_is_counted_and_says_who_took_part() -> None:
    hold = entry("everyone", "10%", TEN, TEN, action="hold", operator="bob")
    undo = entry("members", "members", TEN, MEMBERS, action="undo")
    course = facts(told(*climbed(10), hold, undo, undo))["Course"]
    assert course == "since 2026-11-22 10:00 UTC 3 steps on, 1 hold and 2 ways back, by alice and bob"


def test_the_lead_is_who_opened_the_flag_last_unless_somebody_took_it() -> None:
    lead = Lease("bob", "host", NOW, NOW + timedelta(hours=8), released=False, note=1, url="")
    assert facts(told(*climbed(10)))["Lead"] == "alice"
    assert facts(told(*climbed(10), lead=lead))["Lead"] == "bob"
    assert facts(told(*climbed(10), lead=replace(lead, released=True)))["Lead"].startswith("nobody; bob gave it up at")
    planned = replace(entry("everyone", "25%", TEN, QUARTER), id="")
    assert facts(told(*climbed(10), planned, lead=lead))["Lead"] == "alice"


def test_announcements_say_where_they_are_and_where_not_yet() -> None:
    at = datetime(2026, 11, 21, 9, 5, tzinfo=UTC)
    posted = Announcement(
        channels=("#team", "#news"), text="Soon", posted=(Posted(channel="#news", at=at, by="carol"),)
    )
    text = told(announcement=posted)
    assert "- **Announced** in #news at 2026-11-21 09:05 UTC by carol" in text
    assert "- **Not announced yet** in #team" in text
    everywhere = told(announcement=structs.replace(posted, posted_at=at))
    assert "- **Announced** in #team at 2026-11-21 09:05 UTC\n" in everywhere
    assert "Not announced yet" not in everywhere


def test_the_chart_ends_with_the_last_entry_and_a_long_history_with_its_last_rows() -> None:
    flips = [entry("everyone", "10%", TEN, TEN, action=("hold", "resume")[one % 2]) for one in range(ROWS)]
    text = told(*climbed(10), *flips)
    assert "```plaintext\n100 %" in text
    assert "2026-11-25 00:00\n" in text
    assert len(rows(text)) == ROWS + 2
    assert "3 earlier rows are in the comments." in text


@pytest.mark.parametrize("words", ["/close", "a | b\n/close", "<!-- x", "```", "⟪at⟫", "-->"])
def test_hostile_words_do_nothing_in_it(words: str) -> None:
    verdict = Verdict("hold", "hold", {words: 1}, (words,))
    made = entry(
        "members",
        "members",
        OFF,
        Gates(actors=frozenset({words}), groups=frozenset({words})),
        operator=words,
        reason=words,
        names={words: words},
        verdict=verdict,
    )
    posted = Announcement(channels=(words,), posted=(Posted(channel=words, at=NOW, by=words, url=words),))
    lead = Lease(words, words, NOW, NOW, released=True, note=1, url=words)
    text = told(entry("stakeholders", "team", OFF, TEAM), made, lead=lead, announcement=posted)
    assert take_out(text).actions == ()
    assert "<!--" not in text[: text.index("<!-- rollout-tui: announced=[{")]
    assert "⟪" not in text
    assert {row.replace("\\|", "").count("|") for row in text.splitlines() if row.startswith("| 20")} == {4, 5}


def test_entries_of_another_flag_do_not_say_who_is_in() -> None:
    other = entry("opt-out", "opt-out", OFF, Gates(groups=frozenset({"acme"})), flag=f"{FLAG}_opt_out")
    assert "acme" not in facts(told(*climbed(10), other))["In"]
