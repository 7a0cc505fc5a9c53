"""What the phases ask and what was answered, as rows: in short for the control room, whole for the own screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tui.domain.draft import Draft, Finding
from tui.domain.edit import split
from tui.domain.feedback import asked, is_open, joined, thread_words
from tui.domain.guide import Guide, Phase, Question
from tui.domain.planning import Situation
from tui.domain.progress import Progress
from tui.domain.text import counted
from tui.widgets.outline import Row, heading
from tui.widgets.outline import joined as sections
from tui.widgets.present import Tone, line, moment

FEEDBACK = "feedback:"
"""How the keys of questions begin; the id follows."""

FINDING = "finding:"
"""How the keys of findings begin; the place in the draft's list follows."""

CONCLUSION = "conclusion:"
"""How the keys of the operator's own answers begin; the question's id follows."""

_DAY = len("2026-11-22")


def question_of(path: str) -> str:
    """The question that a draft's field answers; empty for a field that is about something else."""
    head, *rest = split(path) or ("",)
    if head == "findings":
        return "".join(rest[:1])
    return rest[2] if head == "phases" and rest[1:2] == ["answers"] else ""


def feedback_rows(situation: Situation) -> list[Row]:
    """The questions of the phases that have begun, with how many answered, and the threads on the feedback issue."""
    guide, here = situation.guide, situation.progress
    draft = joined(situation.draft, situation.facts.told)
    rows = [_short(draft, phase, question) for phase, question in asked(draft, guide) if here.reached(phase.id)]
    rows += [Row(line("  ", ("○ ", "muted"), (text, "muted")), hang=4) for text in thread_words(situation.observed)]
    return [heading("Feedback"), *rows] if rows else []


def _short(draft: Draft, phase: Phase, question: Question) -> Row:
    mine = [one for one in draft.findings if one.question == question.id]
    left = sum(is_open(question, one) for one in mine)
    sentence = bool(_sentence(draft, phase, question))
    words = f"{left} of {len(mine)} to be settled" if left else counted(len(mine), "finding")
    said = words if mine else "answered" if sentence else "no answer yet"
    glyph, tone = _sign(left=bool(left), answered=bool(mine) or sentence)
    return Row(line("  ", (glyph, tone), question.text, (f"  {said}", "muted")), f"{FEEDBACK}{question.id}", 4)


def _sign(*, left: bool, answered: bool) -> tuple[str, Tone]:
    if left:
        return "! ", "warning"
    return ("✓ ", "success") if answered else ("○ ", "muted")


def _sentence(draft: Draft, phase: Phase, question: Question) -> str:
    chosen = draft.phase(phase.id)
    return chosen.answers.get(question.id, "").strip() if chosen else ""


def question_rows(draft: Draft, guide: Guide, here: Progress) -> list[Row]:
    """All questions by phase, each with its answers; those of phases that have not begun are muted."""
    found: dict[str, list[Row]] = {}
    for phase, question in asked(draft, guide):
        begun = here.reached(phase.id)
        rows = found.setdefault(phase.id, [_phase(phase, here)])
        rows.extend(_question(draft, phase, question, begun=begun))
    return sections(*found.values())


def _phase(phase: Phase, here: Progress) -> Row:
    live = here.position is not None and here.position.phase == phase.id
    state = "● live" if live else "✓ begun" if here.reached(phase.id) else "○ not begun"
    return Row(line((phase.title, "strong"), (f"  {state}", "accent" if live else "muted")))


def _question(draft: Draft, phase: Phase, question: Question, *, begun: bool) -> Iterator[Row]:
    mine = [(place, one) for place, one in enumerate(draft.findings) if one.question == question.id]
    sentence = _sentence(draft, phase, question)
    left = any(is_open(question, one) for _, one in mine)
    glyph, tone = _sign(left=left, answered=bool(mine) or bool(sentence))
    key = f"{FEEDBACK}{question.id}"
    yield Row(line("  ", (glyph, tone), (question.text, "" if begun else "muted")), key, 4)
    if sentence:
        key = f"{CONCLUSION}{question.id}"
        yield Row(line("    ", ("→ ", "accent"), sentence, ("  concluded", "muted")), key, 6)
    for place, one in mine:
        yield from _finding(question, one, f"{FINDING}{place}")


def _finding(question: Question, one: Finding, key: str) -> Iterable[Row]:
    glyph, tone = _state(question, one)
    answer = f"{one.answer}  " if one.answer and one.text else one.answer
    yield Row(line("    ", (glyph, tone), (answer, "strong"), one.text, *_signed(one.by, one.at)), key, 6)
    if one.outcome.strip():
        signed = _signed(one.settled_by, one.settled_at)
        yield Row(line("      ", ("settled: ", "muted"), one.outcome, *signed), key, 8)


def _state(question: Question, one: Finding) -> tuple[str, Tone]:
    if is_open(question, one):
        return "! ", "warning"
    return ("✓ ", "success") if one.outcome.strip() else ("· ", "muted")


def _signed(by: str, at: datetime | None) -> list[tuple[str, Tone]]:
    words = ", ".join(part for part in (by, moment(at)[:_DAY]) if part)
    return [(f"  {words}", "muted")] if words else []


def about(guide: Guide, question: Question) -> list[str]:
    """What to know of a question: by when it is asked and settled, what is meant, and the guide's own sentence."""
    before, settled = guide.phase(question.before), guide.phase(question.settle_before or question.before)
    rule = f"Asked before {before.title}" if before else ""
    if settled is not None and (question.settle or not question.choices):
        what = f"a finding that says {' or '.join(question.settle)}" if question.choices else "each finding"
        rule += f"; {what} is to be settled {'by then' if settled is before else f'before {settled.title}'}"
    return [one for one in (f"{rule}.", question.help, f"The guide: “{question.sentence}”") if one.strip(" .")]
