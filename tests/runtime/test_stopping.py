"""An apply that is stopped, cut off or left without a server: it ends at once, and goes on when it is asked to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.judge import effects
from tests.runtime.test_whole_rollouts import DRAFT
from tests.support.rollouts import FLAG
from tests.support.until import wait_until
from tui.domain.operation import Operation
from tui.gateway.cancel import Cancel
from tui.runtime.apply import ApplyResult
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.store.assets import ROOT
from tui.store.locations import Locations

AT_ONCE = 8.0
"""Seconds within which a stop has to end it on a machine that is busy; what hangs here hangs for 30."""


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)


@pytest.fixture
def session(workbench: Workbench) -> Iterator[Session]:
    with workbench.session("env", Cancel()) as opened:
        yield opened


def prepared(session: Session, phase: str = "") -> Prepared:
    found = session.prepare(DRAFT, phase)
    assert found is not None
    return found


def stopped(session: Session, plan: Prepared, when: Callable[[], object]) -> tuple[ApplyResult, float]:
    """The apply's result, and the seconds from the stop, which comes as soon as `when()`, to its end."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(session.apply, plan)
        wait_until(when, what="the moment to stop")
        begun = time.monotonic()
        session.cancel.set()
        return future.result(30), time.monotonic() - begun


def count(server: Server) -> Counter[str]:
    """Issues, links and notes on the sandbox."""
    found = effects(server.snapshot(), FLAG, [])
    return Counter(name.split()[0] for name in found.elements() if name.startswith(("issue", "link", "note")))


WHOLE = Counter(issue=4, link=6, note=1)


@pytest.mark.parametrize("effect", [True, False], ids=["with an effect", "without"])
@pytest.mark.parametrize("path", ["/issues$", "/features/"])
def test_a_stop_while_a_write_hangs_ends_it_within_a_second_and_the_next_apply_goes_on(
    session: Session, server: Server, workbench: Workbench, path: str, effect: bool
) -> None:
    plan = prepared(session)
    server.faults.add(Fault("hang", method="POST", path_regex=path, effect=effect))
    result, seconds = stopped(session, plan, lambda: server.faults.injected)
    assert seconds < AT_ONCE
    assert result.outcome == "unknown"
    assert workbench.records.unsettled(DRAFT.id, "env"), "it is not looked for"
    with workbench.session("env") as fresh:
        assert fresh.apply(prepared(fresh)).outcome == "done"
    assert count(server) == WHOLE


@pytest.mark.parametrize("after", ["50", None])
def test_a_stop_while_the_limiter_makes_us_wait_ends_it_at_once_and_nothing_was_sent(
    session: Session, server: Server, after: str | None
) -> None:
    plan = prepared(session)
    server.faults.add(Fault("http-429", method="POST", path_regex="/features/", times=-1, retry_after=after))
    waiting = lambda: server.faults.injected >= 1  # noqa: E731 - reads best here
    result, seconds = stopped(session, plan, waiting)
    assert seconds < AT_ONCE
    assert result.outcome == "stopped"
    assert FLAG not in server.snapshot().features


def test_what_the_limiter_refused_is_sent_again_after_the_time_that_it_names(session: Session, server: Server) -> None:
    plan = prepared(session)
    server.faults.add(Fault("http-429", method="POST", path_regex="/features/", retry_after="1"))
    said = set[str]()
    begun = time.monotonic()
    result = session.apply(plan, lambda operation: said.add(operation.error))
    assert result.outcome == "done"
    assert time.monotonic() - begun >= 1
    assert any("sent again in 1 s" in text for text in said)


def test_a_limiter_that_asks_for_an_absurd_wait_is_told_and_not_waited_for(session: Session, server: Server) -> None:
    plan = prepared(session)
    server.faults.add(Fault("http-429", method="POST", path_regex="/features/", retry_after="86400"))
    begun = time.monotonic()
    result = session.apply(plan)
    assert time.monotonic() - begun < 10
    assert (result.outcome, "limits the rate" in result.reason) == ("rejected", True)


def test_an_edit_that_lost_against_another_is_sent_again_when_the_text_is_as_planned(
    session: Session, server: Server
) -> None:
    plan = prepared(session)
    server.faults.add(Fault("http-409", method="PUT", path_regex="/issues/"))
    assert session.apply(plan).outcome == "done"
    puts = [one for one in server.requests if one.method == "PUT"]
    assert len(puts) == 2


def test_an_edit_that_lost_against_another_text_overwrites_nothing(session: Session, server: Server) -> None:
    plan = prepared(session)

    def meddle(operation: Operation) -> None:
        if operation.kind == "edit-issue" and not operation.error:
            with server.edit() as world:
                for issue in (one for project in world.projects.values() for one in project.issues.values()):
                    if "slot=rollout-plan " in (issue.description or ""):
                        issue.description = f"Edited by bob.\n\n{issue.description}"

    server.faults.add(Fault("http-409", method="PUT", path_regex="/issues/"))
    result = session.apply(plan, meddle)
    assert (result.outcome, "edited by somebody else" in result.reason) == ("stale", True)


def test_a_plan_issue_that_somebody_edits_during_the_apply_stops_it_before_the_flag_is_touched(
    session: Session, server: Server
) -> None:
    plan = prepared(session)

    def meddle(operation: Operation) -> None:
        if operation.kind == "link-issues" and operation.state == "confirmed":
            with server.edit() as world:
                for issue in (one for project in world.projects.values() for one in project.issues.values()):
                    if "slot=internal-feedback " in (issue.description or ""):
                        issue.title = "Mine"

    result = session.apply(plan, meddle)
    assert result.outcome == "stale"
    assert "Mine" in result.reason, result.reason
    assert FLAG not in server.snapshot().features


@pytest.mark.parametrize("phase", ["members", "off"])
def test_who_is_no_administrator_any_more_is_told_so_and_not_that_the_flag_is_off(
    session: Session, server: Server, phase: str
) -> None:
    assert session.apply(prepared(session)).outcome == "done"
    plan, gates = prepared(session, phase), server.snapshot().features[FLAG]
    with server.edit() as world:
        for user in world.users.values():
            user.is_admin = False
    result = session.apply(plan)
    outcome, said = ("rejected", "only administrators") if phase == "off" else ("stopped", "gates could not be read")
    assert result.outcome == outcome
    assert said in result.reason, result.reason
    assert server.snapshot().features[FLAG] == gates


def test_links_that_cannot_be_read_keep_nobody_from_the_way_back(session: Session, server: Server) -> None:
    assert session.apply(prepared(session)).outcome == "done"
    server.faults.add(Fault("http-404", method="GET", path_regex="/links$"))
    plan = prepared(session, "off")
    assert any("issue links could not be read" in text for text in plan.plan.warnings)
    assert session.apply(plan).outcome == "done"


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A sandbox in a process of its own."""
    words = [sys.executable, "-m", "tui", "sandbox", "--state", str(folder), "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_server_that_is_killed_in_the_middle_and_comes_back_gets_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    with served(folder) as (process, ready):
        environ = {"GITLAB_URL": ready["url"], "GITLAB_TOKEN": ready["token"]}
        done: list[str] = []
        with Workbench(Locations.under(tmp_path / "home"), environ) as bench, bench.session("env") as session:

            def kill(operation: object) -> None:
                done.append(getattr(operation, "state", ""))
                if done.count("confirmed") == 6:
                    process.kill()

            broken = session.apply(prepared(session), kill)
            assert broken.outcome in {"unknown", "rejected", "stopped"}
            assert "cannot be reached" in broken.reason or "connection" in broken.reason
            process.wait()
            with served(folder) as (_, again):
                assert again["url"] == ready["url"], "the addresses of issues would be bad"
                resumed = session.apply(prepared(session))
                assert resumed.outcome == "done"
                (entry,) = bench.records.entries(DRAFT.id, "env")
                assert entry.gates_before.state == "off"
    with Server(folder, assets=ROOT) as kept:
        assert count(kept) == WHOLE
