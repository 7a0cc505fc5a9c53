"""Plans as files: what was reviewed, to be applied later exactly so or not at all.

A plan file is JSON: the plan as `plan --json` prints it, the draft as it was, what GitLab said, and where the journal
stood. A digest over all of it finds a slip of the hand. It is no seal: who can write the file can write a new digest.
There is no token in it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tui.domain.draft import Draft
from tui.domain.errors import BadInput, TooNew
from tui.domain.history import Action
from tui.domain.observed import FlagSeen, IssueSeen
from tui.domain.text import one_line
from tui.store import atomic
from tui.store.trouble import explained

FORMAT = 1
LIMIT = 50_000_000
"""Bytes; the largest plan is a few issues of at most 1 MB each, twice."""

_MAKE = "Make the folder first, or choose another place."
_AGAIN = "Make a new plan with: rollout-tui plan DRAFT --out FILE"


class PlanFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan with all that tells whether it still holds. `act` is the action that was asked for, if it was one.

    `source` is the draft's id or path and `draft` what was in it; `guide` a digest of guide and skeletons; `url` the
    instance's address, empty for the sandbox; `journal` the mark of the records; `made_at` the time of the plan;
    `flags` and `issues` what GitLab said; `concerns` the ids of what spoke against the step then.
    """

    format: int = FORMAT
    rollout: str
    instance: str
    url: str
    operator: str
    phase: str
    step: str
    act: Action | None = None
    reason: str
    made_at: datetime
    source: str
    draft: Draft
    guide: str
    journal: tuple[int, int]
    flags: dict[str, FlagSeen]
    issues: dict[str, IssueSeen]
    concerns: tuple[str, ...] = ()
    plan: dict[str, Any]


def save(path: Path, kept: PlanFile) -> None:
    """Write a plan file, private and whole.

    Raises BadInput for a name that means a draft, over a file that is no plan file and where there is no folder,
    StoreError otherwise.
    """
    if path.suffix == ".toml":
        raise BadInput(f"{one_line(str(path))} would be taken for a draft", "Let its name end in .json.")
    if path.exists() and not _ours(path):
        raise BadInput(
            f"{one_line(str(path))} is there and is no plan file", "Choose another name; it was not changed."
        )
    if not path.parent.is_dir():
        raise BadInput(f"{one_line(str(path.parent))} is no folder, so {one_line(path.name)} was not written", _MAKE)
    data = msgspec.to_builtins(kept, order="deterministic")
    atomic.write(path, json.dumps({**data, "digest": _digest(data)}, indent=2, ensure_ascii=True) + "\n")


def load(path: Path) -> PlanFile:
    """The plan in a file. BadInput when it is none or was changed, TooNew for a newer format, StoreError otherwise."""
    name = one_line(str(path))
    data = _data(path)
    if data is None:
        raise BadInput(f"{name} is not a plan file", _AGAIN)
    if data.get("format") != FORMAT:
        raise TooNew(f"{name} has the format {one_line(str(data.get('format')))}, and this version knows {FORMAT}")
    digest = data.pop("digest")
    if digest != _digest(data):
        raise BadInput(f"{name} was changed after it was written: a plan is applied as it was reviewed", _AGAIN)
    try:
        return msgspec.convert(data, PlanFile)
    except msgspec.ValidationError as error:
        raise BadInput(f"{name} is not a plan file: {one_line(str(error))}", _AGAIN) from None


def _ours(path: Path) -> bool:
    return path.is_file() and _data(path) is not None


def _data(path: Path) -> dict[str, Any] | None:
    """What is in the file if it looks like a plan file."""
    with explained("read", path):
        if path.stat().st_size > LIMIT:
            return None
        text = path.read_bytes()
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and {"format", "digest", "plan"} <= data.keys() else None


def _digest(data: dict[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
