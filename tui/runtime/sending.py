"""One change, made exactly once: journalled before it is sent, sent, and journalled again with what came of it.

A request is sent a second time in two cases only, and both times because GitLab itself says that the first did
nothing: 429 (its limiters answer before anything is done) and 409 for an edit (two edits at once; the loser's is
dropped whole). All else is rejected, or unknown and looked for by the next apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.domain import timeline
from tui.domain.errors import (
    Conflict,
    GitLabError,
    Interrupted,
    OutcomeUnknown,
    RolloutError,
    Stale,
    StoreError,
    Throttled,
)
from tui.domain.exchange import Confirmed, Event, Moved, Rejected, Send, Unknown
from tui.domain.history import Entry
from tui.domain.operation import Operation
from tui.domain.readback import answered, exposed, stored
from tui.runtime.attesting import Attesting
from tui.runtime.created import edited, from_answer

if TYPE_CHECKING:
    from tui.domain.observed import Observed
    from tui.gateway.cancel import Cancel
    from tui.gateway.client import Gateway
    from tui.runtime.looking import Looker
    from tui.store.records import Records

ATTEMPTS = 4
"""How often one change is sent at most, the others refused by GitLab without an effect."""

LONGEST_WAIT = 60.0
"""Seconds to wait for GitLab's limiter at most; who asks for more gets an apply that is stopped and can be resumed."""

_USUAL_WAIT = (1.0, 3.0, 9.0)
"""Seconds to wait where GitLab does not say how long."""


class Sender:
    """Makes the changes of one apply. Safe to use from several threads, each with changes of its own."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        records: Records,
        observed: Observed,
        operations: Mapping[str, Operation],
        clock: Callable[[], datetime],
        started: datetime,
        cancel: Cancel,
        looker: Looker,
        update: Callable[[Operation], None],
        back: bool = False,
        attesting: Attesting | None = None,
    ) -> None:
        """`looker` looks at a flag right before it is set, if nobody has just done so; `update` tells a new state.

        `attesting` has a person run the chat commands; without it there must be none. On the way `back` nobody has
        looked whether the plan issues are as they were, so that is done before one is edited.
        """
        self._back = back
        self._gateway, self._records, self._cancel, self._update = gateway, records, cancel, update
        self._observed, self._operations = observed, operations
        self._clock, self._looker, self._attesting = clock, looker, attesting
        self.at = started
        """When the step happened: with the last answer of its flag, so that two operators' steps stay in order."""
        self._texts = {slot: str(seen.description) for slot, seen in observed.issues.items()}
        self.entry: Entry | None = None

    def send(self, send: Send) -> Event:
        """What came of the change. StoreError when it could not be journalled: then nothing was sent."""
        if self._back and send.change.kind == "edit-issue":
            try:
                send = self._upon_others(send)
            except Stale as error:
                return Moved(send.change, say(error))
            except GitLabError as error:
                return Rejected(send.change, say(error))
        change, request = send.change, send.request
        self._cancel.check()
        operation = replace(
            self._operations[change.id],
            state="intended",
            intended_at=self._clock(),
            path=request.path,
            body=request.body,
        )
        self._records.intended(operation)
        self._update(operation)
        try:
            answer = self._answer(send, operation)
        except OutcomeUnknown as error:
            with suppress(StoreError):  # then it stays intended, which is looked for just the same
                self.settle(replace(operation, state="unknown", error=say(error)))
            return Unknown(change, say(error))
        except (Interrupted, Stale) as error:
            with suppress(StoreError):
                self.settle(_not_sent(operation, error))
            if isinstance(error, Interrupted):
                raise
            return Moved(change, str(error))
        except RolloutError as error:
            with suppress(StoreError):
                self.settle(replace(operation, state="rejected", error=say(error)))
            return Rejected(change, say(error))
        try:
            return self._confirm(operation, send, answer)
        except StoreError as error:
            return Unknown(change, f"GitLab has done it, but the journal could not be written: {say(error)}")

    def _upon_others(self, send: Send) -> Send:
        """The edit of a report, put into the description as it is now. Raises GitLabError; Stale without a place."""
        _, _, project, _, iid = send.request.path.split("/")
        seen = self._gateway.issue(int(project), int(iid))
        if seen is None:
            raise Stale(f"the issue {send.change.slot} is gone")
        if stored(seen.description) == stored(self._texts.get(send.change.slot, seen.description)):
            return send
        text = timeline.carried(seen.description, str(send.request.body["description"]))
        if text is None:
            raise Stale(f"the place of the report is gone from the description of {seen.ref}")
        self._texts[send.change.slot] = str(seen.description)
        return replace(send, request=replace(send.request, body={"description": text}))

    def _answer(self, send: Send, operation: Operation) -> Mapping[str, Any]:
        """GitLab's answer. Raises what `Gateway.send` raises, and Stale when it was not sent because of a change."""
        if send.change.kind == "run-command" and self._attesting is not None:
            self._looker.fresh(send)
            return self._attesting.run(send)
        for attempt in range(ATTEMPTS):
            self._looker.fresh(send)
            try:
                return self._gateway.send(send.request)
            except Throttled as error:
                pause = _USUAL_WAIT[min(attempt, 2)] if error.after is None else error.after
                if attempt + 1 == ATTEMPTS or pause > LONGEST_WAIT:
                    raise
                self._wait(operation, pause, "GitLab limits the rate of requests")
            except Conflict as error:
                if send.change.kind == "link-issues" and "already" in str(error):
                    return {}  # what was wanted is there
                if send.change.kind not in {"link-issues", "edit-issue"} or attempt + 1 == ATTEMPTS:
                    raise
                there = self._edited(send) if send.change.kind == "edit-issue" else None
                if there is not None:
                    return there
                self._wait(operation, _USUAL_WAIT[0] / 4, "GitLab was busy with the same issue")
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, operation: Operation, seconds: float, why: str) -> None:
        self._update(replace(operation, error=f"{why} and did nothing: sent again in {max(1, round(seconds))} s"))
        self._cancel.wait(seconds)
        self._cancel.check()

    def _edited(self, send: Send) -> Mapping[str, Any] | None:
        """After a refused edit: the issue when it is as wanted, None when it is as it was. Raises Stale otherwise."""
        _, _, project, _, iid = send.request.path.split("/")
        seen = self._gateway.issue(int(project), int(iid))
        if seen is None:
            raise Stale(f"the issue {send.change.slot} is gone")
        text = stored(seen.description)
        if text == stored(str(send.request.body.get("description", ""))):
            return edited(seen)
        if text != stored(self._texts.get(send.change.slot, text)):
            raise Stale(f"{seen.ref} was edited by somebody else at the same moment")
        return None

    def _confirm(self, operation: Operation, send: Send, answer: Mapping[str, Any]) -> Event:
        change = send.change
        known: dict[str, str] = {}
        result: dict[str, Any] = {}
        url = ""
        if change.kind in {"create-issue", "edit-issue"}:
            result = from_answer(answer)
            url = result["url"]
            self._texts[change.slot] = str(answer.get("description") or "")
            if change.kind == "create-issue":
                known = {f"{key}:{change.slot}": str(result[key]) for key in ("iid", "ref", "url")}
                with suppress(GitLabError):  # an answer that cannot be read whole is not compared with later
                    self._looker.made(change.slot, self._gateway.issue_from(answer))
        elif change.kind == "hide-issue":
            url = from_answer(answer)["url"]
            with suppress(GitLabError):
                self._looker.made(change.slot, self._gateway.issue_from(answer))
        elif change.kind == "add-note":
            url = self._note_url(change.slot, answer)
        elif change.is_gate:
            result = {"gates": answered(change, answer).as_dict()}
            self._looker.answered(change.flag)
            self.at = self._clock()
            known = times(self.at)
        public = exposed(change, send.request, answer)
        self.settle(replace(operation, state="confirmed", url=url, result=result), told=not public)
        if send.entry is not None:
            self.keep(replace(send.entry, id=operation.id, at=self.at, note_url=url))
        return Confirmed(change, send.request, answer, known)

    def _note_url(self, slot: str, answer: Mapping[str, Any]) -> str:
        made, seen = self._operations.get(f"issue:{slot}"), self._observed.issues.get(slot)
        issue_url = seen.url if seen else made.url if made else ""
        return f"{issue_url}#note_{answer.get('id')}" if issue_url else ""

    def keep(self, entry: Entry) -> None:
        """Record the entry of the step."""
        self._records.add(entry)
        self.entry = entry

    def settle(self, operation: Operation, *, told: bool = True) -> None:
        """Journal how an operation ended, and tell it, unless another request must make up for it first."""
        ended = replace(operation, ended_at=self._clock())
        self._records.settled(
            ended.id, ended.state, self._clock(), url=ended.url, result=ended.result, error=ended.error, adopted=False
        )
        self._update(ended if told else replace(ended, state="intended", error="it came back public: hiding it"))


def _not_sent(operation: Operation, error: RolloutError) -> Operation:
    """A chat command that was on the screen when the apply was stopped may have been run all the same."""
    if operation.kind != "run-command":
        return replace(operation, state="absent")
    if isinstance(error, Stale):
        return replace(operation, state="rejected", error="it was not shown")
    return replace(operation, state="unknown", error="stopped before anybody said whether it ran")


def times(at: datetime) -> dict[str, str]:
    """The references to the time of a step: as notes carry it, and as the report says it."""
    return {"at": stamp(at), timeline.MINUTE: timeline.minute(at)}


def stamp(at: datetime) -> str:
    """A time as notes carry it."""
    return at.isoformat().replace("+00:00", "Z")


def say(error: RolloutError) -> str:
    """An error and what to do about it."""
    return f"{error} {error.hint}".strip()
