"""After a panic: one entry in the history and on the plan issue, and never a second change of a flag."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.cli.program import ENV_DRAFT as DRAFT
from tests.runtime.conftest import gateway
from tests.support.clock import Clock
from tests.support.rollouts import FLAG
from tui.domain.draft import Draft
from tui.domain.errors import NoSuchDraft, StoreError
from tui.domain.gates import OFF
from tui.domain.history import Entry
from tui.domain.lifecycle import state_of
from tui.domain.plan import Request
from tui.runtime.panicked import Kept, keep
from tui.runtime.rebuild import learn
from tui.runtime.workbench import Session
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server


@pytest.fixture
def live(session: Session) -> Draft:
    """The team is in, by the next step that is due."""
    session.workbench.drafts.save(DRAFT)
    advance(session)
    return DRAFT


def advance(session: Session) -> None:
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert session.apply(prepared).outcome == "done"


def panic(session: Session, server: Server) -> Kept | None:
    """Off by one call, and what is kept of it without another."""
    session.gateway.send(Request("POST", f"/features/{FLAG}", {"value": False}))
    server.requests.clear()
    kept = keep(session.workbench, session, FLAG, "")
    assert not [one for one in server.requests if one.method != "GET" and "/features/" in one.path]
    return kept


def history(session: Session) -> list[Entry]:
    return session.workbench.records.entries(DRAFT.id, "env")


def test_the_entry_has_the_gates_before_and_its_note_brings_the_same_one(
    live: Draft, session: Session, server: Server, clock: Clock
) -> None:
    clock.forward(hours=1)
    kept = panic(session, server)
    first, off = history(session)
    assert kept == Kept(live.id, off, noted=True)
    assert (off.action, off.phase, off.reason, off.operator) == ("roll-back", "off", "panic", "alice")
    assert (off.gates_before, off.gates_after) == (first.gates_after, OFF)
    assert "Loses: the team" in off.effect
    assert off.live_seconds == 3600
    observed = session.observe(live)
    assert learn(session.gateway, session.workbench.records, observed, live.id).added == ()
    assert "off" in observed.issues["rollout-plan"].description
    notes = [one for one in gateway(server).notes(1, observed.issues["rollout-plan"].iid) if off.id in one.body]
    assert [one.url for one in notes] == [off.note_url]
    assert state_of(session.situation(live).progress) == "off"


def test_a_flag_that_is_off_already_and_a_rollout_that_goes_on(live: Draft, session: Session, server: Server) -> None:
    panic(session, server)
    assert panic(session, server) == Kept(live.id)
    assert len(history(session)) == 2
    advance(session)
    assert state_of(session.situation(live).progress) == "live"


@pytest.mark.parametrize("what", ["guide", "note"])
def test_what_cannot_be_noted_is_kept_here_once(what: str, live: Draft, session: Session, server: Server) -> None:
    if what == "guide":
        path = session.workbench.drafts.path(live.id)
        path.write_text(path.read_text().replace('guide = "v1"', 'guide = "gone"'))
    else:
        server.faults.add(Fault(kind="lost-after", method="POST", path_regex="/notes"))
    kept = panic(session, server)
    assert kept is not None
    assert (kept.noted, bool(kept.trouble), "\n" in kept.trouble) == (False, True, False)
    _, off = history(session)
    assert (off.reason, off.gates_after, off.operator, off.note_url) == ("panic", OFF, "alice", "")
    if what == "note":
        session.situation(live)
        assert [one.id for one in history(session)][1:] == [off.id], "its note, which is there, is no other entry"
        assert history(session)[1].note_url


def test_a_namesake_in_a_project_is_another_flag(live: Draft, session: Session) -> None:
    assert keep(session.workbench, session, live.flag.name, "group/app") is None
    assert keep(session.workbench, session, "another_flag", "") is None
    assert len(history(session)) == 1


def test_a_database_that_is_locked_is_not_waited_for(
    live: Draft, session: Session, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.runtime.panicked.PATIENCE", 0.05)
    records = session.workbench.records
    records.close()
    with closing(sqlite3.connect(records.database.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="for 0 s"):
            panic(session, server)
    assert len(history(session)) == 1


def test_a_draft_that_is_gone_leaves_no_guess(live: Draft, session: Session) -> None:
    session.workbench.drafts.path(live.id).unlink()
    with pytest.raises(NoSuchDraft):
        keep(session.workbench, session, FLAG, "")
    assert len(history(session)) == 1
