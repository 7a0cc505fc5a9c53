"""The phase history from GitLab's notes: what colleagues did, and everything for a machine that has no history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tui.domain.doubt import Judge, lost, remarks
from tui.domain.history import Entry
from tui.domain.lease import Lease, current
from tui.domain.observed import IssueSeen, NoteSeen, Observed
from tui.runtime.find_issues import REPORTER

if TYPE_CHECKING:
    from tui.gateway.client import Gateway
    from tui.store.records import Records

PLAN = "rollout-plan"
"""How the slots of the rollout plans begin."""


@dataclass(frozen=True)
class Learned:
    """What a look at the notes brought: `notes` were read, `added` are steps that were not known here.

    `doubted` is all that is edited or forged by now, `unreadable` the addresses of notes whose entries are lost.
    `lead` is who has the lead of the rollout, or had it last.
    """

    notes: int = 0
    added: tuple[Entry, ...] = ()
    doubted: tuple[Entry, ...] = ()
    unreadable: tuple[str, ...] = ()
    lead: Lease | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """A sentence for each note that is not to be believed as it stands."""
        gone = [f"The note {url} told of a step and cannot be read any more." for url in self.unreadable]
        return (*remarks(self.doubted), *gone)


def learn(gateway: Gateway, records: Records, observed: Observed, rollout: str) -> Learned:
    """Merge the entries that the notes on the plan issues carry into the history here, oldest first.

    Which notes count, `tui.domain.doubt` says; the others are recorded as what they are. The instance is called what
    it is called here. Where something is known already, only the rollout plans are read: steps are noted there.
    """
    known = {entry.id: entry for entry in records.entries(rollout, observed.instance, forged=True)}
    found: dict[str, Entry] = {}
    read: list[NoteSeen] = []
    lead: Lease | None = None
    for issue in _issues(observed, known):
        notes = list(gateway.notes(issue.project_id, issue.iid, issue_url=issue.url))
        trusts = trusted(gateway, issue.project_id)
        judge = Judge(rollout, observed.instance, tuple(known.values()), trusts)
        for entry in filter(None, map(judge.entry, notes)):
            found.setdefault(entry.id, entry)
        read.extend(notes)
        if issue in plan_issues(observed)[:1]:
            lead = current(notes, rollout, trusts)
    new = sorted((one for one in found.values() if one.id not in known), key=lambda entry: entry.at)
    changed = [one for one in found.values() if one.id in known and _doubt(one) != _doubt(known[one.id])]
    told = [one for one in found.values() if one.id in known and not known[one.id].note_url]
    if new or told:
        records.add_all([*new, *told])
    if changed:
        records.doubt(changed)
    now = (known | found).values()
    return Learned(
        len(read),
        tuple(one for one in new if not one.forged),
        tuple(sorted((one for one in now if one.doubt), key=lambda entry: entry.at)),
        tuple(note.url for note in lost(read, now)),
        lead,
    )


def _issues(observed: Observed, known: dict[str, Entry]) -> list[IssueSeen]:
    return (plan_issues(observed) if known else []) or list(observed.issues.values())


def plan_issues(observed: Observed) -> list[IssueSeen]:
    """The rollout plans among the issues: there the history is kept, and on the first of them the lead."""
    return [issue for slot, issue in sorted(observed.issues.items()) if slot.startswith(PLAN)]


def _doubt(entry: Entry) -> tuple[str, str]:
    return entry.doubt, entry.doubt_reason


def trusted(gateway: Gateway, project_id: int) -> Callable[[int], bool]:
    """Whether a user's notes on the project's issues count, asked once for each user."""

    @cache
    def trusts(user_id: int) -> bool:
        return user_id == gateway.operator().id or gateway.level_of(project_id, user_id) >= REPORTER

    return trusts
