"""The way of one draft through its screens: wizard, review, apply, rollout, and back home."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tui.domain.draft import Draft
from tui.domain.errors import RolloutError
from tui.domain.wish import NEXT, Wish
from tui.domain.wizard import first_open, open_items, step_of

if TYPE_CHECKING:
    from screens.apply import ApplyAnswer
    from screens.review import ReviewContext
    from tui.domain.as_left import Broken
    from tui.domain.drift import Refused
    from tui.domain.guide import Guide
    from tui.domain.history import Entry
    from tui.runtime.opened import OpenedDraft
    from tui.runtime.workbench import Prepared, Workbench
    from tui.widgets.base_screen import BaseScreen
    from tui.widgets.wizard_parts import Templates
    from tui.widgets.wizard_screen import WizardContext

T = TypeVar("T")

HOME = "home"
ROLLOUT = "rollout"
REVIEW = "review"
WIZARD = ("model", "checklist", "issues", "phases")


class Stage(Protocol):
    """What a flow needs of the app."""

    bench: Workbench
    read_only: str

    def instance_of(self, draft: Draft) -> str: ...

    def templates_of(self, draft: Draft) -> Templates | None: ...

    def history_screen(self, rollout: str, instance: str, title: str) -> BaseScreen[None]: ...

    async def ask(self, screen: BaseScreen[T]) -> T: ...

    async def show_error(self, title: str, error: RolloutError, path: str = "") -> str: ...


@dataclass(frozen=True)
class Place:
    """Where the flow is: a screen's name, the field to go to, what is reviewed, the plan refused before."""

    name: str
    field: str = ""
    wish: Wish = NEXT
    origin: str = "phases"
    refused: Refused | None = None


async def off_loop(work: Callable[[], T]) -> T:
    """`work` on a thread. Raises what it raises."""
    return await asyncio.get_running_loop().run_in_executor(None, work)


class DraftFlow:
    """Takes an opened draft from screen to screen until the operator goes home."""

    def __init__(self, stage: Stage, opened: OpenedDraft, operator: str) -> None:
        self._stage = stage
        self._opened = opened
        self._operator = operator

    async def run(self) -> None:
        """Until home. An error between two screens is shown with a way to try again."""
        place: Place | None = Place("")
        while place is not None and place.name != HOME:
            try:
                place = await self._visit(place)
            except RolloutError as error:
                path = str(self._opened.path)
                if await self._stage.show_error(self._title, error, path) != "retry":
                    return

    @property
    def _title(self) -> str:
        return self._opened.draft.title or self._opened.draft.id

    async def _visit(self, place: Place) -> Place:
        await off_loop(self._opened.flush)
        if not place.name:
            return await off_loop(self._first)
        if place.name == ROLLOUT:
            return await self._rollout()
        if place.name == REVIEW:
            return await self._review(place)
        return await self._wizard(place)

    # what the screens are given

    def _entries(self) -> list[Entry]:
        draft, bench = self._opened.draft, self._stage.bench
        if not bench.locations.records.exists():
            return []
        return bench.records.entries(draft.id, self._stage.instance_of(draft))

    def _first(self) -> Place:
        """A rollout that has begun opens where it is; a draft where it was left, or at the first open item."""
        bench, draft = self._stage.bench, self._opened.draft
        entries = self._entries()
        if entries or self._broken() is not None:
            return Place(ROLLOUT)
        left = bench.places.get(draft.id)
        if left in {*WIZARD, REVIEW}:
            return Place(left)
        guides = bench.assets.guides()
        step = first_open(open_items(draft, bench.guide(draft), guides, entries))
        return Place(step if step in WIZARD else REVIEW)

    def _broken(self) -> Broken | None:
        from tui.runtime.halfway import broken_off

        draft, bench = self._opened.draft, self._stage.bench
        if not bench.locations.records.exists():
            return None
        return broken_off(bench.records, draft.id, self._stage.instance_of(draft))

    def _context(self) -> tuple[Guide, WizardContext]:
        from tui.runtime.connect import instances
        from tui.widgets.wizard_parts import NOT_READ
        from tui.widgets.wizard_screen import WizardContext

        bench, draft = self._stage.bench, self._opened.draft
        guide, guides = bench.guide(draft), bench.assets.guides()
        context = WizardContext(
            instance=bench.instance(self._stage.instance_of(draft)),
            guides=guides,
            skeletons={name: bench.assets.skeleton(name) for name in _skeletons(guides.values())},
            instances=instances(bench.settings, bench.environ),
            read_only=self._opened.read_only,
            entries=tuple(self._entries()),
            clock=bench.clock,
            operator=self._operator,
            editor=bench.settings.editor,
            vocabulary=bench.assets.vocabulary(),
            templates=self._stage.templates_of(draft) or NOT_READ,
            chat_prefix=bench.settings.instance(self._stage.instance_of(draft), bench.environ).chatops_prefix,
        )
        return guide, context

    # the screens

    async def _wizard(self, place: Place) -> Place:
        await off_loop(partial(self._remember, place.name))
        guide, context = await off_loop(self._context)
        screen = _wizard_screen(place.name)(self._opened.draft, guide, context=context, field=place.field)
        answer = await self._stage.ask(screen)
        self._opened.changed(answer.draft)
        return Place(self._beside(place.name, answer.go), answer.field)

    def _beside(self, name: str, go: str) -> str:
        """The step after or before `name`, or the one that was named; before the first is home."""
        if go not in {"next", "back"}:
            return go
        order = (HOME, *WIZARD, REVIEW)
        return order[order.index(name) + (1 if go == "next" else -1)]

    async def _review(self, place: Place) -> Place:
        from screens.review import ReviewScreen

        guide, context = await off_loop(self._context)
        screen = ReviewScreen(
            self._opened.draft,
            guide,
            context=await off_loop(partial(self._review_context, guide, context, place)),
            wish=place.wish,
        )
        answer = await self._stage.ask(screen)
        self._opened.changed(answer.draft)
        if answer.go == "apply" and answer.prepared is not None:
            return await self._apply(answer.prepared, place)
        return Place(place.origin if answer.go == "back" else answer.go, answer.field)

    def _review_context(self, guide: Guide, context: WizardContext, place: Place) -> ReviewContext:
        """From the wizard it is the wizard's step, with its rail; from a running rollout it stands alone."""
        from screens.review import ReviewContext

        items = None
        if place.origin != ROLLOUT:
            self._remember(REVIEW)
            items = tuple(open_items(self._opened.draft, guide, dict(context.guides), list(context.entries)))
        bench = self._stage.bench
        configured = bench.settings.instance(context.instance.name, bench.environ)
        return ReviewContext(
            instance=context.instance,
            read_only=context.read_only,
            chat_prefix=configured.chatops_prefix,
            items=items,
            refused=place.refused,
            watching=bool(self._stage.read_only),
        )

    def _remember(self, step: str) -> None:
        if not self._opened.read_only:
            self._stage.bench.places.put(self._opened.draft.id, step)

    async def _apply(self, prepared: Prepared, place: Place) -> Place:
        from screens.apply import ApplyScreen

        await off_loop(self._opened.flush)
        instance = await off_loop(partial(self._stage.bench.instance, prepared.plan.instance))
        answer = await self._stage.ask(ApplyScreen(prepared, instance=instance))
        return replace(place, refused=_refused(prepared, answer)) if answer.go == "replan" else Place(answer.go)

    async def _rollout(self) -> Place:
        from screens.rollout import RolloutScreen

        guide, context = await off_loop(self._context)
        screen = RolloutScreen(
            self._opened.draft,
            guide,
            instance=context.instance,
            entries=context.entries,
            broken=await off_loop(self._broken),
            read_only=context.read_only,
            watching=bool(self._stage.read_only),
            clock=self._stage.bench.clock,
        )
        answer = await self._stage.ask(screen)
        if answer.go == "history":
            draft, instance = self._opened.draft, context.instance.name
            await self._stage.ask(self._stage.history_screen(draft.id, instance, draft.title))
            return Place(ROLLOUT)
        if answer.go == "feedback":
            from screens.feedback import FeedbackScreen

            asked = FeedbackScreen.of(self._opened.draft, guide, context, answer)
            self._opened.changed(await self._stage.ask(asked))
            return Place(ROLLOUT)
        if answer.go == REVIEW:
            return Place(REVIEW, wish=answer.wish, origin=ROLLOUT)
        if answer.go == "edit":
            return Place(step_of(answer.field) if answer.field else "model", answer.field)
        return Place(answer.go)


def _refused(prepared: Prepared, answer: ApplyAnswer) -> Refused | None:
    """The plan that no longer held, without what was made of it; None when the apply ended for another reason."""
    from tui.domain.drift import Refused

    since, operations = answer.since, answer.result.operations if answer.result else ()
    if since is None:
        return None
    made = frozenset(one.change for one in operations if one.state == "confirmed")
    return Refused(prepared.plan.without(made), since)


def _skeletons(guides: Iterable[Guide]) -> set[str]:
    """The names of all skeletons: the wizard can switch to another guide."""
    return {issue.skeleton for guide in guides for issue in guide.issues}


def _wizard_screen(name: str) -> Any:  # noqa: ANN401 - four classes with one constructor
    if name == "model":
        from screens.model import ModelScreen

        return ModelScreen
    if name == "checklist":
        from screens.checklist import ChecklistScreen

        return ChecklistScreen
    if name == "issues":
        from screens.plan_issues import PlanIssuesScreen

        return PlanIssuesScreen
    from screens.phases import PhasesScreen

    return PhasesScreen
