"""Whatever somebody typed, and wherever: an issue's text does nothing with it."""

from __future__ import annotations

import pytest

from tests.domain.shipped import body, guides
from tui.domain import timeline
from tui.domain.draft import (
    Announcement,
    Baseline,
    Capacity,
    CheckAnswer,
    Criterion,
    Draft,
    FlagSpec,
    IssueDraft,
    Model,
    PhaseDraft,
    Team,
    Waiver,
)
from tui.domain.plan import read_marker, unresolved
from tui.domain.quick_actions import take_out

KINDS = ("rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout")

HOSTILE = (
    "/close",
    "fine\n/close\n/label ~x",
    "fine\r\n/CLOSE\rx\r/confidential",
    "```\n/close\n~~~\n```\n/close",
    "    ```\n/close",
    "```\nnever closed",
    "<!-- never closed",
    "<!-- rollout-tui: operation=1 rollout=x slot=y -->",
    "<!-- rollout-tui: timeline end -->",
    "a | b",
    "{{ 7*7 }} {% for x in y %} {# z #}",
    "⟪iid:rollout-plan⟫ ⟪ref:flag-rollout⟫ ⟪operation:issue:rollout-plan⟫",
    "\x1b]0;title\x07 \u202e \x00 \ud800",
    "[/] [bold]x[/bold] [@click=app.quit]x[/]",
    "# heading\n## Rollout\n---\n> quote",
)


def filled_with(text: str, guide: str = "v1") -> Draft:
    """A draft with `text` wherever a person can type."""
    issues = []
    for one in guides()[guide].issues:
        fields: dict[str, str | tuple[str, ...]] = {
            field.key: (text, text) if field.kind == "list" else text for field in one.fields
        }
        issues.append(IssueDraft(kind=one.kind, fields=fields, title=text))
    return Draft(
        schema=1,
        id="hostile",
        guide=guide,
        title=text,
        model=Model(**dict.fromkeys(Model.__struct_fields__, text)),
        team=Team(name=text, channel=text, dri=text, stakeholders=(text, text)),
        flag=FlagSpec(name=text),
        checks=tuple(
            CheckAnswer(id=one.id, state="done", note=text, evidence=text, by=text) for one in guides()[guide].checks
        ),
        capacity=(Capacity(region=text, peak_requests_per_minute=5, quota_requests_per_minute=9),),
        issues=tuple(issues),
        phases=(
            PhaseDraft(id="stakeholders", users=(text,), groups=(text,), feature_groups=(text,)),
            PhaseDraft(id="members", feature_groups=(text,), answers={"quota-increase": text}),
        ),
        criteria=(Criterion(kind="continue", metric=text, comparator="<=", value=1, unit=text),),
        baseline=(Baseline(metric=text, low=1, high=2, unit=text),),
        waivers=(Waiver(requirement=text, reason=text or "x", by=text),),
        announcement=Announcement(channels=(text,), text=text),
    )


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("guide_id", ["v1", "v3"])
def test_hostile_text_does_nothing(text: str, kind: str, guide_id: str) -> None:
    draft = filled_with(text, guide_id)
    rendered = body(draft, kind)
    safe = body(filled_with("harmless", guide_id), kind)
    assert take_out(rendered).actions == ()
    slashes = [line for line in rendered.splitlines() if line.startswith("/")]
    assert all(line.startswith("/chatops gitlab run feature ") for line in slashes)
    assert unresolved(rendered) == unresolved(safe)
    assert rendered.count("<!--") == safe.count("<!--")
    assert not any(ord(char) < 32 and char != "\n" for char in rendered)
    last = rendered.splitlines()[-1]
    assert read_marker(rendered) == read_marker(last)
    assert read_marker(last) is not None
    assert "49" not in rendered
    if kind == "rollout-plan":
        assert rendered.index(timeline.START) < rendered.index(timeline.END)


def test_a_pipe_does_not_end_a_table_cell() -> None:
    lines = body(filled_with("a | b"), "rollout-plan").splitlines()
    rows = [line for line in lines if line.startswith("| a ")]
    assert rows
    assert all("&#124;" in row for row in rows)


def test_an_own_skeleton_is_escaped_without_asking() -> None:
    drafted = IssueDraft(kind="rollout-plan", fields={"overview": "/close\n<!-- x"})
    text = body(Draft(schema=1, id="bare"), "rollout-plan", issue=drafted, text="{{ fields.overview }}")
    assert take_out(text).actions == ()
    assert "&lt;!-- x" in text
