"""Running the program as a person or a script does: a process with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from msgspec import structs

from tests.cli.warm import warm
from tests.support.rollouts import sample
from tui.domain.draft import Draft, Place
from tui.store.locations import Locations

SANDBOX_DRAFT: Draft = sample()
ENV_DRAFT: Draft = structs.replace(sample(), gitlab=Place(instance="env", project="code-creation/rollouts"))


@dataclass(frozen=True)
class Ran:
    """What a run left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON is any plain data
        return json.loads(self.out)


class Program:
    """`rollout-tui` in a home of its own; nothing of this machine's configuration is seen."""

    def __init__(self, home: Path, **environ: str) -> None:
        self.home = home
        self.locations = Locations.under(home)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GITLAB", "ROLLOUT", "CI_"))}
        self.environ = {**kept, "ROLLOUT_TUI_HOME": str(home), "PYTHON_GITLAB_CFG": "", **environ}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tui", *words]

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*words),
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *words: str) -> Ran:
        if sys.platform != "linux":
            process = self.start(*words)
            printed = process.communicate(timeout=60)
            return Ran(process.returncode, *printed)
        with TemporaryFile() as out, TemporaryFile() as err:
            code = warm().run(words, self.environ, out.fileno(), err.fileno(), seconds=60)
            return Ran(code, *(_read(file) for file in (out, err)))

    def save(self, draft: Draft) -> Path:
        from tui.store.drafts import DraftStore

        return DraftStore(self.locations).save(draft)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n")
