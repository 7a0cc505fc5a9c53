"""A long text in the operator's own editor, with the terminal handed over meanwhile."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from tui.domain.errors import RolloutError

FALLBACK = "vi"


class EditorFailed(RolloutError):
    """The editor did not start or reported failure; the text is as it was."""

    code = "editor"
    hint_default = "Set EDITOR to the command of your editor."


def edit_outside(app: App[Any], text: str, editor: str = "") -> str:
    """The text as it was left in the editor. Raises EditorFailed.

    It lies in a private file of its own as long as the editor runs.
    """
    command = editor or os.environ.get("VISUAL") or os.environ.get("EDITOR") or FALLBACK
    with tempfile.TemporaryDirectory(prefix="rollout-tui-") as folder:
        path = Path(folder) / "text.md"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        try:
            with app.suspend():
                done = subprocess.run([*shlex.split(command), str(path)], check=False)  # noqa: S603 - the operator's own
        except SuspendNotSupported:
            raise EditorFailed("this terminal cannot be handed to an editor") from None
        except (OSError, ValueError) as error:
            raise EditorFailed(f"the editor {command} did not start: {error}") from error
        if done.returncode != 0:
            raise EditorFailed(f"the editor {command} ended with {done.returncode}; the text was not taken over")
        return path.read_text(encoding="utf-8", errors="replace")
