"""Whole rollouts by chat commands: a person runs each, this program may not even read the flag."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from tests.runtime.conftest import gateway
from tests.support.chat_bot import Bot
from tests.support.clock import Clock
from tests.support.rollouts import FLAG, sample
from tui.domain.draft import Draft, Place
from tui.domain.errors import Blocked, Interrupted
from tui.domain.gates import OFF, Gates
from tui.domain.history import read_entry
from tui.domain.plan import Change, Request
from tui.domain.wish import Wish
from tui.runtime.apply import ApplyResult
from tui.runtime.workbench import Prepared, Session, Workbench
from tui.sandbox.server import Server
from tui.sandbox.world.conditions import Conditions
from tui.store.assets import ROOT
from tui.store.locations import Locations

DRAFT: Draft = structs.replace(
    sample(),
    gitlab=Place(instance="env", project="code-creation/rollouts"),
    flag=structs.replace(sample().flag, target="chatops"),
)
LADDER = ["team", "members", "1%", "10%", "25%", "50%", "75%", "100%"]


@pytest.fixture(params=["current", "13.8"])
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(clock: Clock, era: str) -> Iterator[Server]:
    with Server(None, assets=ROOT, clock=clock, era=era) as running:
        yield running


@pytest.fixture
def session(tmp_path: Path, clock: Clock, server: Server) -> Iterator[Session]:
    """A developer's: may make plan issues, may not see instance flags."""
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.tokens["developer"]}
    with Workbench(Locations.under(tmp_path / "home"), environ, clock) as bench, bench.session("env") as opened:
        yield opened


def gates_now(server: Server) -> Gates:
    client = gateway(server)
    flag = client.flags().get(FLAG)
    client.close()
    return flag.gates if flag else OFF


class Watching(Bot):
    """Holds GitLab's gates against the simulation after each command."""

    def __call__(self, change: Change, request: Request) -> bool:
        ran = super().__call__(change, request)
        expected = change.expected
        assert expected is not None
        assert not ran or gates_now(self.server).same_audience(expected), request.body["command"]
        return ran


def advance(session: Session, bot: Bot, phase: str = "", step: str = "") -> tuple[Prepared, ApplyResult]:
    prepared = session.prepare(DRAFT, phase, step)
    assert prepared is not None
    assert prepared.plan.blocked == ()
    return prepared, session.apply(prepared, attest=bot)


def test_nothing_to_everyone_back_to_half_and_off(session: Session, server: Server, clock: Clock) -> None:
    bot = Watching(server)
    wishes = [*[("", "")] * len(LADDER), ("everyone", "50%"), ("members", ""), ("off", "")]
    for phase, step in wishes:
        prepared, result = advance(session, bot, phase, step)
        assert result.outcome == "done", result.reason
        assert gates_now(server).same_audience(prepared.plan.gates.end)
        commands = [one for one in result.operations if one.kind == "run-command"]
        assert commands
        assert all(one.as_dict()["attested"] for one in commands)
        clock.forward(days=3)
    assert gates_now(server) == OFF
    assert len(bot.ran) == 3 + 1 + 6 + 6 + 5 + 1
    sent = [one for one in server.requests if one.method == "POST" and "/features/" in one.path]
    assert len(sent) == len(bot.ran), "nothing but the bot has set the flag"
    entries = session.workbench.records.entries(DRAFT.id, "env")
    assert len(entries) == len(wishes)
    assert all(entry.attested for entry in entries)


def test_the_note_on_the_plan_issue_says_that_the_gates_are_attested(session: Session, server: Server) -> None:
    advance(session, Bot(server))
    plan_issue = session.observe(DRAFT).issues["rollout-plan"]
    client = gateway(server)
    texts = [note.body for note in client.notes(plan_issue.project_id, plan_issue.iid) if not note.system]
    client.close()
    assert "attested" in texts[0].split("<!--")[0]
    entry = read_entry(texts[0])
    assert entry is not None
    assert entry.attested


def test_no_ends_it_and_the_next_plan_starts_from_the_last_command_that_ran(session: Session, server: Server) -> None:
    _, result = advance(session, Bot(server, refuses=1))
    assert result.outcome == "rejected"
    assert "the operator says that it failed. Read what the bot answered." in result.reason
    states = [one.state for one in result.operations if one.kind == "run-command"]
    assert states == ["confirmed", "rejected", "waiting"]
    again = session.prepare(DRAFT)
    assert again is not None
    assert again.plan.gates.start == gates_now(server) != OFF
    assert "In now: nobody" not in again.plan.effect
    assert len(again.plan.commands) == 2
    bot = Watching(server)
    assert session.apply(again, attest=bot).outcome == "done"
    assert gates_now(server) == again.plan.gates.end
    (entry,) = session.workbench.records.entries(DRAFT.id, "env")
    assert (entry.gates_before, entry.gates_after) == (OFF, again.plan.gates.end)


@pytest.mark.parametrize("era", ["current"])
def test_an_apply_that_is_stopped_while_a_command_is_shown_asks_for_it_again(
    session: Session, server: Server, era: str
) -> None:
    bot = Bot(server)

    def walks_away(change: Change, request: Request) -> bool:
        if len(bot.said) < 1:
            return bot(change, request)
        bot.run(str(request.body["command"]))
        raise Interrupted("stopped")

    prepared = session.prepare(DRAFT)
    assert prepared is not None
    result = session.apply(prepared, attest=walks_away)
    assert result.outcome == "stopped"
    states = [one.state for one in result.operations if one.kind == "run-command"]
    assert states == ["confirmed", "unknown", "waiting"]
    other = session.prepare(DRAFT, "issues")
    assert other is not None
    again = session.prepare(DRAFT)
    assert again is not None
    assert again.plan.blocked == ()
    assert any("Nobody said" in one for one in session.prepare(DRAFT, "off").plan.warnings)  # type: ignore[union-attr]
    repeated = Watching(server)
    assert session.apply(again, attest=repeated).outcome == "done"
    assert repeated.said[0] == prepared.plan.commands[1].request.body["command"]
    assert gates_now(server) == prepared.plan.gates.end


@pytest.mark.parametrize("era", ["current"])
def test_without_somebody_to_run_the_commands_nothing_at_all_is_written(
    session: Session, server: Server, era: str
) -> None:
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    with pytest.raises(Blocked, match="3 chat commands"):
        session.apply(prepared)
    assert not [one for one in server.requests if one.method != "GET"]


@pytest.mark.parametrize("era", ["current"])
def test_an_administrators_readings_count_more_than_what_was_said(
    tmp_path: Path, clock: Clock, server: Server, era: str
) -> None:
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.tokens["admin"]}
    bot = Bot(server)
    with Workbench(Locations.under(tmp_path / "home"), environ, clock) as bench, bench.session("env") as session:
        _, result = advance(session, bot)
        assert result.outcome == "done"
        clock.forward(hours=1)
        bot.run(f"/chatops gitlab run feature set {FLAG} true --user=carol")
        prepared = session.prepare(DRAFT)
        assert prepared is not None
        assert prepared.plan.gates.start == gates_now(server)
        assert any("Somebody else changed" in one for one in prepared.plan.warnings)

        def lies(change: Change, request: Request) -> bool:
            bot.run(f"/chatops gitlab run feature set {FLAG} true")
            return True

        told = session.apply(session.prepare(DRAFT, "members"), attest=lies)  # type: ignore[arg-type]
        assert told.outcome == "stale"
        assert "everybody" in told.reason


def test_the_way_back_closes_what_an_unanswered_command_may_have_opened(
    session: Session, server: Server, clock: Clock
) -> None:
    bot = Watching(server)
    for _ in ("team", "members"):
        advance(session, bot)
        clock.forward(days=3)

    def walks_away(change: Change, request: Request) -> bool:
        bot.run(str(request.body["command"]))
        raise Interrupted("stopped")

    prepared = session.prepare(DRAFT)
    assert prepared is not None
    assert session.apply(prepared, attest=walks_away).outcome == "stopped"
    assert gates_now(server).percentage_of_actors == 1
    back, result = advance(session, bot, "stakeholders")
    assert result.outcome == "done"
    assert gates_now(server) == back.plan.gates.end
    assert gates_now(server).percentage_of_actors == 0
    following = session.prepare(DRAFT)
    assert following is not None
    assert (following.plan.step, following.plan.blocked) == ("members", ())


@pytest.mark.parametrize("era", ["current"])
def test_an_undo_is_commands_too(session: Session, server: Server, clock: Clock, era: str) -> None:
    bot = Watching(server)
    before, _ = advance(session, bot)
    clock.forward(days=3)
    advance(session, bot)
    undo = session.prepare_wish(DRAFT, Wish(reason="complaints", act="undo"))
    assert undo is not None
    assert undo.plan.blocked == ()
    assert session.apply(undo, attest=bot).outcome == "done"
    assert bot.said[-1] == f"/chatops gitlab run feature set {FLAG} false --feature-group=gitlab_team_members"
    assert gates_now(server) == before.plan.gates.end


@pytest.mark.parametrize("era", ["current"])
def test_an_old_reading_is_not_taken_for_somebody_elses_change(
    tmp_path: Path, clock: Clock, server: Server, era: str
) -> None:
    server.conditions = Conditions(cache_seconds=60)
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.tokens["admin"]}
    with Workbench(Locations.under(tmp_path / "home"), environ, clock) as bench, bench.session("env") as session:
        prepared, result = advance(session, Bot(server))
        assert result.outcome == "done"
        assert result.entry is not None
        assert result.entry.gates_after == prepared.plan.gates.end
        assert session.observe(DRAFT).flag(FLAG).gates == OFF, "the reading is an old one"
        clock.forward(seconds=61)
        assert session.observe(DRAFT).flag(FLAG).gates == prepared.plan.gates.end


def test_a_rehearsal_on_the_sandbox_which_has_no_bot_goes_by_what_is_said(tmp_path: Path, clock: Clock) -> None:
    draft = structs.replace(DRAFT, gitlab=structs.replace(DRAFT.gitlab, instance="sandbox"))
    with Workbench(Locations.under(tmp_path / "home"), {}, clock) as bench, bench.session("sandbox") as session:
        prepared = session.prepare(draft)
        assert prepared is not None
        assert session.apply(prepared, attest=lambda _change, _request: True).outcome == "done"
        following = session.prepare(draft)
        assert following is not None
        assert following.plan.gates.start == prepared.plan.gates.end
        assert not any("Somebody else" in one for one in following.plan.warnings)


@pytest.mark.parametrize("era", ["current"])
def test_another_machine_takes_what_is_attested_from_the_notes(
    session: Session, server: Server, tmp_path: Path, clock: Clock, era: str
) -> None:
    prepared, _ = advance(session, Bot(server))
    environ = {"GITLAB_URL": server.url, "GITLAB_TOKEN": server.tokens["developer"]}
    with Workbench(Locations.under(tmp_path / "other"), environ, clock) as bench, bench.session("env") as other:
        planned = other.prepare(DRAFT)
        assert planned is not None
        assert planned.plan.gates.start == prepared.plan.gates.end
        assert planned.plan.step == "members"
