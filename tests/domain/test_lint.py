"""Leftovers: what is found, what is not; and what makes text harmless."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.shipped import skeleton
from tui.domain.lint import leftovers, literal
from tui.domain.markdown import block, cell, code, inline, items
from tui.domain.plan import unresolved
from tui.domain.quick_actions import take_out
from tui.domain.text import clean

SLASHES = ("/close", "/CLOSE x", "/etc/hosts", " /label ~x", "\t/due", "\u2028/close")
FENCES = ("```", "~~~", "````", "    ```", "```a`b", "``` sh")
PIECES = st.sampled_from([*SLASHES, *FENCES, "text", "", "<!--", "-->", ">", "\r", "|", "⟪at⟫"])
TEXTS = st.one_of(st.lists(PIECES, max_size=12).map("\n".join), st.text(max_size=60))


@pytest.mark.parametrize(
    "text",
    [
        "<feature-flag-name>",
        "<your flag>",
        "<...>",
        "see <issue link> there",
        "TBD",
        "| TBA |",
        "TBC.",
        "???",
        "NAME",
        "MODEL_NAME",
        "YOUR NAME",
        "_Add the dashboards here_",
        "p50: X",
        "p95 X",
    ],
)
def test_leftovers_are_found(text: str) -> None:
    assert len(leftovers(f"fine\n{text}\n")) == 1
    assert leftovers(f"fine\n{text}")[0].line == 2


@pytest.mark.parametrize(
    "text",
    [
        "a < b > c",
        "1 <2",
        "<https://example.com/x>",
        "<mailto:a@example.com>",
        "<details><summary>x</summary></details>",
        "a<br>b",
        "<!-- TBD -->",
        "<!--\nTBD\n-->",
        "what??",
        "name",
        "RENAMED",
        "TBDs",
        "p50: 700 ms",
        "_Nothing noted yet._",
        "_None._",
        "use_new_model_Added_",
    ],
)
def test_ordinary_text_is_no_leftover(text: str) -> None:
    assert leftovers(text) == ()


def test_lines_are_counted_through_comments() -> None:
    assert [(one.text, one.line) for one in leftovers("a\n<!-- x\ny -->\nTBD <x-y>")] == [("TBD", 4), ("<x-y>", 4)]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("/close", "\\/close"),
        ("a\n  /Close", "a\n  \\/Close"),
        ("```\n/close\n```", "```\n /close\n```"),
        ("~~~\n/close\n~~~", "~~~\n /close\n~~~"),
        ("```sh\nx", "```sh\nx\n```"),
        ("````\n```\nx", "````\n```\nx\n````"),
        ("<!-- x", "&lt;!-- x"),
        ("and/or", "and/or"),
    ],
)
def test_literal_text_shows_what_was_typed(text: str, safe: str) -> None:
    assert literal(text) == safe


@given(TEXTS)
def test_no_line_of_a_persons_text_begins_with_a_slash(text: str) -> None:
    for made in (block(text), inline(text), cell(text), items(text), items((text, text))):
        assert not re.search(r"^/\w", made, re.MULTILINE)
        assert take_out(made).actions == ()
        assert "<!--" not in made
        assert unresolved(made) == ()


@given(TEXTS)
def test_being_made_literal_twice_changes_nothing(text: str) -> None:
    once = literal(clean(text))
    assert literal(once) == once


@given(TEXTS)
def test_what_follows_a_persons_text_is_not_swallowed_by_it(text: str) -> None:
    after = f"{block(text)}\n/close"
    assert [one.name for one in take_out(after).actions] == ["close"]


@given(TEXTS)
def test_a_cell_and_code_stay_on_one_line(text: str) -> None:
    assert "\n" not in cell(text) + inline(text) + code(text)
    assert "|" not in cell(text)
    assert "`" not in code(text)


@given(TEXTS, TEXTS)
def test_leftovers_of_two_lines_are_those_of_each(first: str, second: str) -> None:
    first, second = clean(first).replace("\n", " "), clean(second).replace("\n", " ")
    if "<!--" in first + second:
        return
    together = [(one.text, one.line) for one in leftovers(f"{first}\n{second}")]
    apart = [(one.text, 1) for one in leftovers(first)] + [(one.text, 2) for one in leftovers(second)]
    assert together == apart


@pytest.mark.parametrize(
    "name",
    ["rollout-plan.md", "internal-rollout.md", "internal-feedback.md", "flag-rollout.md", "flag-rollout-commands.md"],
)
def test_no_skeleton_has_leftovers_or_quick_actions_of_its_own(name: str) -> None:
    text = re.sub(r"\{[{%].*?[}%]\}", "", skeleton(name))
    assert leftovers(text) == ()
    assert take_out(text).actions == ()
