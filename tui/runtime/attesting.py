"""Chat commands at the moment when a person runs them: their word is taken, and held against a reading where one is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tui.domain.errors import CommandFailed, GitLabError
from tui.domain.exchange import Send
from tui.domain.gates import OFF
from tui.domain.plan import Change, Request
from tui.domain.readback import as_answer

if TYPE_CHECKING:
    from tui.runtime.observe import Observer

Attest = Callable[[Change, Request], bool]
"""Shows the command and waits for the operator's word: whether it ran and the bot said so.

Called on a worker thread. Raises Interrupted when the wait is ended by the session's cancel.
"""


class Attesting:
    """Has the commands of one apply run by a person."""

    def __init__(self, attest: Attest, observer: Observer) -> None:
        self._attest = attest
        self._observer = observer

    def run(self, send: Send) -> Mapping[str, Any]:
        """The flag after the command, in the shape of an answer of the Features API.

        CommandFailed when the operator says so. A reading counts when it shows neither what the command was to leave
        nor what was there before: all else may come from a cache.
        """
        change = send.change
        if not self._attest(change, send.request):
            raise CommandFailed("the operator says that it failed.")
        expected = change.expected or OFF
        try:
            seen = self._observer.flag_again(change.flag)
        except GitLabError:  # the operator has seen the bot's answer, which is more than nothing
            return as_answer(expected)
        before = {change.before, *send.passed}
        return as_answer(expected if seen.attested or seen.gates in before else seen.gates)
