"""What every screen has in common: where its help is, widths, an answer that is given once, work on threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.screen import ModalScreen, Screen

from tui.domain.errors import RolloutError
from tui.domain.text import one_line
from tui.widgets.background import in_background
from tui.widgets.present import error_line

R = TypeVar("R")
T = TypeVar("T")

BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]


class BaseScreen(Screen[R], Generic[R]):
    """A screen with the answer `R`. `HELP` names its page in assets/help."""

    HELP: ClassVar[str] = ""
    LOOKS: ClassVar[bool] = False
    """Whether the screen is shown what GitLab says of a rollout when it asks."""
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    _answered = False
    answers_to: asyncio.Future[R] | None = None
    """Who waits for the answer while the screen stays, until the next one takes its place; None: it is dismissed."""

    def answer(self, value: R) -> None:
        """Answer with `value`. A second call, as from a repeated key, does nothing: it would pop another screen."""
        if self._answered:
            return
        self._answered = True
        if self.answers_to is None:
            self.dismiss(value)
        elif not self.answers_to.done():
            self.answers_to.set_result(value)

    def in_background(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        *,
        what: str,
        failed: Callable[[RolloutError], object] | None = None,
    ) -> None:
        """`work` on a thread, then `done` here; errors go to `failed`, or to `fail`."""
        in_background(self, work, done, failed=failed or self.fail, what=what)

    def refusal(self, _action: str) -> str:
        """Why an action of the screen is not possible now, for its greyed key and the palette; empty for no reason."""
        return ""

    def on_key(self, event: events.Key) -> None:
        """A greyed key says why it is grey. One that is text goes to its field and does not come here."""
        if event.key not in self._bindings.key_to_bindings:
            return  # asking each binding of the chain whether it is possible costs a twentieth of a key's time
        active = self.active_bindings.get(event.key)
        if active is not None and not active.enabled and active.node is self:
            why = self.refusal(active.binding.action)
            if why:
                event.stop()
                self.notify(one_line(why), markup=False, timeout=5)

    def fail(self, error: RolloutError) -> None:
        """Show an error. Screens with a better place for it override this."""
        self.notify(error_line(error).plain, severity="error", markup=False, timeout=10)


class BaseModal(ModalScreen[R], Generic[R]):
    """A dialog with the answer `R`, over the screen that asked."""

    HELP: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    _answered = False

    def answer(self, value: R) -> None:
        """Dismiss with `value`, once."""
        if not self._answered:
            self._answered = True
            self.dismiss(value)
