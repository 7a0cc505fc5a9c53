"""Playing a point: strike, then do what an operator does, apply again until it is done, and count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.faults.judge import Count, compare, without_lead
from tests.faults.point import Point, Story
from tests.faults.site import Process, Site
from tests.faults.wire import Delayed, Died
from tui.domain.errors import RolloutError

ATTEMPTS = 5
"""How often an operator tries again before giving up; the faults of a point are over long before."""

UNCHECKED = "could not be looked for"
"""What an apply says that is done but could not check itself."""

STEPS: dict[str, tuple[str, str]] = {
    "team": ("stakeholders", "team"),
    "percent": ("everyone", "1%"),
    "off": ("off", ""),
}


def step_of(story: Story) -> tuple[str, str]:
    """The phase and step of a story."""
    return STEPS[story.removeprefix("project-")]


@dataclass(frozen=True)
class Played:
    """What came of a point. `injected` faults really struck: an apply that was stopped early meets fewer."""

    point: Point
    injected: int
    count: Count
    ends: tuple[str, ...]


def play(site: Site, point: Point) -> Played:
    """Play one point on the site."""
    expected = site.beginnings[point.story].expected
    site.begin(point.story)
    injected, ends, late, unchecked = 0, list[str](), list[Delayed](), False
    for number in range(len(point.rounds) + ATTEMPTS):
        strikes = point.rounds[number] if number < len(point.rounds) else ()
        with site.process(strikes, point.seed + number) as process:
            process.wire.late = late
            ends.append(_try(process, "off" if point.story.endswith("off") else "", step_of(point.story)))
            unchecked = ends[-1] == UNCHECKED
            injected, late = injected + process.injected + process.wire.injected, process.wire.late
            if process.wire.revoked:
                site.token = site.instance.mint("alice")
        if ends[-1] in {"done", "nothing", UNCHECKED}:
            break
        if ends[-1] == "blocked":  # by a reading of the flag that is in doubt for a minute: it says to look again then
            site.clock.forward(minutes=2)
    count = compare(point, expected, site.effects())
    led = any(name.startswith("lead ") for name in (*count.lost, *count.doubled))
    if late or unchecked or led:
        count = _afterwards(site, point, late, count)
    return Played(point, injected, count, tuple(ends))


def _try(process: Process, phase: str = "", step: tuple[str, str] | None = None) -> str:
    """How an apply ends: of that step, or of the one that is due."""
    try:
        result = process.apply(phase, step)
    except Died:
        return "died"
    except RolloutError as error:
        return error.code
    if result is None:
        return "nothing"
    return UNCHECKED if any(UNCHECKED in remark for remark in result.remarks) else result.outcome


def _afterwards(site: Site, point: Point, late: list[Delayed], count: Count) -> Count:
    """What is still delayed arrives after all, or nobody has looked yet whether anything was made twice, or the lead,
    which is noted last, could not be: the apply of the next step must put that right without being asked.
    """
    with site.process(()) as process:
        process.wire.late = late
        process.wire.deliver_all()
        site.clock.forward(minutes=2)  # as above
        ends = _try(process)
        if ends == "nothing":  # it only found that nothing of the broken one is left to do
            ends = _try(process)
    phase, step = step_of(point.story)
    kinds = ("issue ", "private ", "link ", "lead ", f"note {phase} {step}", f"entry {phase} {step}")
    expected, found = (
        Counter({name: number for name, number in one.items() if name.startswith(kinds)})
        for one in (site.beginnings[point.story].expected, site.effects())
    )
    again = compare(point, expected, found)
    before = tuple(name for name in count.doubled if not name.startswith(kinds) and not name.startswith("text "))
    if ends not in {"done", "nothing"}:
        return Count((f"the next step: {ends}",), ())
    return Count(without_lead(count).lost + again.lost, before + again.doubled)
