"""TOML files into typed records: every problem of a file at once, each with its place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tui.domain.decode import decode
from tui.domain.problem import Problem
from tui.domain.text import one_line
from tui.store.trouble import explained

R = TypeVar("R", bound=msgspec.Struct)

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|(end of document))\)$")


def read_text(path: Path) -> str:
    """The text of a file. Raises StoreError when it cannot be read and ValueError (a sentence) when it is not UTF-8."""
    with explained("read", path):
        data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"is not UTF-8 text: byte {data[error.start]:#04x} in line {line}") from None


def parse(text: str) -> dict[str, Any] | Problem:
    """The data of a TOML text, or what is wrong with its syntax."""
    if not text.strip():
        return Problem("", "the file is empty", "it may have been cut short")
    try:
        return tomllib.loads(text)
    except RecursionError:
        return Problem("", "is nested too deeply")
    except ValueError as error:  # TOMLDecodeError is one; a number of 5,000 digits raises a plain one
        return _syntax(str(error), text)


def _syntax(message: str, text: str) -> Problem:
    place = _PLACE.search(message)
    plain = one_line(_PLACE.sub("", message))
    if place is None:
        return Problem("", plain)
    if place.group(3):
        return Problem(f"line {len(text.splitlines())}", plain, "the file ends here: it may have been cut short")
    return Problem(f"line {place.group(1)}, column {place.group(2)}", plain)


def typed(data: dict[str, Any], record: type[R], *, schema: int) -> tuple[R | None, list[Problem]]:
    """`data` as a `record` and no problem, or None and all problems. A schema above `schema` is from the future."""
    found = data.get("schema")
    if isinstance(found, int) and not isinstance(found, bool) and found != schema:
        if found > schema:
            made = "it was made by a newer rollout-tui"
            return None, [Problem("schema", f"is {found}; {made}", f"update rollout-tui; this one knows {schema}")]
        return None, [Problem("schema", f"is {found}", f"{schema} is the only one there is")]
    try:
        return msgspec.convert(data, record, strict=True), []
    except msgspec.ValidationError:  # stops at the first problem; the slower way finds them all
        value, problems = decode(data, record)
        return value, [cleaned(problem) for problem in problems]


def cleaned(problem: Problem) -> Problem:
    """A problem whose text, which quotes the file, is fit for a terminal."""
    return Problem(one_line(problem.path), one_line(problem.message), one_line(problem.allowed), problem.level)
