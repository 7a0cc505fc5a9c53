"""What is not as it was when a plan was made: of GitLab, of the draft, of what the plan comes to.

A plan depends on gates and on reference, title, description, privacy and state of its plan issues: that is what a
fingerprint covers. It does not depend on their labels, assignees, due dates and links: nothing is computed from the
first three, and a link that somebody else has made in the meantime is what was wanted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tui.domain.audience import Labels, who
from tui.domain.draft import Draft
from tui.domain.observed import FlagSeen, IssueSeen, Observed
from tui.domain.plan import Change, Plan
from tui.domain.strategies import ProjectFlag
from tui.domain.text import counted, listing, shorten

_SHOWN = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Drift:
    """One thing that changed, in words. `subject` is `flag:NAME`, `issue:SLOT`, `draft:PATH`, `guide` or `plan`.

    `topic` is what changed of an issue (`description`, `title`, `state`, `privacy`); `by` says who did it.
    """

    subject: str
    text: str
    by: str = ""
    topic: str = ""

    @property
    def words(self) -> str:
        """All of it on one line."""
        return f"{self.text} ({self.by})" if self.by else self.text

    def as_dict(self) -> dict[str, str]:
        """Plain data for JSON."""
        return {"subject": self.subject, "text": self.text, "by": self.by}


def drifts(before: Observed, after: Observed) -> tuple[Drift, ...]:
    """What changed between two looks, of all that a plan depends on."""
    spoken = Labels({name.ref: name.name for name in (*before.names.values(), *after.names.values())})
    found: list[Drift] = []
    for name in sorted(before.flags.keys() | after.flags.keys()):
        text = _flag(before.flag(name), after.flag(name), spoken)
        found += [Drift(f"flag:{name}", text)] if text else []
    for slot in sorted(before.issues.keys() | after.issues.keys()):
        found.extend(_issue(slot, before.issues.get(slot), after.issues.get(slot)))
    return tuple(found)


def _flag(old: FlagSeen, new: FlagSeen, spoken: Labels) -> str:
    """What changed of a flag; of a project's flag also what is for other environments, since one request has it all."""
    if old.gates != new.gates:
        was, now = who(old.gates, spoken), who(new.gates, spoken)
        if was == now:
            return f"{new.name} has other gates than before, though it is on for {now} still"
        return f"{new.name} was on for {was} and is on for {now}"
    if old.project is None or new.project is None:
        return f"{new.name} was {'deleted' if new.project is None else 'made'}" if old.project != new.project else ""
    if old.project.active != new.project.active:
        return f"{new.name} was {'activated' if new.project.active else 'deactivated'}"
    if old.project.like(new.project):
        made_anew = f"the strategies of {new.name} were made anew, for the same people"
        return made_anew if old.project != new.project else ""
    return f"{new.name} had {_strategies(old.project)} and has {_strategies(new.project)}"


def _strategies(flag: ProjectFlag) -> str:
    alike = sorted(one.likeness for one in flag.strategies)
    words = [f"{name} for {', '.join(scopes)}" for name, _, scopes, _ in alike]
    return f"the strategies {listing(words)}" if words else "no strategies"


def _issue(slot: str, old: IssueSeen | None, new: IssueSeen | None) -> Iterator[Drift]:
    subject = f"issue:{slot}"
    if old is None or new is None:
        ref = f" ({new.ref})" if new else f" ({old.ref})" if old else ""
        yield Drift(subject, f"the issue {slot}{ref} {'appeared' if old is None else 'is gone'}")
        return
    if old.ref != new.ref:
        yield Drift(subject, f"{slot} was {old.ref} and is {new.ref}")
    if old.title != new.title:
        text = f"{new.ref} was called “{shorten(old.title, _SHOWN)}” and is called “{shorten(new.title, _SHOWN)}”"
        yield Drift(subject, text, topic="title")
    if old.description != new.description:
        text = f"the description of {new.ref} was edited: {_lines(old.description, new.description)}"
        yield Drift(subject, text, topic="description")
    if old.open != new.open:
        yield Drift(subject, f"{new.ref} was {'reopened' if new.open else 'closed'}", topic="state")
    if old.confidential != new.confidential:
        text = f"{new.ref} was made {'confidential' if new.confidential else 'public'}"
        yield Drift(subject, text, topic="privacy")


def _lines(old: str, new: str) -> str:
    """`2 lines added, 1 line removed`, with the first line of each."""
    found = [one for one in difflib.ndiff(old.split("\n"), new.split("\n")) if one[:2] in {"+ ", "- "}]
    words = []
    for sign, word in (("+ ", "added"), ("- ", "removed")):
        lines = [one[2:] for one in found if one.startswith(sign)]
        if lines:
            first = next((one for one in lines if one.strip()), "")
            shown = f" (“{shorten(first, _SHOWN)}”{', …' if len(lines) > 1 else ''})" if first else ""
            words.append(f"{counted(len(lines), 'line')} {word}{shown}")
    return ", ".join(words)


def draft_drifts(before: Draft, after: Draft) -> tuple[Drift, ...]:
    """The fields of the draft that have another value."""
    old, new = _fields(msgspec.to_builtins(before)), _fields(msgspec.to_builtins(after))
    return tuple(
        Drift(f"draft:{path}", f"the draft's {path} was {_value(old.get(path))} and is {_value(new.get(path))}")
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    )


def _fields(value: object, path: str = "") -> dict[str, str]:
    """The leaves of plain data by their paths; records are called by what people call them."""
    if isinstance(value, dict):
        pairs = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
    elif isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value):
        pairs = [(f"{path}[{_key(item, place)}]", item) for place, item in enumerate(value)]
    elif isinstance(value, list | tuple):
        return {path: ", ".join(map(str, value))}
    else:
        return {path: "" if value is None else str(value)}
    found: dict[str, str] = {}
    for name, item in pairs:
        found |= _fields(item, name)
    return found


def _key(item: Mapping[str, Any], place: int) -> str:
    if "kind" in item and "fields" in item:
        return f"{item['kind']}@{item['phase']}" if item.get("phase") else str(item["kind"])
    return str(item.get("id") or item.get("requirement") or place)


def _value(text: str | None) -> str:
    return f"“{shorten(text, _SHOWN)}”" if text else "empty"


@dataclass(frozen=True)
class Refused:
    """A plan that was refused as stale, without what of it was made; `since` says line by line what had changed."""

    plan: Plan
    since: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanDifference:
    """How a plan differs from another: `marks` say `new` or `changed` by the change's id, `gone` what is left out.

    `effect` is whether the gates before or after are others.
    """

    marks: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    effect: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is none."""
        return not (self.marks or self.gone or self.effect)


def plan_difference(before: Plan, after: Plan) -> PlanDifference:
    """What of `after` an operator who has reviewed `before` has not seen yet."""
    old, new = ({_name(one): one for one in plan.changes} for plan in (before, after))
    marks = {one.id: "changed" for name, one in new.items() if name in old and _shape(one) != _shape(old[name])}
    marks |= {one.id: "new" for name, one in new.items() if name not in old}
    gone = tuple(one.summary for name, one in old.items() if name not in new)
    effect = (before.gates.start, before.gates.end) != (after.gates.start, after.gates.end)
    return PlanDifference(marks, gone, effect)


def _name(change: Change) -> str:
    """Calls have numbers that are others in another plan; what they do is what they are known by."""
    return change.summary if change.is_gate else change.id


def _shape(change: Change) -> object:
    """What matters of a change. Notes and timelines tell of the others and follow them."""
    return change.summary if change.kind in {"add-note", "edit-issue"} else (change.summary, change.request)
