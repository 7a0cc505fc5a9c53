"""Reading parameters the way Grape coerces them: either of query and body carries any of them, in several spellings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from tui.sandbox.world.http import bad_parameter

_TRUE = frozenset({"true", "t", "1", "yes", "on"})
_FALSE = frozenset({"false", "f", "0", "no", "off"})
_NESTED = re.compile(r"^(\w+)\[(\w+)\](\[\])?$")


def from_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Rack's reading of a query or form: the last of equal keys wins, `a[]` is a list, `a[b]` an object."""
    found: dict[str, object] = {}
    for key, value in pairs:
        nested = _NESTED.match(key)
        if nested:
            inner = found.setdefault(nested[1], {})
            if isinstance(inner, dict):
                _put(inner, nested[2] + (nested[3] or ""), value)
        else:
            _put(found, key, value)
    return found


def _put(into: dict[str, object], key: str, value: str) -> None:
    if not key.endswith("[]"):
        into[key] = value
        return
    items = into.setdefault(key[:-2], [])
    if isinstance(items, list):
        items.append(value)


def text(params: Mapping[str, object], name: str) -> str | None:
    """A string, or None when absent or null; numbers and booleans are spelled as JSON does."""
    value = params.get(name)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise bad_parameter(f"{name} is invalid")


def required(params: Mapping[str, object], name: str) -> str:
    """A string that must be sent; it may be empty."""
    if name not in params:
        raise bad_parameter(f"{name} is missing")
    return text(params, name) or ""


def boolean(params: Mapping[str, object], name: str) -> bool | None:
    value = text(params, name)
    if value is None or value == "":
        return None
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise bad_parameter(f"{name} is invalid")


def integer(params: Mapping[str, object], name: str) -> int | None:
    value = text(params, name)
    if value is None or value == "":
        return None
    try:
        return int(value)
    except ValueError:
        raise bad_parameter(f"{name} is invalid") from None


def words(params: Mapping[str, object], name: str) -> list[str] | None:
    """A comma string or an array of strings, empty items left out; None when absent."""
    if name not in params:
        return None
    value = params[name]
    items = value if isinstance(value, list) else (text(params, name) or "").split(",")
    return [item for item in (str(each).strip() for each in items) if item]


def integers(params: Mapping[str, object], name: str) -> list[int] | None:
    """Ids from an array, one id or a comma string; what is no number becomes 0, which matches nothing."""
    items = words(params, name)
    if items is None:
        return None
    return [int(item) if item.lstrip("-").isdigit() else 0 for item in items]


def day(params: Mapping[str, object], name: str) -> date | None:
    """A date YYYY-MM-DD; what does not parse is dropped, as GitLab does."""
    try:
        return date.fromisoformat(text(params, name) or "")
    except ValueError:
        return None


def moment(params: Mapping[str, object], name: str) -> datetime | None:
    """An ISO 8601 time, UTC when it names no zone; 400 when it does not parse."""
    value = text(params, name)
    if not value:
        return None
    try:
        parsed = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError:
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise bad_parameter(f"{name} is invalid") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def choice(params: Mapping[str, object], name: str, allowed: Iterable[str], default: str) -> str:
    value = text(params, name)
    if value is None or value == "":
        return default
    if value not in allowed:
        raise bad_parameter(f"{name} does not have a valid value")
    return value
