"""Freeze windows and the working day in TOML: those of the settings, and the calendars that ship with the program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from msgspec import Struct

import tui
from tui.domain.decode import decode
from tui.domain.errors import BadInput
from tui.domain.freeze import ALLOWED, Freeze, Level, Moment, read_moment
from tui.domain.problem import Problem
from tui.domain.text import one_line
from tui.domain.working_day import ALLOWED as WORKING_DAY_ALLOWED
from tui.domain.working_day import WorkingDay, read_working_day
from tui.store.read_toml import parse, read_text

CALENDARS = Path(tui.__file__).parents[1] / "assets" / "freezes"

LONGEST = timedelta(days=62)
"""A dated window that lasts longer is taken for a slip in the year: a real lock once had one."""

UTC = "UTC"


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"begins": "from", "ends": "to"}):
    """A freeze window: `from` and `to` are a day of the week with a time, or a date, in the time of `zone`.

    Without a zone of its own it has that of the settings; one that ships has UTC.
    """

    name: str
    level: Level
    begins: str
    ends: str
    zone: str = ""
    environments: tuple[str, ...] = ()

    def freeze(self) -> Freeze | Problem:
        """The window as the domain knows it, or what is wrong with it."""
        begins, ends, zone = read_moment(self.begins), read_moment(self.ends), zone_named(self.zone or UTC)
        if begins is None:
            return Problem("from", f'is "{one_line(self.begins)}"', ALLOWED)
        if ends is None:
            return Problem("to", f'is "{one_line(self.ends)}"', ALLOWED)
        if zone is None:
            return _no_zone(self.zone)
        if not self.name.strip():
            return Problem("name", "is empty", "what people call this window")
        wrong = _order(begins, ends)
        name = one_line(self.name)
        return wrong or Freeze(name, self.level, begins, ends, zone, tuple(map(one_line, self.environments)))


def _no_zone(name: str) -> Problem:
    return Problem("zone", f'there is no time zone "{one_line(name)}"', "such as UTC or Europe/Berlin")


def _order(begins: Moment | datetime, ends: Moment | datetime) -> Problem | None:
    if isinstance(begins, datetime) and isinstance(ends, datetime):
        if ends <= begins:
            return Problem("to", "is not after from")
        if ends - begins > LONGEST:
            days = (ends - begins).days
            return Problem("to", f"the window lasts {days} days: is the year right?", "if it is, make two of it")
    elif isinstance(begins, datetime) or isinstance(ends, datetime):
        return Problem("to", "is not of the same sort as from", "two days of the week, or two dates")
    elif begins == ends:
        return Problem("to", "is the same as from")
    return None


def zone_named(name: str) -> tzinfo | None:
    """The time zone of that name; None when this machine knows none."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def window_problems(windows: Iterable[Window], calendar: str) -> Iterator[Problem]:
    """What is wrong with the windows of the settings and the name of a calendar."""
    for place, window in enumerate(windows):
        found = window.freeze()
        if isinstance(found, Problem):
            yield Problem(f"freeze[{place}].{found.path}", found.message, found.allowed)
    known = sorted(path.stem for path in CALENDARS.glob("*.toml"))
    if calendar and calendar not in known:
        yield Problem("freezes", f'there is no calendar "{one_line(calendar)}"', "one of: " + ", ".join(known))


def working_day(text: str, zone: str) -> WorkingDay | Problem | None:
    """The working day of the settings: None when they have none, or what is wrong with it."""
    found = zone_named(zone)
    if found is None:
        return _no_zone(zone)
    if not text.strip():
        return None
    day = read_working_day(text, found, zone)
    return day or Problem("working_day", f'is "{one_line(text)}"', WORKING_DAY_ALLOWED)


def freezes(windows: Iterable[Window], calendar: str) -> tuple[Freeze, ...]:
    """The windows of a calendar that ships (if one is named) and those given. BadInput for what cannot be read."""
    shipped = _shipped(CALENDARS / f"{calendar}.toml") if calendar else ()
    return tuple(_freeze(window) for window in (*shipped, *windows))


class _Calendar(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    freeze: tuple[Window, ...] = ()


def _shipped(path: Path) -> tuple[Window, ...]:
    data = parse(read_text(path))
    value, problems = (None, [data]) if isinstance(data, Problem) else decode(data, _Calendar)
    if value is None:
        raise BadInput(f"{path.name}: {problems[0]}", "Install rollout-tui again.")
    return value.freeze


def _freeze(window: Window) -> Freeze:
    found = window.freeze()
    if isinstance(found, Problem):
        raise BadInput(f"freeze {one_line(window.name)}: {found}", "Correct the settings.")
    return found
