"""The tables of the phases' form: steps, criteria, baseline, waivers."""

from __future__ import annotations

from typing import cast, get_args

from msgspec import Struct

from tui.domain.draft import Baseline, Comparator, Criterion, CriterionKind, Draft, Finding, StepDraft, Waiver
from tui.domain.duration import ALLOWED
from tui.domain.gates import tidy
from tui.domain.guide import Guide, Phase
from tui.domain.validate import requirement_ids
from tui.widgets.field_specs import Field, Option, Table
from tui.widgets.present import moment


def steps_table(path: str, phase: Phase) -> Table:
    """The percentages of a phase. A step without a wait has the phase's."""

    def row(record: Struct) -> tuple[str, ...]:
        one = cast("StepDraft", record)
        return f"{tidy(one.percentage)} %", one.wait or (f"{phase.wait} (the phase's)" if phase.wait else "none")

    return Table(
        path=f"{path}.steps",
        label="Steps",
        noun="a step",
        head=("Of actors", "Then wait at least"),
        fields=(
            Field("percentage", "Percentage", "number", help="Above 0, at most 100; each more than the one before."),
            Field("wait", "Wait", help=f"Before the next step: {ALLOWED}.", placeholder=phase.wait),
        ),
        blank=StepDraft(percentage=0),
        show=row,
        help="The percentage is of actors, never of time; those who are in stay in.",
        sentence=phase.sentence,
        empty="None: everybody gets it at once.",
    )


def findings_table(guide: Guide) -> Table:
    """What was found in the phases: the questions and short answers of this guide."""
    questions = [one for phase in guide.phases for one in phase.questions]
    answers = dict.fromkeys(choice for one in questions for choice in one.choices)

    def row(record: Struct) -> tuple[str, ...]:
        one = cast("Finding", record)
        said = ": ".join(part for part in (one.answer, one.text) if part)
        return one.question, f"{one.by}: {said}" if one.by else said, one.outcome or "–"

    return Table(
        path="findings",
        label="Findings",
        noun="a finding",
        head=("About", "Found", "Settled"),
        fields=(
            Field("question", "About", "choice", help="Left and right choose.",
                  options=tuple(Option(one.id, one.id, one.text) for one in questions)),
            Field("answer", "Answer", "choice", help="Left and right choose one that the question has.",
                  options=tuple(Option(one, one) for one in answers)),
            Field("text", "Found", help="What was found, in a sentence."),
            Field("by", "Said by", help="Who says so: a username or a name."),
            Field("url", "Where", help="A link to the thread or message, or nothing."),
            Field("outcome", "Settled", help="How it was settled; empty while it is open."),
        ),
        blank=Finding(question=questions[0].id if questions else ""),
        show=row,
        help="Those that the guide wants settled stand before the phase that it names.",
        empty="None yet.",
    )  # fmt: skip


def _criterion(record: Struct) -> tuple[str, ...]:
    one = cast("Criterion", record)
    return one.kind, one.metric, f"{one.comparator} {tidy(one.value)} {one.unit}".strip()


def _baseline(record: Struct) -> tuple[str, ...]:
    one = cast("Baseline", record)
    between = " to ".join(str(tidy(number)) for number in (one.low, one.high) if number is not None)
    dates = " to ".join(day.isoformat() for day in (one.since, one.until) if day is not None)
    return one.metric, f"{between} {one.unit}".strip() or "–", dates or "–"


def _waiver(record: Struct) -> tuple[str, ...]:
    one = cast("Waiver", record)
    return one.requirement, one.reason or "! no reason: it does not count", f"{one.by} {moment(one.at)}".strip()


CRITERIA = Table(
    path="criteria",
    label="Limits",
    noun="a criterion",
    head=("To", "Metric", "Is"),
    fields=(
        Field("metric", "Metric", help="As the dashboard calls it, such as latency_p95."),
        Field("kind", "To", "choice", help="What it decides.",
              options=tuple(Option(one, one) for one in get_args(CriterionKind))),
        Field("comparator", "Is", "choice", help="How it is compared.",
              options=tuple(Option(one, one) for one in get_args(Comparator))),
        Field("value", "Value", "number", help="A number."),
        Field("unit", "Unit", help="Such as ms or %."),
    ),
    blank=Criterion(kind="continue", metric="", comparator="<=", value=0),
    show=_criterion,
    help="They go into the rollout plan, and the verdict after each step is made from them.",
)  # fmt: skip

BASELINE = Table(
    path="baseline",
    label="Baseline",
    noun="a range of the model that is replaced",
    head=("Metric", "Range", "Measured"),
    fields=(
        Field("metric", "Metric", help="The same name as in the criteria."),
        Field("low", "Lowest", "number", help="A number, or nothing.", optional=True),
        Field("high", "Highest", "number", help="A number, or nothing.", optional=True),
        Field("unit", "Unit", help="Such as ms or %."),
        Field("since", "From", "date", help="A date such as 2026-09-01, or nothing."),
        Field("until", "To", "date", help="A date such as 2026-10-15, or nothing."),
    ),
    blank=Baseline(metric=""),
    show=_baseline,
    help="What the model did that is replaced: what the new one is compared with.",
)


def waivers_table(draft: Draft, guide: Guide) -> Table:
    """The waivers. What can be waived are the requirements of this guide, and whatever the file has waived."""
    known = dict.fromkeys([*requirement_ids(draft, guide), *(one.requirement for one in draft.waivers)])
    return Table(
        path="waivers",
        label="Waivers",
        noun="a waiver",
        head=("Requirement", "Reason", "By"),
        fields=(
            Field("requirement", "Requirement", "choice", help="Left and right choose.",
                  options=tuple(Option(one, one) for one in known)),
            Field("reason", "Reason", help="Without a reason it does not count."),
        ),
        blank=Waiver(requirement=next(iter(known), "")),
        show=_waiver,
        help="A waiver goes into the history and into the plan issues.",
        empty="None.",
    )  # fmt: skip
