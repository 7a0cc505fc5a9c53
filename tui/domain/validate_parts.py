"""Rules that several parts of a draft share: names of flags, people and projects, and the nearest known word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from tui.domain.problem import Problem

FLAG_ALLOWED = "small letters, digits and underscores, such as use_new_model"
USER_ALLOWED = "a username as GitLab has it, such as alice"
PATH_ALLOWED = "group/project, without the address"

_FLAG = re.compile(r"[A-Za-z0-9_]+")
_PROJECT_FLAG = re.compile(r"[A-Za-z0-9_-]+")
_PART = r"[A-Za-z0-9_](?:[\w.-]*\w)?"
_PROJECT = re.compile(rf"{_PART}(?:/{_PART})+", re.ASCII)
_GROUP = re.compile(rf"{_PART}(?:/{_PART})*", re.ASCII)
_USERNAME = re.compile(r"[A-Za-z0-9_][\w.-]*", re.ASCII)


def flag_name(path: str, name: str, *, project: bool = False) -> Iterator[Problem]:
    """What is wrong with a flag's name. A dot is worst: GitLab cuts the name there and sets another flag."""
    if name == "definitions":
        yield Problem(path, '"definitions" is an address of the API and no flag', FLAG_ALLOWED)
    elif "." in name:
        yield Problem(path, f'"{name}" has a dot: GitLab ends the name there and sets another flag', FLAG_ALLOWED)
    elif not (_PROJECT_FLAG if project else _FLAG).fullmatch(name):
        yield Problem(path, f'"{name}" cannot be the name of a flag', FLAG_ALLOWED)
    elif name != name.lower():
        yield Problem(path, f'"{name}" has capital letters', FLAG_ALLOWED, "warning")
    lowered = name.lower()
    if lowered.startswith("disable_"):
        yield Problem(path, f'"{name}" disables: a double negative', "name what it enables", "warning")
    if lowered.endswith(("_beta", "_mvc")):
        yield Problem(path, f'the end of "{name}" repeats its type', "leave _beta and _mvc out", "warning")


def project_path(path: str, value: str) -> Iterator[Problem]:
    """Whether `value` has the shape of a project's path."""
    if not _PROJECT.fullmatch(value):
        yield Problem(path, f'"{value}" is no path of a project', PATH_ALLOWED)


def usernames(path: str, values: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with usernames: `@`, blanks and commas above all."""
    for index, value in enumerate(values):
        place = f"{path}[{index}]"
        if value.startswith("@"):
            yield Problem(place, f'"{value}" has an @', f"leave it out: {value.lstrip('@')}")
        elif not _USERNAME.fullmatch(value):
            yield Problem(place, f'"{value}" is no username', USER_ALLOWED)
        elif value in values[:index]:
            yield Problem(place, f"{value} is there twice", "leave one out", "warning")


def group_paths(path: str, values: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the paths of groups."""
    for index, value in enumerate(values):
        if not _GROUP.fullmatch(value):
            yield Problem(f"{path}[{index}]", f'"{value}" is no path of a group', "such as group or group/subgroup")


def twice(path: str, key: str, values: Sequence[str]) -> Iterator[Problem]:
    """A problem for each value that an earlier record has already."""
    for index, value in enumerate(values):
        first = values.index(value)
        if first < index:
            yield Problem(f"{path}[{index}].{key}", f"{value} is there already, as {path}[{first}]", "leave one out")


def unknown(path: str, what: str, name: str, known: Sequence[str], others: Iterable[str]) -> Problem:
    """Something the guide does not have; only a warning when another guide has it, since guides can be switched."""
    if name in set(others):
        return Problem(path, f"this guide has no {what} {name}, so it is left out", nearest(name, known), "warning")
    return Problem(path, f'there is no {what} "{name}"', nearest(name, known))


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean …?`, or all that is known."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(names) or 'none'}"
