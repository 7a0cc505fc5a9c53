"""What stands in the way of a plan, and what its operator should know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from tui.domain import duration, lint
from tui.domain.audience import who
from tui.domain.forecast import forecast, percent
from tui.domain.gates import FULL, Route
from tui.domain.history import TOLD
from tui.domain.plan import Change
from tui.domain.planning.exposed import hidden
from tui.domain.planning.goals import action_of, flag_of, reduces
from tui.domain.planning.readiness import BIG_JUMP, readiness
from tui.domain.planning.situation import Situation
from tui.domain.planning.targets import target_of
from tui.domain.planning.texts import leftover_path, text_warnings, too_long
from tui.domain.progress import Goal
from tui.domain.requirements import Requirement, issue_requirements, requirements, waivable
from tui.domain.steps import ISSUES
from tui.domain.text import listing

REPORTER = 20
"""GitLab's access level from which labels and confidentiality are kept when an issue is created."""

MINUTE = timedelta(minutes=1)
"""The least that is told of a wait that is not over."""

_SHOWN = 8


def all_requirements(
    situation: Situation, goal: Goal, calls: Route, changes: Iterable[Change], bodies: Mapping[str, str]
) -> tuple[Requirement, ...]:
    """Everything the goal needs. Reducing exposure needs nothing but a flag that can be reached at all."""
    if reduces(situation, goal):
        return tuple(target_of(situation).unreachable(situation, goal))
    phase = situation.guide.phase(goal.phase)
    found: list[Requirement] = list(readiness(situation, goal))
    if goal.act is not None:
        return (*found, *_access(situation, goal, tuple(changes)))
    if goal.phase == ISSUES:
        found.extend(issue_requirements(situation.draft, situation.guide, situation.facts))
    elif phase is not None:
        found.extend(requirements(situation.draft, situation.guide, phase, situation.facts))
    found.extend(_leftovers(situation, goal, bodies))
    found.extend(too_long(bodies))
    found.extend(_plan_issues(situation, goal))
    found.extend(_gates(situation, goal, calls))
    found.extend(_renamed(situation, goal))
    found.extend(_access(situation, goal, tuple(changes)))
    return tuple(found)


def _leftovers(situation: Situation, goal: Goal, bodies: Mapping[str, str]) -> Iterable[Requirement]:
    texts = dict(bodies)
    phase = situation.guide.phase(goal.phase)
    if phase is not None and phase.announced:
        texts["announcement"] = situation.draft.announcement.text
    for where, text in texts.items():
        found = lint.leftovers(text)
        if found:
            shown = ", ".join(f"{one.text} (line {one.line})" for one in found[:_SHOWN])
            more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            path = leftover_path(situation, where, found[0].text) if where in bodies else "announcement.text"
            yield _waivable(situation, f"leftovers-{where}", f"Leftover placeholders in {where}: {shown}{more}", path)


def _plan_issues(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """The plan issues that the draft names must be there, and those that must be confidential must be so."""
    for issue in situation.slots(goal):
        seen = situation.observed.issues.get(issue.slot)
        plan_issue = situation.guide.issue(issue.kind)
        if seen is None and issue.existing:
            text = f"The issue {issue.existing} for {issue.slot} is not there, or the token may not see it"
            yield Requirement(f"existing-{issue.slot}", text, "open", path=f"issues.{issue.slot}", hard=True)
        elif (
            seen is not None and plan_issue is not None and not seen.confidential and not hidden(situation, issue.slot)
        ):
            private = plan_issue.confidential if issue.confidential is None else issue.confidential
            if private:
                text = f"{seen.ref} should be confidential and is public: make it confidential on GitLab"
                yield _waivable(situation, f"confidential-{issue.slot}", text, f"issues.{issue.slot}")


def _gates(situation: Situation, goal: Goal, calls: Route) -> Iterable[Requirement]:
    """Going on must not rest on a doubtful reading, and must not take anybody's access away unseen."""
    flag = situation.observed.flag(flag_of(situation, goal))
    if goal.step is None:
        return
    if flag.left is not None and flag.settled_at is not None:
        left = max(1, int((flag.settled_at - situation.now).total_seconds()))
        text = (
            f"GitLab shows former gates of {flag.name}: its cache is old, or somebody undid our last change. "
            f"Look again in {left} s"
        )
        yield Requirement("gates-settled", text, "open", path="flag.name", hard=True)
    elif action_of(situation, goal) == "advance" and not calls.start.within(calls.end):
        now, then = who(calls.start, situation.labels), who(calls.end, situation.labels)
        text = f"{flag.name} is open further than this rollout knows: in is {now}, and this step would leave {then}"
        yield _waivable(situation, "gates-ahead", text, "flag.name")


def _renamed(situation: Situation, goal: Goal) -> Iterable[Requirement]:
    """A flag that is forgotten stays open for good."""
    if goal.step is not None and situation.left_open:
        names = listing(list(situation.left_open))
        text = (
            f"The history of this rollout is of {names}, which is left on: name it in the draft again, or turn it off"
        )
        yield _waivable(situation, "flag-renamed", text, "flag.name")


def _waivable(situation: Situation, requirement: str, text: str, path: str) -> Requirement:
    return waivable(situation.draft, Requirement(requirement, text, "open", path=path))


def _access(situation: Situation, goal: Goal, changes: tuple[Change, ...]) -> Iterable[Requirement]:
    """What would make a call fail: said now, before anything is written."""
    if any(change.is_gate for change in changes) or (goal.step is not None and goal.act not in TOLD):
        yield from target_of(situation).obstacles(situation, goal)
    operator, project = situation.observed.operator, situation.observed.project
    if (changes or goal.step is not None) and not operator.may_write:
        has = "may only read" if operator.scopes is None else f"has only {listing(list(operator.scopes)) or 'no scope'}"
        text = f"The token {has}: changes need the scope api"
        yield Requirement("token-scope", text, "open", path="gitlab.instance", hard=True)
    if any(change.kind == "create-issue" for change in changes):
        yield from _project_access(situation)
    elif project is not None and project.archived and situation.observed.issues:
        text = f"The project {project.path} is archived: its plan issues take no notes"
        yield _waivable(situation, "project-archived", text, "gitlab.project")


def _project_access(situation: Situation) -> Iterable[Requirement]:
    project = situation.observed.project
    path = situation.draft.gitlab.project
    problem = ""
    if project is None:
        problem = f"The project {path or '(none given)'} for the plan issues is not there, or the token may not see it"
    elif project.archived:
        problem = f"The project {project.path} is archived and takes no issues"
    elif not project.issues_enabled:
        problem = f"The project {project.path} has issues turned off"
    elif project.access_level < REPORTER and not situation.observed.operator.powers:
        problem = (
            f"{situation.observed.operator.username} is less than a reporter in {project.path}: "
            "GitLab would drop labels, assignees and confidentiality without a word"
        )
    if problem:
        yield Requirement("project", problem, "open", path="gitlab.project", hard=True)


def warnings(
    situation: Situation, goal: Goal, calls: Route, open_requirements: Iterable[Requirement], slots: Iterable[str]
) -> tuple[str, ...]:
    """What does not block and must be known, the gravest first. `slots` are the plan issues that are created."""
    found: list[str] = []
    if calls.dips:
        found.append("Between two calls the flag is off for everybody: GitLab closes some gates only all together.")
    found.extend(_moves(situation, goal))
    found.extend(_load(situation, goal, calls))
    found.extend(_closed(situation))
    found.extend(_gone(situation, slots))
    found.extend(text_warnings(situation, slots))
    found.extend(_drift(situation, goal, calls))
    found.extend(left_open(situation))
    found.extend(target_of(situation).remarks(situation, goal, calls))
    found.extend(one.text for one in open_requirements)
    found.extend(situation.observed.remarks)
    return tuple(found)


def _moves(situation: Situation, goal: Goal) -> Iterable[str]:
    step, progress = goal.step, situation.progress
    if step is None or action_of(situation, goal) != "advance":
        return
    left = progress.remaining(situation.now)
    if left and progress.position is not None:
        position, still = progress.position, duration.words(max(left, MINUTE))
        yield f"The wait after {position.title} is not over: {still} left of {position.wait}."
    reach = progress.position.percentage if progress.position else 0
    if step.percentage - reach > BIG_JUMP and step.percentage < FULL:
        yield f"A jump of {step.percentage - reach:g} points at once."


def _load(situation: Situation, goal: Goal, calls: Route) -> Iterable[str]:
    """Which quotas the step comes near to, by the draft's own numbers."""
    if goal.step is not None and action_of(situation, goal) == "advance":
        for one in forecast(situation.draft.capacity, calls.start, goal.step):
            if one.short:
                peak = percent(one.then)
                yield f"Capacity in {one.region}: this step takes the peak to {peak} of the {one.unit} quota."


def _closed(situation: Situation) -> Iterable[str]:
    for slot, seen in situation.observed.issues.items():
        if not seen.open:
            yield f"The plan issue {seen.ref} ({slot}) is closed."


def _gone(situation: Situation, slots: Iterable[str]) -> Iterable[str]:
    for slot in sorted(situation.observed.gone & frozenset(slots)):
        yield f"The plan issue {slot} that was made before is gone from GitLab: it is made anew, without its comments."


def left_open(situation: Situation) -> Iterable[str]:
    """Flags that an earlier draft of this rollout has opened: nothing that is planned now closes them."""
    for name, gates in situation.left_open.items():
        yield (
            f"This rollout has opened {name} before, for {who(gates, situation.labels)}, and its draft names another "
            f"flag by now: rollout-tui panic {name} turns it off."
        )


def _drift(situation: Situation, goal: Goal, calls: Route) -> Iterable[str]:
    flag = situation.observed.flag(flag_of(situation, goal))
    found = situation.unlike(flag)
    if found is not None and situation.gates_before is None:
        yield f"{flag.name} is on for {who(calls.start, situation.labels)}. {found.text}"
