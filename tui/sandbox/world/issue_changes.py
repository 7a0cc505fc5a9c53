"""What a caller asks of an issue, with quick actions merged in and what they may not set taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from tui.sandbox.world import milestones, params
from tui.sandbox.world.access import may_read, may_set_metadata, may_update
from tui.sandbox.world.http import Call
from tui.sandbox.world.projects import ensure_label, label_named
from tui.sandbox.world.quick_actions import due_day, label_names, usernames
from tui.sandbox.world.state import Issue, Project


@dataclass(slots=True)
class Changes:
    """Wanted values; None means untouched. `clear_due` removes the date, milestone 0 the milestone."""

    title: str | None = None
    confidential: bool | None = None
    labels: list[str] | None = None
    add_labels: list[str] = field(default_factory=list)
    remove_labels: list[str] = field(default_factory=list)
    assignees: list[int] | None = None
    due_date: date | None = None
    clear_due: bool = False
    milestone: int | None = None
    locked: bool | None = None
    state: str | None = None
    issue_type: str | None = None


def asked(call: Call, project: Project) -> Changes:
    """The explicit parameters of a create or update."""
    given = call.params
    assignees = params.integers(given, "assignee_ids")
    if assignees is None and "assignee_id" in given:
        assignees = [params.integer(given, "assignee_id") or 0]
    due = params.day(given, "due_date")
    return Changes(
        title=params.text(given, "title"),
        confidential=params.boolean(given, "confidential"),
        labels=params.words(given, "labels"),
        add_labels=params.words(given, "add_labels") or [],
        remove_labels=params.words(given, "remove_labels") or [],
        assignees=assignees,
        due_date=due,
        clear_due="due_date" in given and due is None,
        milestone=milestones.asked(call, project, given),
        locked=params.boolean(given, "discussion_locked"),
        issue_type=params.text(given, "issue_type") if call.era.newer_fields else None,
    )


def drop_forbidden(call: Call, project: Project, changes: Changes, *, new: bool) -> None:
    """GitLab's `filter_params`: what the caller may not set goes without a word; 201 or 200 all the same."""
    if not may_set_metadata(call, project):
        changes.labels, changes.add_labels, changes.remove_labels = None, [], []
        changes.assignees, changes.due_date, changes.clear_due = None, None, False
        changes.milestone, changes.locked = None, None
        if not (new and call.era.guest_may_hide):
            changes.confidential = None
    if changes.assignees is not None:
        people = (call.world.users.get(user_id) for user_id in dict.fromkeys(changes.assignees))
        readers = [user.id for user in people if user and (user.is_admin or may_read(call.world, project, user))]
        changes.assignees = readers if call.licensed else readers[:1]


@dataclass(slots=True)
class Ran:
    """What commands did: GitLab's `commands_changes` and one sentence each."""

    changes: dict[str, object] = field(default_factory=dict)
    summary: list[str] = field(default_factory=list)

    def note(self, key: str, value: object, sentence: str) -> None:
        self.changes[key] = value
        self.summary.append(sentence)


Runner = Callable[[Call, Project, Issue | None, Changes, str, Ran], None]


def run_commands(
    call: Call, project: Project, issue: Issue | None, changes: Changes, commands: Iterable[tuple[str, str]]
) -> Ran:
    """Merge commands into `changes`, where they beat explicit parameters. `issue` is None while it is being created.

    Whoever may not set metadata may use none of them but /title, /close and /reopen on an issue of theirs.
    """
    ran = Ran()
    trusted = may_set_metadata(call, project)
    involved = issue is not None and may_update(call, project, issue)
    for name, argument in commands:
        runner = _RUNNERS.get(name)
        if runner and (trusted or (involved and name in _FOR_AUTHORS)):
            runner(call, project, issue, changes, argument, ran)
    return ran


def _label(_call: Call, project: Project, _issue: Issue | None, changes: Changes, argument: str, ran: Ran) -> None:
    """/label never creates a label, unlike the parameter of that name."""
    found = [label.name for name in label_names(argument) if (label := label_named(project, name))]
    if found:
        changes.add_labels = [*changes.add_labels, *found]
        ran.note("add_label_ids", found, f"Added {_tildes(found)} {'label' if len(found) == 1 else 'labels'}.")


def _unlabel(_call: Call, project: Project, issue: Issue | None, changes: Changes, argument: str, ran: Ran) -> None:
    if issue is None:
        return
    found = [label.name for name in label_names(argument) if (label := label_named(project, name))]
    removed = found if argument else list(issue.labels)
    if removed:
        changes.remove_labels = [*changes.remove_labels, *removed]
        ran.note(
            "remove_label_ids", removed, f"Removed {_tildes(removed)} {'label' if len(removed) == 1 else 'labels'}."
        )


def _relabel(_call: Call, project: Project, issue: Issue | None, changes: Changes, argument: str, ran: Ran) -> None:
    found = [label.name for name in label_names(argument) if (label := label_named(project, name))]
    if issue is not None and found:
        changes.labels = found
        ran.note("label_ids", found, f"Replaced all labels with {_tildes(found)} label.")


def _tildes(names: list[str]) -> str:
    return " ".join(f'~"{name}"' if " " in name else f"~{name}" for name in names)


def _people(call: Call, argument: str) -> list[int]:
    named = (call.account if name == "me" else call.world.user_named(name) for name in usernames(argument))
    return [user.id for user in named if user]


def _assign(call: Call, _project: Project, issue: Issue | None, changes: Changes, argument: str, ran: Ran) -> None:
    found = _people(call, argument)
    if not found:
        return
    kept = issue.assignee_ids if issue and call.licensed else []
    changes.assignees = [*kept, *found]
    names = " ".join(f"@{call.world.users[user_id].username}" for user_id in found)
    ran.note("assignee_ids", changes.assignees, f"Assigned {names}.")


def _reassign(call: Call, project: Project, issue: Issue | None, changes: Changes, argument: str, ran: Ran) -> None:
    if issue is not None:
        _assign(call, project, None, changes, argument, ran)


def _unassign(call: Call, _project: Project, issue: Issue | None, changes: Changes, argument: str, ran: Ran) -> None:
    if issue is None or not issue.assignee_ids:
        return
    gone = _people(call, argument) if argument else issue.assignee_ids
    changes.assignees = [user_id for user_id in issue.assignee_ids if user_id not in gone]
    ran.note("assignee_ids", changes.assignees, "Removed assignees.")


def _due(call: Call, _project: Project, _issue: Issue | None, changes: Changes, argument: str, ran: Ran) -> None:
    day = due_day(argument, call.now.date())
    if day:
        changes.due_date, changes.clear_due = day, False
        ran.note("due_date", day.isoformat(), f"Set the due date to {day:%b} {day.day}, {day.year}.")


def _no_due(_call: Call, _project: Project, issue: Issue | None, changes: Changes, _argument: str, ran: Ran) -> None:
    if issue is not None and issue.due_date:
        changes.due_date, changes.clear_due = None, True
        ran.note("due_date", None, "Removed the due date.")


def _milestone(_call: Call, project: Project, _issue: Issue | None, changes: Changes, argument: str, ran: Ran) -> None:
    found = milestones.in_command(project, argument)
    if found:
        changes.milestone = found.id
        ran.note("milestone_id", found.id, f"Set the milestone to %{found.title}.")


def _no_milestone(_call: Call, _project: Project, issue: Issue | None, changes: Changes, _arg: str, ran: Ran) -> None:
    if issue is not None and issue.milestone_id:
        changes.milestone = 0
        ran.note("milestone_id", None, "Removed milestone.")


def _confidential(_call: Call, _project: Project, issue: Issue | None, changes: Changes, _arg: str, ran: Ran) -> None:
    if issue is None or not issue.confidential:
        changes.confidential = True
        ran.note("confidential", True, "Made this issue confidential.")


def _close(_call: Call, _project: Project, issue: Issue | None, changes: Changes, _argument: str, ran: Ran) -> None:
    if issue is not None and issue.state == "opened":
        changes.state = "close"
        ran.note("state_event", "close", "Closed this issue.")


def _reopen(_call: Call, _project: Project, issue: Issue | None, changes: Changes, _argument: str, ran: Ran) -> None:
    if issue is not None and issue.state == "closed":
        changes.state = "reopen"
        ran.note("state_event", "reopen", "Reopened this issue.")


def _title(_call: Call, _project: Project, issue: Issue | None, changes: Changes, argument: str, ran: Ran) -> None:
    if issue is not None and argument:
        changes.title = argument
        ran.note("title", argument, f'Changed the title to "{argument}".')


_FOR_AUTHORS = frozenset({"title", "close", "reopen"})
_RUNNERS: dict[str, Runner] = {
    "label": _label,
    "unlabel": _unlabel,
    "relabel": _relabel,
    "assign": _assign,
    "reassign": _reassign,
    "unassign": _unassign,
    "due": _due,
    "remove_due_date": _no_due,
    "milestone": _milestone,
    "remove_milestone": _no_milestone,
    "confidential": _confidential,
    "close": _close,
    "reopen": _reopen,
    "title": _title,
}


def _slot(name: str) -> tuple[str, str]:
    """What a label fills: its scope, or a place of its own."""
    scope, scoped, _ = name.rpartition("::")
    return (scope.lower(), "") if scoped else ("", name)


def wanted_labels(call: Call, project: Project, current: list[str], changes: Changes) -> list[str]:
    """The labels afterwards: replaced, added (created when missing), removed; sorted by title.

    Of those with one scope (`group::a`, `group::b`) only the last stays, where paid features are there.
    """
    base = current if changes.labels is None else [ensure_label(call, project, name) for name in changes.labels]
    added = [ensure_label(call, project, name) for name in changes.add_labels]
    removed = {name.lower() for name in changes.remove_labels}
    kept = [name for name in (*base, *added) if name.lower() not in removed]
    if call.licensed:
        kept = list({_slot(name): name for name in kept}.values())
    return sorted(set(kept), key=str.lower)
