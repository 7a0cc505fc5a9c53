"""The drafts folder: drafts as TOML files, one for each rollout, named after its id."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from tui.domain.draft import SCHEMA, Draft
from tui.domain.errors import BadInput, DraftInvalid, NoSuchDraft
from tui.domain.problem import Problem
from tui.domain.text import one_line
from tui.store import atomic
from tui.store.locations import Locations
from tui.store.read_toml import parse, read_text, typed
from tui.store.toml_form import dumps as toml_dumps
from tui.store.trouble import explained

SUFFIX = ".toml"
HEAD = "# A draft of rollout-tui. Edit it as you like, but keep the last line: it shows that nothing was cut off."
END = "# End of the draft."

ID_LENGTH = 63
ID_ALLOWED = "small letters, digits and hyphens, a letter or digit first, at most 63 characters"

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def is_id(text: str) -> bool:
    """Whether `text` can be a draft's id, and so a file's name."""
    return _ID.fullmatch(text) is not None


def slug(title: str) -> str:
    """An id made of a title: `Codestral 25.01` becomes `codestral-25-01`; `rollout` when nothing is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:ID_LENGTH].strip("-") or "rollout"


def dumps(draft: Draft) -> str:
    """The draft as canonical TOML; `loads` of it gives an equal draft.

    The first line says that there is a last one: TOML that ends between two lines is whole by its syntax.
    """
    return f"{HEAD}\n\n{toml_dumps(draft)}\n{END}\n"


def loads(text: str, source: str = "the draft") -> Draft:
    """The draft in a TOML text. Raises DraftInvalid with all problems; `source` is what its message calls the text."""
    data = parse(text)
    if isinstance(data, Problem):
        raise _invalid(source, [data])
    if text.startswith(HEAD) and END not in text.splitlines():
        raise _invalid(source, [Problem(f"line {len(text.splitlines())}", "the file ends here", "it was cut short")])
    draft, problems = typed(data, Draft, schema=SCHEMA)
    if draft is None:
        raise _invalid(source, problems)
    return draft


def _invalid(source: str, problems: list[Problem], hint: str = "Correct the file; it was not changed.") -> DraftInvalid:
    return DraftInvalid(f"{one_line(source)}: {'; '.join(map(str, problems))}", problems, hint)


class DraftStore:
    """Reads and writes the drafts of one drafts folder. Every method may raise StoreError."""

    def __init__(self, locations: Locations) -> None:
        self.folder = locations.drafts
        self._locations = locations

    def path(self, draft_id: str) -> Path:
        """The file of the draft of that id. Raises BadInput when it cannot be an id."""
        if not is_id(draft_id):
            raise BadInput(f'"{one_line(draft_id)}" cannot be the id of a draft', f"Allowed are {ID_ALLOWED}.")
        return self.folder / f"{draft_id}{SUFFIX}"

    def ids(self) -> list[str]:
        """The ids of all files in the folder, in order; a broken file is among them."""
        if not self.folder.is_dir():
            return []
        with explained("list", self.folder):
            return sorted(path.stem for path in self.folder.iterdir() if is_draft_file(path.name))

    def find(self, name_or_path: str | Path) -> Path:
        """The file that an id or a path means. Raises NoSuchDraft with the nearest ids."""
        text = str(name_or_path)
        path = Path(text).expanduser()
        if isinstance(name_or_path, Path) or _looks_like_path(text):
            if path.exists():
                return path
            own = self.folder / path.name
            if path.name == text and own.exists():
                return own
            raise NoSuchDraft(f"there is no file {one_line(text)}")
        if is_id(text) and self.path(text).exists():
            return self.path(text)
        if not is_id(text) and (self.folder / f"{text}{SUFFIX}").exists():
            where = one_line(str(self.folder / f"{text}{SUFFIX}"))
            raise NoSuchDraft(f'"{one_line(text)}" is no id: {ID_ALLOWED}', f"Rename {where}, and the id in it.")
        near = difflib.get_close_matches(text, self.ids(), n=3, cutoff=0.5)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise NoSuchDraft(f'there is no draft "{one_line(text)}"{one_line(meant)}')

    def load(self, name_or_path: str | Path) -> Draft:
        """The draft of an id or path.

        Raises NoSuchDraft, or DraftInvalid with all problems of the file; these are about its shape only. In the
        drafts folder the id must be the file's name, since two files with one id would share a history.
        """
        path = self.find(name_or_path)
        hint = _hint(path)
        try:
            draft = loads(read_text(path), str(path))
        except DraftInvalid as error:
            raise _invalid(str(path), list(error.problems), hint) from None
        except ValueError as error:
            raise _invalid(str(path), [Problem("", str(error))], hint) from None
        problem = self._misnamed(path, draft)
        if problem is not None:
            raise _invalid(str(path), [problem])
        return draft

    def _misnamed(self, path: Path, draft: Draft) -> Problem | None:
        if not is_id(draft.id):
            return Problem("id", f'is "{one_line(draft.id)}"', ID_ALLOWED)
        if path.parent.absolute() == self.folder.absolute() and path.name != draft.id + SUFFIX:
            return Problem("id", f'is "{draft.id}"', f"it must be the file's name, {one_line(path.stem)}")
        return None

    def save(self, draft: Draft) -> Path:
        """Write the draft to the folder; the version before stays as `.bak`. An unchanged draft is not written."""
        path = self.path(draft.id)
        text = dumps(draft)
        if not _holds(path, text):
            self._locations.make()
            atomic.write(path, text, backup=True)
        return path

    def create(self, draft: Draft) -> Draft:
        """Save a new draft under an id of its own, made of its id or title; the draft as saved."""
        self._locations.make()
        base = draft.id if is_id(draft.id) else slug(draft.title)
        return self._first_free(base, lambda free: replace(draft, id=free))

    def duplicate(self, name_or_path: str | Path, title: str = "") -> Draft:
        """Save a copy of a draft with an id and title of its own, no longer marked as a sample; the copy."""
        source = self.load(name_or_path)
        named = title or f"{source.title or source.id} (copy)"
        copy = replace(source, title=named, sample=False)
        return self._first_free(slug(named), lambda free: replace(copy, id=free))

    def _first_free(self, base: str, make: Callable[[str], Draft]) -> Draft:
        """Two processes that create at once get two ids: the file system decides who is first."""
        number = 1
        while True:
            tail = f"-{number}" if number > 1 else ""
            draft = make(base[: ID_LENGTH - len(tail)].rstrip("-") + tail)
            try:
                atomic.write(self.path(draft.id), dumps(draft), fresh=True)
            except FileExistsError:
                number += 1
            else:
                return draft

    def delete(self, draft_id: str) -> Path:
        """Take a draft away; it stays as `.bak`, whose path is the answer. The history stays too."""
        path = self.find(draft_id)
        backup = path.with_name(path.name + atomic.BACKUP)
        with explained("delete", path):
            path.replace(backup)
            atomic.sync_folder(path.parent)
        return backup


def is_draft_file(name: str) -> bool:
    """Whether a file of that name in the drafts folder is a draft: no temporary file, lock or backup."""
    return name.endswith(SUFFIX) and not name.startswith(".")


def _looks_like_path(text: str) -> bool:
    return text.endswith(SUFFIX) or "/" in text or os.sep in text


def _hint(path: Path) -> str:
    backup = path.with_name(path.name + atomic.BACKUP)
    former = f" The version before it is {one_line(str(backup))}." if backup.exists() else ""
    return f"Correct the file; it was not changed.{former}"


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode("utf-8")
    except OSError:
        return False
