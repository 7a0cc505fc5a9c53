"""What ships with the program (guides, issue skeletons, samples, help), and the operator's own in its place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import tui
from tui.domain.decode import decode
from tui.domain.draft import Draft
from tui.domain.errors import BadInput
from tui.domain.guide import Guide
from tui.domain.problem import Problem
from tui.domain.template import Vocabulary
from tui.domain.text import one_line
from tui.domain.validate_guide import guide_problems
from tui.store import drafts
from tui.store.locations import Locations
from tui.store.read_toml import cleaned, parse, read_text, typed

ROOT = Path(tui.__file__).parents[1] / "assets"

GUIDE_SCHEMA = 1

T = TypeVar("T")

_KEPT = 64
"""Files whose content is kept; a plan asks for the same few again and again."""


def asset(name: str) -> Path:
    """The path of a shipped file such as `guides/v1.toml`; the folder is beside the package, installed or not."""
    return ROOT / name


class Assets:
    """The shipped assets under `root` together with the operator's own."""

    def __init__(self, locations: Locations, root: Path = ROOT) -> None:
        self._locations = locations
        self._root = root

    def guides(self) -> dict[str, Guide]:
        """All guides that can be used, by id, the shipped ones first. Those that cannot are in `broken_guides`."""
        return self._read_guides()[0]

    def broken_guides(self) -> dict[str, BadInput]:
        """The operator's guides that cannot be used, by file stem: the error names file, key and what to do."""
        return self._read_guides()[1]

    def guide(self, guide_id: str) -> Guide:
        """The guide of that id. Raises BadInput: the guide's own error when it is broken, else the nearest ids."""
        good, broken = self._read_guides()
        if guide_id in good:
            return good[guide_id]
        if guide_id in broken:
            raise broken[guide_id]
        near = difflib.get_close_matches(guide_id, good, n=1, cutoff=0.5)
        meant = f"; did you mean {near[0]}?" if near else ""
        where = f"Known: {', '.join(good)}. Your own guides go into {self._locations.guides}."
        raise BadInput(f'there is no guide "{one_line(guide_id)}"{meant}', where)

    def _read_guides(self) -> tuple[dict[str, Guide], dict[str, BadInput]]:
        good: dict[str, Guide] = {}
        broken: dict[str, BadInput] = {}
        for path in _toml_files(self._root / "guides"):
            guide = read_guide(path)
            good[guide.id] = guide
        for path in _toml_files(self._locations.guides):
            try:
                guide = _read_own(path, good)
            except BadInput as error:
                broken[path.stem] = error
            else:
                good[guide.id] = guide
        return good, broken

    def skeleton(self, name: str) -> str:
        """The text of an issue skeleton such as `rollout-plan.md`; the operator's own of that name comes first."""
        return self._text("skeletons", name, [self._locations.skeletons, self._root / "skeletons"])

    def message(self, name: str) -> str:
        """The template of a text for chat such as `status.md`; the operator's own of that name comes first."""
        return self._text("messages", name, [self._locations.messages, self._root / "messages"])

    def vocabulary(self) -> Vocabulary:
        """What headings and placeholders of a project's issue templates mean."""
        return _as_it_is(_vocabulary, self._root / "templates.toml")

    def help_page(self, name: str) -> str:
        """The Markdown of a help page."""
        return self._text("help", f"{name}.md", [self._root / "help"])

    def _text(self, what: str, name: str, folders: list[Path]) -> str:
        if Path(name).name != name or name in {"", ".", ".."}:
            raise BadInput(
                f'"{one_line(name)}" is not a name of a file in {what}', "Use a file's name without folders."
            )
        for folder in folders:
            path = folder / name
            if path.is_file():
                try:
                    return read_text(path)
                except ValueError as error:
                    raise BadInput(f"{one_line(str(path))} {error}", "Save the file as UTF-8.") from None
        places = " or ".join(str(folder) for folder in folders)
        raise BadInput(f'there is no file "{one_line(name)}" in {what}', f"It belongs into {places}.")

    def samples(self) -> list[Draft]:
        """The sample rollouts to start from, in the order of their files' names."""
        return [drafts.loads(read_text(path), str(path)) for path in _toml_files(self._root / "samples")]


def read_guide(path: Path) -> Guide:
    """The guide in a file. Raises BadInput that names the file and the first problem's key and counts the others."""
    return _as_it_is(_guide, path)


def _as_it_is(read: Callable[[Path, int, int], T], path: Path) -> T:
    """What `read` makes of a file; it is read again only when the file has changed."""
    stat = path.stat()
    return read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=_KEPT)
def _vocabulary(path: Path, _changed: int, _size: int) -> Vocabulary:
    data = parse(read_text(path))
    value, problems = (None, [data]) if isinstance(data, Problem) else decode(data, Vocabulary)
    if value is None:
        raise BadInput(f"templates.toml: {problems[0]}", "Install rollout-tui again.")
    return value


@lru_cache(maxsize=_KEPT)
def _guide(path: Path, _changed: int, _size: int) -> Guide:
    try:
        data = parse(read_text(path))
    except ValueError as error:
        data = Problem("", str(error))
    if isinstance(data, Problem):
        raise _bad_guide(path, [data])
    guide, problems = typed(data, Guide, schema=GUIDE_SCHEMA)
    problems = problems if guide is None else [cleaned(one) for one in guide_problems(guide)]
    if guide is None or problems:
        raise _bad_guide(path, problems)
    return guide


def _read_own(path: Path, taken: Collection[str]) -> Guide:
    guide = read_guide(path)
    if guide.id in taken:
        raise BadInput(
            f'{one_line(str(path))}: id: there is already a guide "{one_line(guide.id)}"',
            "Give your guide an id of its own, so that drafts say which one they follow.",
        )
    return guide


def _bad_guide(path: Path, problems: list[Problem]) -> BadInput:
    listed = "; ".join(str(problem) for problem in problems)
    return BadInput(
        f"{one_line(str(path))}: {listed}", "Correct the file or move it away; the other guides can be used meanwhile."
    )


def _toml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if not path.name.startswith(".")) if folder.is_dir() else []
