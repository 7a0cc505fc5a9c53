"""Between what is typed and what the draft holds: each kind of field has its text and its value."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from tui.domain.text import clean, one_line
from tui.widgets.field_specs import Field

NONE_OF_THEM = "-"
"""What is typed for "none at all" where an empty field means "the guide's default"."""

_INVISIBLE = re.compile("[\u200b\u200c\u2060\ufeff\u00ad]")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d)?\s*(?:Z|UTC)?", re.IGNORECASE)


class NotAValue(ValueError):
    """The text is no value of the field; the message says what is allowed."""


def shown(field: Field, value: object) -> str:
    """The value as text to edit."""
    if isinstance(value, tuple):
        if field.kind == "lines":
            return clean("\n".join(str(one) for one in value))
        if not value and field.optional:
            return NONE_OF_THEM
        return one_line(", ".join(str(one) for one in value))
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    if field.kind in {"long", "lines"}:
        return clean(str(value)).strip("\n")
    return one_line(str(value))


def value_of(field: Field, text: str) -> object:
    """The value that the text means. Raises NotAValue."""
    match field.kind:
        case "names":
            return _names(field, text)
        case "lines":
            return tuple(line.rstrip() for line in text.split("\n") if line.strip())
        case "long":
            return text.strip()
        case "whole":
            return _number(field, text, whole=True)
        case "number":
            return _number(field, text, whole=False)
        case "date":
            return _date(text)
        case "moment":
            return _moment(text)
        case _:
            return text.strip()


def _names(field: Field, text: str) -> tuple[str, ...] | None:
    if field.optional and not text.strip():
        return None
    if field.optional and text.strip() == NONE_OF_THEM:
        return ()
    return tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))


def _number(field: Field, text: str, *, whole: bool) -> int | float | None:
    plain = text.strip().replace(",", "").replace("_", "").replace(" ", "").removesuffix("%")
    if not plain:
        if field.optional:
            return None
        raise NotAValue(f"{field.label} needs a number")
    if re.fullmatch(r"-?\d{1,15}", plain):
        return int(plain)
    if not whole and re.fullmatch(r"-?\d{1,15}\.\d{1,9}", plain):
        return float(plain)
    raise NotAValue(f"{field.label} is {'a whole number' if whole else 'a number such as 0.5 or 25'}")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise NotAValue("a date is written as 2026-11-22") from None


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    match = _MOMENT.fullmatch(text.strip())
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}:00+00:00" if match else "")
    except ValueError:
        raise NotAValue("a time is written as 2026-11-22 10:00, in UTC") from None


def pasted(text: str, *, lines: bool) -> tuple[str, str]:
    """A pasted text made fit for a field, and what was dropped, in words; empty when nothing was.

    In a field of one line, the lines of the text are joined by blanks.
    """
    dropped: list[str] = []
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    fit = _INVISIBLE.sub("", plain)
    if fit != plain:
        dropped.append("invisible characters")
    safe = clean(fit)
    if safe != fit:
        dropped.append("control characters")
        safe = clean(safe.replace("\N{REPLACEMENT CHARACTER}", ""))
    if not lines:
        joined = one_line(safe)
        if joined != safe.strip():
            dropped.append("line breaks")
        if safe != safe.strip():
            dropped.append("blanks at the ends")
        return joined, ", ".join(dropped)
    return safe, ", ".join(dropped)
