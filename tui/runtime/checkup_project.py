"""The doctor's questions about the project for plan issues and about the flag."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tui.domain.errors import GitLabError
from tui.domain.planning.checks import REPORTER
from tui.domain.strategies import DEVELOPER, NOBODY
from tui.domain.text import counted, listing
from tui.runtime.doctor_row import Row, failed

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.observed import FlagSeen
    from tui.runtime.checkup import Subject

ROLES = {0: "no role", 5: "minimal access", 10: "guest", 15: "planner", 20: "reporter", 30: "developer"}
ROLES |= {40: "maintainer", 50: "owner"}

_GIVE_ONE = "Give one with --project, or set gitlab.project in the draft."


def _project(subject: Subject) -> Iterator[Row]:
    path = subject.path
    if not path:
        yield Row("project", "skipped", "no project given", _GIVE_ONE)
        return
    try:
        seen = subject.project = subject.gateway.project(path)
    except GitLabError as error:
        yield failed("project", error)
        return
    if seen.archived or not seen.issues_enabled:
        why = "archived and takes no issues" if seen.archived else "without issues"
        yield Row("project", "failed", f"{seen.path} is {why}", "Plan issues need another project, or this one opened.")
    elif seen.moved_from(path):
        yield Row("project", "warning", f"{path} has moved to {seen.path}", "Write that into gitlab.project.")
    else:
        yield Row("project", "ok", str(seen.path))


def _role(subject: Subject) -> Iterator[Row]:
    seen = subject.project
    if seen is None:
        yield Row("role", "skipped", "not checked: no project")
        return
    role = ROLES.get(seen.access_level, f"access level {seen.access_level}")
    if subject.gateway.operator().powers:
        yield Row("role", "ok", f"administrator{f', {role}' if seen.access_level else ''} in {seen.path}")
    elif seen.access_level < REPORTER:
        text = f"{role} in {seen.path}: GitLab would drop labels, assignees and confidentiality without a word"
        yield Row("role", "failed", text, "Ask for the role reporter or a higher one.")
    else:
        yield Row("role", "ok", f"{role} in {seen.path}")


def _labels(subject: Subject) -> Iterator[Row]:
    """GitLab makes the labels that a new issue names and the project lacks."""
    draft = subject.draft
    if draft is None or subject.project is None:
        return
    usual = {one.kind: one.labels for one in subject.session.workbench.guide(draft).issues}
    asked = [usual.get(one.kind, ()) if one.labels is None else one.labels for one in draft.issues if not one.skip]
    wanted = {label for labels in asked for label in labels}
    try:
        missing = sorted(wanted - set(subject.gateway.labels(subject.project.id)))
    except GitLabError as error:
        yield Row("labels", "warning", str(error), "The answer to each new issue will tell which ones it has.")
        return
    made = f"; {listing(missing)} will be made" if missing else ""
    yield Row("labels", "ok", f"{len(wanted) - len(missing)} of {counted(len(wanted), 'label')} there{made}")


def _templates(subject: Subject) -> Iterator[Row]:
    if subject.project is None:
        yield Row("templates", "skipped", "not checked: no project")
        return
    try:
        names = subject.gateway.templates(subject.project.id)
    except GitLabError as error:
        yield Row("templates", "warning", str(error), "The guide's own texts are used instead.")
        return
    found = f"{counted(len(names), 'issue template')} in the project"
    yield Row("templates", "ok", found if names else "none in the project: the guide's own texts are used")


def _flags(subject: Subject) -> Iterator[Row]:
    if subject.flags is None:
        yield Row("flags", "skipped", "not checked: the token does not see instance flags")
        return
    if not subject.flags.complete:
        text = f"{counted(len(subject.flags), 'flag')} can be read; GitLab does not tell which ones it defines"
        yield Row("flags", "warning", text, "Check the name of the flag: a mistyped one would be made anew.")
    elif subject.draft is not None and subject.target == "instance":
        yield _named(subject.flags, subject.draft.flag.name)
    else:
        yield Row("flags", "ok", f"instance feature flags can be read ({len(subject.flags)})")


def _named(flags: Mapping[str, FlagSeen], name: str) -> Row:
    flag = flags.get(name)
    if flag is not None:
        return Row("flags", "ok", f"{name} is {'set already' if flag.exists else 'defined and not set yet'}")
    near = difflib.get_close_matches(name, list(flags), n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]}?" if near else "Check its name: setting it would make a new flag."
    return Row("flags", "warning", f"GitLab defines no flag {name or '(none named yet)'}", hint)


def _target(subject: Subject) -> Iterator[Row]:
    """What a flag needs that is not the instance's."""
    draft = subject.draft
    if draft is None or subject.target == "instance":
        return
    if subject.target == "project":
        yield _flag_project(subject, draft)
        return
    bench = subject.session.workbench
    chat = bench.settings.instance(subject.session.instance.name, bench.environ).chat
    yield Row("target", "ok", f"a person runs {chat.prefix} feature set {draft.flag.name} … in {chat.channel}")


def _flag_project(subject: Subject, draft: Draft) -> Row:
    path = draft.flag.project
    if not path:
        return Row("target", "failed", "no project for the flag given", "Set flag.project in the draft.")
    try:
        seen = subject.gateway.project(path)
        role = ROLES.get(seen.access_level, f"access level {seen.access_level}")
        least = subject.gateway.flag_role(seen.id)
        if seen.access_level < least and not subject.gateway.operator().powers:
            asked = ROLES.get(least, ROLES[DEVELOPER])
            hint = f"The feature flags of {seen.path} ask for the role {asked} or a higher one."
            if least >= NOBODY:
                hint = f"{seen.path} lets nobody change its feature flags: its settings say so."
            return Row("target", "failed", f"{role} in {seen.path}", hint)
        flag = subject.gateway.project_flag(seen.id, draft.flag.name) if draft.flag.name else None
    except GitLabError as error:
        return failed("target", error)
    there = "is there" if flag else "is not there yet and will be made"
    return Row("target", "ok", f"the flag {draft.flag.name} of {seen.path} {there}")


CHECKS = (_project, _role, _labels, _templates, _flags, _target)
