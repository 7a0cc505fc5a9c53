"""A screen on which a running rollout is acted on: the keys, the questions before a review, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, cast

from textual.binding import Binding, BindingType

from tui.domain.draft import Draft
from tui.domain.guide import Guide
from tui.domain.history import Action, Entry
from tui.domain.planning import Situation
from tui.domain.progress import Progress, progress
from tui.domain.steps import Step, ladder
from tui.domain.text import one_line
from tui.domain.verdict import Verdict
from tui.domain.wish import NEXT, Wish
from tui.widgets.base_screen import BaseScreen
from tui.widgets.messages import BackWanted, WhoWanted
from tui.widgets.rollout_acts import ACTS, menu, passing, reason_for, why_not
from tui.widgets.verdict_dialog import Decided, VerdictDialog

_KEYED: Mapping[Action, str] = {"advance": "next", "step-back": "back"}
"""The keys of actions that ask where to."""


@dataclass(frozen=True)
class RolloutAnswer:
    """`go` is `review` (of `wish`), `edit` (at `field`), `feedback` (at the question `field`), `history` or `home`.

    `situation` is what GitLab said last, where the next screen tells of it.
    """

    go: str
    wish: Wish = NEXT
    field: str = ""
    situation: Situation | None = None


class ActingScreen(BaseScreen[RolloutAnswer]):
    """Answers with the wish that is to be reviewed. `situation` is what GitLab said last, None before it answered."""

    LOOKS = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Next", id="rollout.next", tooltip="Review the step that is next"),
        Binding("b", "back", "Back", id="rollout.back", tooltip="Every way back, and what each comes to"),
        Binding("o", "act('hold')", "Hold", id="rollout.hold", tooltip="Nobody goes on before it is resumed"),
        Binding("a", "menu", "Actions", id="rollout.actions", tooltip="All that can be done, and why not the rest"),
    ]
    RARE: ClassVar[list[BindingType]] = [
        Binding("t", "act('resume')", "Resume", id="rollout.resume", tooltip="Take it up again where it was"),
        Binding("s", "act('skip')", "Skip", id="rollout.skip", tooltip="Pass over the next step, with a reason"),
        Binding("u", "act('undo')", "Undo", id="rollout.undo", tooltip="Every gate as before the last opening"),
        Binding("F", "act('finish')", "Finish", id="rollout.finish", tooltip="Close it after a day with everybody in"),
        Binding("X", "act('abandon')", "Abandon", id="rollout.abandon", tooltip="Off for everybody, and given up"),
        Binding("w", "who", "Who", id="rollout.who", tooltip="Who is in, and who comes in with which step"),
    ]
    """Keys for the end of the key bar."""

    def __init__(
        self, draft: Draft, guide: Guide, entries: Sequence[Entry], read_only: str, *, watching: bool = False
    ) -> None:
        super().__init__()
        self._draft, self._guide = draft, guide
        self._entries, self._read_only, self._watching = tuple(entries), read_only, watching
        self._situation: Situation | None = None

    @property
    def progress(self) -> Progress:
        """Where the rollout is."""
        return progress(ladder(self._draft, self._guide), self._entries)

    def why_not(self, action: Action) -> str:
        """Why an action is not possible now; empty when it is."""
        return why_not(action, self.progress, self._situation, self._read_only, watching=self._watching)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what cannot be done now. The way back is open even where the draft cannot be changed."""
        name = f"act('{parameters[0]}')" if action == "act" else action
        return None if self.is_mounted and self.refusal(name) else True

    def refusal(self, action: str) -> str:
        """Why what a key stands for is not possible now, and the key that is the way out of it."""
        wanted = next((act for act in ACTS if _KEYED.get(act, f"act('{act}')") == action), None)
        why = self.why_not(wanted) if wanted is not None else ""
        return f"{why}; t resumes it" if why and not self.why_not("resume") else why

    def refuse(self, action: Action) -> bool:
        """Say why an action is not possible now; whether it is not."""
        why = self.why_not(action)
        if why:
            self.notify(one_line(why), markup=False, timeout=5)
        return bool(why)

    def action_menu(self) -> None:
        """Choose from all that can be done."""
        found = {one.binding.action: self.app.get_key_display(one.binding) for one in self.active_bindings.values()}
        keys = {action: found.get(_KEYED.get(action, f"act('{action}')"), "") for action in ACTS}
        asked = menu({action: self.why_not(action) for action in ACTS}, keys)
        self.app.push_screen(asked, lambda choice: self._act(cast("Action", choice.key)) if choice else None)

    def _act(self, action: Action) -> None:
        if action == "advance":
            self.action_next()
        elif action == "step-back":
            self.action_back()
        else:
            self.action_act(action)

    def action_act(self, action: Action) -> None:
        """Ask for the reason of an action, and review it."""
        if self.refuse(action):
            return

        def asked(reason: str | None) -> None:
            if reason is not None:
                self.review(Wish(reason=reason, act=action))

        self.app.push_screen(reason_for(action, self.progress), asked)

    def action_next(self) -> None:
        """Review the next step, or first what is left of an apply that is not done."""
        if self._situation is not None and self._situation.broken is not None and not self.why_not("advance"):
            self.review(NEXT)
        elif self.progress.next is not None:
            self.advance(self.progress.next)

    def advance(self, step: Step) -> None:
        """Ask why steps are passed over, then for the verdict on the live one, and review."""
        wish, question = Wish(step.phase, step.id), passing(step, self.progress)
        if self.refuse("advance"):
            return
        if question is None:
            self._judge(wish)
        else:
            self.app.push_screen(question, lambda reason: self._judge(replace(wish, reason=reason)) if reason else None)

    def _judge(self, wish: Wish) -> None:
        position = self.progress.position
        if position is None or all(one.kind == "success" for one in self._draft.criteria):
            self.review(wish)
            return
        dialog = VerdictDialog(self._draft, position.title)
        self.app.push_screen(dialog, lambda decided: self._judged(wish, decided) if decided else None)

    def _judged(self, wish: Wish, decided: Decided) -> None:
        verdict, reason = decided.verdict, "; ".join(one for one in (wish.reason, decided.reason) if one)
        if verdict is None or verdict.decision == "continue":
            self.review(replace(wish, reason=reason, verdict=verdict))
        elif verdict.decision == "hold":
            self.review(Wish(reason=decided.reason, act="hold", verdict=verdict))
        else:
            self.action_back(verdict)

    def action_back(self, verdict: Verdict | None = None) -> None:
        """Show the ways back."""
        self.ask_back("", verdict)

    def ask_back(self, at: str, verdict: Verdict | None = None) -> None:
        """Show the ways back, the one with the key `at` first, and review what is chosen."""

        def chosen(wish: Wish | None) -> None:
            if wish is not None:
                self.review(replace(wish, verdict=verdict))

        self.post_message(
            BackWanted(
                self._draft,
                self._guide,
                self._entries,
                self._situation,
                self._read_only,
                self._watching,
                at,
                chosen,
            )
        )

    def action_who(self) -> None:
        """Show who is affected."""
        self.post_message(WhoWanted(self._draft, self._guide, self._entries, self._situation))

    def review(self, wish: Wish) -> None:
        """Answer with what is wanted."""
        self.answer(RolloutAnswer("review", wish))
