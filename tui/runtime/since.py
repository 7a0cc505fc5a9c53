"""Who changed what since a look at GitLab, as far as anybody keeps that: GitLab's own notes, and our entries in notes.

Asked only when something did change. It is an answer for people and decides nothing: what cannot be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.drift import Drift, drifts
from tui.domain.errors import GitLabError
from tui.domain.history import ACTION_WORDS, Entry, read_entry
from tui.domain.observed import NoteSeen, Observed
from tui.domain.steps import named

if TYPE_CHECKING:
    from tui.gateway.client import Gateway
    from tui.store.records import Records

NOBODY_KNOWS = "GitLab keeps no record of who sets a flag"

_SAYINGS = {
    "title": ("changed title",),
    "description": ("changed the description",),
    "state": ("closed", "reopened"),
    "privacy": ("made the issue", "turned on confidentiality", "turned off confidentiality"),
}
"""How GitLab's own notes begin that tell of a change, by what changed."""


def since(gateway: Gateway, before: Observed, after: Observed) -> tuple[Drift, ...]:
    """What changed between two looks, and by whom."""
    if not drifts(before, after):
        return ()
    found = drifts(before, _named(gateway, before, after))
    notes = {slot: tuple(_newer(gateway, before, after, slot)) for slot in after.issues}
    return tuple(_signed(one, notes, after) for one in found)


def applied_since(records: Records, rollout: str, instance: str, mark: tuple[int, int]) -> tuple[Drift, ...]:
    """What the records of this machine know of since they stood at `mark`."""
    entries = records.entries(rollout, instance)[mark[1] :]
    if not entries:
        return (Drift("plan", f"{rollout} was applied, or an apply of it was broken off; a plan is applied once"),)
    return tuple(
        Drift(
            "plan",
            f"{rollout} {ACTION_WORDS[one.action]}, {_step(one)}, {one.at:%Y-%m-%d %H:%M} UTC",
            f"by {one.operator}",
        )
        for one in entries
    )


def words(found: tuple[Drift, ...]) -> str:
    """Drifts as text, one a line; empty for none."""
    return "\n".join(one.words for one in found)


def _named(gateway: Gateway, before: Observed, after: Observed) -> Observed:
    """The later look with names for whom somebody else put into a flag."""
    known = {name.ref for name in (*before.names.values(), *after.names.values())}
    refs = {ref for flag in after.flags.values() for ref in flag.gates.actors} - known
    names = dict(after.names)
    with suppress(GitLabError):
        for ref in sorted(refs):
            actor = gateway.actor(ref)
            if actor is not None:
                names[actor.parameter, actor.name] = actor
    return replace(after, names=names)


def _newer(gateway: Gateway, before: Observed, after: Observed, slot: str) -> Iterator[NoteSeen]:
    """The notes on an issue since the look before: newer than the issue was then, by GitLab's own clock."""
    issue, old = after.issues[slot], before.issues.get(slot)
    start = (old.updated if old else None) or before.at
    with suppress(GitLabError):
        for note in gateway.notes(issue.project_id, issue.iid, issue_url=issue.url):
            if note.at >= start:
                yield note


def _signed(drift: Drift, notes: dict[str, tuple[NoteSeen, ...]], after: Observed) -> Drift:
    kind, _, name = drift.subject.partition(":")
    if kind == "flag":
        told = [_told(note, name) for found in notes.values() for note in found]
        fitting = [entry for entry in told if entry and entry.gates_after == after.flag(name).gates]
        latest = max(fitting, key=lambda entry: entry.at, default=None)
        return replace(drift, by=_by_entry(latest) if latest else NOBODY_KNOWS)
    if not drift.topic:
        author = after.issues[name].author if name in after.issues else ""
        return replace(drift, by=f"by {author}") if author else drift
    closer = after.issues[name].closed_by
    if drift.topic == "state" and not after.issues[name].open and closer:
        return replace(drift, by=f"by {closer}")
    own = [one for one in notes.get(name, ()) if one.system and one.body.startswith(_SAYINGS[drift.topic])]
    return replace(drift, by=f"by {own[-1].author}, {own[-1].at:%Y-%m-%d %H:%M} UTC") if own else drift


def _told(note: NoteSeen, flag: str) -> Entry | None:
    """The entry of a colleague's apply. Anybody can write one, so it must at least be its author's own."""
    entry = None if note.system else read_entry(note.body)
    return entry if entry is not None and entry.flag == flag and entry.operator == note.author else None


def _by_entry(entry: Entry) -> str:
    return f"by {entry.operator}, {entry.at:%Y-%m-%d %H:%M} UTC: {ACTION_WORDS[entry.action]}, {_step(entry)}"


def _step(entry: Entry) -> str:
    return named(entry.phase, entry.step)
