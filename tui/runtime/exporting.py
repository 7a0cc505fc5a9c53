"""Writing the history into a file of the operator's choice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from tui.domain.errors import BadInput
from tui.domain.text import one_line
from tui.store.export import FORMATS
from tui.store.trouble import explained

if TYPE_CHECKING:
    from tui.domain.history import Entry
    from tui.domain.history_query import HistoryQuery
    from tui.store.history import History

ENDINGS = {".csv": "csv", ".json": "json", ".md": "markdown"}


def export(history: History, query: HistoryQuery, path: Path, *, overwrite: bool) -> int:
    """Write what the query finds to `path`, whose ending says the format; returns how many entries.

    A file that is there is only replaced with `overwrite`, and only by a whole one. Raises BadInput or StoreError.
    """
    name = ENDINGS.get(path.suffix.lower())
    if name is None:
        raise BadInput(f"{one_line(path.name) or 'this'} has no ending that says a format", "Use .csv, .json or .md.")
    if path.exists() and not overwrite:
        raise BadInput(f"{one_line(str(path))} exists already", "Choose another name.")
    counted = _Counted()
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    with explained("write", path):
        try:
            with part.open("x", encoding="utf-8", newline="") as file, closing(history.iterate(query)) as entries:  # type: ignore[type-var]
                file.writelines(FORMATS[name](counted.through(entries)))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return counted.number


class _Counted:
    def __init__(self) -> None:
        self.number = 0

    def through(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        for entry in entries:
            self.number += 1
            yield entry
