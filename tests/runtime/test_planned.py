"""A plan in a file: applied exactly as it was reviewed, once, or refused with what changed since."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.runtime.conftest import gateway
from tests.runtime.test_broken_applies import WHOLE, effects
from tests.runtime.test_chatops_target import DRAFT as CHAT_DRAFT
from tests.runtime.test_project_target import DRAFT as PROJECT_DRAFT
from tests.runtime.test_whole_rollouts import DRAFT, advance, climb, gates_now
from tests.support.clock import Clock
from tests.support.rollouts import FLAG, TEAM
from tui.domain.draft import Draft
from tui.domain.drift import Drift
from tui.domain.errors import BadInput, RolloutError, Stale, StoreError, TooNew
from tui.domain.plan import Request
from tui.domain.wish import Wish
from tui.runtime.planned import check_draft, kept, source_of, taken_up
from tui.runtime.workbench import Prepared, Session
from tui.sandbox.server import Server
from tui.store.plan_files import PlanFile, load, save


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "team.json"


def written(session: Session, path: Path) -> Prepared:
    """The plan that is due, and its file."""
    session.workbench.drafts.save(DRAFT)
    prepared = session.prepare(DRAFT)
    assert prepared is not None
    save(path, kept(prepared, session, source_of(session.workbench, DRAFT.id)))
    return prepared


def refusal(session: Session, file: PlanFile) -> list[Drift]:
    """What the file is refused for; nothing is written."""
    with pytest.raises(Stale) as caught:
        taken_up(session, file)
    for one in caught.value.since:
        assert one.words in str(caught.value)
    return list(caught.value.since)


def test_what_is_applied_hours_later_is_to_the_letter_what_was_reviewed(
    session: Session, server: Server, clock: Clock, path: Path
) -> None:
    climb(session, "team", clock)
    prepared = written(session, path)
    clock.forward(hours=5)
    later = taken_up(session, load(path))
    assert later.plan.changes == prepared.plan.changes
    sent = len(server.requests)
    assert session.apply(later).outcome == "done"
    *writes, lead = [one for one in list(server.requests)[sent:] if one.method in {"POST", "PUT"}]
    assert "has the lead" in str(lead.body)
    assert sorted(one.path.removeprefix("/api/v4") for one in writes) == sorted(
        change.request.path for change in prepared.plan.changes
    )


def test_a_plan_is_applied_once(session: Session, server: Server, path: Path) -> None:
    written(session, path)
    assert session.apply(taken_up(session, load(path))).outcome == "done"
    (first, *rest) = refusal(session, load(path))
    assert (first.text, first.by) == (f"{DRAFT.id} advanced, stakeholders team, 2026-11-22 10:00 UTC", "by alice")
    assert {one.subject.partition(":")[0] for one in rest} == {"flag", "issue"}
    assert effects(server) == WHOLE


def test_gates_that_somebody_changed_are_told(session: Session, server: Server, path: Path) -> None:
    written(session, path)
    client = gateway(server)
    client.send(Request("POST", f"/features/{FLAG}", {"value": True, "user": "bob"}))
    client.close()
    (drift,) = refusal(session, load(path))
    assert drift.subject == f"flag:{FLAG}"
    assert "was on for nobody and is on for bob" in drift.text
    assert gates_now(server) == replace(TEAM, actors=frozenset({"User:2"}))


def test_fields_of_the_draft_that_were_changed_are_told(session: Session, path: Path) -> None:
    written(session, path)
    model = structs.replace(DRAFT.model, name="Another")
    phases = (structs.replace(DRAFT.phases[0], users=("alice",)), *DRAFT.phases[1:])
    with pytest.raises(Stale) as caught:
        check_draft(session.workbench, load(path), structs.replace(DRAFT, model=model, phases=phases))
    assert [one.text for one in caught.value.since] == [
        f"the draft's model.name was “{DRAFT.model.name}” and is “Another”",
        "the draft's phases[stakeholders].users was “alice, bob” and is “alice”",
    ]


def test_another_wording_of_the_guides_issues_is_told(session: Session, path: Path) -> None:
    written(session, path)
    own = session.workbench.locations.skeletons
    own.mkdir(parents=True)
    (own / "internal-rollout.md").write_text(session.workbench.assets.skeleton("internal-rollout.md") + "\nMore.\n")
    assert [one.subject for one in refusal(session, load(path))] == ["guide"]


def test_a_plan_of_somebody_else_is_not_applied_in_their_name(session: Session, path: Path) -> None:
    written(session, path)
    drifts = refusal(session, structs.replace(load(path), operator="carol"))
    assert [one.text for one in drifts] == ["carol made the plan, and the token is alice's"]


def test_another_plan_from_the_same_gates_and_issues_is_told(session: Session, path: Path) -> None:
    written(session, path)
    file = load(path)
    changes = [{**one, "summary": "Other"} if one["id"] == "gate:1" else one for one in file.plan["changes"]]
    drifts = refusal(session, structs.replace(file, plan={**file.plan, "changes": changes}))
    assert [one.text for one in drifts] == ["another change comes of it now: Add group code-creation to " + FLAG]


def test_the_file_is_private_and_has_no_token(session: Session, server: Server, path: Path) -> None:
    written(session, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert server.token not in path.read_text()


def _edit(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def edited(text: str) -> str:
        data = json.loads(text)
        change(data)
        return json.dumps(data)

    return edited


def test_a_file_that_was_edited_is_refused(session: Session, path: Path) -> None:
    written(session, path)
    whole = path.read_text()
    spoiled: list[tuple[Callable[[str], str], type[RolloutError], str]] = [
        (_edit(lambda data: data["plan"]["changes"].pop()), BadInput, "was changed after it was written"),
        (_edit(lambda data: data.update(made_at="2027-01-01T00:00:00Z")), BadInput, "was changed after it was written"),
        (_edit(lambda data: data.update(format=2)), TooNew, "has the format 2"),
        (_edit(lambda data: data.pop("digest")), BadInput, "is not a plan file"),
        (lambda text: text[:-20], BadInput, "is not a plan file"),
        (lambda _: "[" * 100_000, BadInput, "is not a plan file"),
        (lambda _: "schema = 1", BadInput, "is not a plan file"),
    ]
    for spoil, error, words in spoiled:
        path.write_text(spoil(whole))
        with pytest.raises(error, match=words):
            load(path)


def test_a_file_that_is_no_plan_is_not_overwritten(session: Session, path: Path) -> None:
    path.write_text("my notes")
    with pytest.raises(BadInput, match="is no plan file"):
        written(session, path)
    assert path.read_text() == "my notes"
    with pytest.raises(BadInput, match="would be taken for a draft"):
        written(session, path.with_suffix(".toml"))
    with pytest.raises(StoreError, match="No such file"):
        load(path.with_name("nowhere.json"))


def test_a_newer_plan_takes_the_place_of_the_file(session: Session, path: Path) -> None:
    written(session, path)
    advance(session)
    written(session, path)
    assert load(path).phase == "members"


@pytest.mark.parametrize("draft", [PROJECT_DRAFT, CHAT_DRAFT], ids=["project", "chatops"])
def test_every_kind_of_target_is_applied_as_reviewed(session: Session, path: Path, clock: Clock, draft: Draft) -> None:
    session.workbench.drafts.save(draft)
    for phase in ("stakeholders", "off"):
        prepared = session.prepare(draft, phase)
        assert prepared is not None
        assert (prepared.plan.phase, prepared.plan.blocked) == (phase, ())
        save(path, kept(prepared, session, draft.id))
        clock.forward(hours=1)
        later = taken_up(session, load(path))
        assert later.plan.changes == prepared.plan.changes
        assert session.apply(later, attest=lambda *_: True).outcome == "done"
        clock.forward(days=3)


def test_a_plan_of_an_action_is_applied_as_reviewed(session: Session, path: Path, clock: Clock) -> None:
    climb(session, "team", clock)
    session.workbench.drafts.save(DRAFT)
    prepared = session.prepare_wish(DRAFT, Wish(act="hold", reason="Too slow."))
    assert prepared is not None
    assert prepared.plan.action == "hold"
    save(path, kept(prepared, session, DRAFT.id))
    later = taken_up(session, load(path))
    assert later.plan.changes == prepared.plan.changes
    assert session.apply(later).outcome == "done"
