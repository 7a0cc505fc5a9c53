"""What is wrong with a draft's flag and where it lives, and with what that place cannot do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.domain.draft import Draft, FlagSpec
from tui.domain.problem import Problem
from tui.domain.text import one_line
from tui.domain.validate_parts import flag_name, project_path

ENVIRONMENT_ALLOWED = "an environment such as production, or a pattern such as review/*; at most 255 characters"
PROJECT_FLAG_ALLOWED = (
    "2 to 63 small letters, digits, - and _; a letter first, a letter or digit last, such as use_new_model"
)

_ENVIRONMENT = re.compile(r"[A-Za-z0-9_/${}. *-]{1,255}")
_PROJECT_FLAG = re.compile(r"[a-z][a-z0-9_-]{0,61}[a-z0-9]")


def flag(draft: Draft) -> Iterator[Problem]:
    """All problems of the flag; what only some of the targets can do is a warning here and blocks its step."""
    spec = draft.flag
    if spec.name:
        yield from _name(spec.name, project=spec.target == "project")
    elif any(one.selected for one in draft.phases):
        yield Problem("flag.name", "is empty, and a phase is selected", "the flag's name as GitLab has it")
    if spec.project:
        yield from project_path("flag.project", spec.project)
    elif spec.target == "project":
        yield Problem("flag.project", "is empty", "the project that owns the flag")
    if spec.environment and not _ENVIRONMENT.fullmatch(spec.environment):
        yield Problem("flag.environment", f'"{spec.environment}" is no environment scope', ENVIRONMENT_ALLOWED)
    if spec.target == "project":
        yield from _cannot(draft)
        return
    if spec.target == "chatops" and spec.environment not in {"", "production"}:
        text = f'is "{spec.environment}", and the chat commands of a draft are for production'
        yield Problem("flag.environment", text, "leave it out; other environments are set by hand")
        return
    yield from without_meaning(spec)


def without_meaning(spec: FlagSpec) -> Iterator[Problem]:
    """What only a project's flag has: with any other target the flag is set as if it were not there."""
    for key in ("project", "environment"):
        if getattr(spec, key) and spec.target != "project":
            text = f'is "{one_line(getattr(spec, key))}", which has no meaning with the target {spec.target}'
            yield Problem(f"flag.{key}", text, 'leave it out, or target = "project"', "warning")


def _name(name: str, *, project: bool) -> Iterator[Problem]:
    found = list(flag_name("flag.name", name, project=project))
    yield from found
    if project and not _PROJECT_FLAG.fullmatch(name) and all(one.level != "error" for one in found):
        text = f'"{name}" cannot be the name of a project\'s flag'
        yield Problem("flag.name", text, PROJECT_FLAG_ALLOWED)


def _cannot(draft: Draft) -> Iterator[Problem]:
    """A project's flag names users and lists of users, and takes whole percentages of users."""
    if draft.flag.actor != "user":
        text = f"is {draft.flag.actor}, and a project's flag decides by user"
        yield Problem("flag.actor", text, 'actor = "user"', "warning")
    for index, phase in enumerate(draft.phases):
        if phase.selected and phase.groups:
            text = "a project's flag cannot name groups"
            yield Problem(f"phases[{index}].groups", text, "users, or a user list as a feature group", "warning")
        for place, step in enumerate(phase.steps if phase.selected else ()):
            if step.percentage != step.percentage // 1:
                path, text = f"phases[{index}].steps[{place}].percentage", "a project's flag takes whole percentages"
                yield Problem(path, f"is {step.percentage}: {text}", "1 to 100, without a fraction", "warning")
