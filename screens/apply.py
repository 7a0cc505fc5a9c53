"""The apply: every change with its live state, and what can be done when one fails. The worker is the app's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.domain.errors import RolloutError, Stale
from tui.domain.operation import Operation
from tui.domain.plan import Change, Request
from tui.domain.text import one_line
from tui.runtime.apply import ApplyResult
from tui.runtime.connect import Instance
from tui.runtime.workbench import Prepared
from tui.store.assets import asset
from tui.widgets.apply_rows import (
    PROCEED,
    REPLAN,
    done_look,
    done_words,
    end_look,
    end_words,
    failure_rows,
    result_rows,
)
from tui.widgets.base_screen import BaseScreen
from tui.widgets.change_list import PREFIX
from tui.widgets.chrome import Badge, KeyBar, StatusLine, TitleBar
from tui.widgets.columns import WorkLine
from tui.widgets.command_prompt import CommandPrompt, Shown
from tui.widgets.messages import ApplyWanted, CancelWanted
from tui.widgets.operation_list import operation_rows, tally
from tui.widgets.outline import BLANK, Outline, Row
from tui.widgets.present import Tone, line
from tui.widgets.review_words import work_of

_ASKED, _ELSE = frozenset({"ran", "failed", "copy_command"}), frozenset({"proceed", "copy"})
"""Actions while a chat command waits to be run, and those whose keys they take meanwhile."""


@dataclass(frozen=True)
class ApplyAnswer:
    """`go` is `rollout`, `replan` or `home`; `result` is None when the apply failed with `error` before it began."""

    go: str
    result: ApplyResult | None = None
    error: RolloutError | None = None

    @property
    def since(self) -> tuple[str, ...] | None:
        """Why the plan no longer held, line by line; None when it ended otherwise."""
        if isinstance(self.error, Stale):
            return tuple(one.words for one in self.error.since) or (str(self.error),)
        stale = self.result is not None and self.result.outcome == "stale"
        return tuple(self.result.reason.splitlines()) if stale and self.result else None


class ApplyScreen(BaseScreen[ApplyAnswer]):
    """Shows one run of a plan."""

    HELP = "apply"
    CSS_PATH: ClassVar = [asset("styles/apply.tcss")]
    AUTO_FOCUS = "#operations"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "ran", "It ran", id="apply.ran", tooltip="The command ran, and the bot answered: it is attested"),
        Binding("n", "failed", "It failed", id="apply.failed", tooltip="The bot refused the command: stop here"),
        Binding("c", "copy_command", "Copy", id="apply.command", tooltip="Copy the command that is to be run"),
        Binding("n", "proceed", "Go on", id="apply.proceed", tooltip="To the rollout, now that it is applied"),
        Binding("r", "replan", "New plan", id="apply.replan", tooltip="Look at GitLab again and plan what is left"),
        Binding("c", "copy", "Copy URL", id="apply.copy", tooltip="Copy the address of what this change made"),
        Binding(
            "escape", "stop", "Stop", id="apply.stop", tooltip="Send nothing more; what is under way is waited for"
        ),
        Binding("escape", "leave", "Back", id="apply.leave", tooltip="Leave: to the rollout"),
    ]

    def __init__(self, prepared: Prepared, *, instance: Instance) -> None:
        super().__init__()
        self._prepared, self._instance = prepared, instance
        self._operations: dict[str, Operation] = {}
        self._opened: set[str] = set()
        self._result: ApplyResult | None = None
        self._error: RolloutError | None = None
        self._stopping = False
        self._following = True
        self._tell: Callable[[bool], object] | None = None
        self._began = monotonic()

    def compose(self) -> ComposeResult:
        """Title, headline, progress, the operations, keys."""
        draft = self._prepared.situation.draft
        yield TitleBar(draft.title or draft.model.name or draft.id, "Apply", badge=Badge.of(self._instance))
        yield StatusLine(id="headline")
        yield WorkLine(id="verdict")
        yield CommandPrompt()
        yield Outline(id="operations")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask the app to begin."""
        self._began = monotonic()
        self.query_one("#headline", StatusLine).show(line((self._what("Applying"), "strong")))
        self._verdict.work("Checking that GitLab is still as the plan saw it")
        self._draw()
        self.post_message(ApplyWanted(self._prepared))

    def _what(self, verb: str) -> str:
        return f"{verb} {work_of(self._prepared.plan)} on {Badge.of(self._instance).text}"

    @property
    def _verdict(self) -> WorkLine:
        return self.query_one("#verdict", WorkLine)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self._result is not None or self._error is not None

    def update_operation(self, operation: Operation) -> None:
        """One operation has another state."""
        self._operations[operation.change] = operation
        if not self.ended:
            self._say_progress()
        self._draw()
        if self._following and operation.state == "intended":
            self.query_one("#operations", Outline).go(f"{PREFIX}{operation.change}")

    def ask_to_run(self, change: Change, request: Request, tell: Callable[[bool], object]) -> None:
        """Show a chat command; `tell` is called once, with whether it ran. At the end of the apply it is forgotten."""
        commands = [one.id for one in self._prepared.plan.commands]
        self._tell = tell
        self._prompt.show(Shown(change, request, commands.index(change.id) + 1, len(commands)))
        self._prompt.focus()
        self.refresh_bindings()

    def _said(self, *, ran: bool) -> None:
        if self._tell is not None and self._prompt.settled:
            tell, self._tell = self._tell, None
            self._take_prompt_away()
            tell(ran)

    def _take_prompt_away(self) -> None:
        had_focus = self._prompt.has_focus
        self._prompt.clear()
        if had_focus:
            self.query_one("#operations", Outline).focus()
        self.refresh_bindings()

    @property
    def _prompt(self) -> CommandPrompt:
        return self.query_one(CommandPrompt)

    def on_command_prompt_ran(self) -> None:
        """Enter on the command."""
        self.action_ran()

    def action_ran(self) -> None:
        """It ran."""
        self._said(ran=True)

    def action_failed(self) -> None:
        """It did not."""
        self._said(ran=False)

    def action_copy_command(self) -> None:
        """Copy the command as it is to be typed."""
        if self._prompt.shown is not None:
            self.app.copy_to_clipboard(self._prompt.shown.command)
            self.notify("The command was sent to the terminal's clipboard.", markup=False, timeout=3)

    def on_key(self, event: events.Key) -> None:
        """Whoever presses a key wants to look around. Textual calls the base class's method, too."""
        self._following = False

    def finish(self, result: ApplyResult) -> None:
        """The apply has ended."""
        self._result = result
        self._take_prompt_away()
        self._operations.update({one.change: one for one in result.operations})
        seconds = max(1, round(monotonic() - self._began))
        self._verdict.rest()
        if result.outcome == "done":
            self._head(*done_look(result), self._what("Applied") + done_words(result))
            whole = f"All {tally(self._prepared.plan, self._operations).text}" if self._operations else "Done"
            self._verdict.rest((f"{whole} in {seconds} s", "muted"))
        else:
            self._head(*end_look(result.outcome), end_words(result))
            self._verdict.rest((tally(self._prepared.plan, self._operations).text, "muted"))
        self._draw()
        self.query_one("#operations", Outline).action_end(-1)

    def fail(self, error: RolloutError) -> None:
        """It could not begin, or broke off without a result."""
        self._error = error
        self._take_prompt_away()
        self._head("✗ ", "error", "The apply did not run to its end")
        self._verdict.rest((tally(self._prepared.plan, self._operations).text, "muted"))
        self._draw()
        self.query_one("#operations", Outline).action_end(-1)

    def _head(self, glyph: str, tone: Tone, text: str) -> None:
        self.query_one("#headline", StatusLine).show(line((glyph, tone), (text, "strong")))

    def _say_progress(self) -> None:
        stopping = "Stopping: what is under way is waited for. " if self._stopping else ""
        self._verdict.work(f"{stopping}{tally(self._prepared.plan, self._operations).text}")

    def _draw(self) -> None:
        rows: list[Row] = []
        if self._error is not None:
            rows = [*failure_rows(self._error), BLANK]
        elif self._result is not None:
            rows = [*result_rows(self._result), BLANK]
        plan = self._prepared.plan
        outline = self.query_one("#operations", Outline)
        outline.set_rows([*rows, *operation_rows(plan, self._operations, self._opened, ended=self.ended)])
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what makes no sense before or after the end; Escape stops first and leaves then."""
        if not self.is_mounted:
            return True
        if action in {"stop", "leave"}:
            running = not self.ended
            return (
                (None if self._stopping else running)
                if action == "stop" and running
                else running != (action == "leave")
            )
        asking = self._prompt.shown is not None
        if action in _ASKED or (asking and action in _ELSE):
            return asking and action in _ASKED
        done = self._result is not None and self._result.outcome == "done"
        possible = {
            "proceed": done,
            "replan": self.ended and not done,
            "copy": bool(self._url()),
        }
        return True if possible.get(action, True) else None

    def refusal(self, action: str) -> str:
        """Why something is not possible now."""
        if action == "copy":
            return "Go to a change that has made something on GitLab first"
        return "It is not done yet" if action == "proceed" and not self.ended else ""

    def on_outline_moved(self) -> None:
        """Another row may have an address."""
        self.refresh_bindings()

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        """Open an operation to its request, or do what the row says."""
        if event.key == PROCEED:
            self.action_proceed()
        elif event.key == REPLAN:
            self.action_replan()
        elif event.key.startswith(PREFIX):
            self._opened ^= {event.key.removeprefix(PREFIX)}
            self._draw()
            event.outline.show_below()

    def action_proceed(self) -> None:
        """To the rollout."""
        self.answer(ApplyAnswer("rollout", self._result))

    def action_replan(self) -> None:
        """A new plan for what is left."""
        self.answer(ApplyAnswer("replan", self._result, self._error))

    def action_stop(self) -> None:
        """Ask it to stop."""
        self._stopping = True
        self._say_progress()
        self.refresh_bindings()
        self.post_message(CancelWanted())

    def action_leave(self) -> None:
        """To the rollout."""
        self.answer(ApplyAnswer("rollout", self._result))

    def _url(self) -> str:
        change = self.query_one("#operations", Outline).key.removeprefix(PREFIX)
        operation = self._operations.get(change)
        return operation.url if operation else ""

    def action_copy(self) -> None:
        """Copy the address under the cursor."""
        url = self._url()
        if url:
            self.app.copy_to_clipboard(url)
            self.notify(one_line(f"Copied: {url}"), markup=False, timeout=3)
