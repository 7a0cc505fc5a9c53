"""The forms of the feedback screen: one finding, and the operator's own conclusion."""

from __future__ import annotations

from msgspec import Struct

from tui.domain.draft import Finding
from tui.domain.guide import Question
from tui.widgets.field_specs import Field, Option, Table


class Conclusion(Struct, frozen=True):
    """The operator's own answer to a question."""

    text: str = ""


def finding_table(question: Question, *, outcome: bool) -> Table:
    """The fields of one finding about a question; `outcome` says how it was settled."""
    options = tuple(Option(one, one) for one in question.choices)
    short = [Field("answer", "Answer", "choice", help="Left and right choose.", options=options)] if options else []
    fields = [
        *short,
        Field("text", "Found", help=question.help or "What was found, in a sentence."),
        Field("by", "Said by", help="Who says so: a username or a name."),
        Field("url", "Where", help="A link to the thread or message, or nothing."),
    ]
    if outcome:
        fields.append(Field("outcome", "Settled", help="How it was settled; empty while it is open."))
    noun = f"a finding: {question.text}"
    return Table("findings", "Findings", noun, (), tuple(fields), Finding(question=question.id), lambda _: ())


def conclusion_table(question: Question) -> Table:
    """The field of the operator's own answer."""
    fields = (Field("text", "Answer", help="What you conclude from what was found."),)
    noun = f"your conclusion: {question.text}"
    return Table("conclusion", "Conclusion", noun, (), fields, Conclusion(), lambda _: ())
