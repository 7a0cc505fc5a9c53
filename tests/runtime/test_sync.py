"""The history and the notes on GitLab: what was edited or forged there is told, and nothing follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runtime.conftest import gateway
from tests.runtime.test_whole_rollouts import DRAFT, advance
from tests.support.clock import Clock
from tests.support.rollouts import TEAM
from tui.domain.gates import ON
from tui.domain.history import Entry, entry_comment
from tui.domain.history_query import parse
from tui.domain.observed import IssueSeen
from tui.domain.plan import Request
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.server import Server
from tui.store.history import History
from tui.store.locations import Locations


@pytest.fixture
def elsewhere(tmp_path: Path, server: Server, clock: Clock) -> Iterator[Session]:
    """The same operator on another machine, which knows nothing yet."""
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}
    with Workbench(Locations.under(tmp_path / "elsewhere"), environ, clock) as bench, bench.session("env") as session:
        yield session


def begun(session: Session) -> tuple[IssueSeen, Entry]:
    """The plan issue, and the entry of the first step."""
    advance(session)
    (entry,) = session.situation(DRAFT).entries
    return session.observe(DRAFT).issues["rollout-plan"], entry


def write(server: Server, issue: IssueSeen, body: str, *, note: str = "", role: str = "maintainer") -> None:
    """Somebody comments on the issue, or changes a comment."""
    path = f"/projects/{issue.project_id}/issues/{issue.iid}/notes"
    with gateway(server, role) as client:
        client.send(Request("PUT", f"{path}/{note}", {"body": body}) if note else Request("POST", path, {"body": body}))


def note_of(server: Server, issue: IssueSeen, entry: Entry) -> tuple[str, str]:
    """The number and the text of an entry's note."""
    with gateway(server) as client:
        (found,) = [one for one in client.notes(issue.project_id, issue.iid) if one.url == entry.note_url]
    return str(found.id), found.body


def table(session: Session, words: str = "") -> list[Entry]:
    return list(History(session.workbench.records).iterate(parse(words)[0]))


def test_a_forged_note_is_a_row_under_its_author_and_nothing_follows_from_it(
    session: Session, elsewhere: Session, server: Server
) -> None:
    issue, entry = begun(session)
    write(server, issue, f"hello\n{entry_comment(replace(entry, id='f', step='100%', gates_after=ON).as_dict())}")
    for here in (session, elsewhere):
        situation = here.situation(DRAFT)
        assert [one.id for one in situation.entries] == [entry.id]
        (told,) = situation.observed.remarks
        assert f"{entry.operator}" in told
        (forged,) = table(here, "forged")
        assert forged.doubt == "forged"
        assert forged.operator != entry.operator
        assert forged.operator in forged.doubt_reason
        assert here.situation(DRAFT).entries == situation.entries
        assert len(table(here)) == 2


def test_a_note_that_takes_the_id_of_a_step_does_not_take_its_place(
    session: Session, elsewhere: Session, server: Server
) -> None:
    issue, entry = begun(session)
    number, _ = note_of(server, issue, entry)
    write(server, issue, entry_comment(replace(entry, gates_after=ON).as_dict()))
    with gateway(server) as client:  # the forged one is now the first that is read
        body = note_of(server, issue, entry)[1]
        client.send(Request("DELETE", f"/projects/{issue.project_id}/issues/{issue.iid}/notes/{number}"))
        client.send(Request("POST", f"/projects/{issue.project_id}/issues/{issue.iid}/notes", {"body": body}))
    (learned,) = elsewhere.situation(DRAFT).entries
    assert (learned.id, learned.gates_after, learned.doubt) == (entry.id, TEAM, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [('"percentage_of_actors":0', '"percentage_of_actors":50'), ("has been set to", "was never set to")],
    ids=["for machines", "for people"],
)
def test_an_edited_note_is_told_and_our_own_copy_counts(
    session: Session, server: Server, clock: Clock, old: str, new: str
) -> None:
    issue, entry = begun(session)
    clock.forward(minutes=5)
    number, body = note_of(server, issue, entry)
    assert old in body
    write(server, issue, body.replace(old, new), note=number)
    situation = session.situation(DRAFT)
    (kept,) = situation.entries
    assert (kept.gates_after, kept.doubt) == (entry.gates_after, "edited")
    assert any("edited" in remark and entry.note_url in remark for remark in situation.observed.remarks)
    assert [one.id for one in table(session, "edited")] == [entry.id]
    write(server, issue, body, note=number)
    assert session.situation(DRAFT).entries == (entry,)
    assert table(session, "edited") == []


def test_who_has_no_copy_is_told_that_a_note_was_edited(
    session: Session, elsewhere: Session, server: Server, clock: Clock
) -> None:
    issue, entry = begun(session)
    clock.forward(minutes=5)
    number, body = note_of(server, issue, entry)
    write(server, issue, body.replace('"percentage_of_actors":0', '"percentage_of_actors":50'), note=number)
    for _ in range(2):
        (learned,) = elsewhere.situation(DRAFT).entries
        assert (learned.id, learned.doubt) == (entry.id, "edited")
        assert "no copy" in learned.doubt_reason


def test_a_note_whose_data_is_damaged_is_told_with_and_without_a_copy(
    session: Session, elsewhere: Session, server: Server
) -> None:
    issue, entry = begun(session)
    number, body = note_of(server, issue, entry)
    write(server, issue, body.replace('"at":', '"ta":'), note=number)
    assert [one.doubt for one in session.situation(DRAFT).entries] == ["edited"]
    situation = elsewhere.situation(DRAFT)
    assert situation.entries == ()
    assert any(entry.note_url in remark and "cannot be read" in remark for remark in situation.observed.remarks)
