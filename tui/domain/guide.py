"""The guide as data: which checks, plan issues and phases a rollout has, and what each needs.

Guides are TOML files (`assets/guides`, and the operator's own). No code branches on a guide's name.
Every item carries the guide's own `sentence`, so that each requirement can show where it comes from.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Level = Literal["required", "recommended", "optional"]
Audience = Literal["people", "feature-group", "opt-out", "everyone"]


class Check(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of the pre-rollout checklist. `before` names the phases that it must precede."""

    id: str
    text: str
    sentence: str
    level: Level = "required"
    before: tuple[str, ...] = ()
    help: str = ""


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of a plan issue's skeleton that the operator fills in."""

    key: str
    title: str
    kind: Literal["text", "list"] = "text"
    level: Level = "required"
    help: str = ""


class PlanIssue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issue that the guide asks for.

    `title` is a pattern over the draft; `templates` the names of GitLab issue templates that it may come from, best
    first; `mentions` the kinds of plan issues that its text refers to, which are therefore created before it.
    """

    kind: str
    name: str
    title: str
    skeleton: str
    sentence: str
    level: Level = "required"
    confidential: bool = True
    templates: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    feedback: bool = False
    fields: tuple[Section, ...] = ()


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that a phase is to show: answered by those who use the model in it, before the phase `before` begins.

    `choices` are short answers, empty for free text. Findings with one of those in `settle` are to be settled before
    the phase `settle_before` (empty: `before`); without choices all are. `level` is how much an answer is needed.
    `always` asks although the phase itself is left out.
    """

    id: str
    text: str
    sentence: str
    before: str
    level: Level = "recommended"
    help: str = ""
    choices: tuple[str, ...] = ()
    settle: tuple[str, ...] = ()
    settle_before: str = ""
    always: bool = False

    def unsettling(self, answer: str) -> bool:
        """Whether a finding with this short answer is one to be settled."""
        return answer in self.settle if self.choices else True


class Ladder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A preset of percentage steps; waits are durations such as `2h`."""

    name: str
    steps: tuple[float, ...]
    wait: str = "2h"
    source: str = ""


class Phase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One phase: whom it reaches and what it needs first (issues by kind, phases by id)."""

    id: str
    title: str
    short: str
    sentence: str
    level: Level
    audience: Audience
    issues: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    feature_groups: tuple[str, ...] = ()
    announced: bool = False
    announced_sentence: str = ""
    questions: tuple[Question, ...] = ()
    wait: str = ""
    least_wait: str = ""
    ladders: tuple[Ladder, ...] = ()


class FlagRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the guide says of the flag: the type it must have, if any."""

    type: str = ""
    sentence: str = ""
    level: Level = "required"


class Guide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole guide."""

    schema: int
    id: str
    title: str
    summary: str
    checks: tuple[Check, ...]
    issues: tuple[PlanIssue, ...]
    phases: tuple[Phase, ...]
    flag: FlagRule = FlagRule()
    team: str = ""

    def issue(self, kind: str) -> PlanIssue | None:
        """The plan issue of that kind."""
        return next((issue for issue in self.issues if issue.kind == kind), None)

    def phase(self, phase_id: str) -> Phase | None:
        """The phase of that id."""
        return next((phase for phase in self.phases if phase.id == phase_id), None)

    def check(self, check_id: str) -> Check | None:
        """The check of that id."""
        return next((check for check in self.checks if check.id == check_id), None)

    def question(self, question_id: str) -> Question | None:
        """The question of that id, whichever phase asks it."""
        return next((one for phase in self.phases for one in phase.questions if one.id == question_id), None)
