"""An apply that is broken off, by a kill or by the network, and then applied again: done, nothing twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.conftest import gateway, on_any_gitlab
from tests.runtime.test_whole_rollouts import DRAFT, advance, gates_now
from tests.support.gitlab_under_test import UnderTest, reader, real, settle
from tests.support.gitlab_under_test import team as team_under_test
from tests.support.until import wait_until
from tui.domain.errors import StoreError
from tui.domain.operation import Operation, OperationState
from tui.domain.plan import read_marker
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.faults import Fault
from tui.store.locations import Locations
from tui.store.records import Records

pytestmark = pytest.mark.any_gitlab
TEAM = team_under_test()
MARKER = re.compile(r"<!-- rollout-tui: operation=\S+ rollout=\S+ slot=(\S+) -->")
WRITES = 15
"""How many writes the first phase of the sample has."""
OTHER_FAULTS = (
    Fault("http-409"),
    Fault("http-429", retry_after="1"),
    Fault("http-429-application"),
    Fault("http-500", effect=True),
    Fault("http-500-html"),
    Fault("http-502", effect=True),
    Fault("http-503", retry_after="1"),
    Fault("redirect"),
    Fault("redirect", effect=True),
    Fault("slow", seconds=1.0),
)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing arrives late at the sandbox here, so nothing has to be waited for."""
    if real() is None:
        monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)


@pytest.fixture
def slow_server(request: pytest.FixtureRequest) -> Iterator[UnderTest]:
    """Slow enough to be killed between any two of its answers."""
    yield from on_any_gitlab(request, lambda: datetime.now(UTC), latency=0.02)


def effects(server: UnderTest) -> Counter[str]:
    """What is on GitLab, by name: issues by slot, notes, links."""
    look, place = reader(server), DRAFT.gitlab.project
    found: Counter[str] = Counter()
    for issue in look.issues(place):
        marked = MARKER.search(issue["description"] or "")
        if marked:
            found[marked[1]] += 1
            found["notes"] += sum(MARKER.search(note["body"]) is not None for note in look.notes(place, issue["iid"]))
            found["links"] += len(look.links(place, issue["iid"]))
    return found


WHOLE = Counter(
    {"rollout-plan": 1, "internal-rollout": 1, "internal-feedback": 1, "flag-rollout": 1, "notes": 1, "links": 12}
)


def start_apply(server: UnderTest, home: Path) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "GITLAB_URL": server.url, "GITLAB_TOKEN": server.token, "ROLLOUT_TUI_HOME": str(home)}
    command = [sys.executable, "-m", "tui", "apply", DRAFT.id, "--yes", "--json"]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def writes(server: UnderTest) -> int:
    return sum(one.method in {"POST", "PUT"} for one in list(server.requests))


@pytest.mark.parametrize("after", range(2, WRITES + 1, 4))
def test_killed_between_two_writes_and_applied_again_nothing_is_lost_and_nothing_doubled(
    slow_server: UnderTest, tmp_path: Path, after: int
) -> None:
    home = tmp_path / "home"
    workbench = Workbench(Locations.under(home), {})
    workbench.drafts.save(DRAFT)
    process = start_apply(slow_server, home)
    wait_until(lambda: writes(slow_server) >= after or process.poll() is not None, what=f"{after} writes")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    settle(slow_server)
    again = start_apply(slow_server, home)
    output, errors = again.communicate(timeout=60)
    assert again.returncode == 0, (output, errors)
    assert effects(slow_server) == WHOLE
    assert gates_now(slow_server) == TEAM
    (entry,) = workbench.records.entries(DRAFT.id, "env")
    workbench.close()
    assert entry.gates_after == TEAM


@pytest.mark.parametrize("kind", ["lost-after", "lost-before", "http-502", "truncated-json"])
@pytest.mark.parametrize("skip", range(0, WRITES, 2))
def test_an_answer_that_is_lost_is_looked_for_and_not_sent_again(
    session: Session, server: UnderTest, kind: str, skip: int
) -> None:
    server.faults.add(Fault(kind=kind, method="POST", path_regex="/(issues|links|notes|features/.+)$", skip=skip))  # type: ignore[arg-type]
    _, broken = advance(session)
    if skip < WRITES - 1:
        assert broken.outcome == "unknown", broken
    server.faults.clear()
    settle(server)
    prepared = session.prepare(DRAFT)
    if prepared is not None and prepared.plan.step == "team":
        assert session.apply(prepared).outcome == "done"
    assert effects(server) == WHOLE
    assert gates_now(server) == TEAM
    (entry,) = session.workbench.records.entries(DRAFT.id, "env")
    assert entry.gates_before.state == "off"


@pytest.mark.skipif(real() is None, reason="on the sandbox `python -m tests.faults` does this at every boundary")
@pytest.mark.parametrize("skip", range(0, WRITES, 3) if real() else (0,))
@pytest.mark.parametrize("fault", OTHER_FAULTS if real() else OTHER_FAULTS[:1], ids=lambda fault: fault.kind)
def test_after_any_other_fault_on_a_real_gitlab_the_next_tries_make_it_whole(
    session: Session, server: UnderTest, fault: Fault, skip: int
) -> None:
    server.faults.add(replace(fault, method="POST", path_regex="/(issues|links|notes|features/.+)$", skip=skip))
    for _ in range(4):
        prepared = session.prepare(DRAFT)
        if prepared is None or prepared.plan.step != "team" or session.apply(prepared).outcome == "done":
            break
        settle(server)
    assert effects(server) == WHOLE
    assert gates_now(server) == TEAM


def test_a_stop_by_the_operator_leaves_a_state_that_can_be_resumed(session: Session, server: UnderTest) -> None:
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    result = session.apply(prepared, lambda operation: session.cancel.set() if operation.state == "confirmed" else None)
    assert result.outcome == "stopped"
    settle(server)
    with session.workbench.session("env") as fresh:
        _, done = advance(fresh)
    assert done.outcome == "done"
    assert effects(server) == WHOLE


def test_a_token_that_is_revoked_half_way_stops_and_says_so(session: Session, server: UnderTest) -> None:
    server.faults.add(Fault(kind="revoke-token", method="POST", path_regex="/links$"))
    _, result = advance(session)
    assert result.outcome == "rejected"
    assert "token" in result.reason.lower()


@pytest.mark.sandbox_only("an old GitLab lets a guest hide an issue")
def test_an_issue_that_gitlab_leaves_public_is_emptied_and_closed_and_told(server: UnderTest, tmp_path: Path) -> None:
    """A guest may not make issues confidential. The plan says so; here it is overruled to see the last defence."""
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.tokens["guest"]}
    with Workbench(Locations.under(tmp_path / "home"), environ) as bench, bench.session("env") as session:
        prepared = session.prepare(DRAFT, "issues")
        assert prepared is not None
        assert "project" in {one.id for one in prepared.plan.blocked}
        told: list[Operation] = []
        result = session.apply(replace(prepared, plan=replace(prepared.plan, blocked=())), told.append)
    assert result.outcome == "rejected"
    assert "public" in result.reason
    verdicts = [(one.change, one.state) for one in told if one.state in {"confirmed", "rejected"}]
    assert len({change for change, _ in verdicts}) == len(verdicts), "one verdict for each change"
    client = gateway(server)
    project = client.project(DRAFT.gitlab.project)
    for issue in client.recent_issues(project.id, author_id=None, since=None):
        if issue.title == "(emptied)" or read_marker(issue.description):
            assert issue.confidential or (issue.title == "(emptied)" and not issue.open) or "[FF]" in issue.title
    client.close()


@pytest.mark.sandbox_only("an old GitLab lets a guest hide an issue")
def test_a_public_issue_is_told_of_also_when_the_disk_is_full(
    server: UnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = Records.settled

    def cramped(self: Records, operation_id: str, state: OperationState, at: datetime, **more: Any) -> None:  # noqa: ANN401
        if state == "rejected":
            raise StoreError("The disk is full.")
        settled(self, operation_id, state, at, **more)

    monkeypatch.setattr(Records, "settled", cramped)
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.tokens["guest"]}
    with Workbench(Locations.under(tmp_path / "home"), environ) as bench, bench.session("env") as session:
        prepared = session.prepare(DRAFT, "issues")
        assert prepared is not None
        result = session.apply(replace(prepared, plan=replace(prepared.plan, blocked=())))
    assert result.outcome == "rejected"
    assert "public" in result.reason
    assert "The disk is full" in result.reason
