"""An open draft: saved after each change, at the end and after trouble; one editor at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.rollouts import sample
from tests.support.until import wait_until
from tui.domain.draft import Draft
from tui.domain.errors import DraftInvalid, NoSuchDraft, RolloutError, StoreError
from tui.runtime.opened import OpenedDraft
from tui.runtime.workbench import Workbench
from tui.store.locations import Locations


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    bench = Workbench(Locations.under(tmp_path), {})
    bench.drafts.save(replace(sample(), id="alpha", title="Alpha"))
    return bench


def opened(bench: Workbench, failures: list[RolloutError] | None = None, read_only: str = "") -> OpenedDraft:
    failed = [] if failures is None else failures
    return OpenedDraft.open(bench, "alpha", who="alice", read_only=read_only, failed=failed.append)


def titles(bench: Workbench) -> str:
    return bench.drafts.load("alpha").title


def test_a_change_is_saved_a_moment_later(bench: Workbench) -> None:
    draft = opened(bench)
    draft.changed(replace(draft.draft, title="Beta"))
    wait_until(lambda: titles(bench) == "Beta", what="the change in the file")
    draft.close()


def test_many_changes_are_saved_once_and_the_last_one_wins(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[str] = []
    save = bench.drafts.save

    def counted(draft: Draft) -> Path:
        saved.append(draft.title)
        return save(draft)

    monkeypatch.setattr(bench.drafts, "save", counted)
    draft = opened(bench)
    for number in range(50):
        draft.changed(replace(draft.draft, title=f"Title {number}"))
    wait_until(lambda: saved, what="a save")
    draft.close()
    assert saved == ["Title 49"]


def test_closing_saves_at_once_and_lets_others_edit(bench: Workbench) -> None:
    draft = opened(bench)
    draft.changed(replace(draft.draft, title="Beta"))
    draft.close()
    assert titles(bench) == "Beta"
    again = opened(bench)
    assert again.read_only == ""
    again.close()


def test_the_second_editor_reads_only_and_learns_who_the_first_is(bench: Workbench) -> None:
    first, second = opened(bench), opened(bench)
    assert "alice" in second.read_only
    second.changed(replace(second.draft, title="Lost"))
    second.close()
    first.changed(replace(first.draft, title="Kept"))
    first.close()
    assert titles(bench) == "Kept"


def test_read_only_takes_no_lock_and_no_change(bench: Workbench) -> None:
    reader = opened(bench, read_only="because")
    writer = opened(bench)
    assert writer.read_only == ""
    reader.changed(replace(reader.draft, title="Lost"))
    reader.close()
    writer.close()


def test_what_cannot_be_saved_is_told_and_tried_again(bench: Workbench) -> None:
    failures: list[RolloutError] = []
    draft = opened(bench, failures)
    folder = bench.locations.drafts
    parked = folder.with_name("parked")
    folder.rename(parked)
    folder.write_text("a file in the way")
    draft.changed(replace(draft.draft, title="Beta"))
    wait_until(lambda: failures, what="the failure")
    assert isinstance(failures[0], StoreError)
    with pytest.raises(StoreError):
        draft.flush()
    folder.unlink()
    shutil.move(parked, folder)
    draft.close()
    assert titles(bench) == "Beta"


@pytest.mark.parametrize(("name", "error"), [("missing", NoSuchDraft), ("broken", DraftInvalid)])
def test_a_draft_that_cannot_be_opened_leaves_no_lock(bench: Workbench, name: str, error: type[RolloutError]) -> None:
    (bench.locations.drafts / "broken.toml").write_text("schema = 1\nx")
    for _ in range(2):
        with pytest.raises(error):
            OpenedDraft.open(bench, name, who="alice", read_only="", failed=lambda _: None)
