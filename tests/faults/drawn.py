"""Points drawn at random: one to three applies of a story are struck, each by one to three faults anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.faults.matrix import READS, WRITES
from tests.faults.point import BOUNDARIES, NETWORK, PROCESS, Point, Story, Strike

_STORIES: tuple[Story, ...] = ("team", "team", "team", "percent", "off")


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
    if random.random() < 0.35:
        number = random.randint(1, WRITES[story])
        return Strike(random.choice(PROCESS), number, boundary=random.choice(BOUNDARIES))
    read = random.random() < 0.25
    number = random.randint(1, (READS if read else WRITES)[story])
    return Strike(random.choice(NETWORK), number, read)
