"""How many threads on the feedback issue are open, as far as GitLab tells."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from tests.runtime.test_whole_rollouts import DRAFT, advance
from tui.domain.draft import Draft
from tui.domain.errors import NotFound
from tui.domain.observed import Threads
from tui.domain.plan import Request
from tui.domain.planning import Situation
from tui.gateway.client import Gateway
from tui.runtime import listening
from tui.runtime.workbench import Session

SLOT = "internal-feedback"


def look(session: Session) -> Mapping[str, Threads | None]:
    return listening.situation(session, DRAFT).observed.threads


def begin(session: Session, text: str) -> str:
    """A new thread on the feedback issue; the path of its first note."""
    seen = session.situation(DRAFT).observed.issues[SLOT]
    path = f"/projects/{seen.project_id}/issues/{seen.iid}/discussions"
    made = session.gateway.send(Request("POST", path, {"body": text}))
    return f"{path}/{made['id']}/notes/{made['notes'][0]['id']}"


def test_open_threads_of_the_feedback_issue_are_counted(session: Session) -> None:
    assert look(session) == {}
    advance(session)
    assert look(session) == {SLOT: Threads(0, 0)}
    notes = [begin(session, text) for text in ("Slow in Asia", "Wrong brackets")]
    session.gateway.send(Request("PUT", notes[0], {"resolved": True}))
    assert look(session) == {SLOT: Threads(1, 2)}


def test_they_are_read_beside_the_other_looks_and_stop_nothing_when_they_may_not_be(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance(session)
    asked, answered, look_at = threading.Event(), threading.Event(), Session.situation

    def threads(self: Gateway, project_id: int | str, iid: int) -> Threads:
        asked.set()
        assert answered.wait(10)
        raise NotFound("there are no discussions here")

    def meanwhile(self: Session, draft: Draft) -> Situation:
        assert asked.wait(10)
        answered.set()
        return look_at(self, draft)

    monkeypatch.setattr(Gateway, "threads", threads)
    monkeypatch.setattr(Session, "situation", meanwhile)
    assert look(session) == {SLOT: None}
