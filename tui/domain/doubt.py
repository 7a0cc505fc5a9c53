"""Whether a note on GitLab may be believed: the entry that it carries, or what is wrong with it.

Anybody who may comment can write a note that looks like an entry, and a note can be changed by its author and by
maintainers, which GitLab shows by its time of change and not by a name. So a note counts when its author is the
operator that it names and may at least report in the project; one that was changed is compared with our own copy, and
with the text that its own entry has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tui.domain.history import FORGED, Entry, read_entry
from tui.domain.observed import NoteSeen
from tui.domain.plan import reference, resolve
from tui.domain.text import one_line
from tui.domain.timeline import step_note

_BEGINNING = "<!-- rollout-tui: entry="

UNCOPIED = "it was changed after it was written, and there was no copy here to compare it with"
REWRITTEN = "it was changed after it was written and differs from the copy here, which counts"
DAMAGED = "its data was taken out or damaged; the copy here counts"


@dataclass(frozen=True)
class Judge:
    """Judges the notes of one rollout's plan issues. `known` is the history here, with forged entries.

    `trusted` says of a user's id whether its notes count: it may ask GitLab.
    """

    rollout: str
    instance: str
    known: tuple[Entry, ...]
    trusted: Callable[[int], bool]

    def entry(self, note: NoteSeen) -> Entry | None:
        """The entry to keep for a note, with its doubt and its address; None for a note that tells of nothing."""
        if note.system:
            return None
        there = read_entry(note.body)
        mine = [one for one in self.known if not one.forged]
        copy = next((one for one in mine if _number(one.note_url) == _number(note.url)), None)
        if copy is not None and (there is None or (there.id, there.operator) != (copy.id, copy.operator)):
            return _doubted(copy, DAMAGED if there is None else REWRITTEN)
        if there is None or there.rollout != self.rollout:
            return None
        wrong = self._wrong(there, note)
        if wrong:
            return self._forged(there, note, wrong)
        copy = copy or next((one for one in mine if one.id == there.id), None)
        if copy is None:
            new = replace(there, instance=self.instance, note_url=note.url)
            return _doubted(new, UNCOPIED) if note.touched else new
        if copy.note_url and _number(copy.note_url) != _number(note.url):
            return None  # the same note once more: the first is the entry's
        differs = note.touched and not _same(copy, there, note)
        return _doubted(copy.with_note(note.url), _unproven(copy) or (REWRITTEN if differs else ""))

    def _wrong(self, there: Entry, note: NoteSeen) -> str:
        if there.operator != note.author:
            return f"{note.author} wrote it in the name of {one_line(there.operator)}"
        if there.forged:
            return f"{note.author} wrote it by hand"
        known = any(one.id == there.id for one in self.known)
        if not known and not self.trusted(note.author_id):
            return f"{note.author}, who wrote it, may not report in the project"
        return ""

    def _forged(self, there: Entry, note: NoteSeen, why: str) -> Entry:
        """A row of the history under its real author, at GitLab's own time."""
        return replace(
            there,
            id=f"{FORGED}{note.url}",
            at=note.at,
            operator=note.author,
            instance=self.instance,
            note_url=note.url,
            doubt="forged",
            doubt_reason=why,
        )


def lost(notes: Iterable[NoteSeen], known: Iterable[Entry]) -> list[NoteSeen]:
    """The notes that were entries and cannot be read any more, where no copy is here either."""
    copied = {_number(entry.note_url) for entry in known}
    return [
        note
        for note in notes
        if not note.system
        and _BEGINNING in note.body
        and _number(note.url) not in copied
        and read_entry(note.body) is None
    ]


def remarks(entries: Iterable[Entry]) -> list[str]:
    """A sentence for each entry whose note is in doubt."""
    return [f"The note {one_line(one.note_url)} is {one.doubt}: {one.doubt_reason}." for one in entries if one.doubt]


def _number(url: str) -> str:
    """What stays of a note's address when its project moves."""
    return url.rpartition("#note_")[2]


def _doubted(entry: Entry, why: str) -> Entry:
    return replace(entry, doubt="edited" if why else "", doubt_reason=why)


def _unproven(copy: Entry) -> str:
    """A copy that was itself taken from a changed note proves nothing."""
    return copy.doubt_reason if copy.doubt_reason == UNCOPIED else ""


def _same(copy: Entry, there: Entry, note: NoteSeen) -> bool:
    """Whether the note still says what our copy says, to machines and to people."""
    ours = replace(copy, instance=there.instance, note_url=there.note_url, doubt="", doubt_reason="", meanwhile=())
    return ours == there and _prose(_rendered(ours)) == _prose(note.body)


def _rendered(entry: Entry) -> str:
    data = {**entry.as_dict(), "at": reference("at")}
    return resolve(step_note(entry, data, ""), {"at": entry.as_dict()["at"]})


def _prose(body: str) -> str:
    return body.partition(_BEGINNING)[0].strip()
