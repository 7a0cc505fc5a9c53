"""Quick actions: what is one, what is left of the text, and that no GitLab finds one in it. Then: what they come to."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tui.domain.carried_out import carry_out, due_day
from tui.domain.draft import IssueDraft
from tui.domain.plan import Change, Request
from tui.domain.quick_actions import take_out
from tui.domain.readback import differences
from tui.domain.source import closed, kinds
from tui.domain.text import clean
from tui.sandbox.world.quick_actions import KNOWN, extract, normalise

TODAY = date(2026, 11, 22)
COMMANDS = ("/close", '/LABEL ~"a b"', "/due in 2 weeks ", " /assign me", "/shrug", "/confidential\r", "> /close")
MARKS = ("<!--", "-->", "<!-- x -->", "```", "~~~", "````sh", ">>>", "`", "a `b` c", "<details>", "</details>", "---")
PIECES = st.sampled_from([*COMMANDS, *MARKS, "/etc/hosts", "/chatops run x", "text", "", "## H", "- item", "| a |"])
TEXTS = st.lists(PIECES, max_size=14).map("\n".join)


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("/close", ["close"], ""),
        ("/CLOSE", ["close"], ""),
        ("a\n/label ~x ~y\nb", ["label"], "a\nb"),
        ("a\n/remove_label ~x", ["unlabel"], "a"),
        ("/label~x", [], "/label~x"),
        ("```\n/close\n```", [], "```\n /close\n```"),
        ("```\n/close\n```\n/close", ["close"], "```\n /close\n```"),
        ("```\n~~~\n```\n/close", ["close"], "```\n~~~\n```"),
        ("    ```\n/close", ["close"], "    ```"),
        ("<!--\n/close\n-->\n/due tomorrow", ["due"], "<!--\n /close\n-->"),
        ("<!-- a --> `<!--`\n/close", ["close"], "<!-- a --> `<!--`"),
        (">>>\n/close\n>>>", [], ">>>\n /close\n>>>"),
        ("<details>\n/close\n</details>", [], "<details>\n /close\n</details>"),
        ("`a\n/close\nb`", [], "`a\n /close\nb`"),
        ("`a`\n/close\n`b`", ["close"], "`a`\n`b`"),
        ("---\na: b\n/close\n---\n/due", ["due"], "---\na: b\n /close\n---"),
        ("> /close\n  /close\nsee /close", [], "> /close\n  /close\nsee /close"),
        ("/etc/hosts is a file", [], "/etc/hosts is a file"),
        ("/chatops gitlab run", [], "\\/chatops gitlab run"),
        ("/shrug", [], "\\/shrug"),
    ],
)
def test_quick_actions_are_what_gitlab_would_run(text: str, found: list[str], left: str) -> None:
    taken = take_out(text)
    assert [one.name for one in taken.actions] == found
    assert taken.text == left


@pytest.mark.parametrize("name", KNOWN)
def test_every_command_that_the_sandbox_knows_is_one(name: str) -> None:
    assert take_out(f"/{name} x").actions != ()


@given(TEXTS)
@example("`\n/close\n`")
@example("<a>\n</a>\n/close\n</a>")
def test_no_gitlab_finds_a_command_in_what_is_left_and_stores_it_as_it_is(text: str) -> None:
    left = closed(take_out(clean(text)).text)
    for protects in (True, False):
        again = extract(left, comments_protect=protects)
        assert again.commands == ()
        assert again.text == normalise(left)
    assert take_out(left).actions == ()


@given(TEXTS)
def test_what_is_closed_swallows_nothing_that_follows(text: str) -> None:
    line, kind = kinds(f"{closed(clean(text))}\n\nafter")[-1]
    assert (line, kind) == ("after", "text")


def test_much_of_anything_takes_no_time() -> None:
    for piece in ("<a>\n", "```\n", "<!--\n", "`\n", ">>>\n", "/label ~a\n"):
        text = piece * (80_000 // len(piece))
        assert "/label" not in take_out(text).text


# what they come to

DRAFTED = IssueDraft(kind="rollout-plan")
ASKED = replace(DRAFTED, title="T", confidential=False, labels=("group::a", "x"), assignees=("alice",))


def after(text: str, drafted: IssueDraft = DRAFTED, **asked: object) -> tuple[IssueDraft, str, str]:
    """The issue, and what is said to be done and not to be done."""
    before = replace(ASKED, **asked)
    actions = take_out(text).actions
    found = carry_out(drafted, before, actions, today=TODAY, operator="zoe", unknown={"boss"}, milestones={"18.5"})
    return found.issue, "; ".join(found.done), "; ".join(found.remarks)


def test_what_the_draft_leaves_open_is_carried_out() -> None:
    text = '/confidential\n/label ~y "group::b"\n/assign me @bob\n/due in 2 weeks'
    issue, done, remarks = after(text)
    assert (issue.confidential, issue.labels, issue.assignees) == (True, ("x", "y", "group::b"), ("zoe", "bob"))
    assert issue.due == date(2026, 12, 6)
    assert done == ("confidential; label y; label group::b; assigned to zoe and bob; due 2026-12-06")
    assert remarks == ""


@pytest.mark.parametrize(
    ("text", "chosen", "said"),
    [
        (
            "/confidential",
            {"confidential": False},
            "/confidential would make the issue confidential; the draft says it",
        ),
        ("/label ~y", {"labels": ()}, "/label ~y would add labels; the draft says none"),
        ("/label ~group::b", {"labels": ("group::a", "x")}, "would take group::a away for group::b"),
        ("/assign @bob", {"assignees": ("alice",)}, "would assign bob; the draft says alice"),
        ("/due 2026-12-24", {"due": date(2026, 12, 1)}, "would make it due 2026-12-24; the draft says 2026-12-01"),
    ],
)
def test_what_contradicts_the_draft_is_said_and_the_draft_counts(
    text: str, chosen: dict[str, object], said: str
) -> None:
    drafted = replace(DRAFTED, **chosen)
    issue, done, remarks = after(text, drafted, **chosen)
    assert issue == replace(ASKED, **chosen)
    assert done == ""
    assert said in remarks
    assert "the draft counts" in remarks


def test_labels_are_a_union_with_those_that_the_draft_asks_for() -> None:
    issue, done, _ = after("/label ~y ~x", replace(DRAFTED, labels=("x",)), labels=("x",))
    assert issue.labels == ("x", "y")
    assert done == "label y"


def test_what_cannot_be_a_field_is_named_and_left_out() -> None:
    issue, _, remarks = after("/close\n/weight 3\n/milestone %17.5\n/assign @boss\n/due when it is ready\n/unlabel ~x")
    assert issue == ASKED
    assert "Not run, and not in the text that is sent: /close, /weight 3 and /unlabel ~x" in remarks
    assert "GitLab knows no such user" in remarks
    assert "its date is not understood" in remarks
    assert "/milestone %17.5 is not run: the project has no such open milestone" in remarks


@pytest.mark.parametrize("written", ["%18.5", '%"18.5"', "18.5"])
def test_a_milestone_that_the_project_has_is_set(written: str) -> None:
    actions = take_out(f"/milestone {written}").actions
    found = carry_out(DRAFTED, ASKED, actions, today=TODAY, milestones={"18.5"})
    assert (found.milestone, found.done) == ("18.5", ("milestone 18.5",))
    assert carry_out(DRAFTED, ASKED, actions, today=TODAY).milestone == "18.5"


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-12-24", date(2026, 12, 24)),
        ("Today", TODAY),
        ("tomorrow", date(2026, 11, 23)),
        ("in 3 days", date(2026, 11, 25)),
        ("2 weeks from now", date(2026, 12, 6)),
        ("next month", date(2026, 12, 22)),
        ("in 15 months", date(2028, 2, 22)),
        ("in 9999 years", None),
        ("2026-02-30", None),
        ("", None),
    ],
)
def test_dates_are_understood_as_people_write_them(words: str, day: date | None) -> None:
    assert due_day(words, TODAY) == day


def test_a_month_without_such_a_day_ends_earlier() -> None:
    assert due_day("in 1 month", date(2026, 1, 31)) == date(2026, 2, 28)


def test_a_milestone_that_gitlab_drops_is_a_difference() -> None:
    request = Request("POST", "/projects/1/issues", {"title": "T", "milestone_id": 3})
    change = Change("issue:x", "create-issue", "", request)
    assert differences(change, request, {"title": "T", "milestone": {"id": 3}}) == ()
    for other in (None, {"id": 4}):
        assert differences(change, request, {"title": "T", "milestone": other}) == ("the milestone was dropped",)
