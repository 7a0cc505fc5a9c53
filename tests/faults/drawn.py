"""Points drawn at random: one to three applies of a story are struck, each by one to three faults anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.faults.matrix import READS, WRITES
from tests.faults.point import AROUND, BOUNDARIES, NETWORK, PROCESS, Point, Story, Strike

_STORIES: tuple[Story, ...] = (
    *("team", "team", "team", "percent", "off"),
    *("project-team", "project-team", "project-team", "project-percent", "project-off"),
)


def drawn(count: int, seed: int) -> Iterator[Point]:
    """The same points for the same seed."""
    random = Random(seed)  # noqa: S311 - not a secret
    for _ in range(count):
        story = random.choice(_STORIES)
        rounds = tuple(
            tuple(_strike(random, story) for _ in range(random.choice((1, 1, 1, 2, 3))))
            for _ in range(random.choice((1, 1, 2, 3)))
        )
        yield Point(story, rounds, random.randrange(1_000_000))


def _strike(random: Random, story: Story) -> Strike:
    ours, read = random.random() < 0.35, random.random() < 0.25
    number = random.randint(1, READS[story] if read else WRITES[story] + 1)
    if ours:
        return Strike(random.choice(PROCESS), number, read, random.choice(AROUND if read else BOUNDARIES))
    return Strike(random.choice(NETWORK), number, read)
