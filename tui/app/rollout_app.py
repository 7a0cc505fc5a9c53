"""The app: the one place where screens and adapters meet. This file is its beginning and its end."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from screens.home import HomeScreen
from tui.app.answers import ExitState
from tui.app.asides import AsidesApp
from tui.domain.errors import RolloutError
from tui.domain.text import one_line
from tui.runtime.overview import Overview, Overviews
from tui.runtime.workbench import Workbench
from tui.widgets.messages import NewDraft, NewWanted, OpenDraft

if TYPE_CHECKING:
    from textual.command import Provider

SAMPLE = "sample-codestral-2501"
"""The sample of the first start."""

SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")
BY_SIGNAL = 128
"""Added to a signal's number it is the exit code, as shells do it."""

CRASHED = 1


def _commands() -> type[Provider]:
    from tui.app.palette import Commands

    return Commands


class RolloutApp(AsidesApp):
    """The terminal app over a workbench. `open_draft` is the id of a draft to open at once."""

    TITLE = "rollout-tui"
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS: ClassVar = {_commands}
    CSS_PATH: ClassVar = [*AsidesApp.CSS_PATH, *HomeScreen.CSS_PATH]  # Textual reads no styles of a default screen
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help", id="app.help", tooltip="What this screen is for, and its keys"),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", tooltip="Save and quit", priority=True),
    ]

    def __init__(
        self, bench: Workbench, *, instance: str = "", open_draft: str = "", read_only: bool = False, theme: str = ""
    ) -> None:
        reason = "nothing can be changed: the app was started with --read-only" if read_only else ""
        super().__init__(bench, instance=instance, read_only=reason, theme=theme)
        self.crash_saved = ""
        self._open_first = open_draft
        self._overviews = Overviews(bench, instance)

    # beginning

    def get_default_screen(self) -> Screen[Any]:
        """Home, with what the index of the drafts says: nothing slower comes before the first paint."""
        rows: list[Overview] = []
        try:
            rows = self._overviews.drafts()
        except RolloutError as error:
            self.call_later(self.refuse, error)
        return HomeScreen(rows, self._overviews, self.bench.clock, self.badge)

    def on_mount(self) -> None:
        """Listen to signals, and go where the command line said."""
        self._listen()
        self.call_after_refresh(self._begin)

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None:
                try:
                    loop.add_signal_handler(number, self._stop_by_signal, int(number))
                except (NotImplementedError, ValueError, RuntimeError):  # Windows, and loops outside the main thread
                    return

    def _stop_by_signal(self, number: int) -> None:
        self.run_worker(self._leave(BY_SIGNAL + number), description="quit on a signal")

    def _begin(self) -> None:
        if not gc.isenabled():
            gc.freeze()  # what was made before the first paint stays; no collection need look through it again
            gc.enable()
        if self._open_first:
            self.post_message(OpenDraft(self._open_first))
        elif self._first_start():
            self.run_worker(self._welcome(), description="first start")

    def _first_start(self) -> bool:
        """Whether nothing is there and nothing was said."""
        places = self.bench.locations
        said = self.forced_instance or self.bench.environ.get("GITLAB_URL") or places.settings.exists()
        return not said and not (places.drafts.is_dir() and any(places.drafts.iterdir()))

    async def _welcome(self) -> None:
        from screens.welcome import WelcomeScreen

        answer = await self.push_screen_wait(WelcomeScreen(one_line(str(self.bench.locations.settings))))
        if answer == "sample":
            self.post_message(NewDraft(SAMPLE))
        elif answer == "new":
            self.post_message(NewWanted())

    # end

    async def action_quit(self) -> None:
        """Save and quit. A running apply is stopped at the next safe moment."""
        await self._leave(0)

    async def _leave(self, code: int) -> None:
        from tui.app.flows import off_loop

        self.sessions.stop("the app was quit")
        saved = None
        if self.opened is not None:
            saved = self.opened.path
            try:
                await off_loop(self.opened.close)
            except RolloutError as error:
                self.refuse(error)
                if code == 0:  # the operator can make room and quit again; a signal does not wait
                    return
        self.exit(ExitState(code, saved), return_code=code)

    def _fatal_error(self) -> None:
        """Save the draft and print a trace without locals: they can hold tokens."""
        from rich.segment import Segments
        from rich.traceback import Traceback

        trace = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(trace, self.console.options)))
        self.crash_saved = self._save_at_crash()
        self._close_messages_no_wait()

    def _save_at_crash(self) -> str:
        """The last chance to write what is not in the file; in words what came of it."""
        if self.opened is None:
            return ""
        try:
            self.opened.close()
        except RolloutError as error:
            return f"The draft was NOT saved: {one_line(str(error))}"
        return f"Draft saved: {one_line(str(self.opened.path))}"


def run(
    bench: Workbench, *, instance: str = "", open_draft: str = "", read_only: bool = False, debug: bool = False
) -> int:
    """Run the app in this terminal until it is quit; returns the exit code and says on stderr where the draft is."""
    theme, trouble = "", None
    try:
        theme = bench.settings.theme
    except RolloutError as error:
        trouble = error
    app = RolloutApp(bench, instance=instance, open_draft=open_draft, read_only=read_only, theme=theme)
    if trouble is not None:
        app.call_later(app.refuse, trouble)
    state = app.run()
    app.sessions.close()
    bench.close()
    if state is None:
        sys.stderr.write(f"{app.crash_saved}\n" if app.crash_saved else "")
        return app.return_code or CRASHED
    if state.saved is not None:
        sys.stderr.write(f"Draft saved: {one_line(str(state.saved))}\n")
    return state.code
