"""The report on the plan issue, brought up to date where something else than a step has changed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec import structs

from tests.runtime.conftest import gateway
from tests.support.clock import Clock
from tests.support.rollouts import sample
from tui.domain.announcing import posted
from tui.domain.draft import Announcement, Draft, Place
from tui.domain.observed import IssueSeen
from tui.domain.plan import Request
from tui.runtime import leading, telling
from tui.runtime.workbench import Session
from tui.sandbox.server import Server

DRAFT: Draft = structs.replace(
    sample(),
    gitlab=Place(instance="env", project="code-creation/rollouts"),
    announcement=Announcement(channels=("#team", "#news"), text="Soon"),
)


@pytest.fixture
def issue(session: Session) -> IssueSeen:
    """The plan issue of a rollout whose first step is made."""
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert session.apply(prepared).outcome == "done"
    return session.situation(DRAFT).observed.issues["rollout-plan"]


def description(server: Server, issue: IssueSeen) -> str:
    found = gateway(server).issue(issue.project_id, issue.iid)
    assert found is not None
    return found.description


@pytest.fixture
def sent(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What is sent from now on."""
    found: list[Request] = []
    send = session.gateway.send

    def keep(request: Request) -> Mapping[str, Any]:
        found.append(request)
        return send(request)

    monkeypatch.setattr(session.gateway, "send", keep)
    return found


def test_a_mark_is_on_the_plan_issue_at_once_and_nothing_else_is_touched(
    session: Session, server: Server, issue: IssueSeen, clock: Clock, sent: list[Request]
) -> None:
    by_hand = f"Mine before.\n\n{description(server, issue)}\n\nMine after."
    path = f"/projects/{issue.project_id}/issues/{issue.iid}"
    gateway(server).send(Request("PUT", path, {"description": by_hand}))
    marked = posted(DRAFT, "#news", clock.now, "alice", "https://chat.example.com/p/1")
    sent.clear()
    situation = telling.refresh(session, marked)
    text = description(server, issue)
    assert situation.observed.issues["rollout-plan"].description == text
    assert "- **Announced** in #news at 2026-11-22 10:00 UTC by alice: https://chat.example.com/p/1" in text
    assert "- **Not announced yet** in #team\n" in text
    assert text.startswith("Mine before.\n\n")
    assert text.endswith("\n\nMine after.")
    telling.refresh(session, marked)
    colleague = posted(DRAFT, "#team", clock.now, "bob")
    assert session.situation(colleague).draft.announcement.unposted == ()
    assert [one.method for one in sent] == ["PUT"]
    again = session.prepare(marked, "stakeholders", "team")
    assert again is not None
    assert again.plan.empty


def test_a_mark_that_is_taken_back_leaves_those_of_colleagues(
    session: Session, server: Server, issue: IssueSeen, clock: Clock
) -> None:
    telling.refresh(session, posted(DRAFT, "#news", clock.now, "bob"))
    telling.refresh(session, posted(DRAFT, "#team", clock.now, "alice"))
    telling.refresh(session, DRAFT, "#team")
    text = description(server, issue)
    assert "**Announced** in #news" in text
    assert "- **Not announced yet** in #team\n" in text


def test_who_takes_the_lead_is_on_the_plan_issue(session: Session, server: Server, issue: IssueSeen) -> None:
    assert "- **Lead:** alice\n" in description(server, issue)
    leading.release(session, DRAFT)
    telling.refresh(session, DRAFT)
    assert "- **Lead:** nobody; alice gave it up at 2026-11-22 10:00 UTC\n" in description(server, issue)


def test_before_there_is_a_plan_issue_nothing_is_sent(session: Session, sent: list[Request]) -> None:
    telling.refresh(session, DRAFT)
    assert sent == []
