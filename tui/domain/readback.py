"""Comparing GitLab's answer with what was asked.

GitLab answers 201 and silently drops what the caller may not set: labels, assignees, the due date, and
`confidential`. And it stores texts without carriage returns and without blanks at the end.

What a gate call does depends on GitLab's age, and no version number is asked for it: the gates in the answer are fresh
(a later reading may come from a cache), so they alone decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tui.domain.audience import Labels, who
from tui.domain.gates import OFF, Gates, tidy
from tui.domain.plan import Change, Request
from tui.domain.strategies import ProjectFlag, Strategy, read_flag
from tui.domain.text import one_line


def gates_in(answer: Mapping[str, Any]) -> Gates:
    """The gates in a flag as the Features API prints it; gates that are not listed are closed."""
    found = {gate.get("key"): gate.get("value") for gate in answer.get("gates", ()) if isinstance(gate, dict)}
    return Gates(
        boolean=found.get("boolean") is True,
        actors=frozenset(found.get("actors") or ()),
        groups=frozenset(found.get("groups") or ()),
        percentage_of_actors=found.get("percentage_of_actors") or 0,
        percentage_of_time=found.get("percentage_of_time") or 0,
    )


def as_answer(gates: Gates) -> dict[str, Any]:
    """The inverse of `gates_in`."""
    return {"gates": [{"key": key, "value": value} for key, value in gates.as_dict().items()]}


def answered(change: Change, answer: Mapping[str, Any]) -> Gates:
    """The gates in the answer to a gate change, of an instance's or of a project's flag."""
    return gates_in(answer) if change.aim is None else _flag_in(answer).gates(change.aim.environment)


def _flag_in(answer: Mapping[str, Any]) -> ProjectFlag:
    """The flag in an answer; one without strategies when there is none in it."""
    try:
        return read_flag(answer)
    except ValueError:
        return ProjectFlag()


def stray_strategies(change: Change, answer: Mapping[str, Any]) -> str:
    """How the strategies of a project's flag are not those it was to have, in words; empty when they are.

    Two requests at the same moment may both add theirs, so a look after the write is needed to see the other's.
    """
    got = _flag_in(answer)
    if change.aim is None or got.like(change.aim.after):
        return ""
    theirs = [one.likeness for one in got.strategies]
    ours = [one.likeness for one in change.aim.after.strategies]
    added = [one for one in got.strategies if one.likeness not in ours]
    gone = [one for one in change.aim.after.strategies if one.likeness not in theirs]
    parts = [f"it has {_said(one)}" for one in added] + [f"it lacks {_said(one)}" for one in gone]
    if got.active != change.aim.after.active:
        parts.append("it is active" if got.active else "it is inactive")
    what = ", ".join(parts) or "it has a strategy twice"
    return f"{change.flag} has other strategies than planned: {what}. Somebody else changed it at the same moment"


def _said(strategy: Strategy) -> str:
    scopes = ", ".join(scope.environment for scope in strategy.scopes)
    return f"the strategy {one_line(strategy.name)} for {who(strategy.gates, Labels())} in {one_line(scopes)}"


@dataclass(frozen=True)
class GateAnswer:
    """What the answer to a gate change means, in words. A `problem` stops the apply, a `remark` is only told."""

    problem: str = ""
    remark: str = ""


def gate_answer(change: Change, got: Gates, labels: Labels) -> GateAnswer:
    """Compare the gates that a gate change left (`got`) with the ones that it was to leave.

    The audience counts: GitLab 13.8 keeps other gates beside `true`, and everybody is in all the same. A change that
    takes access away is also right when GitLab has let in fewer still.
    """
    before, expected = change.before or OFF, change.expected or OFF
    if got.same_audience(expected):
        return GateAnswer()
    now, wanted = who(got, labels), who(expected, labels)
    if got == _truncated(change, expected):
        kept, asked = tidy(got.percentage_of_actors), tidy(expected.percentage_of_actors)
        return GateAnswer(
            f"this GitLab keeps whole percentages only: it made {kept} of {asked}, so in is {now}. "
            "Change the step to a whole percentage"
        )
    if expected.within(before) and got.within(expected):
        return GateAnswer(remark=f"somebody else has taken access away too: in is {now}, not {wanted}")
    if got == before:
        return GateAnswer(
            f"GitLab answered and changed nothing: in is still {now}. It does not know the name, or another process "
            "has put the gate back"
        )
    return GateAnswer(
        f"GitLab has the flag on for {now}, not for {wanted}: "
        "somebody else changed it, or this GitLab understands the call otherwise"
    )


def _truncated(change: Change, expected: Gates) -> Gates | None:
    """What is left of a fraction on a GitLab that cuts it off (13.8: 25.5 is 25, and 0.5 closes the gate)."""
    asked = change.request.body.get("value")
    if not isinstance(asked, float) or asked == int(asked) or expected.percentage_of_actors != asked:
        return None
    return replace(expected, percentage_of_actors=int(asked))


def stored(text: str) -> str:
    """A text as GitLab stores it."""
    return text.replace("\r", "").rstrip(" \t\n\v\f\0")


def exposed(change: Change, request: Request, answer: Mapping[str, Any]) -> bool:
    """Whether an issue that was to be confidential came back public."""
    return (
        change.kind in {"create-issue", "hide-issue"}
        and bool(request.body.get("confidential"))
        and not answer.get("confidential")
    )


def differences(change: Change, request: Request, answer: Mapping[str, Any]) -> tuple[str, ...]:
    """What GitLab did otherwise than asked, in words; empty when nothing."""
    if change.kind in {"create-issue", "edit-issue"}:
        return tuple(_issue(request.body, answer))
    if change.kind == "add-note" and stored(str(answer.get("body", ""))) != stored(str(request.body["body"])):
        return ("the note was stored with another text",)
    return ()


def _issue(asked: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    found = []
    if "title" in asked and str(answer.get("title")) != asked["title"].strip():
        found.append("the title is another")
    if "description" in asked and stored(str(answer.get("description") or "")) != stored(asked["description"]):
        found.append("the description was stored with another text")
    if asked.get("confidential") and not answer.get("confidential"):
        found.append("the issue is public, not confidential")
    dropped = sorted(set(asked.get("labels", ())) - set(answer.get("labels") or ()))
    if dropped:
        found.append(f"labels were dropped: {', '.join(dropped)}")
    people = {person.get("id") for person in answer.get("assignees") or () if isinstance(person, dict)}
    if set(asked.get("assignee_ids", ())) - people:
        found.append("assignees were dropped")
    milestone = answer.get("milestone") or {}
    if asked.get("milestone_id") and milestone.get("id") != asked["milestone_id"]:
        found.append("the milestone was dropped")
    if asked.get("due_date") and answer.get("due_date") != asked["due_date"]:
        found.append("the due date was dropped")
    return found
