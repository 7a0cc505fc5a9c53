"""Where open incidents are looked for: a project of some GitLab, and the labels that tell them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from tui.domain.problem import Problem
from tui.domain.text import one_line
from tui.domain.validate_parts import project_path


class Incidents(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each of `labels` is one label, or several with commas in between that an issue must all have.

    `instance` is where the project is, empty for the rollout's own; `environments` are those that incidents concern,
    none for all. Without a project nothing is looked for.
    """

    project: str = ""
    labels: tuple[str, ...] = ()
    instance: str = ""
    environments: tuple[str, ...] = ()


def incident_problems(incidents: Incidents, instances: Collection[str]) -> Iterator[Problem]:
    """What is wrong with them; `instances` are the names of those there are."""
    if incidents == Incidents():
        return
    for problem in project_path("incidents.project", incidents.project):
        yield Problem(problem.path, one_line(problem.message), problem.allowed)
    if not incidents.labels:
        yield Problem("incidents.labels", "is empty", 'the labels of what must not be open, such as ["incident"]')
    for place, label in enumerate(incidents.labels):
        if not all(part.strip() for part in label.split(",")):
            yield Problem(f"incidents.labels[{place}]", f'is "{one_line(label)}"', "a label, or several with commas")
    if incidents.instance and incidents.instance not in instances:
        allowed = "one of: " + ", ".join(map(one_line, instances))
        yield Problem("incidents.instance", f'there is no instance "{one_line(incidents.instance)}"', allowed)
