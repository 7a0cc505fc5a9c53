"""The verdict on the live step: what the operator sees, held against the criteria, and what they decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.domain.draft import Draft
from tui.domain.text import listing, one_line
from tui.domain.verdict import Decision, Finding, Judged, Judgement, Verdict, decide, judge, range_words
from tui.store.assets import asset
from tui.widgets.base_screen import BaseModal
from tui.widgets.chrome import StatusLine
from tui.widgets.field_rows import FieldEntered, FieldWrong
from tui.widgets.field_specs import Field, Note, Option, Spec
from tui.widgets.form import Form
from tui.widgets.present import Tone, line

SEEN = "seen."
"""Before the path of the field in which a metric is entered."""

_KEYS = line(
    ("enter", "accent"),
    " next or take   ",
    ("^s", "accent"),
    " take   ",
    ("esc", "accent"),
    " back",
)
_LOOKS: dict[Finding, tuple[str, Tone]] = {
    "holds": ("✓ ", "success"),
    "quiet": ("✓ ", "success"),
    "fails": ("! ", "warning"),
    "fires": ("✗ ", "error"),
    "no data": ("○ ", "muted"),
}
_WHY: dict[Finding, str] = {"fires": "fired by {}", "fails": "not met by {}", "no data": "no data for {}"}
_INCIDENT = (Option(value=False, label="no"), Option(value=True, label="yes"))
_CHOICES = (
    Option("continue", "continue"),
    Option("hold", "hold"),
    Option("roll-back", "roll back"),
    Option("", "none yet"),
)


@dataclass(frozen=True)
class Decided:
    """The verdict, None when it is left open, and the reason that was typed."""

    verdict: Verdict | None
    reason: str = ""


class VerdictDialog(BaseModal[Decided | None]):
    """Answers with what was decided about the live step, called `title`; None when nothing was."""

    HELP: ClassVar[str] = "rollout"
    CSS_PATH: ClassVar = [asset("styles/rollout.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", "Take", id="verdict.take", tooltip="Go on with this verdict"),
        Binding("escape", "cancel", "Back", id="verdict.cancel", tooltip="Close without a verdict"),
    ]

    def __init__(self, draft: Draft, title: str) -> None:
        super().__init__()
        self._draft, self._title = draft, title
        self._seen: dict[str, float] = {}
        self._incident = False
        self._chosen: Decision | Literal[""] | None = None
        self._reason = ""

    def compose(self) -> ComposeResult:
        """Title, a field for each metric with its criteria, what the numbers propose, and the keys."""
        with Vertical(classes="dialog"):
            yield Static(one_line(f"Verdict on {self._title}: what do you see?"), classes="title", markup=False)
            yield Form(self._changed, id="verdict-form")
            yield Static("", id="proposal", markup=False)
            yield StatusLine(id="trouble")
            yield StatusLine(_KEYS)

    def on_mount(self) -> None:
        """Fill the form."""
        self._sync()
        self.call_after_refresh(self._form.focus_first)

    @property
    def _form(self) -> Form:
        return self.query_one(Form)

    @property
    def judgement(self) -> Judgement:
        """What the numbers propose by now."""
        return judge(self._draft.criteria, self._draft.baseline, self._seen, incident=self._incident)

    def _changed(self, path: str, value: object) -> None:
        if path.startswith(SEEN):
            self._seen.pop(path.removeprefix(SEEN), None)
            if isinstance(value, int | float):
                self._seen[path.removeprefix(SEEN)] = value
        elif path == "incident":
            self._incident = bool(value)
        elif path == "decision":
            self._chosen = cast("Decision | Literal['']", value)
        else:
            self._reason = str(value)
        self._sync()

    def _sync(self) -> None:
        found = self.judgement
        values = {f"{SEEN}{name}": number for name, number in self._seen.items()}
        shown = self._chosen if self._chosen is not None else found.proposed
        others = {"incident": self._incident, "decision": shown, "reason": self._reason}
        self._form.sync(_specs(found), lambda path: others.get(path, values.get(path)))
        self.query_one("#proposal", Static).update(_proposal(found))

    @on(FieldEntered)
    def _entered(self, event: FieldEntered) -> None:
        """On to the next field; from the last, take it."""
        event.stop()
        if event.spec.path == "reason":
            self.action_take()
        else:
            self.focus_next()

    @on(FieldWrong)
    def _wrong(self, event: FieldWrong) -> None:
        event.stop()
        self._say(next(iter(self._form.wrong.values()), ""))

    def _say(self, text: str) -> None:
        self.query_one("#trouble", StatusLine).show(line((f"✗ {text}", "error")) if text else "")

    def action_take(self) -> None:
        """Answer, if what is typed can be a verdict."""
        self._form.catch_up()
        wrong = self._form.wrong
        if wrong:
            path, text = next(iter(wrong.items()))
            self._form.jump(path)
            self._say(text)
        elif self._chosen == "":
            self.answer(Decided(None, self._reason))
        else:
            self._take(decide(self.judgement, self._chosen, self._seen, incident=self._incident))

    def _take(self, verdict: Verdict) -> None:
        if verdict.overrules and not self._reason:
            self._form.jump("reason")
            self._say(f"The numbers propose to {verdict.proposed}: say why you {verdict.decision}.")
            return
        self.answer(Decided(verdict, self._reason or _own_reason(verdict)))

    def action_cancel(self) -> None:
        """No verdict, and nothing else."""
        self.answer(None)


def _own_reason(verdict: Verdict) -> str:
    """What a verdict says for itself where the operator typed nothing; going on needs no words."""
    if verdict.decision == "continue":
        return ""
    return "; ".join([*(["the provider has an incident"] if verdict.incident else []), *verdict.fired])


def _specs(found: Judgement) -> list[Spec]:
    by_metric: dict[str, list[Judged]] = {}
    for one in found.judged:
        by_metric.setdefault(one.criterion.metric, []).append(one)
    specs: list[Spec] = []
    for metric, judged in by_metric.items():
        specs.append(Field(f"{SEEN}{metric}", metric, "number", placeholder=judged[0].criterion.unit, optional=True))
        specs.append(Note(metric, Content("\n").join([_finding(one) for one in judged])))
    return [
        *specs,
        Field("incident", "Provider incident", "choice", options=_INCIDENT),
        Field("decision", "Verdict", "choice", options=_CHOICES),
        Field("reason", "Reason", placeholder="needed to go further than the numbers propose"),
    ]


def _finding(one: Judged) -> Content:
    rule = one.rule.replace(f" {one.criterion.metric} ", " ", 1)
    usual = f"  baseline {range_words(one.baseline)}" if one.baseline else ""
    return line(_LOOKS[one.finding], f"{rule}: {one.finding}", (usual, "muted"))


def _proposal(found: Judgement) -> Content:
    said = found.proposed.replace("-", " ")
    why = [_decided(found, kind, words) for kind, words in _WHY.items()]
    told = "; ".join(one for one in why if one)
    return line("The numbers propose to ", (said, "strong"), f": {told}" if told else "")


def _decided(found: Judgement, kind: Finding, words: str) -> str:
    metrics = dict.fromkeys(one.criterion.metric for one in found.decisive if one.finding == kind)
    return words.format(listing(list(metrics))) if metrics else ""
