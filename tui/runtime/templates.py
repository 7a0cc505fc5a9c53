"""The issue templates of a project: those that the guide names, by kind of plan issue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.domain.errors import NotFound
from tui.domain.observed import Template
from tui.domain.quick_actions import QuickAction, take_out
from tui.domain.text import one_line

if TYPE_CHECKING:
    from tui.domain.draft import Draft
    from tui.domain.guide import Guide
    from tui.gateway.client import Gateway
    from tui.runtime.workbench import Session


def read(gateway: Gateway, project_id: int, guide: Guide) -> dict[str, Template]:
    """For each kind the first template that is there of those that the guide names, best first."""
    keys = gateway.templates(project_id)
    found: dict[str, Template] = {}
    for issue in guide.issues:
        name = next((one for one in issue.templates if one in keys), None)
        if name is not None:
            found[issue.kind] = Template(one_line(name), gateway.template(project_id, keys[name]))
    return found


def commands(templates: Mapping[str, Template] | None, draft: Draft) -> tuple[QuickAction, ...]:
    """The quick actions of the templates and of the operator's own texts."""
    texts = [*(one.text for one in (templates or {}).values()), *(issue.body for issue in draft.issues)]
    return tuple(action for text in texts for action in take_out(text).actions)


def of_project(session: Session, draft: Draft) -> dict[str, Template]:
    """The templates for a draft's plan issues. Raises GitLabError, also when the project is not there."""
    if not draft.gitlab.project:
        raise NotFound("The draft names no project for the plan issues")
    project = session.gateway.project(draft.gitlab.project)
    return read(session.gateway, project.id, session.workbench.guide(draft))
