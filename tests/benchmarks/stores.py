"""Stores to measure on: an almost empty one, and one with 1,000 drafts and 100,000 history entries."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec import structs

from tests.support.rollouts import FLAG, MEMBERS, NOW, TEAM, entry, sample
from tui.domain.gates import Gates
from tui.domain.history import Entry
from tui.store.drafts import DraftStore
from tui.store.index import Index
from tui.store.locations import Locations
from tui.store.records import Records

STEPS = ("team", "members", "1%", "10%", "25%", "50%", "75%", "100%")
PEOPLE = ("alice", "bob", "carol", "dave")


def made(home: Path, *, drafts: int, entries: int) -> Locations:
    """A store under `home` with that many drafts and entries, its index written."""
    locations = Locations.under(home)
    store = DraftStore(locations)
    for number in range(drafts):
        store.save(structs.replace(sample(), id=f"rollout-{number:05}", title=f"Model {number} for Code Completion"))
    with Records(locations.records) as records:
        records.add_all(_entry(number) for number in range(entries))
    index = Index(locations)
    index.summaries()
    index.save()
    return locations


def _entry(number: int) -> Entry:
    step = STEPS[number % len(STEPS)]
    after = MEMBERS if number % 2 else Gates(percentage_of_actors=25)
    return entry(
        "everyone",
        step,
        TEAM,
        after,
        id=f"entry-{number:06}",
        rollout=f"rollout-{number % 1000:05}",
        operator=PEOPLE[number % len(PEOPLE)],
        flag=f"{FLAG}_{number % 50}",
        at=NOW - timedelta(minutes=100_000 - number),
        reason="latency was within the range" if number % 3 else "",
    )
