"""Whether this is a time to open the flag: asked with the plan and again before its first write, on no way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from tests.runtime.conftest import gateway
from tests.runtime.test_whole_rollouts import DRAFT, advance
from tests.support.clock import Clock
from tests.support.rollouts import FLAG
from tui.commands.status_verb import status
from tui.domain.draft import Draft, Waiver
from tui.domain.errors import Blocked, Stale
from tui.domain.gates import OFF
from tui.domain.plan import Request
from tui.runtime import incidents, planned
from tui.runtime.doctor import diagnose
from tui.runtime.workbench import Session, Workbench
from tui.sandbox.server import Server
from tui.store import plan_files, settings
from tui.store.assets import ROOT
from tui.store.calendar import Window
from tui.store.incidents import Incidents
from tui.store.settings import Instance, Settings

LOCK = Window(name="Lock", level="hard", begins="Sunday 12:00", ends="Monday 12:00")
"""Two hours after the clock's beginning."""
STRICT: Draft = structs.replace(DRAFT, strictness="strict")


def configure(workbench: Workbench, wanted: Settings) -> None:
    """Keep the settings, and have them read again."""
    settings.save(workbench.locations, wanted)
    workbench.__dict__.pop("settings", None)


@pytest.fixture
def frozen(workbench: Workbench, session: Session, clock: Clock) -> Session:
    """Its settings know the lock, and it is locked."""
    configure(workbench, Settings(freeze=(LOCK,)))
    clock.forward(hours=3)
    return session


def writes(server: Server) -> list[str]:
    return [one.path for one in server.requests if one.method != "GET"]


def of_time(found: object) -> tuple[object, ...]:
    assert isinstance(found, tuple)
    return tuple(one for one in found if one.id in {"freeze", "incidents", "working-day"})


def test_a_hard_freeze_blocks_a_step_until_somebody_says_why(frozen: Session, server: Server) -> None:
    prepared = frozen.prepare(DRAFT)
    assert prepared is not None
    assert [one.text for one in prepared.plan.blocked] == [
        "Hard freeze Lock until Mon 2026-11-23 12:00 UTC: wait, or say why"
    ]
    with pytest.raises(Blocked, match="Hard freeze Lock"):
        frozen.apply(prepared)
    assert writes(server) == []
    reasoned = frozen.prepare(DRAFT, reason="The old model is being turned off.")
    assert reasoned is not None
    assert frozen.apply(reasoned).outcome == "done"
    entry = frozen.workbench.records.entries(DRAFT.id, "env")[-1]
    assert entry.waivers == {"freeze": "The old model is being turned off. (Lock)"}


@pytest.mark.parametrize(("hour", "counts"), [(12, True), (11, False), (None, False)])
def test_a_waiver_counts_for_the_freeze_that_it_was_given_in(
    frozen: Session, clock: Clock, hour: int | None, *, counts: bool
) -> None:
    at = None if hour is None else clock.now.replace(hour=hour)
    draft = structs.replace(DRAFT, waivers=(Waiver(requirement="freeze", reason="Agreed.", at=at),))
    prepared = frozen.prepare(draft)
    assert prepared is not None
    assert [one.id for one in prepared.plan.blocked] == ([] if counts else ["freeze"])
    clock.forward(days=7)
    later = frozen.prepare(draft)
    assert later is not None
    assert "the waiver is older than this" in later.plan.blocked[0].text


def test_a_soft_freeze_is_told_and_blocks_only_the_strict(workbench: Workbench, session: Session, clock: Clock) -> None:
    configure(workbench, Settings(freeze=(structs.replace(LOCK, level="soft"),)))
    clock.forward(hours=3)
    guided, strict = session.prepare(DRAFT), session.prepare(STRICT)
    assert guided is not None
    assert strict is not None
    assert guided.plan.blocked == ()
    assert any(text.startswith("Soft freeze Lock") for text in guided.plan.warnings)
    assert "freeze" in [one.id for one in strict.plan.blocked]


def test_a_freeze_that_begins_between_plan_and_apply_stops_before_the_first_write(
    workbench: Workbench, session: Session, server: Server, clock: Clock
) -> None:
    configure(workbench, Settings(freeze=(LOCK,)))
    prepared = session.prepare(DRAFT, reason="For another thing.")
    assert prepared is not None
    clock.forward(hours=2)
    with pytest.raises(Stale, match="since this plan was made: Hard freeze Lock until Mon 2026-11-23 12:00 UTC"):
        session.apply(prepared)
    assert writes(server) == []


def test_nor_is_a_plan_file_applied_then(workbench: Workbench, session: Session, clock: Clock, tmp_path: Path) -> None:
    configure(workbench, Settings(freeze=(LOCK,)))
    prepared = session.prepare(DRAFT, reason="For another thing.")
    assert prepared is not None
    plan_files.save(tmp_path / "plan.json", planned.kept(prepared, session, "x"))
    file = plan_files.load(tmp_path / "plan.json")
    assert planned.taken_up(session, file).plan.changes == prepared.plan.changes
    clock.forward(hours=2)
    with pytest.raises(Stale, match="Hard freeze Lock"):
        planned.taken_up(session, file)


def test_a_way_back_is_never_asked_for_it(workbench: Workbench, session: Session, server: Server, clock: Clock) -> None:
    advance(session)
    clock.forward(hours=3)
    configure(workbench, Settings(freeze=(LOCK,)))
    prepared, result = advance(session, "off")
    assert of_time(prepared.plan.requirements) == ()
    assert result.outcome == "done"
    looking = gateway(server)
    assert looking.flag(FLAG).gates == OFF
    looking.close()


def test_a_flag_for_another_environment_is_not_concerned(workbench: Workbench, session: Session, clock: Clock) -> None:
    own = structs.replace(LOCK, environments=("production",))
    configure(workbench, Settings(freeze=(own,)))
    clock.forward(hours=3)
    assert session.situation(DRAFT).concerns == ()  # a GitLab on this machine is nobody's production
    spec = structs.replace(DRAFT.flag, target="project", project="code-creation/rollouts", environment="staging")
    assert session.situation(structs.replace(DRAFT, flag=spec)).concerns == ()
    theirs = structs.replace(DRAFT, flag=structs.replace(spec, environment="production"))
    assert [one.key for one in session.situation(theirs).concerns] == ["Lock"]


def test_status_and_doctor_tell_of_it(frozen: Session, clock: Clock) -> None:
    assert status(frozen.situation(DRAFT))["concerns"] == [
        {"kind": "freeze", "text": "Hard freeze Lock until Mon 2026-11-23 12:00 UTC", "required": True}
    ]
    (row,) = (one for one in diagnose(frozen, draft=DRAFT) if one.name == "time")
    assert (row.state, row.text) == ("warning", "Hard freeze Lock until Mon 2026-11-23 12:00 UTC")
    clock.forward(days=1)
    (row,) = (one for one in diagnose(frozen, draft=DRAFT) if one.name == "time")
    assert row.text == "nothing speaks against opening a flag now; next is Lock from Sun 2026-11-29 12:00 UTC"


def test_a_working_day_that_is_nearly_over_is_a_warning_and_blocks_the_strict(
    workbench: Workbench, session: Session, clock: Clock
) -> None:
    configure(workbench, Settings(working_day="Sun-Thu 09:00-14:00", zone="Europe/Berlin"))
    early = session.prepare(STRICT)
    assert early is not None
    assert "working-day" not in [one.id for one in early.plan.requirements]
    clock.forward(hours=2)
    late, strict = session.prepare(DRAFT), session.prepare(STRICT)
    assert late is not None
    assert strict is not None
    assert late.plan.blocked == ()
    said = (
        "The working day ends in 1 h (Sun-Thu 09:00-14:00 Europe/Berlin), and somebody is to be on hand for 2 h after"
    )
    assert f"{said}: wait, or say why" in late.plan.warnings
    assert "working-day" in [one.id for one in strict.plan.blocked]
    assert session.apply(late).outcome == "done"


INCIDENTS = Incidents(project="gitlab-org/gitlab", labels=("incident,severity::1", "feature flag"))
"""In the sandbox's project `gitlab-org/gitlab`."""


def open_issue(server: Server, title: str, labels: str) -> int:
    looking = gateway(server)
    made = looking.send(Request("POST", "/projects/gitlab-org%2Fgitlab/issues", {"title": title, "labels": labels}))
    looking.close()
    return int(made["iid"])


def close_issue(server: Server, iid: int) -> None:
    looking = gateway(server)
    looking.send(Request("PUT", f"/projects/gitlab-org%2Fgitlab/issues/{iid}", {"state_event": "close"}))
    looking.close()


def test_an_incident_that_is_opened_between_plan_and_apply_stops_before_the_first_write(
    workbench: Workbench, session: Session, server: Server
) -> None:
    configure(workbench, Settings(incidents=INCIDENTS))
    open_issue(server, "Only half of it", "incident")
    prepared = session.prepare(DRAFT, reason="For another thing.")
    assert prepared is not None
    assert of_time(prepared.plan.requirements) == ()
    number = open_issue(server, "Redis is down", "incident,severity::1")
    before = len(writes(server))
    said = f"since this plan was made: Open incident gitlab-org/gitlab#{number}: Redis is down"
    with pytest.raises(Stale, match=said):
        session.apply(prepared)
    assert len(writes(server)) == before
    blocked = session.prepare(DRAFT)
    assert blocked is not None
    assert [one.id for one in blocked.plan.blocked] == ["incidents"]
    close_issue(server, number)
    assert session.apply(prepared).outcome == "done"


def test_a_reason_covers_the_incidents_that_were_known_and_no_later_one(
    workbench: Workbench, session: Session, server: Server
) -> None:
    configure(workbench, Settings(incidents=INCIDENTS))
    open_issue(server, "Known", "feature flag")
    first, second = session.prepare(DRAFT, reason="Another system."), session.prepare(DRAFT, reason="Another system.")
    assert first is not None
    assert second is not None
    later = open_issue(server, "Later", "feature flag")
    with pytest.raises(Stale, match=f"#{later}: Later"):
        session.apply(first)
    close_issue(server, later)
    assert session.apply(second).outcome == "done"
    assert workbench.records.entries(DRAFT.id, "env")[-1].waivers == {
        "incidents": "Another system. (gitlab-org/gitlab#1)"
    }


def test_nor_does_a_waiver_cover_a_later_incident_or_a_later_day(
    workbench: Workbench, session: Session, server: Server, clock: Clock
) -> None:
    configure(workbench, Settings(incidents=INCIDENTS))
    open_issue(server, "Known", "feature flag")
    clock.forward(minutes=5)
    waiver = Waiver(requirement="incidents", reason="Another system.", at=clock.now)
    draft = structs.replace(DRAFT, waivers=(waiver,))

    def blocked() -> list[str]:
        prepared = session.prepare(draft)
        assert prepared is not None
        return [one.id for one in prepared.plan.blocked]

    assert blocked() == []
    clock.forward(minutes=5)
    later = open_issue(server, "Later", "feature flag")
    assert blocked() == ["incidents"]
    close_issue(server, later)
    assert blocked() == []
    clock.forward(days=1)
    assert blocked() == ["incidents"]


def test_incidents_do_not_keep_anybody_in(workbench: Workbench, session: Session, server: Server) -> None:
    advance(session)
    configure(workbench, Settings(incidents=INCIDENTS))
    open_issue(server, "Redis is down", "feature flag")
    asked = len(server.requests)
    assert advance(session, "off")[1].outcome == "done"
    assert not [one for one in list(server.requests)[asked:] if "gitlab-org" in one.path]


def test_no_answer_is_no_all_clear(workbench: Workbench, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incidents, "TIMEOUTS", (0.1, 0.1))
    for wanted in (
        Incidents(project="gitlab-org/nowhere", labels=("incident",)),
        Incidents(project="gitlab-org/gitlab", labels=("incident",), instance="gone"),
    ):
        configured = Instance(name="gone", url="http://127.0.0.1:9", token_env="GITLAB_TOKEN")
        configure(workbench, Settings(incidents=wanted, instances=(configured,)))
        prepared = session.prepare(DRAFT)
        assert prepared is not None
        (blocked,) = prepared.plan.blocked
        assert blocked.text.startswith("Whether an incident is open could not be asked: ")
        (row,) = (one for one in diagnose(session, draft=DRAFT) if one.name == "incidents")
        assert row.state in {"failed", "warning"}


def test_incidents_may_be_on_another_gitlab_than_the_rollout(
    workbench: Workbench, session: Session, server: Server, clock: Clock
) -> None:
    with Server(None, assets=ROOT, clock=clock) as other:
        workbench.environ = {**workbench.environ, "OTHER_TOKEN": other.token}
        elsewhere = Instance(name="other", url=other.url, token_env="OTHER_TOKEN")
        wanted = structs.replace(INCIDENTS, instance="other")
        configure(workbench, Settings(incidents=wanted, instances=(elsewhere,)))
        number = open_issue(other, "Theirs", "feature flag")
        open_issue(server, "Ours", "feature flag")
        assert [one.key for one in session.situation(DRAFT).concerns] == [f"gitlab-org/gitlab#{number}"]


def test_many_incidents_are_counted_and_an_environment_can_be_spared(
    workbench: Workbench, session: Session, server: Server
) -> None:
    numbers = [open_issue(server, f"Trouble {number}", "feature flag") for number in range(5)]
    configure(workbench, Settings(incidents=INCIDENTS))
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    (blocked,) = prepared.plan.blocked
    assert f"#{numbers[-1]}: Trouble 4; " in blocked.text
    assert blocked.text.endswith("; 2 more: wait, or say why")
    configure(workbench, Settings(incidents=structs.replace(INCIDENTS, environments=("production",))))
    assert session.situation(DRAFT).concerns == ()


def test_the_doctor_knows_whether_the_labels_exist(workbench: Workbench, session: Session, server: Server) -> None:
    open_issue(server, "Makes its labels", "incident,severity::1,feature flag")
    configure(workbench, Settings(incidents=INCIDENTS))
    (row,) = (one for one in diagnose(session, draft=DRAFT) if one.name == "incidents")
    assert (row.state, row.text) == ("ok", "looked for in gitlab-org/gitlab, by incident, severity::1 and feature flag")
    configure(workbench, Settings(incidents=structs.replace(INCIDENTS, labels=("incidnet",))))
    (row,) = (one for one in diagnose(session, draft=DRAFT) if one.name == "incidents")
    assert row.state == "warning"
    assert "has no label incidnet" in row.text


def test_a_window_without_a_zone_of_its_own_is_in_the_time_of_the_settings(
    workbench: Workbench, session: Session, clock: Clock
) -> None:
    lock = Window(name="Release", level="hard", begins="2026-11-22 11:30", ends="2026-11-22 12:30")
    configure(workbench, Settings(freeze=(lock,), zone="Europe/Berlin"))  # 10:30 to 11:30 UTC
    assert session.situation(DRAFT).concerns == ()
    clock.forward(hours=1)
    assert [one.key for one in session.situation(DRAFT).concerns] == ["Release"]
    clock.forward(hours=1)
    assert session.situation(DRAFT).concerns == ()
