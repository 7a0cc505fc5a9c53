"""Plain data from TOML into typed records, strictly, with all problems at once.

msgspec decodes strictly but stops at the first error; an operator who fixes a file wants the whole list. So
records are walked here, field by field, and msgspec converts the leaves.
"""

from __future__ import annotations

import difflib
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from tui.domain.problem import Problem

R = TypeVar("R", bound=msgspec.Struct)

_WORDS = {
    "str": "a text in quotes is needed here",
    "str | null": "a text in quotes is needed here",
    "int": "a whole number is needed here",
    "float": "a number is needed here",
    "int | float": "a number is needed here",
    "float | null": "a number is needed here",
    "int | null": "a whole number is needed here",
    "bool": "true or false is needed here",
    "bool | null": "true or false is needed here",
    "array": "a list in brackets is needed here",
    "datetime": "a time is needed here, such as 2026-11-22T10:00:00Z",
    "date": "a day is needed here, such as 2026-11-22",
}
"""What msgspec calls a type, as who writes a file does."""


def decode(data: dict[str, Any], record: type[R]) -> tuple[R | None, list[Problem]]:
    """`data` as a `record`, and the problems; the record is None exactly when there are any."""
    problems: list[Problem] = []
    value = _record(data, record, "", problems)
    return (None if problems else value), problems


def _record(data: object, record: type[R], path: str, problems: list[Problem]) -> R | None:
    if not isinstance(data, dict):
        problems.append(Problem(path, f"is {_kind(data)}", "a table is needed here"))
        return None
    fields = {field.encode_name: field for field in msgspec.structs.fields(record)}
    types = get_type_hints(record)
    unknown = [key for key in data if key not in fields]
    problems.extend(Problem(_join(path, key), "unknown key", _nearest(key, list(fields))) for key in unknown)
    values: dict[str, Any] = {}
    for key, field in fields.items():
        if key in data:
            values[field.name] = _value(data[key], types[field.name], _join(path, key), problems)
        elif field.required:
            problems.append(Problem(_join(path, key), "is missing"))
    return None if problems else record(**values)


def _value(data: object, kind: Any, path: str, problems: list[Problem]) -> Any:  # noqa: ANN401 - leaves have any type
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _record(data, kind, path, problems)
    item = _item_record(kind)
    if item is not None and isinstance(data, list):
        return tuple(_record(one, item, f"{path}[{index}]", problems) for index, one in enumerate(data))
    try:
        return msgspec.convert(data, kind, strict=True)
    except msgspec.ValidationError as error:
        problems.append(Problem(path, *_explain(data, kind, str(error))))
        return None


def _item_record(kind: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 - a typing construct
    if get_origin(kind) is tuple:
        item = get_args(kind)[0]
        if isinstance(item, type) and issubclass(item, msgspec.Struct):
            return item
    return None


def _explain(data: object, kind: Any, error: str) -> tuple[str, str]:  # noqa: ANN401 - a typing construct
    choices = get_args(kind) if get_origin(kind) is not tuple else ()
    if choices and all(isinstance(choice, str) for choice in choices):
        return f"is {_kind(data)}", "one of: " + ", ".join(choices)
    wanted = error.removeprefix("Expected ").split(" - at ", 1)[0].replace("`", "").partition(", got ")[0]
    return f"is {_kind(data)}", _WORDS.get(wanted, f"expected {wanted}")


def _kind(data: object) -> str:
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, str):
        return f'the text "{data[:60]}"'
    if isinstance(data, int | float):
        return f"the number {data}"
    if isinstance(data, dict | list):
        return "a table" if isinstance(data, dict) else "a list"
    return f"a {type(data).__name__}"


def _nearest(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else "known keys: " + ", ".join(known)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else str(key)
