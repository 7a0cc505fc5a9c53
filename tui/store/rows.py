"""Applies, operations and entries as JSON for the database, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.domain.gates import Gates
from tui.domain.history import Entry
from tui.domain.operation import Apply, Operation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970; `moment` is aware."""
    return (moment - _EPOCH) // _MICROSECOND


def pack(data: Mapping[str, Any]) -> str:
    """Plain data, datetimes and gates among it, as JSON."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be recorded")


def pack_apply(apply: Apply) -> str:
    """An apply as JSON."""
    gates = {"gates_before": apply.gates_before, "gates_wanted": apply.gates_wanted}
    return pack({**asdict(apply), **{key: one.as_dict() if one else None for key, one in gates.items()}})


def unpack_apply(text: str) -> Apply:
    """The inverse of `pack_apply`."""
    data = json.loads(text)
    data["gates_before"] = Gates.from_dict(data["gates_before"])
    wanted = data.get("gates_wanted")
    data["gates_wanted"] = Gates.from_dict(wanted) if wanted is not None else None
    return Apply(**_moments(data, "started_at", "ended_at"))


def pack_operation(operation: Operation) -> str:
    """An operation as JSON."""
    return pack(asdict(operation))


def unpack_operation(text: str) -> Operation:
    """The inverse of `pack_operation`."""
    return Operation(**_moments(json.loads(text), "intended_at", "ended_at"))


def pack_entry(entry: Entry) -> str:
    """An entry as JSON."""
    return pack(entry.as_dict())


def unpack_entry(text: str) -> Entry:
    """The inverse of `pack_entry`."""
    return Entry.from_dict(json.loads(text))


def _moments(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**data, **{key: datetime.fromisoformat(data[key]) for key in keys if data[key]}}
