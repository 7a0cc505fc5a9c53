"""What the execution of a plan and its driver say to each other: commands one way, events the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.domain.gates import Gates
from tui.domain.history import Entry
from tui.domain.plan import Change, Request


@dataclass(frozen=True)
class CheckPlan:
    """Look at gates and issues again: is the plan still fresh?"""

    fingerprint: str


@dataclass(frozen=True)
class CheckTwins:
    """Look whether somebody else has made the same plan issues at the same moment."""


@dataclass(frozen=True)
class CheckGates:
    """Look at one flag before `change`: does it have the gates that are expected there (`change.before`)?

    `passed` are the gates that this apply itself has seen in the flag: a reading of them may be an old one.
    """

    change: Change
    passed: frozenset[Gates] = frozenset()


@dataclass(frozen=True)
class Send:
    """Journal the operation, send the request once, journal what came of it.

    `entry` is what the note tells, when it is a note; `passed` as for `CheckGates`.
    """

    change: Change
    request: Request
    entry: Entry | None = None
    passed: frozenset[Gates] = frozenset()


@dataclass(frozen=True)
class Shield:
    """An issue that should be confidential is public: make it confidential, or else close and empty it."""

    change: Change
    answer: Mapping[str, Any]


Command = CheckPlan | CheckTwins | CheckGates | Send | Shield


@dataclass(frozen=True)
class Checked:
    """The answer to a check; `difference` says in words what is not as expected, empty when all is.

    `unknown` when GitLab could not be asked: then nobody has changed anything as far as we know.
    """

    difference: str = ""
    unknown: bool = False


@dataclass(frozen=True)
class NoTwins:
    """The answer to `CheckTwins`; `difference` says in words which of our issues had to yield; `unknown` as above."""

    difference: str = ""
    unknown: bool = False


@dataclass(frozen=True)
class Confirmed:
    """GitLab did it; `known` are the references that can be resolved from now on."""

    change: Change
    request: Request
    answer: Mapping[str, Any]
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejected:
    """GitLab did not do it, and said so."""

    change: Change
    reason: str


@dataclass(frozen=True)
class Unknown:
    """The request left and no answer came."""

    change: Change
    reason: str


@dataclass(frozen=True)
class Moved:
    """Not sent: just before it, what the change builds on was found to be otherwise than planned."""

    change: Change
    difference: str


@dataclass(frozen=True)
class Shielded:
    """What became of a public issue, in words."""

    change: Change
    result: str


@dataclass(frozen=True)
class Stop:
    """The operator wants it to stop; `change`, if any, had been started and was not sent."""

    change: Change | None = None


Event = Checked | NoTwins | Confirmed | Rejected | Unknown | Moved | Shielded | Stop
