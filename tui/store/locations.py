"""Where this program keeps its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tui.store.trouble import explained

APP = "rollout-tui"
HOME = "ROLLOUT_TUI_HOME"


class PlatformDirs(Protocol):
    """The part of `platformdirs.PlatformDirs` that is used here."""

    @property
    def user_config_path(self) -> Path: ...

    @property
    def user_data_path(self) -> Path: ...

    @property
    def user_log_path(self) -> Path: ...


@dataclass(frozen=True)
class Locations:
    """All places: `config` holds what the operator writes, `data` what the program keeps, `logs` the debug logs."""

    config: Path
    data: Path
    logs: Path

    @classmethod
    def find(cls, environ: Mapping[str, str], platform: PlatformDirs | None = None) -> Locations:
        """The platform's usual folders, or all under one folder when ROLLOUT_TUI_HOME names it."""
        home = environ.get(HOME, "").strip()
        if home:
            return cls.under(Path(home).expanduser().absolute())
        if platform is None:
            import platformdirs

            platform = platformdirs.PlatformDirs(APP, appauthor=False)
        return cls(platform.user_config_path, platform.user_data_path, platform.user_log_path)

    @classmethod
    def under(cls, home: Path) -> Locations:
        """All places under one folder."""
        return cls(config=home, data=home, logs=home / "logs")

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.toml"

    @property
    def guides(self) -> Path:
        """The operator's own guides."""
        return self.config / "guides"

    @property
    def skeletons(self) -> Path:
        """The operator's own issue skeletons."""
        return self.config / "skeletons"

    @property
    def messages(self) -> Path:
        """The operator's own texts for chat."""
        return self.config / "messages"

    @property
    def drafts(self) -> Path:
        """The drafts, one TOML file each."""
        return self.data / "drafts"

    @property
    def index(self) -> Path:
        """The index of the drafts: a cache that may be deleted."""
        return self.data / "drafts.index"

    @property
    def records(self) -> Path:
        """The database of the journal and the history."""
        return self.data / "records.db"

    @property
    def sandbox(self) -> Path:
        """The sandbox's state."""
        return self.data / "sandbox"

    def make(self) -> None:
        """Create the folders that are missing, private to the user (0700). Raises StoreError."""
        for folder in (self.config, self.data, self.drafts):
            private_folder(folder)


def private_folder(folder: Path) -> None:
    """Create `folder` and its parents when missing; those that are made here are private (0700). Raises StoreError."""
    with explained("create the folder", folder):
        missing = [folder, *folder.parents]
        for one in reversed([path for path in missing if not path.exists()]):
            one.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError(20, "Not a directory")
