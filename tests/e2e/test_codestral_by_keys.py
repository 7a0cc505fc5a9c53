"""Codestral 25.01 by keys alone in a terminal of 80x24: wizard, quit, resume, review, apply, 100 %, and back.

On the sandbox from the first key on; on a real GitLab from a draft that names the people who are there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from tests.support.gitlab_under_test import UnderTest, clock_under_test, draft, real, settle, team, under_test
from tests.support.rollouts import with_issue
from tests.support.terminal import Terminal
from tui.domain.gates import Gates
from tui.domain.history import Entry, read_entry
from tui.domain.lint import leftovers
from tui.runtime.workbench import Session, Workbench
from tui.store.locations import Locations

pytestmark = pytest.mark.timeout(300)

DRAFT = "sample-codestral-2501"
TITLE = "Codestral by keys"
LADDER = [
    ("Every employee", 3),
    ("1 % of users", 3),
    ("10 % of users", 3),
    ("25 % of users", 3),
    ("50 % of users", 3),
    ("75 % of users", 3),
    ("veryone", 3),
]
ALL_WELL = {"latency_p50": "700", "latency_p95": "1100", "acceptance_rate": "15", "refused_requests": "1"}
"""Numbers that meet the criteria of the sample."""

TEAM = frozenset({"User:1", "User:2", "Group:1"})


class Person:
    """Somebody with a keyboard and eyes."""

    def __init__(self, home: Path, *arguments: str, place: str = "SANDBOX", **environ: str) -> None:
        command = [sys.executable, "-m", "tui", *arguments]
        self.place = place
        self.terminal = Terminal(command, environ={"ROLLOUT_TUI_HOME": str(home), **environ})

    def sees(self, *texts: str, gone: str = "") -> str:
        return self.terminal.wait(*texts, gone=gone)

    def presses(self, *keys: str) -> Person:
        self.terminal.press(*keys)
        return self

    def confirms(self, question: str, then: str) -> None:
        """Answer yes. A dialog takes no answer in its first moment, so a key may have to be pressed again."""
        self.sees(question)
        for _ in range(20):
            self.presses("y")
            try:
                self.terminal.wait(then, seconds=0.5)
            except AssertionError:
                continue
            return
        self.sees(then)

    def applies(self, changes: int) -> None:
        """From the review to the rollout screen."""
        self.sees("› Review", f"{changes} changes to make")
        self.presses("a").confirms(f"Apply {changes} changes to {self.place}?", "› Apply")
        self.sees(f"All {changes} of {changes} confirmed")
        self.presses("n").sees("› Rollout", "GitLab was asked at")

    def climbs(self, pause: Callable[[], None] = lambda: None) -> None:
        """From the team to everybody, with a pause before each step."""
        for title, changes in LADDER:
            self.sees(title)
            pause()
            self.presses("n").judges()
            self.sees("› Review", title)
            self.applies(changes)

    def judges(self) -> None:
        """Enter what the dashboards show: all is well."""
        self.sees("Verdict on")
        for metric, number in ALL_WELL.items():
            self.sees(f"› {metric}")
            self.terminal.type(number)
            self.presses("enter")
        self.sees("The numbers propose to continue")
        self.presses("ctrl+s")

    def quits(self) -> None:
        self.presses("ctrl+q")
        assert self.terminal.end() == 0


def test_codestral_from_the_first_key_to_100_percent_and_back(tmp_path: Path) -> None:
    home = tmp_path / "home"

    first = Person(home, "--sandbox")
    first.sees("No rollouts yet", "SANDBOX")
    first.presses("n").sees("start from", "Codestral 25.01")
    first.presses("down", "enter").sees("› Review", "15 changes to make")
    first.presses("f2").sees("› Model & flag", "Strictness")
    first.presses("ctrl+n").sees("› Checklist", "Pre-rollout checklist")
    first.presses("ctrl+n").sees("› Plan issues", "Make it")
    first.presses("tab", "tab", "tab").sees("Empty: the title that the guide gives it.")
    first.terminal.type(TITLE)
    first.sees(TITLE)
    first.quits()

    person = Person(home, "--sandbox")
    person.sees("1 of 1", "draft")
    person.presses("enter").sees("› Plan issues", TITLE)
    person.presses("ctrl+n").sees("› Phases", "Team members and stakeholders")
    person.presses("ctrl+n").applies(15)
    person.climbs()
    person.presses("h").sees("› History", "1 of 8")
    person.presses("escape").sees("› Rollout", gone="› History")

    person.presses("w").sees("› Who is affected", "1-21000")
    person.terminal.type("1-1000")
    person.presses("enter").sees("of 1,000 actors in")
    person.presses("escape").sees("› Rollout", gone="› Who is affected")
    person.presses("b").sees("› Ways back", "50 % of users")
    person.presses("enter").sees("Reason")
    person.terminal.type("Latency is too high")
    person.presses("enter").sees("› Review", "off for everybody")
    person.quits()

    with Workbench(Locations.under(home), {}) as bench, bench.session("sandbox") as session:
        check(session, Gates(actors=TEAM))


@pytest.mark.any_gitlab
@pytest.mark.skipif(real() is None, reason="on the sandbox the test above goes the whole way")
def test_the_same_on_a_real_gitlab_from_a_draft(tmp_path: Path) -> None:
    home, clock = Locations.under(tmp_path / "home"), clock_under_test()
    with under_test(clock) as server, Workbench(home, connected(server), clock) as bench:
        bench.drafts.save(with_issue(draft(), "rollout-plan", title=TITLE))
        person = Person(tmp_path / "home", place="env 127.0.0.1", **connected(server))
        person.sees("1 of 1", "draft")
        person.presses("enter").sees("›")
        person.presses("f6").applies(15)
        person.climbs(lambda: settle(server))
        person.quits()
        with bench.session("env") as session:
            check(session, team())


def connected(server: UnderTest) -> dict[str, str]:
    """The environment of a program that is to use this GitLab."""
    return {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.token}


def check(session: Session, first: Gates) -> None:
    """What is on GitLab and in the history after that, `first` being the gates of the first step."""
    draft = session.workbench.drafts.load(DRAFT)
    seen = session.observe(draft)
    assert seen.flag(draft.flag.name).gates.boolean
    assert set(seen.issues) == {"rollout-plan", "internal-rollout", "internal-feedback", "flag-rollout"}
    assert seen.issues["rollout-plan"].title == TITLE
    assert seen.issues["rollout-plan"].confidential
    assert len(seen.links) == len(list(combinations(seen.issues, 2)))
    assert not any(leftovers(issue.description) for issue in seen.issues.values())
    entries = session.workbench.records.entries(DRAFT, session.instance.name)
    assert [entry.step for entry in entries] == ["team", "members", "1%", "10%", "25%", "50%", "75%", "100%"]
    assert [before.gates_after for before in entries[:-1]] == [after.gates_before for after in entries[1:]]
    assert entries[0].gates_after == first
    assert entries[6].gates_after.percentage_of_actors == 75
    plan_issue = seen.issues["rollout-plan"]
    notes = session.gateway.notes(plan_issue.project_id, plan_issue.iid)
    told: list[Entry] = [entry for note in notes if (entry := read_entry(note.body)) is not None]
    assert sorted(entry.step for entry in told) == sorted(entry.step for entry in entries)
