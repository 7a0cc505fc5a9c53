"""Is GitLab still as the plan saw it? Asked before the first write, and again before a flag is set."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from tui.domain.errors import Stale
from tui.domain.exchange import Send
from tui.domain.gates import Gates
from tui.domain.observed import IssueSeen, Observed
from tui.domain.plan import Change, Plan
from tui.runtime.observe import Observer
from tui.runtime.since import since, words

if TYPE_CHECKING:
    from tui.gateway.client import Gateway

LOOK_LASTS = 0.1
"""Seconds after which a look at a flag has aged, and a gate change is sent only after another one."""


class Looker:
    """Looks for one apply. Differences are in words, one a line; empty when all is as expected."""

    def __init__(self, gateway: Gateway, observer: Observer, observed: Observed) -> None:
        self._gateway, self._observer, self._observed = gateway, observer, observed
        self._looked: dict[str, float] = {}
        self._made: dict[str, IssueSeen] = {}

    def made(self, slot: str, issue: IssueSeen) -> None:
        """From here on a plan issue is to be as our own creation left it."""
        self._made[slot] = issue

    def answered(self, flag: str) -> None:
        """GitLab has just told the gates of a flag in its answer to our own change: no look is closer."""
        self._looked[flag] = monotonic()

    def at_plan(self, plan: Plan) -> str:
        """What is not as the plan saw it. A way back asks for the flag alone, and off for everybody for nothing.

        A call other than that may open what somebody else has closed further meanwhile.
        """
        if not plan.reduces:
            creating = any(change.kind == "create-issue" for change in plan.changes)
            return self._since(self._observed, self._observer.again(self._observed, creating=creating))
        calls = [change.request.body for change in plan.changes if change.is_gate]
        if calls and all(body.get("value") is False and len(body) == 1 for body in calls):
            return ""
        flags = replace(self._observed, issues={})
        return self._since(flags, self._observer.again(flags))

    def at_flag(self, change: Change, passed: frozenset[Gates]) -> str:
        """What is not as `change` expects it, of its flag and of the plan issues, in one look.

        A reading may be up to a minute old, so gates that this apply itself has passed through are no surprise. Taking
        access away is right whatever somebody else did in between, so it waits for no look.
        """
        if change.narrows:
            return ""
        known = replace(self._observed, issues={**self._observed.issues, **self._made})
        seen, expected = self._observer.again(known), self._observed.flag(change.flag)
        self._looked[change.flag] = monotonic()
        flag = seen.flag(change.flag)
        if flag.project == expected.project and (flag.gates == change.before or flag.gates in passed):
            flag = replace(expected, gates=change.before or Gates())
        before = replace(known, flags={change.flag: replace(expected, gates=change.before or Gates())})
        now = replace(expected, gates=flag.gates, project=flag.project)
        return self._since(before, replace(before, issues=seen.issues, flags={change.flag: now}))

    def fresh(self, send: Send) -> None:
        """Look again when the last look has aged: beside slow changes, or while GitLab let us wait. Raises Stale."""
        change = send.change
        if not change.is_gate or monotonic() - self._looked.get(change.flag, 0.0) <= LOOK_LASTS:
            return
        difference = self.at_flag(change, send.passed)
        if difference:
            raise Stale(difference)

    def _since(self, before: Observed, after: Observed) -> str:
        return words(since(self._gateway, before, after))
