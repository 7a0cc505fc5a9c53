"""Where a rollout is: folded from its history, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tui.domain import duration
from tui.domain.gates import FULL
from tui.domain.history import TOLD, Action, Entry
from tui.domain.steps import ISSUES, OFF_PHASE, Step


@dataclass(frozen=True)
class Goal:
    """What is asked for: a step, the plan issues alone (`issues`), or off for everybody (`off`).

    `act` names the action where the place does not: hold, resume, skip, finish, abandon, undo.
    """

    phase: str
    step: Step | None = None
    act: Action | None = None

    @property
    def step_id(self) -> str:
        """The step's id; empty for the issues and for off."""
        return self.step.id if self.step else ""


@dataclass(frozen=True)
class Progress:
    """`position` is the step that is live (None before the first and after off); `since` when it went live.

    `held`, `finished`, `abandoned` and `withdrawn` (off for everybody) are the entries that made it so, while it is so;
    `skipped` the keys of steps that were passed over and not gone to since. `opened` is the last entry that opened the
    flag further and can be undone, `came_from` the step that was live before it.
    """

    steps: tuple[Step, ...]
    position: Step | None = None
    since: datetime | None = None
    issues_done: bool = False
    withdrawn: Entry | None = None
    held: Entry | None = None
    finished: Entry | None = None
    abandoned: Entry | None = None
    skipped: frozenset[tuple[str, str]] = frozenset()
    opened: Entry | None = None
    came_from: Step | None = None

    @property
    def index(self) -> int:
        """The position's place in `steps`, -1 before the first."""
        return self.steps.index(self.position) if self.position else -1

    @property
    def rolled_back(self) -> bool:
        """Whether it was taken back to off for everybody, and nothing is live since."""
        return self.withdrawn is not None

    @property
    def next(self) -> Step | None:
        """The step that is due after the position, none that was skipped; None when the last one is live."""
        return next((step for step in self.steps[self.index + 1 :] if step.key not in self.skipped), None)

    @property
    def done(self) -> bool:
        """Whether the last step is live."""
        return bool(self.steps) and self.index == len(self.steps) - 1

    def reached(self, phase: str) -> bool:
        """Whether the last step of `phase`, or a later one, is live."""
        places = [place for place, step in enumerate(self.steps) if step.phase == phase]
        return bool(places) and self.index >= places[-1]

    def goal(self, phase: str = "", step: str = "") -> Goal | None:
        """What is asked for by words (`everyone`, `25%`); without words the next step that is due.

        A phase alone means its next step, or its last one when the rollout is past it. None for what does not exist.
        """
        if phase in {ISSUES, OFF_PHASE}:
            return None if step else Goal(phase)
        if not phase and not step:
            return Goal(self.next.phase, self.next) if self.next else None
        own = [one for one in self.steps if phase in {one.phase, ""}]
        if step:
            plain = step.replace(" ", "").removesuffix("%")
            own = [one for one in own if one.id.removesuffix("%") == plain]
            if not phase and len(own) > 1:
                return None
        ahead = [one for one in own if self.steps.index(one) > self.index]
        chosen = ahead[0] if ahead else own[-1] if own else None
        return Goal(chosen.phase, chosen) if chosen else None

    def undone(self) -> Goal | None:
        """Back to where the last opening came from; None when there is nothing to undo."""
        if self.opened is None:
            return None
        return Goal(self.came_from.phase, self.came_from, "undo") if self.came_from else Goal(OFF_PHASE, act="undo")

    def reduces(self, goal: Goal) -> bool:
        """Whether the goal takes access away: nothing may stand in the way of that."""
        if goal.act in TOLD:
            return False
        return goal.phase == OFF_PHASE or (goal.step is not None and self.steps.index(goal.step) < self.index)

    def due_at(self) -> datetime | None:
        """When the wait of the live step is over; None when nothing is live or it asks for no wait."""
        wait = duration.parse(self.position.wait) if self.position else None
        return self.since + wait if self.since and wait else None

    def remaining(self, now: datetime) -> timedelta:
        """How long the next step still has to wait; zero when it is due."""
        due = self.due_at()
        return max(timedelta(0), due - now) if due else timedelta(0)


def progress(steps: Sequence[Step], entries: Iterable[Entry]) -> Progress:
    """Fold the entries, oldest first.

    A percentage that the draft no longer has counts as the highest one below it; any other step that is gone leaves
    the position where it was. A repair does not start the wait anew.
    """
    now = Progress(tuple(steps))
    for entry in entries:
        now = _after(now, entry)
    return now


def _after(now: Progress, entry: Entry) -> Progress:
    if entry.action in TOLD:
        return _told(now, entry)
    if entry.phase == ISSUES:
        return replace(now, issues_done=True)
    if entry.phase == OFF_PHASE:
        abandoned = entry if entry.action == "abandon" else now.abandoned
        return Progress(now.steps, since=entry.at, issues_done=now.issues_done, withdrawn=entry, abandoned=abandoned)
    here = next((step for step in now.steps if step.key == (entry.phase, entry.step)), _below(now.steps, entry))
    if here is None:
        return now
    stays = entry.action == "repair" and here == now.position
    since, skipped = now.since if stays else entry.at, now.skipped - {here.key}
    moved = replace(now, position=here, since=since, withdrawn=None, issues_done=True, skipped=skipped)
    if entry.action == "repair":
        return moved
    if entry.action == "advance":
        return replace(moved, held=None, abandoned=None, opened=entry, came_from=now.position)
    return replace(moved, finished=None, opened=None, came_from=None)


def _told(now: Progress, entry: Entry) -> Progress:
    match entry.action:
        case "hold":
            return replace(now, held=entry)
        case "finish":
            return replace(now, finished=entry, held=None)
        case "skip":
            return replace(now, skipped=now.skipped | {(entry.phase, entry.step)})
        case _:
            return replace(now, held=None, finished=None, abandoned=None)


def _below(steps: Sequence[Step], entry: Entry) -> Step | None:
    """The highest percentage of the entry's phase that is not above the one it went to."""
    reached = FULL if entry.gates_after.everybody else entry.gates_after.percentage_of_actors
    below = [step for step in steps if step.phase == entry.phase and 0 < step.percentage <= reached]
    return below[-1] if below else None
