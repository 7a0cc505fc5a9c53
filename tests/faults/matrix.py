"""Each fault at each write and each boundary, and each fault of the network at each read too."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.point import BOUNDARIES, NETWORK, PROCESS, STORIES, Point, Story, Strike

WRITES: dict[Story, int] = {"team": 15, "percent": 3, "off": 3}
READS: dict[Story, int] = {"team": 10, "percent": 8, "off": 8}


def matrix() -> Iterator[Point]:
    """All points with one fault."""
    for story in STORIES:
        for number in range(1, WRITES[story] + 1):
            for fault in NETWORK:
                yield Point(story, ((Strike(fault, number),),), number)
            for fault in PROCESS:
                for boundary in BOUNDARIES:
                    yield Point(story, ((Strike(fault, number, boundary=boundary),),), number)
        for number in range(1, READS[story] + 1):
            for fault in NETWORK:
                if fault != "409":
                    yield Point(story, ((Strike(fault, number, read=True),),), number)
