"""Reading and writing one field of a draft by its path; a draft never changes, a new one comes out.

A path names records by what people call them: `model.name`, `issues[rollout-plan].fields.overview`,
`phases[members].answers.quota-increase`. Records that a draft does not mention yet read as what they mean to the
guide, and are made when one of their fields is written. Lists without such names (`capacity`, a phase's `steps`) are
read and written whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tui.domain.draft import Capacity, CheckAnswer, CheckState, Draft, IssueDraft, PhaseDraft, Waiver
from tui.domain.errors import BadInput
from tui.domain.guide import Guide
from tui.domain.steps import default_phase

Owner = TypeVar("Owner", bound=Struct)

_KEYS = {"checks": "id", "issues": "slot", "phases": "id", "waivers": "requirement", "capacity": "region"}
_RECORDS = ("checks", "issues", "phases", "waivers")
_PART = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")


def split(path: str) -> tuple[str, ...]:
    """The parts of a path; `issues[x].title` and `issues.x.title` have the same."""
    return tuple(match[1] or match[2] for match in _PART.finditer(path))


def get(draft: Draft, path: str, guide: Guide) -> object:
    """The value at `path`; the empty text for a key that a table of texts does not have. BadInput for no such field."""
    head, *rest = split(path) or ("",)
    if head in _RECORDS and rest:
        return _get(_record(draft, head, rest[0], guide), rest[1:], path)
    return _get(draft, [head, *rest], path)


def put(draft: Draft, path: str, value: object, guide: Guide) -> Draft:
    """The draft with `value` at `path`. An empty value takes its key out of a table of texts. BadInput as for `get`."""
    head, *rest = split(path) or ("",)
    if head not in _RECORDS or not rest:
        return _set(draft, [head, *rest], value, path)
    new = _set(_record(draft, head, rest[0], guide), rest[1:], value, path)
    if isinstance(new, IssueDraft) and draft.issue(rest[0]) is None and rest[1:] != ["skip"]:
        new = replace(new, skip=False)  # whoever fills it in wants it
    return _placed(draft, head, rest[0], new, guide)


def canonical(draft: Draft, path: str) -> str:
    """The path as forms name it: records by name and not by place, `[...]` around names and places in lists.

    `issues[0].labels[1]`, as a problem says it, and `capacity.us.east`, as a requirement does, are understood.
    """
    head, *rest = split(path) or ("",)
    if head not in _KEYS or not rest:
        return ".".join([head, *rest])
    if head == "capacity":
        return f"capacity[{_region(draft, path.removeprefix('capacity').strip('.[]'), rest[0])}]"
    known = [str(getattr(record, _KEYS[head])) for record in getattr(draft, head)]
    key, *more = rest
    if key not in known and key.isdecimal() and int(key) < len(known):
        key = known[int(key)]
    named = "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in more)
    return f"{head}[{key}]{named}"


def _region(draft: Draft, region: str, place: str) -> str:
    places = [str(index) for index, row in enumerate(draft.capacity) if row.region == region]
    return places[0] if places else place


def within(path: str, field: str) -> bool:
    """Whether a canonical path is `field` itself or something inside it."""
    return path == field or path.startswith((f"{field}.", f"{field}["))


def mark(draft: Draft, check: str, state: CheckState, by: str, at: datetime, guide: Guide) -> Draft:
    """The check in another state, signed by `by` at `at`; an open one is signed by nobody."""
    old = draft.check(check)
    signed = state != "open"
    answer = replace(old, state=state, by=by if signed else "", at=at if signed else None)
    return _placed(draft, "checks", check, answer, guide)


def add_issue(draft: Draft, kind: str, phase: str, guide: Guide) -> Draft:
    """The draft with a plan issue of that kind for one phase of its own, unless it is there already."""
    issue = IssueDraft(kind=kind, phase=phase)
    return draft if draft.issue(issue.slot) else _placed(draft, "issues", issue.slot, issue, guide)


def remove_issue(draft: Draft, slot: str) -> Draft:
    """The draft without the plan issue in that slot: what remains are the guide's defaults."""
    return replace(draft, issues=tuple(one for one in draft.issues if one.slot != slot))


def waive(draft: Draft, requirement: str, reason: str, by: str, at: datetime) -> Draft:
    """The requirement set aside with a reason; an empty reason takes the waiver back."""
    others = tuple(one for one in draft.waivers if one.requirement != requirement)
    new = (Waiver(requirement=requirement, reason=reason.strip(), by=by, at=at),) if reason.strip() else ()
    return replace(draft, waivers=(*others, *new))


def region_shares(row: Capacity) -> tuple[int | None, int | None]:
    """Percent of the quotas that the peaks take, requests and tokens; None where a number is missing."""
    return (
        _share(row.peak_requests_per_minute, row.quota_requests_per_minute),
        _share(row.peak_tokens_per_minute, row.quota_tokens_per_minute),
    )


def _share(peak: int | None, quota: int | None) -> int | None:
    return round(100 * peak / quota) if peak is not None and quota else None


def _record(draft: Draft, kind: str, key: str, guide: Guide) -> Struct:
    found = next((one for one in getattr(draft, kind) if getattr(one, _KEYS[kind]) == key), None)
    return found if isinstance(found, Struct) else _blank(kind, key, guide)


def default_plan_issue(slot: str, guide: Guide) -> IssueDraft:
    """What a plan issue is when the draft does not mention it: one that no phase asks for is left out."""
    kind, _, phase = slot.partition("@")
    return IssueDraft(kind=kind, phase=phase, skip=not any(kind in one.issues for one in guide.phases))


def _blank(kind: str, key: str, guide: Guide) -> Struct:
    if kind == "checks":
        return CheckAnswer(id=key)
    if kind == "waivers":
        return Waiver(requirement=key)
    if kind == "issues":
        return default_plan_issue(key, guide)
    phase_rule = guide.phase(key)
    return default_phase(phase_rule) if phase_rule else PhaseDraft(id=key)


def _placed(draft: Draft, kind: str, key: str, record: Struct, guide: Guide) -> Draft:
    """The record in the place of its like, or where the guide's order puts it."""
    records: tuple[Struct, ...] = getattr(draft, kind)
    name = _KEYS[kind]
    if any(getattr(one, name) == key for one in records):
        changed = tuple(record if getattr(one, name) == key else one for one in records)
    else:
        order = _order(kind, guide)
        rank = _rank(order, key)
        place = next((i for i, one in enumerate(records) if _rank(order, getattr(one, name)) > rank), len(records))
        changed = (*records[:place], record, *records[place:])
    return replace(draft, **{kind: changed})


def _order(kind: str, guide: Guide) -> Sequence[str]:
    if kind == "checks":
        return [one.id for one in guide.checks]
    if kind == "issues":
        return [one.kind for one in guide.issues]
    return [one.id for one in guide.phases] if kind == "phases" else []


def _rank(order: Sequence[str], key: str) -> tuple[int, str]:
    name, _, phase = key.partition("@")
    return (order.index(name), phase) if name in order else (len(order), key)


def _get(owner: object, parts: Sequence[str], path: str) -> object:
    for place, part in enumerate(parts):
        if isinstance(owner, dict):
            return owner.get(".".join(parts[place:]), "")
        owner = _field(owner, part, path)
    return owner


def _set(owner: Owner, parts: Sequence[str], value: object, path: str) -> Owner:
    name, *rest = parts
    old = _field(owner, name, path)
    if isinstance(old, dict) and rest:
        key = ".".join(rest)
        others = {one: text for one, text in old.items() if one != key}
        new: object = {**others, key: value} if value else others
    elif rest:
        if not isinstance(old, Struct):
            raise BadInput(f"a draft has no field {path}")
        new = _set(old, rest, value, path)
    else:
        new = value
    return replace(owner, **{name: new})


def _field(owner: object, name: str, path: str) -> object:
    if isinstance(owner, Struct) and name in owner.__struct_fields__:
        value: object = getattr(owner, name)
        return value
    raise BadInput(f"a draft has no field {path}")
