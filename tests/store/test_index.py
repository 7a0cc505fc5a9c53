"""The list of drafts: right after any change, and quick because unchanged drafts are not read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui.domain.draft import Draft
from tui.domain.errors import StoreError
from tui.store import read_toml
from tui.store.drafts import DraftStore, dumps
from tui.store.index import Index, Summary
from tui.store.locations import Locations


def by_id(index: Index) -> dict[str, Summary]:
    return {summary.id: summary for summary in index.summaries()}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The drafts that are read, in order."""
    read: list[Path] = []
    real = read_toml.read_text

    def counted(path: Path) -> str:
        read.append(path)
        return real(path)

    monkeypatch.setattr("tui.store.drafts.read_text", counted)
    return read


def test_a_summary_has_what_a_row_shows(locations: Locations, store: DraftStore, draft: Draft) -> None:
    path = store.save(replace(draft, sample=True, title="A\x1b[31m\nB"))
    [summary] = Index(locations).summaries()
    assert (summary.id, summary.path, summary.title) == (draft.id, str(path), "A\N{REPLACEMENT CHARACTER}[31m B")
    assert (summary.flag, summary.instance, summary.guide) == (draft.flag.name, "sandbox", "v1")
    assert (summary.sample, summary.problems, summary.problem) == (True, 0, "")
    assert summary.modified.timestamp() == pytest.approx(path.stat().st_mtime)
    assert summary.modified.tzinfo is not None


def test_a_thousand_drafts_are_read_once_and_then_only_what_changed(
    locations: Locations, store: DraftStore, draft: Draft, reads: list[Path]
) -> None:
    text = dumps(draft)
    for number in range(1000):
        name = f"d{number}"
        (store.folder / f"{name}.toml").write_text(text.replace(draft.id, name, 1), encoding="utf-8")
    index = Index(locations)
    assert len(index.summaries()) == len(reads) == 1000
    index.save()
    reads.clear()

    again = Index(locations)
    assert by_id(again) == by_id(index)
    assert again.saved
    assert reads == []

    changed = store.save(replace(draft, id="d7", title="Changed"))
    (store.folder / "d8.toml").unlink()
    store.save(replace(draft, id="new"))
    found = by_id(again)
    assert sorted(reads) == sorted([changed, store.folder / "new.toml"])
    assert (found["d7"].title, "d8" in found, "new" in found, len(found)) == ("Changed", False, True, 1000)
    assert again.summaries()[0].id == "new"
    again.save()
    assert by_id(Index(locations)) == found


def test_a_change_that_keeps_time_and_size_is_seen(locations: Locations, store: DraftStore, draft: Draft) -> None:
    path = store.save(draft)
    stat = path.stat()
    index = Index(locations)
    index.summaries()
    store.save(replace(draft, title=draft.title[::-1]))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    assert index.summaries()[0].title == draft.title[::-1]


def test_a_broken_draft_is_listed_with_its_problems(locations: Locations, store: DraftStore, draft: Draft) -> None:
    store.save(draft)
    text = dumps(draft).replace('target = "instance"', "target = 5").replace("vendor", "vendr")
    (store.folder / "broken.toml").write_text(text, encoding="utf-8")
    (store.folder / "cut.toml").write_text("schema = ", encoding="utf-8")
    (store.folder / "folder.toml").mkdir()
    found = by_id(Index(locations))
    assert found["broken"].problems == 2
    assert found["broken"].problem.startswith("model.vendr: unknown key")
    assert found["cut"].problem.startswith("line 1")
    assert "cannot read" in found["folder"].problem
    assert found[draft.id].problems == 0


def test_other_files_of_the_folder_are_no_drafts(locations: Locations, store: DraftStore, draft: Draft) -> None:
    store.save(draft)
    store.save(replace(draft, title="Two"))
    for name in (".codestral-2501.toml.lock", ".x.toml", "notes.txt", ".y.toml.1.tmp"):
        (store.folder / name).write_text("", encoding="utf-8")
    (store.folder / "gone.toml").symlink_to(store.folder / "nowhere")
    assert list(by_id(Index(locations))) == [draft.id]


@pytest.mark.parametrize("content", [b"", b"\xc1", b"\x93\x01\xa1x\x80", b"[]"])
def test_a_broken_index_is_made_anew(locations: Locations, store: DraftStore, draft: Draft, content: bytes) -> None:
    store.save(draft)
    locations.index.write_bytes(content)
    index = Index(locations)
    assert list(by_id(index)) == [draft.id]
    assert not index.saved
    index.save()
    assert Index(locations).saved


def test_an_index_of_another_folder_does_not_count(tmp_path: Path, store: DraftStore, draft: Draft) -> None:
    store.save(draft)
    old = Locations.under(tmp_path / "home")
    index = Index(old)
    index.summaries()
    index.save()
    (tmp_path / "home").rename(tmp_path / "moved")
    [summary] = Index(Locations.under(tmp_path / "moved")).summaries()
    assert Path(summary.path).exists()


def test_without_a_folder_there_are_no_drafts_and_a_file_in_its_place_is_explained(locations: Locations) -> None:
    assert Index(locations).summaries() == []
    locations.data.mkdir()
    locations.drafts.write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot list"):
        Index(locations).summaries()
