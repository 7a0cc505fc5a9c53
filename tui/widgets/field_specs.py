"""What a form consists of, as data: fields, headings, notes and tables, each with a key that outlives a redraw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct
from textual.content import Content

Kind = Literal["text", "names", "long", "lines", "choice", "whole", "number", "date", "moment"]


@dataclass(frozen=True)
class Option:
    """One value of a choice: its label, and a line on what it means."""

    value: object
    label: str
    note: str = ""


@dataclass(frozen=True)
class Field:
    """One value of the draft. `sentence` is the guide's own; `optional` values are None when they are empty.

    A choice is `tall` when its options stand one below the other, and `walk` when up and down walk through them: for
    choices that only say what to look at, since walking through a form must not change a draft. Enter goes on to the
    next field, but in one that `opens` something.
    """

    path: str
    label: str
    kind: Kind = "text"
    help: str = ""
    sentence: str = ""
    options: tuple[Option, ...] = ()
    placeholder: str = ""
    optional: bool = False
    tall: bool = False
    walk: bool = False
    opens: bool = False

    @property
    def key(self) -> str:
        """What tells it from the other parts of a form; a part of another kind cannot take its place."""
        return f"{self.kind}:{self.path}:{self.tall}"


@dataclass(frozen=True)
class Heading:
    """The title of the fields that follow, with an optional line below it."""

    text: str
    note: str = ""

    @property
    def key(self) -> str:
        """Headings are told apart by their text."""
        return f"heading:{self.text}"


@dataclass(frozen=True)
class Note:
    """Lines to read. They may change; `name` does not."""

    name: str
    content: Content

    @property
    def key(self) -> str:
        """Notes are told apart by name."""
        return f"note:{self.name}"


@dataclass(frozen=True)
class Table:
    """A list of records at `path`, edited row by row.

    `fields` have paths inside one record, `blank` is a new one, `show` gives a row's cells, aligned under `head`.
    """

    path: str
    label: str
    noun: str
    head: tuple[str, ...]
    fields: tuple[Field, ...]
    blank: Struct
    show: Callable[[Struct], tuple[str, ...]]
    help: str = ""
    sentence: str = ""
    empty: str = "None yet."

    @property
    def key(self) -> str:
        """Tables are told apart by path."""
        return f"table:{self.path}"


Spec = Field | Heading | Note | Table
