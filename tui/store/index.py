"""What the home screen shows of every draft, without reading each: an index file, checked by stat.

The index is a cache. An entry counts as long as the file's time, size and inode are the same; a missing, broken or
foreign index is made anew from the drafts.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from operator import attrgetter

import msgspec
from msgspec import Struct

from tui.domain.errors import DraftInvalid, NoSuchDraft, StoreError
from tui.domain.text import one_line
from tui.store import atomic
from tui.store.drafts import SUFFIX, DraftStore
from tui.store.locations import Locations
from tui.store.trouble import explained

FORMAT = 1

_Stamp = tuple[int, int, int]
_BY_STAMP = attrgetter("stamp")


class Summary(Struct, frozen=True, kw_only=True):
    """One draft in a list. Of a broken one only `id`, `path` and `modified` (UTC) are known, and its problems.

    `problems` counts the problems of the file's shape, `problem` is the first. `sample` marks an untouched sample.
    """

    id: str
    path: str
    modified: datetime
    title: str = ""
    flag: str = ""
    instance: str = ""
    guide: str = ""
    sample: bool = False
    problems: int = 0
    problem: str = ""


class _Known(Struct, frozen=True, array_like=True):
    stamp: _Stamp
    summary: Summary


class _File(Struct, frozen=True, array_like=True):
    format: int
    folder: str
    known: dict[str, _Known]


class Index:
    """The summaries of the drafts folder. For one thread at a time."""

    def __init__(self, locations: Locations) -> None:
        self._folder = locations.drafts
        self._path = locations.index
        self._store = DraftStore(locations)
        self._known: dict[str, _Known] | None = None
        self._saved = self._path.exists()

    def summaries(self) -> list[Summary]:
        """All drafts, the last changed first; only what changed is read. Raises StoreError for an unreadable folder."""
        known = self._load() if self._known is None else self._known
        found: dict[str, _Known] = {}
        same = True
        for name, stamp in self._scan():
            one = known.get(name)
            if one is None or one.stamp != stamp:
                one = _Known(stamp, self._summary(name, stamp))
                same = False
            found[name] = one
        self._saved = self._saved and same and len(found) == len(known)
        self._known = found
        return [one.summary for one in sorted(found.values(), key=_BY_STAMP, reverse=True)]

    @property
    def saved(self) -> bool:
        """Whether the index file holds what the last `summaries` found."""
        return self._saved

    def save(self) -> None:
        """Write the index file, if it is not up to date; best called in a thread. Raises StoreError."""
        if self._saved or self._known is None:
            return
        data = msgspec.msgpack.encode(_File(FORMAT, str(self._folder), self._known))
        atomic.write_bytes(self._path, data, durable=False)
        self._saved = True

    def _load(self) -> dict[str, _Known]:
        try:
            file = msgspec.msgpack.decode(self._path.read_bytes(), type=_File)
        except (OSError, msgspec.DecodeError):
            return {}
        return file.known if (file.format, file.folder) == (FORMAT, str(self._folder)) else {}

    def _scan(self) -> list[tuple[str, _Stamp]]:
        """Names and stamps; this loop is most of what a start with many drafts costs, hence no calls in it."""
        found: list[tuple[str, _Stamp]] = []
        if not self._folder.exists():
            return found
        with explained("list", self._folder), os.scandir(self._folder) as entries:
            for entry in entries:
                name = entry.name
                if name[-5:] == SUFFIX and name[0] != ".":
                    try:
                        stat = entry.stat()
                    except FileNotFoundError:  # deleted meanwhile, or a link to nowhere
                        continue
                    found.append((name, (stat.st_mtime_ns, stat.st_size, stat.st_ino)))
        return found

    def _summary(self, name: str, stamp: _Stamp) -> Summary:
        path = self._folder / name
        modified = datetime.fromtimestamp(stamp[0] / 1e9, UTC)
        broken = Summary(id=name.removesuffix(SUFFIX), path=str(path), modified=modified, problems=1)
        try:
            draft = self._store.load(path)
        except DraftInvalid as error:
            first = one_line(str(error.problems[0]))
            return msgspec.structs.replace(broken, problems=len(error.problems), problem=first)
        except (StoreError, NoSuchDraft) as error:
            return msgspec.structs.replace(broken, problem=one_line(str(error)))
        return Summary(
            id=draft.id,
            path=str(path),
            modified=modified,
            title=one_line(draft.title),
            flag=one_line(draft.flag.name),
            instance=one_line(draft.gitlab.instance),
            guide=one_line(draft.guide),
            sample=draft.sample,
        )
