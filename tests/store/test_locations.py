"""Where files are, and that their folders are private."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tui.domain.errors import StoreError
from tui.store.locations import Locations, private_folder


@dataclass(frozen=True)
class Dirs:
    user_config_path: Path
    user_data_path: Path
    user_log_path: Path


def test_one_variable_moves_everything(tmp_path: Path) -> None:
    found = Locations.find({"ROLLOUT_TUI_HOME": str(tmp_path / "h")})
    places = [getattr(found, name) for name in dir(found) if isinstance(getattr(found, name), Path)]
    assert len(places) >= 10
    assert all(place.is_relative_to(tmp_path / "h") for place in places)


def test_a_home_may_be_relative_or_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Locations.find({"ROLLOUT_TUI_HOME": "x"}).drafts == tmp_path / "x" / "drafts"
    assert Locations.find({"ROLLOUT_TUI_HOME": "~/x"}).drafts == tmp_path / "x" / "drafts"


@pytest.mark.parametrize("home", ["", "  "])
def test_without_it_the_platforms_folders_are_taken(home: str) -> None:
    found = Locations.find({"ROLLOUT_TUI_HOME": home}, Dirs(Path("/c"), Path("/d"), Path("/l")))
    assert (found.settings, found.drafts, found.logs) == (Path("/c/settings.toml"), Path("/d/drafts"), Path("/l"))
    assert Locations.find({}).data.name == "rollout-tui"


@pytest.mark.skipif(os.name != "posix", reason="permission bits are of POSIX")
def test_folders_are_private_and_existing_ones_are_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    former = os.umask(0)
    try:
        Locations.under(tmp_path / "a" / "b").make()
    finally:
        os.umask(former)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "a").rglob("*")} == {0o700}
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_file_in_the_way_is_explained(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="Not a directory") as caught:
        Locations.under(tmp_path / "home").make()
    assert "ROLLOUT_TUI_HOME" in caught.value.hint
    with pytest.raises(StoreError):
        private_folder(tmp_path / "home")
