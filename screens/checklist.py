"""The wizard's second step: the guide's checks, and the capacity that the volume check is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from msgspec import Struct
from textual.content import Content

from tui.domain.draft import Capacity, CheckAnswer, CheckState, Draft
from tui.domain.edit import mark, region_shares
from tui.domain.guide import Check, Guide
from tui.domain.requirements import CAPACITY_LIMIT, shortage
from tui.domain.wizard import StepId
from tui.widgets.field_specs import Field, Heading, Note, Option, Spec, Table
from tui.widgets.issue_preview import issue_preview
from tui.widgets.issue_texts import IssueText
from tui.widgets.present import line, moment
from tui.widgets.preview import Shown
from tui.widgets.wizard_screen import WizardScreen

STATES = (Option("open", "open"), Option("done", "done"), Option("not-applicable", "not applicable"))
YES_NO = (Option(False, "no"), Option(True, "yes"))
START = "Pre-rollout checklist"


class ChecklistScreen(WizardScreen):
    """Checks and capacity."""

    STEP: ClassVar[StepId] = "checklist"
    _opened: frozenset[str] = frozenset()

    def specs(self) -> Sequence[Spec]:
        """Each check with its note and evidence, once it has a state or was opened; and the capacity table."""
        found: list[Spec] = [Heading("Pre-rollout checklist", "Space changes a state, Enter opens note and evidence.")]
        for check in self.guide.checks:
            found.extend(self._check(check))
        found.extend(
            [Heading("Capacity", "The provider's quotas against the expected peaks, region by region."), CAPACITY]
        )
        return found

    def shown(self, draft: Draft, guide: Guide) -> Shown:
        """The first plan issue, from its checklist on."""
        first = guide.issues[0].kind if guide.issues else ""
        return issue_preview(IssueText(draft, guide, first, self.context), START)

    def write(self, path: str, value: object) -> Draft:
        """A state is signed by the person responsible, or else by who sits here."""
        if path.endswith("].state"):
            by = self.draft.team.dri or self.context.operator
            check = path.removeprefix("checks[").removesuffix("].state")
            return mark(self.draft, check, cast("CheckState", value), by, self.context.now, self.guide)
        return super().write(path, value)

    def reveal(self, path: str) -> None:
        """Open the check that the path is inside."""
        check = next((one for one in self.guide.checks if path.startswith(f"checks[{one.id}]")), None)
        if check is not None:
            self._open(check.id)

    def entered(self, spec: Field) -> None:
        """Enter on a state opens the check's note."""
        if spec.path.endswith("].state"):
            self._open(spec.path.removeprefix("checks[").removesuffix("].state"))
            self.form.jump(spec.path.replace("].state", "].note"))
        else:
            super().entered(spec)

    def _open(self, check: str) -> None:
        self._opened |= {check}
        self.form.sync(self.specs(), self.read)

    def _check(self, check: Check) -> list[Spec]:
        answer = self.draft.check(check.id)
        path = f"checks[{check.id}]"
        found: list[Spec] = [
            Field(f"{path}.state", check.text, "choice", help="Is it done? Not applicable needs a note that says why.",
                  options=STATES, sentence=check.sentence, opens=True)
        ]  # fmt: skip
        if answer.state == "open" and check.help.strip():
            found.append(Note(f"{check.id}-help", line((check.help.strip().replace("\n", " "), "muted"))))
        if answer.by or answer.at:
            found.append(Note(f"{check.id}-signed", _signed(answer)))
        if check.id in self._opened or answer.state != "open" or answer.note or answer.evidence:
            found.append(Field(f"{path}.note", "Note", help="What was decided, or why it is not applicable.",
                               sentence=check.sentence))  # fmt: skip
            found.append(Field(f"{path}.evidence", "Evidence", help="A link to where it can be seen.",
                               sentence=check.sentence))  # fmt: skip
        return found


def _signed(answer: CheckAnswer) -> Content:
    by = f" by {answer.by}" if answer.by else ""
    at = f", {moment(answer.at)} UTC" if answer.at else ""
    return line((f"{answer.state.replace('-', ' ')}{by}{at}", "muted"))


def _row(record: Struct) -> tuple[str, ...]:
    row = cast("Capacity", record)
    requests, tokens = region_shares(row)
    return (
        row.region,
        _use(row.peak_requests_per_minute, row.quota_requests_per_minute, requests),
        _use(row.peak_tokens_per_minute, row.quota_tokens_per_minute, tokens),
        _verdict(row, known=requests is not None or tokens is not None),
    )


def _use(peak: int | None, quota: int | None, share: int | None) -> str:
    if share is not None:
        return f"{share} % of {_brief(quota)}"
    return "–" if peak is None and quota is None else f"{_brief(peak)} of {_brief(quota)}"


def _brief(number: int | None) -> str:
    if number is None:
        return "?"
    for size, sign in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.3g}{sign}"
    return str(number)


def _verdict(row: Capacity, *, known: bool) -> str:
    if shortage(row):
        return "! approved, not verified" if row.approved else "! too little"
    if not known:
        return "○ unknown"
    return "✓ raise verified" if row.verified else "✓ enough"


def _number(path: str, label: str, help_text: str) -> Field:
    return Field(path, label, "whole", help=help_text, optional=True)


CAPACITY = Table(
    path="capacity",
    label="Regions",
    noun="a region",
    head=("Region", "Requests/min", "Tokens/min", "Quota"),
    fields=(
        Field("region", "Region", help="As the provider calls it, such as us-east."),
        _number("peak_requests_per_minute", "Peak requests", "The expected peak of requests a minute."),
        _number("quota_requests_per_minute", "Quota requests", "Requests a minute that the provider allows."),
        _number("peak_tokens_per_minute", "Peak tokens", "The expected peak of tokens a minute."),
        _number("quota_tokens_per_minute", "Quota tokens", "Tokens a minute that the provider allows."),
        Field(
            "approved", "Raise approved", "choice", help="Has the provider agreed to a larger quota?", options=YES_NO
        ),
        Field("verified", "Raise verified", "choice", help="Has somebody seen the larger quota work?", options=YES_NO),
    ),
    blank=Capacity(region=""),
    show=_row,
    help=f"Above {CAPACITY_LIMIT:.0%} of a quota, a raise must be approved and verified before everybody has it.",
    empty="None yet; give at least the one with the highest peak.",
)
