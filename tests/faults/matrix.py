"""Each fault at each write and each boundary of it, at each read, and at the writes that take away what is doubled."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.point import AROUND, BOUNDARIES, NETWORK, PROCESS, STORIES, Boundary, Point, Story, Strike

WRITES: dict[Story, int] = {
    "team": 16,
    "percent": 4,
    "off": 3,
    "project-team": 14,
    "project-percent": 4,
    "project-off": 3,
}
"""How many writes the apply of a story has."""

READS: dict[Story, int] = {
    "team": 10,
    "percent": 13,
    "off": 3,
    "project-team": 12,
    "project-percent": 16,
    "project-off": 6,
}
"""How many reads it has at least; where a look has aged, there is another one."""


def matrix() -> Iterator[Point]:
    """All points with one fault, and those with one more where the first was a doubled request."""
    for story in STORIES:
        for number in range(1, WRITES[story] + 1):
            for strike in _strikes(number, BOUNDARIES):
                yield Point(story, ((strike,),), number)
        for number in range(1, READS[story] + 1):
            for strike in _strikes(number, AROUND, read=True):
                if strike.fault != "409":
                    yield Point(story, ((strike,),), number)
        for number in (WRITES[story], WRITES[story] + 1):
            for strike in _strikes(number, BOUNDARIES):
                yield Point(story, ((*_doubled(story), strike),), number)


def _strikes(number: int, boundaries: tuple[Boundary, ...], *, read: bool = False) -> Iterator[Strike]:
    for fault in NETWORK:
        yield Strike(fault, number, read)
    for fault in PROCESS:
        for boundary in boundaries:
            yield Strike(fault, number, read, boundary)


def _doubled(story: Story) -> tuple[Strike, ...]:
    """The first plan issue; or the note, which is sent side by side with the timeline."""
    numbers = (1,) if story.endswith("team") else (2, 3)
    return tuple(Strike("doubled", number) for number in numbers)
