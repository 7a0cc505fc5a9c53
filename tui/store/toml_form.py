"""The canonical TOML of a draft: the keys in the order of the records, empty ones left out, long texts readable.

tomli-w writes the values. It does not write the layout, because it moves short tables into inline arrays ahead of
the headings, and so would not keep the order of the keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
import tomli_w
from msgspec import Struct

from tui.domain.draft import CheckAnswer, Draft, FlagSpec, Model, PhaseDraft, Place, Team

WIDTH = 110

_ESCAPED = re.compile(r'\\\\|((?:\\")+)(?!"""$)')

_ALWAYS: Mapping[type[Struct], frozenset[str]] = {
    Draft: frozenset({"title", "guide", "strictness", "model", "team", "gitlab", "flag"}),
    Model: frozenset({"name", "version", "vendor", "host", "feature"}),
    Team: frozenset({"name", "dri"}),
    Place: frozenset({"instance", "project"}),
    FlagSpec: frozenset({"name", "target", "type", "actor"}),
    CheckAnswer: frozenset({"state"}),
    PhaseDraft: frozenset({"selected"}),
}
"""Keys that are written even when empty, so that somebody who opens the file sees what there is to fill in."""


def dumps(record: Struct) -> str:
    """`record` as TOML; reading it gives an equal record. Lone surrogates, which no file can hold, become U+FFFD."""
    return "\n".join("\n".join(block) + "\n" for block in _blocks(record, ""))


def _blocks(record: Struct, name: str, heading: str = "") -> Iterator[list[str]]:
    """The record's own keys, then a block for each table below it."""
    own: list[str] = [heading] if heading else []
    tables: list[tuple[str, Any]] = []
    for key, value in _kept(record):
        if _is_table(value, top=not name):
            tables.append((key, value))
        else:
            own.append(_line(key, value))
    yield own
    for key, value in tables:
        path = f"{name}.{key}" if name else key
        if isinstance(value, Struct):
            yield from _blocks(value, path, f"[{path}]")
        elif isinstance(value, Mapping):
            yield [f"[{path}]", *(_line(one, value[one]) for one in value)]
        else:
            for item in value:
                yield from _blocks(item, path, f"[[{path}]]")


def _kept(record: Struct) -> Iterator[tuple[str, Any]]:
    always = _ALWAYS.get(type(record), frozenset())
    if isinstance(record, PhaseDraft) and record.steps:
        always |= {"method"}
    for field in _fields(type(record)):
        value = getattr(record, field.name)
        if field.required or field.name in always or value != _default(field):
            yield field.encode_name, value


@cache
def _fields(kind: type[Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _is_table(value: object, *, top: bool) -> bool:
    """Tables get a heading; a list of records does only at the top, so that steps stay in their phase's lines."""
    if isinstance(value, tuple):
        return top and bool(value) and isinstance(value[0], Struct)
    return isinstance(value, Struct | Mapping)


def _line(key: str, value: object) -> str:
    name = tomli_w.dumps({_text(key): 0})[: -len(" = 0\n")]
    if isinstance(value, tuple):
        return _wrapped(f"{name} = [", [_literal(item) for item in value])
    return f"{name} = {_literal(value, multiline=True)}"


def _wrapped(start: str, items: list[str]) -> str:
    """A list on one line if it fits, otherwise filled, with what follows below what begins it."""
    lines, indent = [start], " " * len(start)
    for position, item in enumerate(items):
        piece = item + ("," if position + 1 < len(items) else "]")
        joined = lines[-1] + ("" if lines[-1] in {start, indent} else " ") + piece
        if len(joined) > WIDTH and lines[-1] not in {start, indent}:
            lines.append(indent + piece)
        else:
            lines[-1] = joined
    return "\n".join(lines) if items else start + "]"


def _literal(value: object, *, multiline: bool = False) -> str:
    if isinstance(value, Struct):
        pairs = (f"{key} = {_literal(item)}" for key, item in _kept(value))
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, str):
        value = _text(value)
        multiline = multiline and "\r\n" not in value  # a TOML reader makes \n of it, so it is written as escapes
    text = tomli_w.dumps({"k": value}, multiline_strings=multiline)[len("k = ") : -1]
    return _ESCAPED.sub(_readable, text) if text.startswith('"""\n') else text


def _readable(match: re.Match[str]) -> str:
    """One or two quotes need no backslash in a long text, unless they are at its end."""
    quotes = match[1] or ""
    return quotes.replace("\\", "") if 0 < len(quotes) <= len('\\"\\"') else match[0]


def _moment(value: date) -> str:
    text = value.isoformat()
    return text.removesuffix("+00:00") + "Z" if isinstance(value, datetime) and text.endswith("+00:00") else text


def _text(value: str) -> str:
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _has_surrogate(value) else value


def _has_surrogate(value: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in value)
