"""Who is affected by a rollout: from names, ids, lists, groups and files to where each actor stands."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain.cohort import NOW, Place, place, standings
from tui.domain.errors import BadInput, NotFound
from tui.domain.gates import Gates
from tui.domain.steps import Step
from tui.domain.text import one_line, shorten

if TYPE_CHECKING:
    from tui.domain.planning import Situation
    from tui.gateway.client import Gateway

MOST = 10_000_000
"""Ids in one range; a million takes a second or so."""

_AT_ONCE = 32_768
"""Characters that are split in one call."""

_REFERENCE = re.compile(r"(User|Group|Project):[0-9]{1,18}")
_RANGE = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")
_WORD = re.compile(r"[^\s,;]+")
_GAP = re.compile(r"[\s,;]")
_FILE = re.compile(r"(~|\.{0,2})[/\\]|[A-Za-z]:[/\\]")


@dataclass(frozen=True)
class Asked:
    """Who is asked about: references, and `names` usernames among them, each behind a `?`, or an `@` where it had one.

    `groups` are those whose members are asked about.
    """

    words: tuple[str, ...] = ()
    names: int = 0
    groups: tuple[str, ...] = ()

    @property
    def offline(self) -> bool:
        """Whether no question to GitLab is needed."""
        return not (self.names or self.groups)


def asked(text: str) -> Asked:
    """What somebody typed or pasted: usernames, user ids, ranges of ids such as `1-21000`, references, `@group/path`.

    Separated by blanks, commas or lines. A text that is a path is the file's contents. BadInput for a file that cannot
    be read, or a range that is too long.
    """
    if _FILE.match(text.strip()):
        text = _read(text.strip())
    words: dict[str, None] = {}
    groups: dict[str, None] = {}
    for word in _split(text):
        if word.isdigit() and word.isascii():
            words[f"User:{word.lstrip('0') or 0}"] = None
        elif "/" in word:
            groups[word.strip("@/")] = None
        elif _REFERENCE.fullmatch(word):
            words[word] = None
        elif found := _RANGE.fullmatch(word):
            for ref in _span(int(found[1]), int(found[2])):
                words[ref] = None
        elif word.strip("@"):
            words[word if word.startswith("@") else f"?{word}"] = None
    names = sum(word[0] in "@?" for word in words)
    return Asked(tuple(words), names, tuple(groups))


def _split(text: str) -> Iterator[str]:
    """The words, some thousands at a time: one call for all of a million would stop every other thread."""
    start = 0
    while start < len(text):
        found = _GAP.search(text, start + _AT_ONCE)
        end = found.start() if found else len(text)
        yield from _WORD.findall(text, start, end)
        start = end


def _read(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        said = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise BadInput(f"{one_line(path)}: {said}", "Give a file with one name or id a line.") from error


def _span(first: int, last: int) -> Iterator[str]:
    if last < first:
        raise BadInput(f"{first}-{last} ends before it begins", f"Ask about {last}-{first}.")
    if last - first >= MOST:
        raise BadInput(f"{first}-{last} is more than {MOST:,} ids", "Ask about a part of them.")
    return (f"User:{one}" for one in range(first, last + 1))


@dataclass(frozen=True)
class Affected:
    """Where each actor stands at `step` (None: with the gates of now), in the order asked.

    `refs` are the actors; `called` names those that were not asked for by reference or id. `ahead` are the steps after
    it with their gates, `unknown` who is not on GitLab; the members of `feature_groups` are in besides.
    """

    flag: str
    step: Step | None
    gates: Gates
    ahead: tuple[tuple[Step, Gates], ...]
    refs: tuple[str, ...]
    called: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    feature_groups: tuple[str, ...] = ()

    @property
    def following(self) -> Step | None:
        """The next step."""
        return self.ahead[0][0] if self.ahead else None

    @cached_property
    def standings(self) -> array[int]:
        """Where each stands, as `cohort.standings` has it."""
        return standings(self.flag, self.refs, self.gates, self.ahead)

    @cached_property
    def counts(self) -> Counter[int]:
        """How many stand where."""
        return Counter(self.standings)

    def count(self, standing: int) -> int:
        """How many stand there."""
        return self.counts[standing]

    @property
    def inside(self) -> int:
        """How many are in."""
        return self.count(NOW)

    @property
    def entering(self) -> int:
        """How many the following step takes in."""
        return self.count(NOW + 1) if self.ahead else 0

    def name(self, ref: str) -> str:
        """What the actor is called: by name where one was looked up, a user else by id."""
        return self.called.get(ref) or ref.removeprefix("User:")

    def place(self, ref: str) -> Place:
        """Where one of them stands, and by what."""
        return place(self.flag, ref, self.gates, self.ahead)

    @property
    def places(self) -> Iterator[tuple[str, Place]]:
        """All of them, each by name."""
        return ((self.name(ref), self.place(ref)) for ref in self.refs)


def affected(
    gateway: Gateway | None,
    situation: Situation,
    who: Asked,
    *,
    step: Step | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> Affected:
    """Where the actors stand. An `offline` question needs no gateway; `tell` is told how far it is, and may raise.

    BadInput for a flag whose rule is another one.
    """
    if situation.draft.flag.target == "project":
        raise BadInput(
            "a project's flag is answered by the application's own client, by another rule than GitLab's",
            "Ask the application; who is named in the strategies is shown by status.",
        )
    flag = step.flag if step else situation.draft.flag.name
    gates = situation.asked(step) if step else situation.shown(flag)
    place_of = situation.steps.index(step) if step else situation.progress.index
    ahead = tuple((one, situation.asked(one)) for one in situation.steps[place_of + 1 :] if one.flag == flag)
    people = _People(gateway, who, tell)
    refs = who.words
    if not who.offline:
        named = (people.refs(word) for word in who.words)
        members = (people.members(path) for path in who.groups)
        refs = tuple(dict.fromkeys(chain.from_iterable(chain(named, members))))
    tell("Counting")
    groups = tuple(sorted(gates.groups))
    found = Affected(flag, step, gates, ahead, refs, people.called, tuple(people.unknown), groups)
    found.counts  # noqa: B018 - counted here, where nobody waits for a key
    return found


class _People:
    """Looks names up; `called` are those found by reference, `unknown` those that GitLab does not know."""

    def __init__(self, gateway: Gateway | None, who: Asked, tell: Callable[[str], object]) -> None:
        self._gateway, self._who, self._tell = gateway, who, tell
        self._done = 0
        self.called: dict[str, str] = {}
        self.unknown: list[str] = []

    def refs(self, word: str) -> Iterable[str]:
        """The references that a word stands for. One with an @ and no such user may be a group's path."""
        sign, name = word[0], word[1:].lstrip("@")
        if sign not in "@?" or self._gateway is None:
            return (word,)
        self._done += 1
        self._tell(f"Asking GitLab for names: {self._done:,} of {self._who.names:,}")
        seen = self._gateway.user(name)
        if seen is None and sign == "@":
            return self.members(name)
        if seen is None:
            self.unknown.append(name)
            return ()
        self.called.setdefault(seen.ref, name)
        return (seen.ref,)

    def members(self, path: str) -> Iterable[str]:
        """The members of a group; nobody of one that the token does not see, or that is none."""
        self._tell(f"Asking GitLab for the members of {shorten(path, 60)}")
        try:
            found = self._gateway.members(path) if self._gateway else ()
        except NotFound:
            self.unknown.append(path)
            return ()
        for one in found:
            self.called.setdefault(one.ref, one.name)
        return [one.ref for one in found]
