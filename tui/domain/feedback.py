"""What the phases ask and what was answered: read out of a draft, counted, changed. Pure; no draft is altered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from tui.domain.draft import Draft, Finding
from tui.domain.guide import Guide, Phase, Question
from tui.domain.heard import Heard, latest
from tui.domain.observed import Observed
from tui.domain.steps import default_phase


def asked(draft: Draft, guide: Guide) -> Iterator[tuple[Phase, Question]]:
    """The guide's questions in its order; those of a phase that is left out only where they are asked always."""
    for phase in guide.phases:
        selected = (draft.phase(phase.id) or default_phase(phase)).selected
        yield from ((phase, one) for one in phase.questions if selected or one.always)


def is_open(question: Question, finding: Finding) -> bool:
    """Whether the finding is one to be settled and is not."""
    return question.unsettling(finding.answer) and not finding.outcome.strip()


def answered(draft: Draft, phase: Phase, question: Question) -> bool:
    """Whether somebody has answered: the operator in a sentence, or anybody with a finding."""
    return any(one.words for one in _answers(draft, phase, question))


def heard(draft: Draft, guide: Guide, phases: Collection[str] | None = None) -> tuple[Heard, ...]:
    """All answers, by question in the guide's order and then as they were noted; `phases` leaves out other ones."""
    return tuple(
        one
        for phase, question in asked(draft, guide)
        if phases is None or phase.id in phases
        for one in _answers(draft, phase, question)
        if one.words or one.outcome
    )


def news(draft: Draft, guide: Guide, begun: Collection[str], told: Iterable[Heard]) -> tuple[Heard, ...]:
    """What was heard in the phases `begun` and is not told yet; a finding that was settled since is told again."""
    known = frozenset(told)
    return tuple(one for one in heard(draft, guide, begun) if one not in known)


def joined(draft: Draft, told: Iterable[Heard]) -> Draft:
    """The draft with the findings that the history tells of and the draft does not: a colleague noted them elsewhere.

    One that is open here and was settled there is settled.
    """
    known = {one.identity: one for one in latest(told) if one.by or one.at}
    mine = tuple(_settled_there(one, known.pop(_identity(one), None)) for one in draft.findings)
    others = tuple(_finding(one) for one in known.values())
    return replace(draft, findings=(*mine, *others)) if (*mine, *others) != draft.findings else draft


def is_told(finding: Finding, told: Iterable[Heard]) -> bool:
    """Whether the history tells of the finding, in whatever words."""
    return any(one.identity == _identity(finding) for one in told if one.by or one.at)


def _settled_there(finding: Finding, told: Heard | None) -> Finding:
    if told is None or finding.outcome.strip() or not told.outcome:
        return finding
    return replace(finding, outcome=told.outcome, settled_by=told.settled_by, settled_at=told.settled_at)


def _identity(finding: Finding) -> tuple[object, ...]:
    return Heard(
        phase="", question=finding.question, asked="", text=finding.text, by=finding.by, at=finding.at
    ).identity


def _finding(told: Heard) -> Finding:
    return Finding(**{key: getattr(told, key) for key in Finding.__struct_fields__})


def _answers(draft: Draft, phase: Phase, question: Question) -> Iterator[Heard]:
    """The operator's own sentence, then the findings."""
    chosen = draft.phase(phase.id)
    sentence = chosen.answers.get(question.id, "").strip() if chosen else ""
    if sentence:
        yield Heard(phase=phase.id, question=question.id, asked=question.text, text=sentence)
    for one in draft.findings:
        if one.question == question.id:
            yield Heard(
                phase=phase.id,
                question=question.id,
                asked=question.text,
                answer=one.answer,
                text=one.text,
                by=one.by,
                at=one.at,
                url=one.url,
                open=is_open(question, one),
                outcome=one.outcome,
                settled_by=one.settled_by,
                settled_at=one.settled_at,
            )


def add(draft: Draft, finding: Finding) -> Draft:
    """The draft with one more finding, at the end."""
    return replace(draft, findings=(*draft.findings, finding))


def put(draft: Draft, place: int, finding: Finding) -> Draft:
    """The draft with another finding at a place of the list."""
    return replace(draft, findings=(*draft.findings[:place], finding, *draft.findings[place + 1 :]))


def remove(draft: Draft, place: int) -> Draft:
    """The draft without the finding at a place of the list."""
    return replace(draft, findings=(*draft.findings[:place], *draft.findings[place + 1 :]))


def settle(finding: Finding, outcome: str, by: str, at: datetime) -> Finding:
    """The finding settled, signed; without an outcome it is open again and nobody signs."""
    settled = bool(outcome.strip())
    return replace(
        finding,
        outcome=outcome.strip(),
        settled_by=by if settled else "",
        settled_at=at if settled else None,
    )


def thread_words(observed: Observed) -> list[str]:
    """A line for each issue for feedback that was asked about: how many of its threads are open."""
    found = []
    for slot, threads in observed.threads.items():
        ref = observed.issues[slot].ref
        if threads is None:
            found.append(f"Threads on {ref}: GitLab does not tell how many are open")
        elif not threads.total:
            found.append(f"Threads on {ref}: none yet")
        else:
            found.append(f"Threads on {ref}: {threads.open} of {threads.total} open")
    return found
