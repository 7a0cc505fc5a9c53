"""What is wrong with the findings of a draft: they answer a question of the guide with one of its choices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tui.domain.draft import Draft, Finding
from tui.domain.guide import Guide, Question
from tui.domain.problem import Problem
from tui.domain.validate_parts import nearest, unknown

_URL = re.compile(r"https?://[^\s/]+(?:/\S*)?")


def question_ids(guide: Guide) -> list[str]:
    """The ids of all questions of a guide."""
    return [one.id for phase in guide.phases for one in phase.questions]


def findings(draft: Draft, guide: Guide, guides: Mapping[str, Guide]) -> Iterator[Problem]:
    """All problems of the draft's findings."""
    known = question_ids(guide)
    others = {one for other in guides.values() for one in question_ids(other)}
    for index, finding in enumerate(draft.findings):
        path = f"findings[{index}]"
        question = guide.question(finding.question)
        if question is None:
            yield unknown(f"{path}.question", "question", finding.question, known, others)
        else:
            yield from _answer(path, question, finding)
        yield from _finding(path, finding)


def _answer(path: str, question: Question, finding: Finding) -> Iterator[Problem]:
    if finding.answer and not question.choices:
        yield Problem(f"{path}.answer", f'"{finding.answer}": this question has no choices', "say it in text")
    elif finding.answer and finding.answer not in question.choices:
        yield Problem(f"{path}.answer", f'"{finding.answer}" is no choice', nearest(finding.answer, question.choices))
    elif question.choices and not finding.answer:
        yield Problem(f"{path}.answer", "is empty", f"one of: {', '.join(question.choices)}", "warning")


def _finding(path: str, finding: Finding) -> Iterator[Problem]:
    if not finding.answer and not finding.text.strip():
        yield Problem(f"{path}.text", "is empty: the finding says nothing", "what was found", "warning")
    if finding.url and not _URL.fullmatch(finding.url):
        yield Problem(f"{path}.url", f'"{finding.url}" is no address', "such as https://gitlab.example.com/...")
    if (finding.settled_by or finding.settled_at) and not finding.outcome.strip():
        text = "is empty, so the finding counts as open though somebody signed for it"
        yield Problem(f"{path}.outcome", text, "how it was settled", "warning")
