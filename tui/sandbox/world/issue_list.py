"""Lists of issues: filters, order, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from tui.sandbox.world import params
from tui.sandbox.world.access import find_project, sees, visible
from tui.sandbox.world.http import Call, Response, bad_parameter, paginate, paginate_by_key
from tui.sandbox.world.issue_view import render
from tui.sandbox.world.milestones import of_id
from tui.sandbox.world.state import Issue

Test = Callable[[Issue], bool]
_STATES = ("opened", "closed", "all")
_ORDERS: dict[str, Callable[[Issue], tuple[Any, ...]]] = {
    "created_at": lambda issue: (issue.created_at, issue.id),
    "updated_at": lambda issue: (issue.updated_at, issue.id),
    "title": lambda issue: (issue.title.lower(), issue.id),
    "due_date": lambda issue: (issue.due_date is None, str(issue.due_date), issue.id),
}


def in_project(call: Call) -> Response:
    project = find_project(call, call.args["id"])
    found = [issue for issue in project.issues.values() if sees(call, project, issue)] if project.issues_enabled else []
    return _answer(call, found, [])


def everywhere(call: Call) -> Response:
    """GET /issues, which shows the caller's own unless another scope is asked for."""
    mine = call.user.id
    scope = params.choice(call.params, "scope", ("created_by_me", "assigned_to_me", "all"), "created_by_me")
    tests: list[Test] = []
    if scope == "created_by_me":
        tests.append(lambda issue: issue.author_id == mine)
    if scope == "assigned_to_me":
        tests.append(lambda issue: mine in issue.assignee_ids)
    found = [
        issue
        for project in call.world.projects.values()
        if visible(call, project) and project.issues_enabled
        for issue in project.issues.values()
        if sees(call, project, issue)
    ]
    return _answer(call, found, tests)


def _answer(call: Call, issues: list[Issue], tests: list[Test]) -> Response:
    tests += [*_plain(call), *_people(call), *_labels(call.params, wanted=True), *_times(call), *_search(call)]
    negated = call.params.get("not")
    if isinstance(negated, Mapping):
        tests += _labels(negated, wanted=False)
    found = [issue for issue in issues if all(test(issue) for test in tests)]
    order = params.choice(call.params, "order_by", _ORDERS, "created_at")
    falling = params.choice(call.params, "sort", ("asc", "desc"), "desc") == "desc"
    found.sort(key=_ORDERS[order], reverse=falling)
    details = params.boolean(call.params, "with_labels_details") or False

    def row(issue: Issue) -> object:
        return render(call, call.world.projects[issue.project_id], issue, subscribed=False, details=details)

    if call.era.keyset and call.params.get("pagination") == "keyset":
        return paginate_by_key(call, found, row)
    return paginate(call, found, row)


def _plain(call: Call) -> Iterator[Test]:
    state = params.choice(call.params, "state", _STATES, "all")
    if state != "all":
        yield lambda issue: issue.state == state
    confidential = params.boolean(call.params, "confidential")
    if confidential is not None:
        yield lambda issue: issue.confidential == confidential
    iids = params.integers(call.params, "iids")
    if iids is not None:
        yield lambda issue: issue.iid in iids
    title = params.text(call.params, "milestone")
    if title:
        yield _in_milestone(call, title)
    kind = params.text(call.params, "issue_type")
    if kind and call.era.newer_fields:
        yield lambda issue: issue.issue_type == kind


def _in_milestone(call: Call, title: str) -> Test:
    """`None` and `Any` are words."""

    def matches(issue: Issue) -> bool:
        held = of_id(call.world.projects[issue.project_id], issue.milestone_id)
        if title.lower() in {"none", "any"}:
            return (held is None) == (title.lower() == "none")
        return held is not None and held.title == title

    return matches


def _people(call: Call) -> Iterator[Test]:
    author, assignee = params.integer(call.params, "author_id"), params.text(call.params, "assignee_id")
    if author is not None:
        yield lambda issue: issue.author_id == author
    name = params.text(call.params, "author_username")
    if name:
        user = call.world.user_named(name)
        yield lambda issue: user is not None and issue.author_id == user.id
    if assignee in {"None", "Any"}:
        yield lambda issue: bool(issue.assignee_ids) == (assignee == "Any")
    elif assignee:
        yield lambda issue: assignee in map(str, issue.assignee_ids)
    for name in params.words(call.params, "assignee_username") or []:
        yield _assigned_to(call, name)


def _assigned_to(call: Call, name: str) -> Test:
    user = call.world.user_named(name)
    return lambda issue: user is not None and user.id in issue.assignee_ids


def _labels(given: Mapping[str, object], *, wanted: bool) -> Iterator[Test]:
    names = params.words(given, "labels")
    if not names:
        return
    if names in (["None"], ["Any"]):
        present = (names == ["Any"]) == wanted
        yield lambda issue: bool(issue.labels) == present
        return
    lowered = {name.lower() for name in names}
    if wanted:
        yield lambda issue: lowered <= {label.lower() for label in issue.labels}
    else:
        yield lambda issue: lowered.isdisjoint(label.lower() for label in issue.labels)


def _times(call: Call) -> Iterator[Test]:
    """The bounds include the very moment they name."""
    given = call.params
    if created_after := params.moment(given, "created_after"):
        yield lambda issue: issue.created_at >= created_after
    if created_before := params.moment(given, "created_before"):
        yield lambda issue: issue.created_at <= created_before
    if updated_after := params.moment(given, "updated_after"):
        yield lambda issue: issue.updated_at >= updated_after
    if updated_before := params.moment(given, "updated_before"):
        yield lambda issue: issue.updated_at <= updated_before


def _search(call: Call) -> Iterator[Test]:
    needle = (params.text(call.params, "search") or "").lower()
    if not needle:
        return
    fields = [name.strip() for name in (params.text(call.params, "in") or "title,description").split(",")]
    if not set(fields) <= {"title", "description"}:
        raise bad_parameter("in does not have a valid value")
    indexed = call.now - timedelta(seconds=call.conditions.search_lag)
    too_short = len(needle) < call.era.minimal_search

    def matches(issue: Issue) -> bool:
        texts = {"title": issue.title, "description": issue.description or ""}
        return not too_short and issue.created_at <= indexed and any(needle in texts[name].lower() for name in fields)

    yield matches
