"""The part of the app that opens, makes, copies and deletes drafts. One draft is open at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from screens.home import HomeScreen
from tui.app.answers import AnsweringApp
from tui.domain.errors import RolloutError
from tui.domain.text import one_line
from tui.runtime.workbench import Workbench
from tui.widgets.background import in_background
from tui.widgets.base_screen import BaseScreen
from tui.widgets.chrome import Badge
from tui.widgets.messages import DeleteDraft, DraftChanged, DuplicateDraft, NewDraft, NewWanted, OpenDraft

if TYPE_CHECKING:
    from textual.worker import Worker

    from screens.history import HistoryScreen
    from tui.domain.draft import Draft
    from tui.runtime.opened import OpenedDraft
    from tui.store.history import History
    from tui.widgets.dialogs import Choice

R = TypeVar("R")

EMPTY = "empty"
"""The choice of a draft that starts from nothing."""


class DeskApp(AnsweringApp):
    """`opened` is the draft that is open; `read_only` says why nothing may be changed, empty when it may."""

    def __init__(self, bench: Workbench, *, instance: str = "", read_only: str = "", theme: str = "") -> None:
        super().__init__(bench, instance=instance, theme=theme)
        self.opened: OpenedDraft | None = None
        self.read_only = read_only
        self._flow: Worker[None] | None = None
        self._asked: BaseScreen[Any] | None = None

    async def ask(self, screen: BaseScreen[R]) -> R:
        """The answer of a screen. It takes the place of the one asked before, so that home does not flash by."""
        screen.answers_to = asyncio.get_running_loop().create_future()
        before, self._asked = self._asked, screen
        if before is not None and before is self.screen:
            await self.switch_screen(screen)
        else:
            await self.push_screen(screen)
        return await screen.answers_to

    async def _go_home(self) -> None:
        """Take the screen that was asked last away. An app that is being quit may have none any more."""
        asked, self._asked = self._asked, None
        if asked is not None and self.screen_stack and asked is self.screen:
            await self.pop_screen()

    async def show_error(self, title: str, error: RolloutError, path: str = "") -> str:
        """Show an error; `retry` or `back`."""
        from screens.error import ErrorScreen

        return await self.push_screen_wait(ErrorScreen(title, error, path))

    @property
    def badge(self) -> Badge | None:
        """What home and the history say of the instance: only a forced one is everybody's."""
        if not self.forced_instance:
            return None
        return Badge.of(self.bench.instance(self.forced_instance))

    def history_screen(self, rollout: str, instance: str, title: str = "") -> HistoryScreen:
        """The table of one rollout, called by its title, or of all when none is named."""
        from screens.history import HistoryScreen

        return HistoryScreen(self.history, rollout=rollout, title=title, instance=instance, badge=self.badge)

    def history(self) -> History:
        """Called on threads: the records database is opened here."""
        from tui.store.history import History

        return History(self.bench.records)

    def tell(self, text: str) -> None:
        """A passing remark."""
        self.notify(one_line(text), markup=False)

    def refuse(self, error: RolloutError) -> None:
        """What went wrong outside any screen that could show it in place."""
        text = f"{one_line(str(error))} {one_line(error.hint)}".strip()
        self.notify(text, severity="error", markup=False, timeout=10)

    def save_failed(self, error: RolloutError) -> None:
        """Called on the thread that saves. The change is kept and tried again."""
        self.call_later(self.refuse, error)

    @property
    def operator(self) -> str:
        """The person at the keyboard, as the lock and the checklist name them."""
        from tui.store.settings import person

        return person(self.bench.settings)

    def on_open_draft(self, message: OpenDraft) -> None:
        """Take a draft through its screens; one at a time."""
        message.stop()
        if self._flow is None or self._flow.is_finished:
            self._flow = self.run_worker(self._open(message.draft_id), description="a draft's screens", group="flow")

    async def _open(self, draft_id: str) -> None:
        from tui.app.flows import DraftFlow, off_loop

        while True:
            try:
                self.opened = await off_loop(lambda: self._locked(draft_id))
                break
            except RolloutError as error:
                path = f"{self.bench.locations.drafts / draft_id}.toml"
                if await self.show_error(draft_id, error, path) != "retry":
                    return
        try:
            await DraftFlow(self, self.opened, self.operator).run()
        finally:
            opened, self.opened = self.opened, None
            await off_loop(opened.close)
            await self._go_home()

    def _locked(self, draft_id: str) -> OpenedDraft:
        from tui.runtime.opened import OpenedDraft

        return OpenedDraft.open(
            self.bench, draft_id, who=self.operator, read_only=self.read_only, failed=self.save_failed
        )

    def on_draft_changed(self, message: DraftChanged) -> None:
        """Save it soon."""
        message.stop()
        if self.opened is not None:
            self.opened.changed(message.draft)

    def on_new_wanted(self, message: NewWanted) -> None:
        """Choose what to start from."""
        message.stop()
        in_background(self, self.bench.assets.samples, self._choose, failed=self.refuse, what="read the samples")

    def _choose(self, samples: list[Draft]) -> None:
        from tui.widgets.dialogs import Choose, Option

        options = [Option(EMPTY, "An empty rollout", "fill in everything")]
        options += [Option(one.id, one.title, "sample") for one in samples]

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self.post_message(NewDraft("" if choice.key == EMPTY else choice.key))

        self.push_screen(Choose("New rollout: start from", options), chosen)

    def on_new_draft(self, message: NewDraft) -> None:
        """Make the draft and open it."""
        message.stop()
        if self.read_only:
            self.tell(self.read_only)
            return
        in_background(
            self,
            lambda: self._create(message.sample),
            lambda draft: self.post_message(OpenDraft(draft.id)),
            failed=self.refuse,
            what="make a draft",
        )

    def _create(self, sample: str) -> Draft:
        from msgspec.structs import replace

        from tui.domain.draft import SCHEMA, Draft, Place

        bench, name = self.bench, self.forced_instance
        for one in bench.assets.samples():
            if one.id == sample:
                place = replace(one.gitlab, instance=name) if name else one.gitlab
                return bench.drafts.create(replace(one, gitlab=place))
        settings = bench.settings
        place = Place(instance=name or settings.default_instance)
        return bench.drafts.create(
            Draft(schema=SCHEMA, id="", guide=settings.guide, strictness=settings.strictness, gitlab=place)
        )

    def on_duplicate_draft(self, message: DuplicateDraft) -> None:
        """Copy a draft."""
        message.stop()
        self._change_drafts(lambda: f"Made {self.bench.drafts.duplicate(message.draft_id).id}")

    def on_delete_draft(self, message: DeleteDraft) -> None:
        """Ask, then delete."""
        from tui.widgets.dialogs import Confirm

        message.stop()
        lines = ["The file stays beside it as .bak. History and what is on GitLab stay as they are."]

        def answered(sure: bool | None) -> None:
            if sure:
                self._change_drafts(lambda: f"Deleted; kept as {self.bench.drafts.delete(message.draft_id)}")

        self.push_screen(Confirm(f"Delete {message.title or message.draft_id}?", lines, yes="Delete"), answered)

    def _change_drafts(self, work: Callable[[], str]) -> None:
        if self.read_only:
            self.tell(self.read_only)
            return

        def done(said: str) -> None:
            self.tell(said)
            if isinstance(self.screen, HomeScreen):
                self.screen.action_reload()

        in_background(self, work, done, failed=self.refuse, what="change the drafts folder")
